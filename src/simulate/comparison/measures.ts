/** The figures by which simulations are compared. */
import type { SimulationFigures, WorkflowFigures } from '../result.ts';

/** A figure. */
export interface Measure<Of> {
  readonly name: string;
  readonly unit: 'count' | 'ms';
  /** `null`: there is none, of no one. */
  readonly of: (figures: Of) => number | null;
  /** Whether more is better; `null`: neither. */
  readonly moreIsBetter: boolean | null;
  /** Whether it is one of a `Histogram`, which rounds it up. */
  readonly isPercentile?: boolean;
}

/** Of all workflows. */
export const MEASURES: readonly Measure<SimulationFigures>[] = [
  count('People processed', ({ totals }) => totals.usersCount, null),
  count('Completed', ({ totals }) => totals.users.completed ?? 0, true),
  count('With errors', ({ totals }) => totals.users.completedWithErrors ?? 0, null),
  count('Failed', ({ totals }) => totals.users.failed ?? 0, false),
  count('Unfinished at the end', ({ totals }) => totals.users.unfinished ?? 0, false),
  count('Tasks completed', ({ totals }) => totals.tasksCompleted, true),
  count('Tasks failed', ({ totals }) => totals.tasksFailed, false),
  count('Tasks not run', ({ totals }) => totals.tasksNotRun, false),
  count('Repeated attempts', ({ totals }) => totals.retries, false),
  ...waits<SimulationFigures>(),
  {
    name: 'Longest wait',
    unit: 'ms',
    of: ({ latency }) => ifAny(latency.count, latency.maxMs),
    moreIsBetter: false,
  },
  { name: 'Time of all calls', unit: 'ms', of: ({ totals }) => totals.callsMs, moreIsBetter: false },
];

/** Of a workflow. */
export const WORKFLOW_MEASURES: readonly Measure<WorkflowFigures>[] = [
  count('People processed', ({ users }) => Object.values(users).reduce((sum, one) => sum + one, 0), null),
  count('Completed', ({ users }) => users.completed ?? 0, true),
  count('Failed', ({ users }) => users.failed ?? 0, false),
  ...waits<WorkflowFigures>(),
];

function count<Of>(name: string, of: (figures: Of) => number, moreIsBetter: boolean | null): Measure<Of> {
  return { name, unit: 'count', of, moreIsBetter };
}

function waits<Of extends Pick<SimulationFigures, 'latency'>>(): readonly Measure<Of>[] {
  const wait = (name: string, field: 'meanMs' | 'p50Ms' | 'p95Ms'): Measure<Of> => ({
    name,
    unit: 'ms',
    of: ({ latency }) => ifAny(latency.count, latency[field]),
    moreIsBetter: false,
    ...(field === 'meanMs' ? {} : { isPercentile: true }),
  });
  return [wait('Mean wait', 'meanMs'), wait('Median wait', 'p50Ms'), wait('95 of 100 wait at most', 'p95Ms')];
}

function ifAny(people: number, value: number): number | null {
  return people === 0 ? null : value;
}
