import type { DurationMs } from '../../model/time.ts';

/** Time that all people together spent because of one cause, people who have not ended included. */
export interface Delay {
  readonly cause: DelayCause;
  /** The task's definition and display name; `null` for a cause that does not belong to one task. */
  readonly definition: string | null;
  readonly task: string | null;
  /** Calls at once (`concurrency`, `taskConcurrency`), or calls a second (`rate`). */
  readonly limit: number | null;
  readonly totalMs: DurationMs;
  /** Most people delayed by it at one moment; 0 for causes that are over before a run begins. */
  readonly peopleMax: number;
  /** Time during which the limit was reached (`concurrency`, `taskConcurrency`). */
  readonly atLimitMs: DurationMs | null;
}

/**
 * What people wait for between the moment that they are due and the end of their last task.
 *
 * - `directory`: the directory had the date only after it was due, or it was due before the simulated time.
 * - `schedule`: the next slot.
 * - `process`: it was off or asleep.
 * - `concurrency`: a place among the calls at once of all tasks.
 * - `taskConcurrency`: a place among the calls at once of one task.
 * - `rate`: the calls a second of a service (`definition` `null`: of all tasks together).
 * - `retries`: the time between a failed attempt and the next.
 * - `tasks`: the calls themselves.
 */
export type DelayCause =
  | 'directory'
  | 'schedule'
  | 'process'
  | 'concurrency'
  | 'taskConcurrency'
  | 'rate'
  | 'retries'
  | 'tasks';
