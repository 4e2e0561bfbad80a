import { activityText } from '../../events/engine-activity.ts';
import type { EngineEventMap } from '../../events/event-map.ts';
import type { Host } from '../host.ts';
import { messageOf } from './cli-error.ts';
import { count, oneLine } from './text.ts';

/** Largest number of different warnings; further ones are counted together. */
const KINDS_MAX = 50;
const OTHERS = 'other failures';

/** Failures in the background of the engine: each kind is shown once, and counted. */
export class Warnings {
  readonly #counts = new Map<string, number>();
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
