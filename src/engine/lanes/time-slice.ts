import { LIMITS } from '../../model/limits.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { Clock, Timer } from '../../ports/clock.ts';

/** Tasks between two readings of the clock: a reading costs as much as a no-op task. */
const TASKS_PER_LOOK = 16;
/** Tasks in one time slice at most, for clocks that stand still. */
const TASKS_MAX = 4_096;

/**
 * Keeps the engine from blocking the host's thread: commits and lanes together work for `LIMITS.turnMs`, then yield
 * to the host. It is the clock of the engine's parts: they read the time from it and yield through it. A time slice
 * begins with the first work after a turn of the host, and ends with the next one.
 */
export class TimeSlice implements Clock {
  readonly #clock: Clock;
  #startedMs = 0;
  /** The same moment by the time of day, which may be set; none before the first time slice. */
  #startedAtMs: EpochMs = Number.POSITIVE_INFINITY;
  #tasks = 0;
  #next: Promise<void> | null = null;
  /** Whether the host has had no turn since the time slice began. */
  #isRunning = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): EpochMs {
    return this.#clock.now();
  }

  /** A commit reads it before and after: what it does then belongs to a time slice. */
  elapsed(): DurationMs {
    this.#begin();
    return this.#clock.elapsed();
  }

  setTimer(delayMs: DurationMs, callback: () => void): Timer {
    return this.#clock.setTimer(delayMs, callback);
  }

  yield(): Promise<void> {
    const yielded = this.#clock.yield();
    // Before the caller continues, and without a further microtask: simulations keep their traces.
    void yielded.then(() => this.#begin());
    return yielded;
  }

  /** Whether this time slice is used up; begins one if none is running. */
  isOver(): boolean {
    this.#begin();
    return this.#clock.elapsed() - this.#startedMs >= LIMITS.turnMs;
  }

  /** Counts a task that ended at `nowMs`; `true` when it is time to yield: at once after one that took long. */
  isSpent(nowMs: EpochMs): boolean {
    this.#begin();
    this.#tasks += 1;
    if (this.#next !== null || this.#tasks >= TASKS_MAX) return true;
    if (nowMs - this.#startedAtMs > LIMITS.turnMs) return true;
    return this.#tasks % TASKS_PER_LOOK === 0 && this.isOver();
  }

  /** Resolves after the host's turn; one pause serves all lanes. */
  pause(): Promise<void> {
    this.#next ??= this.yield().then(() => {
      this.#next = null;
    });
    return this.#next;
  }

  /** Begins one unless one is running. */
  #begin(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#clock.yield().then(() => {
      this.#isRunning = false;
    });
    this.#startedMs = this.#clock.elapsed();
    this.#startedAtMs = this.#clock.now();
    this.#tasks = 0;
  }
}
