/** How far a run is, from its counters: exact, since they move in the commits of the outcomes. */
import type { Run } from '../../../model/resources/resources.ts';
import { isFinal } from './status.ts';

/** A part of the bar of a run. */
export interface BarPart {
  readonly kind: 'successful' | 'failed' | 'left';
  readonly word: string;
  readonly count: number;
  /** Of the width, 0..100. */
  readonly percent: number;
}

/** The people of a run, by what has become of them. */
export function peopleParts(run: Run): readonly BarPart[] {
  const { totalUsersCount: total, successfulUsersCount, failedUsersCount, processingStatus } = run;
  const left = total - successfulUsersCount - failedUsersCount;
  const percent = (count: number): number => (total === 0 ? 0 : (100 * count) / total);
  const leftWord = isFinal(processingStatus) ? 'not processed' : 'to do';
  return [
    {
      kind: 'successful',
      word: 'succeeded',
      count: successfulUsersCount,
      percent: percent(successfulUsersCount),
    },
    { kind: 'failed', word: 'failed', count: failedUsersCount, percent: percent(failedUsersCount) },
    { kind: 'left', word: leftWord, count: left, percent: percent(left) },
  ];
}

/** Tasks that have an outcome. */
export function processedTasks({ totalTasksCount, totalUnprocessedTasksCount }: Run): number {
  return totalTasksCount - totalUnprocessedTasksCount;
}

/** People with an outcome, in whole percent: 100 only when all have one. */
export function percentDone({ totalUsersCount: total, successfulUsersCount, failedUsersCount }: Run): number {
  const done = successfulUsersCount + failedUsersCount;
  return total === done ? 100 : Math.floor((100 * done) / total);
}

/** Tasks that were processed at a moment. */
export interface Sample {
  readonly atMs: number;
  readonly tasks: number;
}

const WINDOW_MS = 60_000;
/** Before that a rate would be a guess. */
const LEAST_MS = 2_000;

/** The samples of the last minute with a new one; one that counts fewer tasks begins anew. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && (sample.tasks < last.tasks || sample.atMs < last.atMs)) return [sample];
  return [...samples.filter(({ atMs }) => sample.atMs - atMs <= WINDOW_MS), sample];
}

/** What the last minute says of the rest. */
export interface Pace {
  /** Tasks a second. */
  readonly perSecond: number;
  /** Until the last task has its outcome at this rate, ms; `null`: nothing gets on. */
  readonly leftMs: number | null;
}

/** The pace of a run; `null`: it was not watched for long enough. */
export function paceOf(samples: readonly Sample[], tasksLeft: number): Pace | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.atMs - first.atMs < LEAST_MS) return null;
  const perSecond = (1_000 * (last.tasks - first.tasks)) / (last.atMs - first.atMs);
  return { perSecond, leftMs: perSecond === 0 ? null : (1_000 * tasksLeft) / perSecond };
}
