import { LIMITS } from '../model/limits.ts';
import type { Clock } from '../ports/clock.ts';

/** Tasks between two looks at the clock: a look costs as much as a no-op task. */
const TASKS_PER_LOOK = 16;
/** Tasks in one breath at most, for clocks that stand still. */
const TASKS_MAX = 4_096;

/**
 * Keeps the engine from holding the host's thread: all lanes together work for `LIMITS.turnMs`, then
 * let the host do its own work.
 */
export class Breath {
  readonly #clock: Clock;
  #startedMs = 0;
  #tasks = 0;
  #next: Promise<void> | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a task; `true` when it is time to let go. */
  isSpent(): boolean {
    this.#tasks += 1;
    if (this.#tasks === 1) this.#startedMs = this.#clock.elapsed();
    if (this.#next !== null || this.#tasks >= TASKS_MAX) return true;
    return this.#tasks % TASKS_PER_LOOK === 0 && this.#clock.elapsed() - this.#startedMs >= LIMITS.turnMs;
  }

  /** Resolves when the host had its turn; one pause serves all lanes. */
  pause(): Promise<void> {
    this.#next ??= this.#clock.yield().then(() => {
      this.#next = null;
      this.#tasks = 0;
    });
    return this.#next;
  }
}
