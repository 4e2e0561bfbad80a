/** Simulates the scenario that the record of a year gives, with other seeds, beside that record. */
import { SCENARIOS, type Scenario, scenarioFrom, simulate, validateScenario } from '../../src/simulate.ts';
import { historyOf } from '../../test/unit/simulate/record/history.ts';
import type { Run } from '../child.ts';

/** How many seeds, beside that of the record; and whether each is laid beside the record. */
export interface RecordSeedsInput {
  readonly seeds: number;
  readonly isCompared: boolean;
}

export const run: Run<RecordSeedsInput> = async ({ seeds, isCompared }) => {
  const year = SCENARIOS['onboarding-year'] as Scenario;
  const { store, directory } = await historyOf(year, { seed: 1 });
  const made = await scenarioFrom(store, directory, { timeZone: year.timeZone ?? 'UTC' });
  const within: Record<string, number> = {};
  const startMs = performance.now();
  for (let seed = 2; seed < 2 + seeds; seed++) {
    if (!isCompared) {
      await simulate(made.scenario, { seed, runsKeptMax: 0 });
      continue;
    }
    const { measures } = await validateScenario(made, { seed });
    for (const { name, isWithinChance } of measures)
      if (isWithinChance !== null) within[name] = (within[name] ?? 0) + (isWithinChance ? 1 : 0);
  }
  return { perSecond: (seeds / (performance.now() - startMs)) * 1_000, figures: within };
};
