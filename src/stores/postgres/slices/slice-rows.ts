import type { TaskReportCounters } from '../../../model/counters.ts';
import type { SliceRecord } from '../../../model/slices.ts';
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

/** Converts a row to a record. */
export function sliceFromRow(runId: string, row: Row): SliceRecord {
  const [no, firstNo, lastNo, state, claim, seq, inHand, canceling, ...rest] = row;
  const [successful, failed, failedTasks, unprocessed, withErrors, canceled, reports, ...times] = rest;
  const [startedAtMs, lastUserEndAtMs, lastUpdatedAtMs] = times as (number | null)[];
  const pairs = JSON.parse(String(reports)) as readonly (readonly [number, number])[];
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
    moved: {
      ...NO_COUNTERS,
      successfulUsersCount: Number(successful),
      failedUsersCount: Number(failed),
      failedTasksCount: Number(failedTasks),
      totalUnprocessedTasksCount: Number(unprocessed),
      completedWithErrorsUsersCount: Number(withErrors),
      canceledUsersCount: Number(canceled),
    },
    taskReports: pairs.map(([successfulUsersCount, failedUsersCount]) => ({
      successfulUsersCount,
      failedUsersCount,
      totalUsersCount: 0,
    })),
    startedAtMs: startedAtMs ?? null,
    lastUserEndAtMs: lastUserEndAtMs ?? null,
    lastUpdatedAtMs: Number(lastUpdatedAtMs),
  };
}
