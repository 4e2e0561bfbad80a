import type { DurationMs } from '../model/time.ts';

/** How late the turns of the event loop are. */
export interface LoopDelay {
  /** 99 of 100 turns of the last seconds were at most so late, ms; measured from the first call on. */
  p99Ms(): DurationMs;
}
