/**
 * Reads Graph-shaped JSON as it is found in exports: unknown fields are passed over, dates of the year 1
 * mean "not yet", statuses of newer versions and `unknownFutureValue` are taken for what they can be.
 */
import { shown } from '../../errors/shown.ts';
import {
  type ProcessingStatus,
  TASK_STATUSES,
  type TaskStatus,
  type UserStatus,
} from '../../model/status.ts';
import { isTerminal } from '../model/edges.ts';
import { sum } from '../model/recount.ts';
import type { ReportSnapshot, RunSnapshot, TaskSnapshot, UserSnapshot } from '../model/snapshot.ts';
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

/** The snapshot of a run, and the results and reports that are at hand; what cannot be read is noted. */
export function snapshotOfGraph(
  run: object,
  results: readonly object[],
  findings: Findings,
  reports: readonly object[] | null = null,
): RunSnapshot {
  const row = run as Row;
  const users = results.map((result) => userOf(result, findings));
  const areMasked = users.length > 0 && users.every(({ status }) => status === 'quarantined');
  const count = (name: string) => countOf(row, name, findings);
  const hasTotal = 'totalTasksCount' in row || 'totalTasksCounts' in row;
  const [failedTasksCount, totalUnprocessedTasksCount] = [
    count('failedTasksCount'),
    count('totalUnprocessedTasksCount'),
  ];
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
      : Math.max(
          sum(users.map((user) => user.totalTasksCount)),
          failedTasksCount + totalUnprocessedTasksCount,
        ),
    failedTasksCount,
    totalUnprocessedTasksCount,
    users,
    continueOnError: flagsOf(results),
    ...reportsOf(reports, findings),
  };
}

/** Places of tasks in a workflow beyond this one are not believed. */
const SEQUENCE_MAX = 1_000;

/** The 1-based place of a task in its workflow, of a row that has its `task` expanded. */
function sequenceOf(row: Row): number | null {
  const { executionSequence: place } = (row.task ?? {}) as Row;
  return Number.isInteger(place) && (place as number) >= 1 && (place as number) <= SEQUENCE_MAX
    ? (place as number)
    : null;
}

/** `continueOnError` by place; `null` where the task results do not say it, or say different things. */
function flagsOf(results: readonly object[]): readonly boolean[] | null {
  const flags: boolean[] = [];
  for (const task of results.flatMap((result) => taskRowsOf(result as Row) ?? [])) {
    const { continueOnError } = (task.task ?? {}) as Row;
    const place = sequenceOf(task);
    if (place === null || typeof continueOnError !== 'boolean') return null;
    if (flags[place - 1] !== undefined && flags[place - 1] !== continueOnError) return null;
    flags[place - 1] = continueOnError;
  }
  return flags.length === 0 ? null : Array.from(flags, (flag) => flag ?? false);
}

/** Task reports, by the place of their task where it is expanded. */
function reportsOf(
  rows: readonly object[] | null,
  findings: Findings,
): Pick<RunSnapshot, 'reports' | 'areReportsInOrder'> {
  if (rows === null) return { reports: null };
  const reports = (rows as readonly Row[]).map((row) => ({
    place: sequenceOf(row),
    counts: {
      totalUsersCount: countOf(row, 'totalUsersCount', findings),
      successfulUsersCount: countOf(row, 'successfulUsersCount', findings),
      failedUsersCount: countOf(row, 'failedUsersCount', findings),
    },
  }));
  const places = new Set(reports.map(({ place }) => place));
  if (places.has(null) || places.size < reports.length)
    return { reports: reports.map(({ counts }) => counts), areReportsInOrder: false };
  const ordered = Array.from({ length: Math.max(0, ...(places as Set<number>)) }, () => NO_USERS);
  for (const { place, counts } of reports) ordered[(place as number) - 1] = counts;
  return { reports: ordered };
}

/** Of a task that is disabled, and so has no report. */
const NO_USERS: ReportSnapshot = { totalUsersCount: 0, successfulUsersCount: 0, failedUsersCount: 0 };

/** A masked status of a run is `canceling` or `quarantined`: the second when all of its users are. */
function runStatusOf(row: Row, areUsersMasked: boolean, findings: Findings): ProcessingStatus {
  const status = row.processingStatus;
  if (RUN_STATUSES.includes(status as string)) return status as ProcessingStatus;
  findings.expect(typeof status === 'string', 'shape', `processingStatus is ${shown(status)}`, row);
  return areUsersMasked ? 'quarantined' : 'canceling';
}

