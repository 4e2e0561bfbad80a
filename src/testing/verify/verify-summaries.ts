/** Checks summaries within themselves, and against the runs of their window where all of them are there. */
import { shown } from '../../errors/shown.ts';
import { momentOf } from '../oracles/graph-rows.ts';
import { Findings } from '../oracles/violation.ts';
import { type ExportRow, KNOWN_MEMBERS } from './export-kinds.ts';
import { type ExportMoment, isWhole, type SummaryEntry } from './export-moments.ts';
import type { Tally } from './tally.ts';

/** Checks every summary of a moment. */
export function verifySummaries(moment: ExportMoment, tally: Tally): void {
  for (const summary of moment.summaries) {
    const findings = new Findings();
    checkWithin(summary, findings);
    const runs = runsOf(summary, moment);
    if (runs === null) tally.unchecked('summaryWindow');
    else checkAgainst(summary, runs, findings);
    const { document } = summary.unit;
    for (const violation of findings.violations)
      tally.found(violation, { sureness: 'certain', run: null, documents: [document] });
  }
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
function runsOf({ kind, unit }: SummaryEntry, moment: ExportMoment): readonly ExportRow[] | null {
  const { window, workflow, run } = unit.address;
  // Users are counted by their own moments, of which a run may lack some.
  if (window === null || workflow === null || run !== null || kind === 'userSummary') return null;
  if (!isWhole(moment.listOf('run', workflow))) return null;
  const runs = [...moment.runs.values()].filter((entry) => entry.workflow === workflow).map(({ row }) => row);
  const isHidden = ({ workflowExecutionType: type }: ExportRow) =>
    type === 'unknownFutureValue' || type === undefined;
  if (runs.some(isHidden)) return null;
  const ignored = new Findings();
  return runs.filter((row) => {
    const atMs = momentOf(row, 'startedDateTime', ignored) ?? momentOf(row, 'scheduledDateTime', ignored);
    const isWithin = atMs !== null && atMs >= window.startMs && atMs <= window.endMs;
    return isWithin && row.workflowExecutionType !== 'preview';
  });
}

function checkAgainst({ kind, row }: SummaryEntry, runs: readonly ExportRow[], findings: Findings): void {
  const sum = (name: string): number => runs.reduce((all, run) => all + Number(run[name] ?? 0), 0);
  const count = (...statuses: readonly unknown[]): number =>
    runs.filter(({ processingStatus }) => statuses.includes(processingStatus)).length;
  const [failedTasks, totalTasks, unprocessed] = [
    sum('failedTasksCount'),
    sum('totalTasksCount'),
    sum('totalUnprocessedTasksCount'),
  ];
  const expected: Readonly<Record<string, number>> =
    kind === 'runSummary'
      ? {
          totalRuns: runs.length,
          successfulRuns: count('completed'),
          failedRuns: count('failed', 'completedWithErrors'),
          totalUsers: sum('totalUsersCount'),
          failedTasks,
          totalTasks,
        }
      : {
          failedTasks,
          totalTasks,
          unprocessedTasks: unprocessed,
          successfulTasks: totalTasks - failedTasks - unprocessed,
        };
  for (const [name, value] of Object.entries(expected)) {
    if (row[name] === undefined) continue;
    const what = `${name} is ${String(row[name])}, the ${runs.length} runs of the window give ${value}`;
    findings.expect(row[name] === value, '6.7', what, row);
  }
}
