import type { UserRecord } from '../../model/records.ts';
import type { UserStatus } from '../../model/status.ts';
import { packAttempts, packOutcomes, unpackAttempts, unpackOutcomes } from '../journal/outcomes.ts';
import type { Cell, Row } from './cells.ts';

/** Columns of a row of `users` after `run_no`, in the order of {@link userFromRow} and {@link putCells}. */
export const USER_COLUMNS =
  'no, subject_id, processing_status, workflow_version, created_at_ms, scheduled_at_ms, started_at_ms, completed_at_ms, total_tasks_count, failed_tasks_count, total_unprocessed_tasks_count, outcomes, attempts';

type UserRow = readonly [
  ordinal: number,
  subjectId: string,
  status: UserStatus,
  workflowVersion: number,
  createdAtMs: number,
  scheduledAtMs: number,
  startedAtMs: number | null,
  completedAtMs: number | null,
  totalTasksCount: number,
  failedTasksCount: number,
  totalUnprocessedTasksCount: number,
  outcomes: string | null,
  attempts: string | null,
];

/** Converts a row to a record. */
export function userFromRow(runId: string, cells: Row): UserRecord {
  const row = cells as UserRow;
  const outcomes = row[11];
  const attempts = row[12];
  if (outcomes?.startsWith('{')) {
    const { positions, outcomes: packed } = JSON.parse(outcomes) as {
      positions: number[];
      outcomes: unknown;
    };
    const text = packed === null ? null : JSON.stringify(packed);
    return { ...userFromRow(runId, cells.with(11, text)), positions };
  }
  return {
    runId,
    ordinal: row[0],
    subjectId: row[1],
    processingStatus: row[2],
    workflowVersion: row[3],
    createdAtMs: row[4],
    scheduledAtMs: row[5],
    startedAtMs: row[6],
    completedAtMs: row[7],
    totalTasksCount: row[8],
    failedTasksCount: row[9],
    totalUnprocessedTasksCount: row[10],
    outcomes:
      outcomes === null ? null : outcomes === '[]' ? [] : unpackOutcomes(JSON.parse(outcomes), row[4]),
    attempts: attempts === null ? null : unpackAttempts(JSON.parse(attempts)),
  };
}

/** `run_no` and {@link USER_COLUMNS}. */
export const CELLS_PER_USER = 14;

/** Puts `run_no` and {@link USER_COLUMNS} of a record into `cells` from index `at` on. */
export function putCells(cells: Cell[], at: number, runNo: number, user: UserRecord): void {
  cells[at] = runNo;
  cells[at + 1] = user.ordinal;
  cells[at + 2] = user.subjectId;
  cells[at + 3] = user.processingStatus;
  cells[at + 4] = user.workflowVersion;
  cells[at + 5] = user.createdAtMs;
  cells[at + 6] = user.scheduledAtMs;
  cells[at + 7] = user.startedAtMs;
  cells[at + 8] = user.completedAtMs;
  cells[at + 9] = user.totalTasksCount;
  cells[at + 10] = user.failedTasksCount;
  cells[at + 11] = user.totalUnprocessedTasksCount;
  cells[at + 12] = outcomesCell(user);
  cells[at + 13] = attemptsCell(user);
}

/** The text of the column `outcomes`. */
export function outcomesCell(user: UserRecord): string | null {
  const outcomes = user.outcomes === null ? null : packOutcomes(user.outcomes, user.createdAtMs);
  return user.positions === undefined
    ? outcomes
    : `{"positions":${JSON.stringify(user.positions)},"outcomes":${outcomes}}`;
}

/** The text of the column `attempts`. */
export function attemptsCell(user: UserRecord): string | null {
  return user.attempts === null ? null : packAttempts(user.attempts);
}
