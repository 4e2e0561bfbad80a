import { LIMITS } from '../../model/limits.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { Clock, Timer } from '../../ports/clock.ts';

/** Tasks between two looks at the clock: a look costs as much as a no-op task. */
const TASKS_PER_LOOK = 16;
/** Tasks in one breath at most, for clocks that stand still. */
const TASKS_MAX = 4_096;

/**
 * Keeps the engine from holding the host's thread: commits and lanes together work for `LIMITS.turnMs`, then
 * let the host do its own work. A clock, of which the engine's parts learn the time and to which they give
 * the thread back: then a new breath begins.
 */
export class TimeSlice implements Clock {
  readonly #clock: Clock;
  #startedMs = 0;
  /** The same moment by the time of day, which may be set; none before the first breath. */
  #startedAtMs: EpochMs = Number.POSITIVE_INFINITY;
  #tasks = 0;
  #next: Promise<void> | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): EpochMs {
    return this.#clock.now();
  }

  elapsed(): DurationMs {
    return this.#clock.elapsed();
  }

  setTimer(delayMs: DurationMs, callback: () => void): Timer {
    return this.#clock.setTimer(delayMs, callback);
  }

  yield(): Promise<void> {
    const given = this.#clock.yield();
    // Before whoever asked goes on, and with no turn of the microtasks more: simulations keep their traces.
    void given.then(() => this.#begin());
    return given;
  }

  /** Whether this breath has taken its time. */
  isOver(): boolean {
    return this.#clock.elapsed() - this.#startedMs >= LIMITS.turnMs;
  }

  /** Counts a task that ended at `nowMs`; `true` when it is time to let go: at once after one that took long. */
  isSpent(nowMs: EpochMs): boolean {
    this.#tasks += 1;
    if (this.#next !== null || this.#tasks >= TASKS_MAX) return true;
    if (nowMs - this.#startedAtMs > LIMITS.turnMs) return true;
    return this.#tasks % TASKS_PER_LOOK === 0 && this.isOver();
  }

  /** Resolves when the host had its turn; one pause serves all lanes. */
  pause(): Promise<void> {
    this.#next ??= this.yield().then(() => {
      this.#next = null;
    });
    return this.#next;
  }

  #begin(): void {
    this.#startedMs = this.#clock.elapsed();
    this.#startedAtMs = this.#clock.now();
    this.#tasks = 0;
  }
}
