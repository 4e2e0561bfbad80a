/** Runs and what their open slices have moved. */
import type { RunRecord } from '../../../model/records.ts';
import type { SliceKey, SliceMoves } from '../../../model/slices.ts';
import { runWithSlices } from '../../../rules/status/slice.ts';
import type { Cell, Row } from '../../sql/cells.ts';
import { columnOf } from '../../sql/columns.ts';
import { RUN_COLUMNS, RUN_FIELDS, runCells, runFromRow } from '../../sql/run-rows.ts';
import type { Session } from '../session.ts';
import { textArray } from '../session.ts';
import { movesFromRow, SLICE_SUMS } from './slice-rows.ts';

const RUN = RUN_COLUMNS.split(', ')
  .map((column) => `runs.${column}`)
  .join(', ');

const GET = `SELECT ${RUN}, open.* FROM {s}.runs CROSS JOIN LATERAL (SELECT ${SLICE_SUMS} FROM {s}.slices
  WHERE slices_left > 0 AND run_no = runs.no AND state = 'active') AS open WHERE runs.id = $1`;

const LIST = `SELECT runs.id, ${SLICE_SUMS} FROM {s}.runs JOIN {s}.slices ON run_no = runs.no AND state = 'active'
  WHERE slices_left > 0 AND runs.id = ANY($1::text[]) GROUP BY runs.id`;

const OTHERS = `SELECT ${SLICE_SUMS} FROM {s}.runs JOIN {s}.slices ON run_no = runs.no AND state = 'active'
  WHERE slices_left > 0 AND runs.id = $1 AND slices.no <> $2`;

const PUT = `UPDATE {s}.runs SET ${RUN_FIELDS.map((field, index) => `${columnOf(field)} = $${index + 1}`).join(', ')},
  slices_left = slices_left - $${RUN_FIELDS.length + 1} WHERE id = $${RUN_FIELDS.length + 2}`;

/** A run as readers see it, in one statement. */
export async function getSeenRun(session: Session, id: string): Promise<RunRecord | null> {
  const [row] = await session.rows(GET, [id]);
  return row ? runWithSlices(runFromRow(row), movesFromRow(row.slice(RUN_FIELDS.length))) : null;
}

/** Runs as readers see them, in the same order. */
export async function seenRuns(session: Session, rows: readonly Row[]): Promise<readonly RunRecord[]> {
  const runs = rows.map(runFromRow);
  const open = runs.filter(({ processingStatus: is, driver }) => OPEN.has(is) && driver === 'engine');
  if (open.length === 0) return runs;
  const found = await session.rows(LIST, [textArray(open.map(({ id }) => id))]);
  const moves = new Map(found.map(([id, ...sums]) => [String(id), movesFromRow(sums)]));
  return runs.map((run) => runWithSlices(run, moves.get(run.id) ?? []));
}

/** Statuses of runs that may have open slices. */
const OPEN: ReadonlySet<string> = new Set(['queued', 'inProgress', 'canceling']);

/** The row of a run, locked until the transaction ends. */
export async function lockRun(session: Session, id: string): Promise<RunRecord | null> {
  const [row] = await session.rows(`SELECT ${RUN} FROM {s}.runs WHERE id = $1 FOR NO KEY UPDATE`, [id]);
  return row ? runFromRow(row) : null;
}

/** Replaces the row of a run, of which `ended` slices have ended. */
export async function putRunRow(session: Session, run: RunRecord, ended: number): Promise<void> {
  const values: Cell[] = [...runCells(run), ended, run.id];
  await session.rows(PUT, values);
}

/** What the other slices of the run have moved that are at work. */
export async function movesOfOthers(
  session: Session,
  { runId, slice }: SliceKey,
): Promise<readonly SliceMoves[]> {
  const [row = []] = await session.rows(OTHERS, [runId, slice]);
  return movesFromRow(row);
}
