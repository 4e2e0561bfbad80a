import { withParts } from '../../../../src/simulate/scenario/read-scenario.ts';
import { planOf, type SizingTexts } from '../../../../src/simulate/sizing/plan.ts';
import type { Simulations } from '../../../../src/simulate/sizing/simulator.ts';
import { sizeBy } from '../../../../src/simulate/sizing/size-by.ts';
import { readScenario, type Scenario, type Sizing, simulateRead } from '../../../../src/simulate.ts';

/** Simulates in this thread: to start another one takes longer than a small simulation. */
const HERE: Simulations = {
  async run(jobs) {
    const figures = [];
    for (const { read, parts = {}, seed } of jobs) {
      const { calendar, load, runs, runsDropped, ...result } = await simulateRead(withParts(read, parts), {
        seed,
      });
      figures.push(result);
    }
    return figures;
  },
};

/** A sizing in this thread. Two seeds, unless there are more. */
export function sizeHere(
  scenario: Scenario,
  texts: Omit<SizingTexts, 'seed' | 'seeds'> & Partial<SizingTexts>,
): Promise<Sizing> {
  return sizeBy(HERE, planOf(readScenario(scenario), { seeds: 2, seed: 1, ...texts }));
}
