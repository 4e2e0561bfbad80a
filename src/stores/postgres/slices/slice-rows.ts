import type { RunCounters, TaskReportCounters } from '../../../model/counters.ts';
import type { SliceMoves, SliceRecord } from '../../../model/slices.ts';
import { NO_COUNTERS } from '../../../rules/counters/counters.ts';
import type { Cell, Row } from '../../sql/cells.ts';

/** Columns of a slice, in the order of {@link sliceFromRow}. */
export const SLICE_COLUMNS = [
  'no',
  'first_no',
  'last_no',
  'state',
  'claim',
  'seq',
  'in_hand',
  'canceling',
  'successful_users',
  'failed_users',
  'failed_tasks',
  'unprocessed_tasks',
  'completed_with_errors_users',
  'canceled_users',
  'task_reports',
  'started_at_ms',
  'last_user_end_at_ms',
  'last_updated_at_ms',
]
  .map((column) => `slices.${column}`)
  .join(', ');

/** Columns that a commit changes, beside `seq` and `heard_at`, in the order of {@link movedCells}. */
export const MOVED_COLUMNS = [
  'state',
  'successful_users',
  'failed_users',
  'failed_tasks',
  'unprocessed_tasks',
  'completed_with_errors_users',
  'canceled_users',
  'task_reports',
  'started_at_ms',
  'last_user_end_at_ms',
  'last_updated_at_ms',
] as const;

/**
 * What several slices have moved, in the order of {@link movesFromRow}: summed up by the database, since a run can have
 * a thousand of them. Their reports come as one text.
 */
export const SLICE_SUMS = `sum(successful_users)::int8, sum(failed_users)::int8, sum(failed_tasks)::int8,
  sum(unprocessed_tasks)::int8, sum(completed_with_errors_users)::int8, sum(canceled_users)::int8,
  string_agg(slices.task_reports, ','), sum(slices.seq)::int8, max(slices.last_user_end_at_ms),
  max(slices.last_updated_at_ms)`;

/** The values of {@link MOVED_COLUMNS}. */
export function movedCells({ state, moved, taskReports, ...times }: SliceRecord): Cell[] {
  return [
    state,
    moved.successfulUsersCount,
    moved.failedUsersCount,
    moved.failedTasksCount,
    moved.totalUnprocessedTasksCount,
    moved.completedWithErrorsUsersCount,
    moved.canceledUsersCount,
    reportsCell(taskReports),
    times.startedAtMs,
    times.lastUserEndAtMs,
    times.lastUpdatedAtMs,
  ];
}

/** Task reports as they are kept: what was added to the two counters of each. */
export function reportsCell(reports: readonly TaskReportCounters[]): string {
  return JSON.stringify(reports.map((one) => [one.successfulUsersCount, one.failedUsersCount]));
}

/** Converts a row of {@link SLICE_SUMS}; `[]`: it is of no slice. */
export function movesFromRow(row: Row): readonly SliceMoves[] {
  const [reports, seq, lastUserEndAtMs, lastUpdatedAtMs] = row.slice(6);
  if (typeof seq !== 'number') return [];
  return [
    {
      moved: movedOf(row),
      taskReports: sumOfReports(String(reports)),
      seq,
      lastUserEndAtMs: lastUserEndAtMs as number | null,
      lastUpdatedAtMs: Number(lastUpdatedAtMs),
    },
  ];
}

type Pairs = readonly (readonly [successful: number, failed: number])[];

function sumOfReports(texts: string): readonly TaskReportCounters[] {
  const [first = [], ...others] = JSON.parse(`[${texts}]`) as readonly Pairs[];
  const sums = first.map(([successful, failed]) => [successful, failed] as [number, number]);
  for (const pairs of others)
    for (const [position, sum] of sums.entries()) {
      sum[0] += pairs[position]?.[0] ?? 0;
      sum[1] += pairs[position]?.[1] ?? 0;
    }
  return sums.map(reportOf);
}

function reportOf([successfulUsersCount, failedUsersCount]: readonly [number, number]): TaskReportCounters {
  return { successfulUsersCount, failedUsersCount, totalUsersCount: 0 };
}

/** @param row begins with six counters. */
function movedOf(row: Row): RunCounters {
  const [successful, failed, failedTasks, unprocessed, withErrors, canceled] = row;
  return {
    ...NO_COUNTERS,
    successfulUsersCount: Number(successful),
    failedUsersCount: Number(failed),
    failedTasksCount: Number(failedTasks),
    totalUnprocessedTasksCount: Number(unprocessed),
    completedWithErrorsUsersCount: Number(withErrors),
    canceledUsersCount: Number(canceled),
  };
}

/** Converts a row to a record. */
export function sliceFromRow(runId: string, row: Row): SliceRecord {
  const [no, firstNo, lastNo, state, claim, seq, inHand, canceling, ...rest] = row;
  const [reports, ...times] = rest.slice(6);
  const [startedAtMs, lastUserEndAtMs, lastUpdatedAtMs] = times as (number | null)[];
  return {
    runId,
    slice: Number(no),
    firstOrdinal: Number(firstNo),
    lastOrdinal: Number(lastNo),
    state: state as SliceRecord['state'],
    claim: Number(claim),
    seq: Number(seq),
    inHand: Boolean(inHand),
    canceling: Boolean(canceling),
    moved: movedOf(rest),
    taskReports: (JSON.parse(String(reports)) as Pairs).map(reportOf),
    startedAtMs: startedAtMs ?? null,
    lastUserEndAtMs: lastUserEndAtMs ?? null,
    lastUpdatedAtMs: Number(lastUpdatedAtMs),
  };
}
