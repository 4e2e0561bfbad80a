import type { RunRecord } from '../../model/records.ts';
import { columnOf } from './columns.ts';
import type { Cell, Row } from './connection.ts';

/** Fields of a run that move its lists and sums: rare changes. The order is that of the columns. */
const RARE_FIELDS = [
  'id',
  'workflowId',
  'workflowVersion',
  'workflowDisplayName',
  'createdBy',
  'driver',
  'workflowExecutionType',
  'processingStatus',
  'scheduledAtMs',
  'startedAtMs',
  'completedAtMs',
  'slotAtMs',
  'published',
  'totalUsersCount',
  'totalTasksCount',
  'isNoOp',
  'activatedOnScope',
] as const satisfies readonly (keyof RunRecord)[];

/** Fields of a run that most commits change. */
const FREQUENT_FIELDS = [
  'lastUpdatedAtMs',
  'successfulUsersCount',
  'failedUsersCount',
  'failedTasksCount',
  'totalUnprocessedTasksCount',
  'completedWithErrorsUsersCount',
  'canceledUsersCount',
  'knownUsersCount',
  'knownTasksCount',
  'taskReports',
  'claim',
  'inHand',
] as const satisfies readonly (keyof RunRecord)[];

const FIELDS = [...FREQUENT_FIELDS, ...RARE_FIELDS];

/** Does not compile while a field of a run has no column. */
type FieldsMissing = Exclude<keyof RunRecord, (typeof FIELDS)[number]>;
const NO_FIELD_IS_MISSING: [FieldsMissing] extends [never] ? true : FieldsMissing = true;
void NO_FIELD_IS_MISSING;

/** Columns of a run, in the order of {@link runFromRow}. */
export const RUN_COLUMNS = FIELDS.map(columnOf).join(', ');

/** Inserts {@link runCells}. FAIL: see the triggers in `schema.ts`. */
export const INSERT_RUN = `INSERT OR FAIL INTO runs (${RUN_COLUMNS}) VALUES (${FIELDS.map(() => '?').join(', ')})`;

/** Replaces all of a run; {@link runCells} and its id. */
export const REPLACE_RUN = `UPDATE OR FAIL runs SET ${FIELDS.map((field) => `${columnOf(field)} = ?`).join(', ')} WHERE id = ?`;

/**
 * Replaces a run of which only frequent fields have changed ({@link isTouch}); {@link runCells}. It leaves a dozen
 * indexes alone that {@link REPLACE_RUN} would rewrite.
 */
export const TOUCH_RUN = `UPDATE OR FAIL runs SET ${FREQUENT_FIELDS.map((field) => `${columnOf(field)} = ?`).join(', ')} WHERE ${RARE_FIELDS.map((field) => `${columnOf(field)} ${field === 'id' ? '=' : 'IS'} ?`).join(' AND ')}`;

/** The values of {@link RUN_COLUMNS}. */
export function runCells(run: RunRecord): Cell[] {
  return FIELDS.map((field) => {
    if (field === 'taskReports') return JSON.stringify(packReports(run));
    if (field === 'activatedOnScope') return scopeCell(run);
    const value = run[field];
    return typeof value === 'boolean' ? Number(value) : value;
  });
}

/** Whether two states of a run, as {@link runCells}, differ in frequent fields only. */
export function isTouch(before: readonly Cell[], after: readonly Cell[]): boolean {
  return after.every((cell, index) => index < FREQUENT_FIELDS.length || cell === before[index]);
}

/** The record of a row. */
export function runFromRow(row: Row): RunRecord {
  const fields: Record<string, unknown> = {};
  for (const [index, field] of FIELDS.entries()) fields[field] = row[index];
  const reports = JSON.parse(String(fields.taskReports)) as readonly (readonly [number, number, number])[];
  fields.taskReports = reports.map(([successful, failed, total]) => ({
    successfulUsersCount: successful,
    failedUsersCount: failed,
    totalUsersCount: total,
  }));
  fields.inHand = fields.inHand === 1;
  fields.published = fields.published === 1;
  fields.isNoOp = fields.isNoOp === 1;
  if (fields.activatedOnScope !== null) fields.activatedOnScope = JSON.parse(String(fields.activatedOnScope));
  return fields as unknown as RunRecord;
}

function scopeCell({ activatedOnScope }: RunRecord): string | null {
  return activatedOnScope === null ? null : JSON.stringify(activatedOnScope);
}

function packReports(run: RunRecord): readonly (readonly [number, number, number])[] {
  return run.taskReports.map((one) => [one.successfulUsersCount, one.failedUsersCount, one.totalUsersCount]);
}
