/**
 * Reads Graph-shaped JSON as it is found in exports: unknown fields are passed over, dates of the year 1
 * mean "not yet", statuses of newer versions and `unknownFutureValue` are taken for what they can be.
 */
import {
  type ProcessingStatus,
  TASK_STATUSES,
  type TaskStatus,
  type UserStatus,
} from '../../model/status.ts';
import { isTerminal } from '../model/edges.ts';
import { sum } from '../model/recount.ts';
import type { RunSnapshot, TaskSnapshot, UserSnapshot } from '../model/snapshot.ts';
import type { Findings } from './violation.ts';

/** A row of JSON. */
type Row = Readonly<Record<string, unknown>>;

const RUN_STATUSES: readonly string[] = [
  'queued',
  'inProgress',
  'completed',
  'completedWithErrors',
  'canceled',
  'failed',
  'canceling',
  'quarantined',
] satisfies readonly ProcessingStatus[];

/** The rows of a list, or of a page of Graph (`{ value: [...] }`). */
export function rowsOf(list: Iterable<object> | { readonly value: Iterable<object> }): readonly object[] {
  return Symbol.iterator in list ? [...list] : [...list.value];
}

/** The snapshot of a run and the results that are at hand; what cannot be read is noted. */
export function snapshotOfGraph(run: object, results: readonly object[], findings: Findings): RunSnapshot {
  const row = run as Row;
  const users = results.map((result) => userOf(result, findings));
  const areMasked = users.length > 0 && users.every(({ status }) => status === 'quarantined');
  const count = (name: string) => countOf(row, name, findings);
  const hasTotal = 'totalTasksCount' in row || 'totalTasksCounts' in row;
  return {
    status: runStatusOf(row, areMasked, findings),
    scheduledAt: momentOf(row, 'scheduledDateTime', findings) ?? Number.NEGATIVE_INFINITY,
    startedAt: momentOf(row, 'startedDateTime', findings),
    completedAt: momentOf(row, 'completedDateTime', findings),
    lastUpdatedAt: momentOf(row, 'lastUpdatedDateTime', findings) ?? Number.POSITIVE_INFINITY,
    totalUsersCount: count('totalUsersCount'),
    successfulUsersCount: count('successfulUsersCount'),
    failedUsersCount: count('failedUsersCount'),
    // The resource of 2022 had no total, and the page that describes it spells it with an s (domain §1.2).
    totalTasksCount: hasTotal
      ? count('totalTasksCount' in row ? 'totalTasksCount' : 'totalTasksCounts')
      : sum(users.map((user) => user.totalTasksCount)),
    failedTasksCount: count('failedTasksCount'),
    totalUnprocessedTasksCount: count('totalUnprocessedTasksCount'),
    users,
    reports: null,
    continueOnError: null,
  };
}

/** A masked status of a run is `canceling` or `quarantined`: the second when all of its users are. */
function runStatusOf(row: Row, areUsersMasked: boolean, findings: Findings): ProcessingStatus {
  const status = row.processingStatus;
  if (RUN_STATUSES.includes(status as string)) return status as ProcessingStatus;
  findings.expect(typeof status === 'string', 'shape', `processingStatus is ${JSON.stringify(status)}`, row);
  return areUsersMasked ? 'quarantined' : 'canceling';
}

/** A user's masked status is `quarantined`, or `inProgress` while its last task drains (domain §6.2). */
function userStatusOf(row: Row, startedAt: number | null, findings: Findings): UserStatus {
  const status = row.processingStatus;
  if (status !== 'canceling' && RUN_STATUSES.includes(status as string)) return status as UserStatus;
  findings.expect(typeof status === 'string', 'shape', `processingStatus is ${JSON.stringify(status)}`, row);
  return startedAt === null && status !== 'canceling' ? 'quarantined' : 'inProgress';
}

function userOf(result: object, findings: Findings): UserSnapshot {
  const row = result as Row;
  const startedAt = momentOf(row, 'startedDateTime', findings);
  const totalTasksCount = countOf(row, 'totalTasksCount', findings);
  const status = userStatusOf(row, startedAt, findings);
  const tasks = tasksOf(row, findings);
  return {
    status,
    startedAt,
    completedAt: momentOf(row, 'completedDateTime', findings),
    totalTasksCount,
    failedTasksCount: countOf(row, 'failedTasksCount', findings),
    totalUnprocessedTasksCount: countOf(row, 'totalUnprocessedTasksCount', findings),
    tasks: tasks?.length === totalTasksCount ? tasks : null,
  };
}

/** Expanded task results; Graph promises no order, so those that have run come first, by their start. */
function tasksOf(row: Row, findings: Findings): readonly TaskSnapshot[] | null {
  const list = row.taskProcessingResults;
  if (!Array.isArray(list)) return null;
  const tasks = list.map((item: unknown): TaskSnapshot => {
    const task = (typeof item === 'object' && item !== null ? item : {}) as Row;
    const status = task.processingStatus as TaskStatus;
    findings.expect(TASK_STATUSES.includes(status), 'shape', `a task is \`${String(status)}\``, row, task);
    return {
      status: TASK_STATUSES.includes(status) ? status : 'queued',
      startedAt: momentOf(task, 'startedDateTime', findings),
      completedAt: momentOf(task, 'completedDateTime', findings),
    };
  });
  const rank = ({ status }: TaskSnapshot) => Number(!isTerminal(status) || status === 'canceled');
  return tasks.sort((a, b) => rank(a) - rank(b) || (a.startedAt ?? 0) - (b.startedAt ?? 0));
}

function countOf(row: Row, name: string, findings: Findings): number {
  const value = row[name];
  const isCount = typeof value === 'number' && Number.isInteger(value);
  findings.expect(
    isCount,
    'shape',
    `Expected ${name} to be a whole number, got ${JSON.stringify(value)}`,
    row,
  );
  return isCount ? value : 0;
}

/** Dates before 1900 are .NET's "none". */
const NO_DATE_BEFORE = Date.UTC(1900, 0, 1);

/** A moment in ms; `null` for one that has not come. */
function momentOf(row: object, name: string, findings: Findings): number | null {
  const value = (row as Row)[name];
  if (value === null || value === undefined) return null;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  const what = `Expected ${name} to be an ISO 8601 date, got ${JSON.stringify(value)}`;
  findings.expect(!Number.isNaN(ms), 'shape', what, row);
  return Number.isNaN(ms) || ms < NO_DATE_BEFORE ? null : ms;
}
