import type { SliceCommit, SliceRecord } from '../../../model/slices.ts';
import { endedColumns, updateEnded } from '../journal.ts';
import type { Session } from '../session.ts';
import { textArray } from '../session.ts';
import { addFailures, failureColumns } from './failures.ts';
import type { HeldJournal, JournalStep } from './slice-journal.ts';
import { MOVED_COLUMNS, movedCells, SLICE_COLUMNS, sliceFromRow } from './slice-rows.ts';

const FIRST_MOVED = 6;
const FIRST_JOURNAL = FIRST_MOVED + MOVED_COLUMNS.length;
const FIRST_WITHDRAWN = FIRST_JOURNAL + 2;
const FIRST_ENDED = FIRST_WITHDRAWN + 3;
const FIRST_FAILURES = FIRST_ENDED + endedColumns([]).length;
const SET = MOVED_COLUMNS.map((column, index) => `${column} = $${FIRST_MOVED + index}`).join(', ');

/**
 * One commit of a slice in one statement, all of it behind the fence: the slice as its holder knows it. Locks the row of
 * the slice and those of its users, and none that another slice's holder needs.
 */
const COMMIT = commitStatement('');

/** The same, with failures. */
const COMMIT_FAILURES = commitStatement(`,
  ${addFailures(FIRST_FAILURES, { no: '$1', slice: '$2', workflowId: `$${FIRST_WITHDRAWN}` }, 'slice')}`);

function commitStatement(failures: string): string {
  return `WITH
  slice AS (UPDATE {s}.slices SET seq = seq + 1, heard_at = clock_timestamp(), ${SET}
    WHERE run_no = $1 AND no = $2 AND claim = $3 AND seq = $4 AND canceling = $5 AND state <> 'ended' RETURNING 1),
  replaced AS (DELETE FROM {s}.journal WHERE $${FIRST_JOURNAL}::boolean AND run_no = $1 AND slice_no = $2
    AND EXISTS (SELECT FROM slice)),
  journaled AS (INSERT INTO {s}.journal (run_no, slice_no, seq, body)
    SELECT $1, $2, $4 + 1, $${FIRST_JOURNAL + 1}::text FROM slice WHERE $${FIRST_JOURNAL + 1}::text IS NOT NULL),
  withdrawn AS (DELETE FROM {s}.admissions WHERE workflow_id = $${FIRST_WITHDRAWN} AND run_id = $${FIRST_WITHDRAWN + 1}
    AND subject_id = ANY($${FIRST_WITHDRAWN + 2}::text[]) AND EXISTS (SELECT FROM slice)),
  written AS (${updateEnded(FIRST_ENDED)} AND EXISTS (SELECT FROM slice) RETURNING 1)${failures}
  SELECT (SELECT count(*) FROM slice), (SELECT count(*) FROM written)`;
}

/** Whether the commit is written: `false` when the slice is not as its holder knows it. @param after the slice then. */
export async function commitSlice(
  session: Session,
  { runNo, workflowId }: HeldJournal,
  { slice, withdrawn, failures = [] }: SliceCommit,
  after: SliceRecord,
  { body, replaces, ended }: JournalStep,
): Promise<boolean> {
  const [row = []] = await session.rows(failures.length === 0 ? COMMIT : COMMIT_FAILURES, [
    runNo,
    slice.slice,
    slice.claim,
    slice.seq,
    slice.canceling,
    ...movedCells(after),
    replaces,
    body,
    workflowId,
    slice.runId,
    textArray(withdrawn),
    ...endedColumns(ended),
    ...(failures.length === 0 ? [] : failureColumns(failures)),
  ]);
  return Number(row[0]) === 1;
}

/** The slice as it is in the database. */
export async function readSlice(
  session: Session,
  runNo: number,
  { runId, slice }: SliceRecord,
): Promise<SliceRecord | null> {
  const sql = `SELECT ${SLICE_COLUMNS} FROM {s}.slices WHERE run_no = $1 AND no = $2`;
  const [row] = await session.rows(sql, [runNo, slice]);
  return row ? sliceFromRow(runId, row) : null;
}
