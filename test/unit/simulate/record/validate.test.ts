import { beforeAll, describe, expect, it } from 'vitest';
import { validationReport } from '../../../../src/simulate/report/validation-report.ts';
import {
  type ScenarioFromRecord,
  scenarioFrom,
  type Validation,
  validateScenario,
} from '../../../../src/simulate.ts';
import { historyOf, QUARTER } from './history.ts';

/** A scenario of a month's history. */
async function madeOf(seed: number): Promise<ScenarioFromRecord> {
  const { store, directory } = await historyOf({ ...QUARTER, horizon: 'P31D' }, { seed });
  return scenarioFrom(store, directory, { timeZone: 'Europe/Berlin' });
}

describe('a scenario made from a simulated history', () => {
  it.each([1, 2])('simulates that history again, but for chance (seed %i)', async (seed) => {
    const { measures } = await validateScenario(await madeOf(seed), { seed: seed + 100 });
    const relative = measures.filter(({ unit }) => unit !== 'share');
    expect(relative.length).toBeGreaterThanOrEqual(8);
    // Chance lets each of them in, in 19 of 20 cases.
    const beyond = relative.filter(({ isWithinChance }) => isWithinChance === false);
    expect(beyond.map(({ name }) => name).slice(1)).toEqual([]);
    // The median lies between the quick workflows and the slow one, where a few people make much of a difference.
    for (const { name, error, recorded } of relative)
      if (recorded >= 100 && !name.startsWith('Latency: 50'))
        expect([name, Math.abs(error ?? 1) < 0.25]).toEqual([name, true]);
    expect(measures.at(-1)?.simulated).toBeLessThan(0.15);
  });

  // `npm run bench -- record` does it with a year and 20 seeds.
  it('meets the recorded percentiles and counts with other seeds', async () => {
    const made = await madeOf(1);
    for (const seed of [2, 3, 4]) {
      const { measures } = await validateScenario(made, { seed });
      const beyond = measures.filter(({ isWithinChance }) => isWithinChance === false);
      expect([seed, beyond.map(({ name }) => name)]).toEqual([seed, []]);
    }
  });
});

describe('a validation', () => {
  let made: ScenarioFromRecord;
  let validation: Validation;

  beforeAll(async () => {
    const { store, directory } = await historyOf({ ...QUARTER, horizon: 'P15D' });
    made = await scenarioFrom(store, directory);
    validation = await validateScenario(made);
  });

  it('shows a scenario that is wrong', async () => {
    const tasks = { ...made.scenario.tasks, account: { failureProbability: 0.9 } };
    const { measures } = await validateScenario({ ...made, scenario: { ...made.scenario, tasks } });
    expect(measures.find(({ name }) => name === 'People: failed')).toMatchObject({ isWithinChance: false });
    expect(measures.find(({ name }) => name.startsWith('Latency: 90'))).toMatchObject({
      isWithinChance: false,
    });
  });

  it('is the same for the same seed', async () => {
    expect(await validateScenario(made)).toEqual(validation);
    expect(await validateScenario(made, { seed: 2 })).not.toEqual(validation);
  });

  it('has a page with both curves, without scripts', () => {
    const page = validationReport(validation);
    expect(page.match(/<polyline class="line recorded"/g)).toHaveLength(3);
    expect(page.match(/<polyline class="line simulated"/g)).toHaveLength(3);
    expect(page).not.toMatch(/<script|NaN|undefined/);
    expect(page).toContain('People in runs');
  });
});
