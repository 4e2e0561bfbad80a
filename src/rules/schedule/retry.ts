import type { DurationMs } from '../../model/time.ts';

/** How long to wait between attempts, complete and checked. */
export interface RetrySchedule {
  readonly attempts: number;
  readonly delayMs: DurationMs;
  readonly factor: number;
  readonly delayMsMax: DurationMs;
}

/**
 * Wait before attempt `attempt` (2 = the first retry), in ms, at most `schedule.delayMsMax`:
 * `delayMs × factor^(attempt − 2)`, of which the upper half is jittered by `unitRandom` in [0, 1), so
 * that retries of many users spread. Whole milliseconds.
 */
export function retryDelayMs(schedule: RetrySchedule, attempt: number, unitRandom: number): DurationMs {
  const full = Math.min(schedule.delayMs * schedule.factor ** (attempt - 2), schedule.delayMsMax);
  return Math.round(full / 2 + (full / 2) * unitRandom);
}
