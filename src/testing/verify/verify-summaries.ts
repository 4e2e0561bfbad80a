/** Checks summaries within themselves, and against the runs, or users, of their window where all of them are there. */
import { shown } from '../../errors/shown.ts';
import { plural } from '../../text/numbers.ts';
import { TERMINAL } from '../model/edges.ts';
import { momentOf } from '../oracles/graph-rows.ts';
import { Findings } from '../oracles/violation.ts';
import { type ExportRow, idOf, KNOWN_MEMBERS } from './export-kinds.ts';
import { type ExportMoment, isWhole, type SummaryEntry } from './export-moments.ts';
import type { Tally } from './tally.ts';
import { MASKED } from './verify-rows.ts';

/** Checks every summary of a moment. */
export function verifySummaries(moment: ExportMoment, tally: Tally): void {
  for (const summary of moment.summaries) {
    const { kind, row, unit } = summary;
    const about = { run: null, documents: [unit.document] };
    const within = new Findings();
    checkWithin(summary, within);
    for (const violation of within.violations) tally.found(violation, { ...about, sureness: 'certain' });
    const rows = kind === 'userSummary' ? usersOf(summary, moment) : runsOf(summary, moment);
    if (rows === null) {
      tally.unchecked('summaryWindow');
      continue;
    }
    const [sums, what] =
      kind === 'userSummary'
        ? [userSums(rows), plural(rows.length, 'user result')]
        : [runSums(kind, rows), plural(rows.length, 'run')];
    const compared = new Findings();
    compare(row, sums, what, compared);
    // What has not ended may have moved on between the summary and its rows.
    const sureness = rows.every(isOver) ? 'certain' : 'likely';
    for (const violation of compared.violations) tally.found(violation, { ...about, sureness });
  }
}

function isOver({ processingStatus }: ExportRow): boolean {
  return (TERMINAL as readonly unknown[]).includes(processingStatus);
}

function checkWithin({ kind, row }: SummaryEntry, findings: Findings): void {
  for (const name of KNOWN_MEMBERS[kind]) {
    const value = row[name];
    if (value === undefined) continue;
    const isCount = Number.isInteger(value) && (value as number) >= 0;
    findings.expect(isCount, 'shape', `Expected ${name} to be a whole number, got ${shown(value)}`, row);
    if (!isCount) return;
  }
  const of = (name: string): number => row[name] as number;
  const most = (parts: readonly string[], total: string): void => {
    if (row[total] === undefined) return;
    const sum = parts.reduce((all, name) => all + of(name), 0);
    findings.expect(sum <= of(total), '6.7', `${parts.join(' + ')} is ${sum}, ${total} is ${of(total)}`, row);
  };
  if (kind === 'runSummary') most(['successfulRuns', 'failedRuns'], 'totalRuns');
  if (kind === 'userSummary') most(['successfulUsers', 'failedUsers'], 'totalUsers');
  if (kind === 'runSummary' || kind === 'userSummary') most(['failedTasks'], 'totalTasks');
  if (kind !== 'taskReportSummary') return;
  const sum = of('failedTasks') + of('successfulTasks') + of('unprocessedTasks');
  findings.expect(
    sum === of('totalTasks'),
    '6.7',
    `the tasks add up to ${sum}, not ${of('totalTasks')}`,
    row,
  );
}

/** The runs of the window; `null`: it, or one of its runs, is not known. */
function runsOf({ unit }: SummaryEntry, moment: ExportMoment): readonly ExportRow[] | null {
  const { window, workflow, run } = unit.address;
  if (window === null || workflow === null || run !== null) return null;
  const runs = runsOfWorkflow(workflow, moment);
  return runs === null ? null : runs.filter((row) => isWithin(row, window));
}

/** All runs of a workflow but previews; `null`: some may be missing, or what they are is hidden. */
function runsOfWorkflow(workflow: string, moment: ExportMoment): readonly ExportRow[] | null {
  if (!isWhole(moment.listOf('run', workflow))) return null;
  const runs = [...moment.runs.values()].filter((entry) => entry.workflow === workflow).map(({ row }) => row);
  const isHidden = ({ workflowExecutionType: type }: ExportRow) =>
    type === 'unknownFutureValue' || type === undefined;
  return runs.some(isHidden) ? null : runs.filter(({ workflowExecutionType: type }) => type !== 'preview');
}

/**
 * The users of the window, of one run or of all runs of a workflow. They are counted by their own moments, so all of their rows
 * are needed; `null`: some may be missing, or their statuses are hidden.
 */
function usersOf({ unit }: SummaryEntry, moment: ExportMoment): readonly ExportRow[] | null {
  const { window, workflow, run } = unit.address;
  if (window === null || workflow === null) return null;
  const runs = run === null ? runsOfWorkflow(workflow, moment)?.map(idOf) : [run];
  const users: ExportRow[] = [];
  for (const id of runs ?? []) {
    if (!isWhole(moment.resultsOf('userResult', workflow, id))) return null;
    for (const { row } of moment.users.get(id)?.values() ?? []) users.push(row);
  }
  if (runs === undefined || users.some(({ processingStatus }) => processingStatus === MASKED)) return null;
  return users.filter((row) => isWithin(row, window));
}

/** By when it started, or was scheduled where it never did. */
function isWithin(
  row: ExportRow,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): boolean {
  const ignored = new Findings();
  const atMs = momentOf(row, 'startedDateTime', ignored) ?? momentOf(row, 'scheduledDateTime', ignored);
  return atMs !== null && atMs >= startMs && atMs <= endMs;
}

type Sums = Readonly<Record<string, number>>;

function userSums(users: readonly ExportRow[]): Sums {
  const count = (...statuses: readonly unknown[]): number =>
    users.filter(({ processingStatus }) => statuses.includes(processingStatus)).length;
  return {
    totalUsers: users.length,
    successfulUsers: count('completed'),
    failedUsers: count('failed', 'completedWithErrors'),
    totalTasks: sumOf(users, 'totalTasksCount'),
    failedTasks: sumOf(users, 'failedTasksCount'),
  };
}

function sumOf(rows: readonly ExportRow[], name: string): number {
  return rows.reduce((all, row) => all + Number(row[name] ?? 0), 0);
}

function runSums(kind: 'runSummary' | 'taskReportSummary', runs: readonly ExportRow[]): Sums {
  const count = (...statuses: readonly unknown[]): number =>
    runs.filter(({ processingStatus }) => statuses.includes(processingStatus)).length;
  const [failedTasks, totalTasks, unprocessed] = [
    sumOf(runs, 'failedTasksCount'),
    sumOf(runs, 'totalTasksCount'),
    sumOf(runs, 'totalUnprocessedTasksCount'),
  ];
  return kind === 'runSummary'
    ? {
        totalRuns: runs.length,
        successfulRuns: count('completed'),
        failedRuns: count('failed', 'completedWithErrors'),
        totalUsers: sumOf(runs, 'totalUsersCount'),
        failedTasks,
        totalTasks,
      }
    : {
        failedTasks,
        totalTasks,
        unprocessedTasks: unprocessed,
        successfulTasks: totalTasks - failedTasks - unprocessed,
      };
}

function compare(row: ExportRow, expected: Sums, what: string, findings: Findings): void {
  for (const [name, value] of Object.entries(expected)) {
    if (row[name] === undefined) continue;
    const message = `${name} is ${String(row[name])}, by the ${what} of the window it is ${value}`;
    findings.expect(row[name] === value, '6.7', message, row);
  }
}
