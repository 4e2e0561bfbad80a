/** The simulator: no-op tasks, or a year of an ordinary company. */
import { type Scenario, simulate } from '../../src/simulate.ts';
import type { Run } from '../child.ts';
import { noOps, year } from './scenarios.ts';

/** The scenario and the size of its population. */
export interface SimulateInput {
  readonly scenario: 'noOps' | 'year';
  readonly people: number;
  /** How often each user is processed, for `noOps`. */
  readonly times: number;
}

export const run: Run<SimulateInput> = async ({ scenario, people, times }) => {
  await simulate(noOps(5_000, 3)); // warm-up
  if (scenario === 'year') {
    const { totals, ms } = await timed(year(people));
    const tasks = totals.tasksCompleted + totals.tasksFailed;
    return {
      perSecond: (tasks / ms) * 1_000,
      figures: { seconds: ms / 1_000, tasks, runs: totals.runsCount },
    };
  }
  const setUp = await timed(noOps(people, 0)); // generating the population is not measured
  const { totals, ms } = await timed(noOps(people, times));
  return { perSecond: (totals.usersCount / (ms - setUp.ms)) * 1_000, figures: { users: totals.usersCount } };
};

async function timed(scenario: Scenario) {
  const startMs = performance.now();
  const { totals } = await simulate(scenario);
  return { totals, ms: performance.now() - startMs };
}