/** A user's masked status is `quarantined`, or `inProgress` while its last task drains (domain §6.2). */
function userStatusOf(row: Row, startedAt: number | null, findings: Findings): UserStatus {
  const status = row.processingStatus;
  if (status !== 'canceling' && RUN_STATUSES.includes(status as string)) return status as UserStatus;
  findings.expect(typeof status === 'string', 'shape', `processingStatus is ${shown(status)}`, row);
  return startedAt === null && status !== 'canceling' ? 'quarantined' : 'inProgress';
}

function userOf(result: object, findings: Findings): UserSnapshot {
  const row = result as Row;
  const startedAt = momentOf(row, 'startedDateTime', findings);
  const totalTasksCount = countOf(row, 'totalTasksCount', findings);
  const status = userStatusOf(row, startedAt, findings);
  const rows = taskRowsOf(row);
  const tasks = rows && tasksOf(row, rows, findings);
  const isTold = tasks !== null && tasks.length >= totalTasksCount;
  const positions = rows?.map(sequenceOf).toSorted((a, b) => Number(a) - Number(b));
  const arePlaced =
    isTold && positions?.every((place, index) => place !== null && place !== positions[index - 1]);
  return {
    status,
    startedAt,
    completedAt: momentOf(row, 'completedDateTime', findings),
    totalTasksCount,
    failedTasksCount: countOf(row, 'failedTasksCount', findings),
    totalUnprocessedTasksCount: countOf(row, 'totalUnprocessedTasksCount', findings),
    tasks: isTold ? tasks : null,
    ...(arePlaced ? { positions: positions as number[] } : {}),
  };
}

/** Expanded task results; `null`: they are not. */
function taskRowsOf(row: Row): readonly Row[] | null {
  const list = row.taskProcessingResults;
  if (!Array.isArray(list)) return null;
  return list.map((item: unknown) => (typeof item === 'object' && item !== null ? item : {}) as Row);
}

/** Graph promises no order: by their place in the workflow, or those that have run first, by their start. */
function tasksOf(row: Row, rows: readonly Row[], findings: Findings): readonly TaskSnapshot[] {
  const tasks = rows.map((task) => ({ place: sequenceOf(task), task: taskOf(task, findings, row) }));
  const rank = ({ status }: TaskSnapshot) => Number(!isTerminal(status) || status === 'canceled');
  const arePlaced = tasks.every(({ place }) => place !== null);
  tasks.sort((a, b) =>
    arePlaced
      ? Number(a.place) - Number(b.place)
      : rank(a.task) - rank(b.task) || (a.task.startedAt ?? 0) - (b.task.startedAt ?? 0),
  );
  return tasks.map(({ task }) => task);
}

/** The snapshot of a task result, whose user's row `parents` are. */
export function taskOf(row: object, findings: Findings, ...parents: readonly object[]): TaskSnapshot {
  const status = (row as Row).processingStatus as TaskStatus;
  const isKnown = TASK_STATUSES.includes(status);
  findings.expect(isKnown, 'shape', `a task is ${shown(status)}`, ...parents, row);
  return {
    status: isKnown ? status : 'queued',
    startedAt: momentOf(row, 'startedDateTime', findings),
    completedAt: momentOf(row, 'completedDateTime', findings),
  };
}

function countOf(row: Row, name: string, findings: Findings): number {
  const value = row[name];
  const isCount = typeof value === 'number' && Number.isInteger(value);
  findings.expect(isCount, 'shape', `Expected ${name} to be a whole number, got ${shown(value)}`, row);
  return isCount ? value : 0;
}

/** Dates before 1900 are .NET's "none". */
const NO_DATE_BEFORE = Date.UTC(1900, 0, 1);

/** A moment in ms; `null` for one that has not come. */
export function momentOf(row: object, name: string, findings: Findings): number | null {
  const value = (row as Row)[name];
  if (value === null || value === undefined) return null;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  const what = `Expected ${name} to be an ISO 8601 date, got ${shown(value)}`;
  findings.expect(!Number.isNaN(ms), 'shape', what, row);
  return Number.isNaN(ms) || ms < NO_DATE_BEFORE ? null : ms;
}
