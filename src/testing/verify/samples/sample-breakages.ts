/** Ways to break an export, each of one rule; others may be broken with it. */
import { isTerminal } from '../../model/edges.ts';
import { BREAKAGES } from '../../oracles/graph-run.ts';
import type { ExportRow } from '../export-kinds.ts';
import type { RuleName } from '../rule-facts.ts';
import type { SampleMoment } from './sample-export.ts';

/** A run at two moments, the earlier one first. */
export type SampleHistory = readonly [before: SampleMoment, after: SampleMoment];

/** A way to break an export; `null` from `apply`: this one cannot be broken so. */
export interface ExportBreakage {
  readonly rule: RuleName;
  readonly what: string;
  readonly apply: (history: SampleHistory) => SampleHistory | null;
}

type Change = (row: ExportRow, moment: SampleMoment) => ExportRow;

/** Changes the first row of a kind that `which` selects, at the later moment. */
function onRow(
  kind: 'tasks' | 'reports',
  which: (row: ExportRow, moment: SampleMoment) => boolean,
  change: Change,
): ExportBreakage['apply'] {
  return ([before, after]) => {
    const at = after[kind].findIndex((row) => which(row, after));
    if (at < 0) return null;
    const rows = after[kind].map((row, index) => (index === at ? { ...row, ...change(row, after) } : row));
    return [before, { ...after, [kind]: rows }];
  };
}

/** Changes the run of the earlier moment, from what the later one has. */
function onEarlierRun(change: (run: SampleMoment['run']) => ExportRow | null): ExportBreakage['apply'] {
  return ([before, after]) => {
    const changed = change(after.run);
    return changed && [{ ...before, run: { ...before.run, ...changed } }, after];
  };
}

const isOver = ({ run }: SampleMoment): boolean =>
  isTerminal(run.processingStatus as never) && run.processingStatus !== 'quarantined';
const statusIs = (status: string) => (row: ExportRow) => row.processingStatus === status;
const always = (): boolean => true;

const OF_RUNS: readonly ExportBreakage[] = BREAKAGES.map(({ rule, what, applies, apply }) => ({
  rule: rule as RuleName,
  what,
  apply: ([before, after]) => (applies(after) ? [before, { ...after, ...apply(after) }] : null),
}));

/** All of them. */
export const EXPORT_BREAKAGES: readonly ExportBreakage[] = [
  ...OF_RUNS,
  {
    rule: 'I2',
    what: 'a task report that counts a failure as a success',
    apply: onRow(
      'reports',
      ({ failedUsersCount }) => Number(failedUsersCount) > 0,
      (row) => ({
        failedUsersCount: Number(row.failedUsersCount) - 1,
        successfulUsersCount: Number(row.successfulUsersCount) + 1,
      }),
    ),
  },
  {
    rule: '1.6',
    what: 'a task report that counts a user twice',
    apply: onRow('reports', always, (row) => ({
      unprocessedUsersCount: Number(row.unprocessedUsersCount) + 1,
    })),
  },
  {
    rule: '1.6',
    what: 'a task report that ended at another time than its run',
    apply: onRow(
      'reports',
      (_, moment) => isOver(moment),
      () => ({ completedDateTime: '2031-01-01T00:00:00Z' }),
    ),
  },
  {
    rule: '3.5',
    what: 'a task report that is completed although a user did not complete the task',
    apply: onRow(
      'reports',
      (row, moment) => isOver(moment) && row.successfulUsersCount !== row.totalUsersCount,
      () => ({ processingStatus: 'completed' }),
    ),
  },
  {
    rule: 'I7',
    what: 'a task in progress that has an end',
    apply: onRow('tasks', statusIs('inProgress'), (row) => ({ completedDateTime: row.startedDateTime })),
  },
  {
    rule: 'I8',
    what: 'a completed task that never started',
    apply: onRow('tasks', statusIs('completed'), () => ({ startedDateTime: null })),
  },
  {
    rule: 'I9',
    what: 'a task that ends before it starts',
    apply: onRow('tasks', statusIs('completed'), () => ({ completedDateTime: '2020-01-01T00:00:00Z' })),
  },
  {
    rule: 'I2',
    what: 'a completed task that says failed',
    apply: onRow('tasks', statusIs('completed'), () => ({ processingStatus: 'failed' })),
  },
  {
    rule: 'shape',
    what: 'a task that is skipped',
    apply: onRow('tasks', statusIs('canceled'), () => ({ processingStatus: 'skipped' })),
  },
  {
    rule: '6.7',
    what: 'a summary with a run too many',
    apply: ([before, after]) => [before, { ...after, summary: { ...after.summary, totalRuns: 2 } }],
  },
  {
    rule: 'edges',
    what: 'a run that had ended otherwise',
    apply: onEarlierRun(({ processingStatus: status, completedDateTime }) =>
      status === 'canceled' ? null : { processingStatus: 'canceled', completedDateTime },
    ),
  },
  {
    rule: 'edges',
    what: 'a user who had ended before',
    apply: ([before, after]) => {
      const at = after.results.findIndex(({ processingStatus }) => !isTerminal(processingStatus as never));
      if (at < 0) return null;
      const ended = { processingStatus: 'canceled', completedDateTime: after.run.lastUpdatedDateTime };
      const results = before.results.map((row, index) => (index === at ? { ...row, ...ended } : row));
      return [{ ...before, results }, after];
    },
  },
  {
    rule: 'I4',
    what: 'a run that had more users',
    apply: onEarlierRun(({ totalUsersCount }) => ({ totalUsersCount: totalUsersCount + 1 })),
  },
  {
    rule: 'I4',
    what: 'a failed task that is failed no more',
    apply: onEarlierRun(({ failedTasksCount }) => ({ failedTasksCount: failedTasksCount + 1 })),
  },
  {
    rule: 'I12',
    what: 'a change that is older than what it changed',
    apply: onEarlierRun(({ totalUsersCount }) => ({
      totalUsersCount: totalUsersCount + 1,
      lastUpdatedDateTime: '2031-01-01T00:00:00Z',
    })),
  },
];
