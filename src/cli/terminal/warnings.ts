import type { EngineEventMap } from '../../events/event-map.ts';
import type { Host } from '../host.ts';
import { messageOf } from './cli-error.ts';
import { count, oneLine } from './text.ts';

/** Different warnings that are kept; one more kind is counted together. */
const KINDS_MAX = 50;
const OTHERS = 'other failures';

/** What the engine reports of failures that no caller waits for: each kind is told once, and counted. */
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
  add({ error, during }: EngineEventMap['engine.error']): void {
    const text = oneLine(`${during}: ${messageOf(error)}`);
    const isKept = this.#counts.has(text) || this.#counts.size < KINDS_MAX;
    const kind = isKept ? text : OTHERS;
    const times = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, times);
    if (times === 1) this.#above(() => this.#tell(kind));
  }

  /** Tells something each time that it comes. */
  tell(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#above(() => {
      for (const line of lines) this.#tell(oneLine(line));
    });
  }

  /** How often each came that came more than once. */
  close(): void {
    for (const [kind, times] of this.#counts) {
      if (times > 1) this.#tell(`${count(times)} times: ${kind}`);
    }
  }

  #tell(text: string): void {
    const { stderr } = this.#host;
    stderr.line(`${stderr.style.yellow('warning:')} ${text}`);
  }
}
