/** Names what delays people most, from a result's {@link Delay}s. */
import type { DurationMs } from '../../model/time.ts';
import { duration, numeral, percent, plural } from '../../text/numbers.ts';
import type { Delay, DelayCause } from './delay.ts';

/** The cause that takes the largest part of the time between people's due moment and the end of their last task. */
export interface Bottleneck {
  readonly cause: DelayCause;
  /** The task's definition and display name; `null` for a cause that does not belong to one task. */
  readonly definition: string | null;
  readonly task: string | null;
  /** Share of that time, 0..1. */
  readonly share: number;
  /** Average per person. */
  readonly meanMs: DurationMs;
  /** `“Print badge” (1 call at once): 4 h 10 min of 6 h 5 min on average (68 %)`. */
  readonly summary: string;
  /** What it means, what would help and what would not. */
  readonly advice: string;
}

/** Smallest share from which a second cause is named. */
const NEXT_SHARE_MIN = 0.05;

/**
 * Bottleneck of `people` people; `null` when there were none, or nothing took any time.
 *
 * @param delays as in a result: most time first.
 */
export function bottleneckOf(
  delays: readonly Delay[],
  people: number,
  intervalMs: DurationMs,
): Bottleneck | null {
  const totalMs = delays.reduce((sum, delay) => sum + delay.totalMs, 0);
  const [first, second] = delays;
  if (first === undefined || people === 0 || totalMs === 0) return null;
  const { cause, definition, task } = first;
  const meanMs = first.totalMs / people;
  const next =
    second && second.totalMs / totalMs >= NEXT_SHARE_MIN
      ? ` Next: ${nameOf(second)}, ${percent(second.totalMs, totalMs)}.`
      : '';
  return {
    cause,
    definition,
    task,
    share: first.totalMs / totalMs,
    meanMs: Math.round(meanMs),
    summary: `${nameOf(first)}: ${duration(meanMs)} of ${duration(totalMs / people)} on average (${percent(first.totalMs, totalMs)})`,
    advice: adviceOf(first, intervalMs) + next,
  };
}

/** `The schedule`, `“Print badge” (1 call at once)`: name of a cause, for the beginning of a sentence. */
export function nameOf({ cause, task, limit }: Delay): string {
  switch (cause) {
    case 'directory':
      return 'Late entries in the directory';
    case 'schedule':
      return 'The schedule';
    case 'process':
      return 'The process, off or asleep';
    case 'concurrency':
      return `The engine’s concurrency (${plural(limit ?? 0, 'call')} at once)`;
    case 'taskConcurrency':
      return `“${task}” (${plural(limit ?? 0, 'call')} at once)`;
    case 'rate':
      return `The rate of ${task === null ? 'all calls' : `“${task}”`} (${numeral(limit ?? 0)} a second)`;
    case 'retries':
      return `Waits for another attempt of “${task}”`;
    case 'tasks':
      return `Calls of “${task}”`;
  }
}

function adviceOf({ cause, task, limit, peopleMax, atLimitMs }: Delay, intervalMs: DurationMs): string {
  const waited = `up to ${plural(peopleMax, 'person', 'people')} waited at once`;
  switch (cause) {
    case 'directory':
      return 'People were due before the directory knew it (or before the simulated time began). Entering them earlier helps; no setting does.';
    case 'schedule':
      return `People are due, and wait for the next slot: there is one every ${duration(intervalMs)}. A shorter interval helps; more concurrency does not.`;
    case 'process':
      return 'People were due, or in a run, while the process was off or asleep. Keeping it running helps; no setting does.';
    case 'concurrency':
      return `All ${numeral(limit ?? 0)} calls at once were under way for ${duration(atLimitMs ?? 0)}; ${waited}. A higher concurrency of the engine, or quicker tasks, help.`;
    case 'taskConcurrency':
      return `The task’s own limit was reached for ${duration(atLimitMs ?? 0)}; ${waited}. A higher concurrency of this task, or quicker calls, help; more concurrency of the engine does not.`;
    case 'rate':
      return `Calls wait until ${task === null ? 'the common rate lets' : 'the service lets'} them; ${waited}. A higher rate, or fewer calls, help; more concurrency does not.`;
    case 'retries':
      return `Attempts fail, and the next one comes only after a delay; ${waited}. Fewer failures or shorter delays help; more concurrency does not.`;
    case 'tasks':
      return `The calls themselves take longer than any wait; up to ${plural(peopleMax, 'was', 'were')} under way at once. Quicker calls help; more concurrency does not.`;
  }
}
