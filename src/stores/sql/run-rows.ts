import type { RunRecord } from '../../model/records.ts';
import type { Cell, Row } from './cells.ts';
import { columnOf } from './columns.ts';

/** Fields of a run that its lists and sums depend on; they change rarely. In the order of the columns. */
export const RARE_FIELDS = [
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
export const FREQUENT_FIELDS = [
  'lastUpdatedAtMs',
  'revision',
  'successfulUsersCount',
  'failedUsersCount',
  'failedTasksCount',
  'totalUnprocessedTasksCount',
  'completedWithErrorsUsersCount',
  'canceledUsersCount',
  'knownUsersCount',
  'knownTasksCount',
  'lastUserEndAtMs',
  'taskReports',
  'claim',
  'seq',
  'inHand',
] as const satisfies readonly (keyof RunRecord)[];

/** All fields of a run, in the order of {@link RUN_COLUMNS}. */
export const RUN_FIELDS = [...FREQUENT_FIELDS, ...RARE_FIELDS];

/** Fails to compile if a field of a run has no column. */
type FieldsMissing = Exclude<keyof RunRecord, (typeof RUN_FIELDS)[number]>;
const NO_FIELD_IS_MISSING: [FieldsMissing] extends [never] ? true : FieldsMissing = true;
void NO_FIELD_IS_MISSING;

/** Columns of a run, in the order of {@link runFromRow}. */
export const RUN_COLUMNS = RUN_FIELDS.map(columnOf).join(', ');

/** The values of {@link RUN_COLUMNS}; flags are 0 or 1. */
export function runCells(run: RunRecord): Cell[] {
  return RUN_FIELDS.map((field) => {
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

/** Converts a row to a record. */
export function runFromRow(row: Row): RunRecord {
  const fields: Record<string, unknown> = {};
  for (const [index, field] of RUN_FIELDS.entries()) fields[field] = row[index];
  const reports = JSON.parse(String(fields.taskReports)) as readonly (readonly [number, number, number])[];
  fields.taskReports = reports.map(([successful, failed, total]) => ({
    successfulUsersCount: successful,
    failedUsersCount: failed,
    totalUsersCount: total,
  }));
  for (const flag of ['inHand', 'published', 'isNoOp']) fields[flag] = Number(fields[flag]) === 1;
  if (fields.activatedOnScope !== null) fields.activatedOnScope = JSON.parse(String(fields.activatedOnScope));
  return fields as unknown as RunRecord;
}

function scopeCell({ activatedOnScope }: RunRecord): string | null {
  return activatedOnScope === null ? null : JSON.stringify(activatedOnScope);
}

function packReports(run: RunRecord): readonly (readonly [number, number, number])[] {
  return run.taskReports.map((one) => [one.successfulUsersCount, one.failedUsersCount, one.totalUsersCount]);
}
