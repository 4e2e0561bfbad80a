import type { DurationMs, EpochMs } from '../model/time.ts';

/** A timer that has been set. */
export interface Timer {
  /** Does nothing when the timer has fired. */
  cancel(): void;
}

/** Source of time. The system clock and the simulator's virtual clock implement it. */
export interface Clock {
  /** The present, whole milliseconds. */
  now(): EpochMs;
  /**
   * Calls `callback` once, not earlier than `delayMs` from now. `delayMs` may be any finite number
   * ≥ 0, also more than the 2³¹−1 ms that the platform's own timers take.
   */
  setTimer(delayMs: DurationMs, callback: () => void): Timer;
  /** Milliseconds of a monotonic clock with a fraction, for budgets; no relation to `now()`. */
  elapsed(): number;
  /** Resolves after the event loop has had a turn. */
  yield(): Promise<void>;
}
