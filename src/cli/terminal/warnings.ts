import { activityText } from '../../events/engine-activity.ts';
import type { EngineEventMap } from '../../events/event-map.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Host } from '../host.ts';
import { messageOf } from './cli-error.ts';
import { count, oneLine } from './text.ts';

/** `60 min`. */
const WAITS_AT_MOST = `${LIMITS.throttleMsMax / 60_000} min`;
/** Largest number of different warnings; further ones are counted together. */
const KINDS_MAX = 50;
const OTHERS = 'other failures';
/** Shorter waits of tasks are not worth a line, ms. */
const WAIT_MS = 5_000;

/** Failures in the background of the engine, and why tasks wait: each kind is shown once. Failures are counted. */
export class Warnings {
  readonly #counts = new Map<string, number>();
  readonly #waits = new Set<string>();
  readonly #host: Host;
  readonly #above: (write: () => void) => void;

  /** @param above writes without disturbing a bar. */
  constructor(host: Host, above: (write: () => void) => void) {
    this.#host = host;
    this.#above = above;
  }

  /** An `engine.error` event. */
  add(event: EngineEventMap['engine.error']): void {
    const text = oneLine(`${activityText(event)}: ${messageOf(event.error)}`);
    const isKept = this.#counts.has(text) || this.#counts.size < KINDS_MAX;
    const kind = isKept ? text : OTHERS;
    const times = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, times);
    if (times === 1) this.#above(() => this.#write(kind));
  }

  /** A `task.throttled` event: a run that waits, for a right password say, would seem to do nothing. */
  wait({ failureReason, notBeforeDateTime }: EngineEventMap['task.throttled']): void {
    const waitMs = Date.parse(notBeforeDateTime) - this.#host.clock.now();
    if (waitMs < WAIT_MS || this.#waits.has(failureReason) || this.#waits.size === KINDS_MAX) return;
    this.#waits.add(failureReason);
    this.show([`tasks wait, and are tried again for up to ${WAITS_AT_MOST}: ${failureReason}`]);
  }

  /** Shows warnings that are not counted. */
  show(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#above(() => {
      for (const line of lines) this.#write(oneLine(line));
    });
  }

  /** Shows the number of occurrences of repeated warnings. */
  close(): void {
    for (const [kind, times] of this.#counts) {
      if (times > 1) this.#write(`${count(times)} times: ${kind}`);
    }
  }

  #write(text: string): void {
    const { stderr } = this.#host;
    stderr.line(`${stderr.style.yellow('warning:')} ${text}`);
  }
}
