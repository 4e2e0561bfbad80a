/** Checks one run of an export with what was read of it at one moment. */
import { TERMINAL } from '../model/edges.ts';
import { checkRun } from '../oracles/check-run.ts';
import type { OracleViolation } from '../oracles/violation.ts';
import { type ExportRow, idOf } from './export-kinds.ts';
import { type ExportEntry, type ExportMoment, isWhole } from './export-moments.ts';
import { factOf } from './rule-facts.ts';
import { DOCUMENTS_MAX, type Sureness, type Tally } from './tally.ts';
import { MASKED, reportViolations, type VerifySettings, verifyTask } from './verify-rows.ts';

/** What is known of a run. */
export interface KnownRun {
  readonly entry: ExportEntry;
  /** Of {@link usersOf}. */
  readonly users: readonly ExportEntry[];
  readonly reports: readonly ExportEntry[];
  /** Whether the list of its user results was read to its end, and the one of its task results at all. */
  readonly areUsersListed: boolean;
  readonly areTasksRead: boolean;
}

/** Checks a run, its user results with their tasks, and its task reports. */
export function verifyRun(id: string, known: KnownRun, settings: VerifySettings, tally: Tally): void {
  const { entry, users, reports, areUsersListed: isListed } = known;
  const { row: run } = entry;
  if (!isListed) tally.unchecked(users.length === 0 ? 'runUsers' : 'someUsers');
  for (const { row } of [entry, ...users]) if (row.processingStatus === MASKED) tally.unchecked('masked');
  const isShort = users.length < Number(run.totalUsersCount);
  // A run that is reported on from outside may know counts only: then its task reports do not have those users.
  const areTold = !isShort && users.every(hasTasks);
  const areReportsCompared = reports.every(isOfWholeList) && (areTold || !known.areTasksRead);
  if (reports.length > 0 && !areReportsCompared) tally.unchecked('someReports');

  const documents = new Set([entry, ...users, ...reports].map(({ document }) => document));
  const isOver = (TERMINAL as readonly unknown[]).includes(run.processingStatus);
  const note = (violation: OracleViolation): void => {
    const isMasked = [run, ...violation.rows].some((row) => (row as ExportRow).processingStatus === MASKED);
    const isWide = factOf(violation.rule).needsUsers === true;
    let sureness: Sureness = 'certain';
    if (isMasked || (isWide && isListed && isShort)) sureness = 'possible';
    else if (isWide && !isOver && documents.size > 1) sureness = 'likely';
    else if (isWide && reports.length > 0 && !areTold) sureness = 'likely';
    tally.found(violation, {
      sureness,
      run: id,
      documents: isWide ? [...documents].slice(0, DOCUMENTS_MAX) : [entry.document],
    });
  };
  const options = {
    ...settings,
    results: isListed ? 'all' : 'some',
    ...(areReportsCompared && reports.length > 0 ? { taskReports: reports.map(({ row }) => row) } : {}),
  } as const;
  const rows = users.map(({ row }) => row);
  for (const violation of checkRun(run, rows, options)) note(violation);
  for (const { row } of reports)
    for (const violation of reportViolations(row, run, settings)) note(violation);
}

/**
 * User results with their task results, where all of them are there; task results of others are checked by themselves.
 *
 * @param run `''`: not known.
 */
export function usersOf(
  users: readonly ExportEntry[],
  moment: ExportMoment,
  run: string,
  tally: Tally,
): readonly ExportEntry[] {
  const tasks = tasksByUser(moment, run, users);
  const runId = run === '' ? null : run;
  for (const entry of tasks.get(null) ?? []) {
    tally.unchecked('taskUser');
    verifyTask(entry, runId, tally);
  }
  return users.map((user) => {
    const { taskProcessingResults: inline, totalTasksCount: total } = user.row;
    const own = tasks.get(idOf(user.row)) ?? [];
    if (own.length > 0 && own.length >= Number(total))
      return { ...user, row: { ...user.row, taskProcessingResults: own.map(({ row }) => row) } };
    for (const entry of own) verifyTask(entry, runId, tally);
    if (!Array.isArray(inline) || inline.length < Number(total)) tally.unchecked('userTasks');
    return user;
  });
}

/** Task results by the id of the user result: of the list of that user, or by the subject; `null`: of none. */
function tasksByUser(
  moment: ExportMoment,
  run: string,
  users: readonly ExportEntry[],
): ReadonlyMap<string | null, readonly ExportEntry[]> {
  const known = new Set(users.map(({ row }) => idOf(row)));
  const bySubject = new Map(users.map(({ row }) => [subjectOf(row), idOf(row)]));
  return Map.groupBy(moment.tasks.get(run)?.values() ?? [], ({ row, user }) => {
    const subject = subjectOf(row);
    const found = user ?? (subject === null ? undefined : bySubject.get(subject));
    return found !== undefined && known.has(found) ? found : null;
  });
}

function subjectOf({ subject, workflowSubject }: ExportRow): string | null {
  const { id } = (subject ?? workflowSubject ?? {}) as ExportRow;
  return typeof id === 'string' ? id : null;
}

function hasTasks({ row }: ExportEntry): boolean {
  return Array.isArray(row.taskProcessingResults);
}

/** Whether a row stands in a list whose pages were all read. */
export function isOfWholeList({ list }: ExportEntry): boolean {
  return list !== null && isWhole(list);
}
