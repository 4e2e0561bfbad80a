import { beforeAll, describe, expect, it } from 'vitest';
import { overSeeds, type SeedsComparison } from '../../../../src/simulate/comparison/over-seeds.ts';
import type { SimulationFigures } from '../../../../src/simulate/result.ts';
import { type Scenario, simulate } from '../../../../src/simulate.ts';
import { oneRun, SMALL } from '../scenarios.ts';

let figures: SimulationFigures;

/** A simulation's figures with some in place of its own. */
function variant(
  seed: number,
  failed: number,
  meanMs: number,
  p50Ms = 60_000,
  count = 10,
): SimulationFigures {
  const { totals, latency } = figures;
  return {
    ...figures,
    seed,
    totals: { ...totals, users: { ...totals.users, failed } },
    latency: { ...latency, count, meanMs, p50Ms },
  };
}
const measure = ({ measures }: SeedsComparison, name: string) => measures.find((one) => one.name === name);

describe('figures over seeds', () => {
  beforeAll(async () => {
    figures = await simulate(oneRun(5));
  });

  it('differ by what all seeds have in common, however much the seeds differ from one another', () => {
    const before = [3, 900, 40].map((failed, at) => variant(at + 1, failed, 1_000));
    const after = [5, 903, 41].map((failed, at) => variant(at + 1, failed, 1_000));
    const compared = overSeeds(before, after);
    expect(compared).toMatchObject({ seeds: [1, 2, 3], confidence: 0.95, violationsCount: null });
    // Differences 2, 3 and 1: mean 2, standard error 1/√3, t(0.95, 2) = 4.303.
    const failed = measure(compared, 'Failed');
    expect(failed).toMatchObject({ workflow: null, seedsCount: 3, finding: 'notShown' });
    expect(failed?.difference.value).toBeCloseTo(2, 10);
    expect(failed?.difference.high).toBeCloseTo(2 + 4.302_65 / Math.sqrt(3), 4);
    const more = overSeeds([...before, variant(4, 7, 1_000)], [...after, variant(4, 9, 1_000)]);
    expect(measure(more, 'Failed')?.finding).toBe('more');
    expect(measure(overSeeds(after, before), 'Failed')?.difference.value).toBeCloseTo(-2, 10);
  });

  it('are the same only where they are with every seed', () => {
    const compared = overSeeds(
      [variant(1, 3, 1_000), variant(2, 4, 1_000)],
      [variant(1, 3, 1_001), variant(2, 4, 999)],
    );
    expect(measure(compared, 'Failed')).toMatchObject({ finding: 'same', difference: { low: 0, high: 0 } });
    expect(measure(compared, 'Mean wait')).toMatchObject({ finding: 'notShown', difference: { value: 0 } });
  });

  it('say nothing of a percentile that moved by less than its rounding', () => {
    const before = [1, 2, 3].map((seed) => variant(seed, 0, 1_000, 3_600_000));
    const moved = (p50Ms: number) => [1, 2, 3].map((seed) => variant(seed, 0, 1_000, p50Ms));
    expect(measure(overSeeds(before, moved(3_616_400)), 'Median wait')?.finding).toBe('notShown');
    expect(measure(overSeeds(before, moved(3_700_000)), 'Median wait')?.finding).toBe('more');
  });

  it('have no wait where no one waits, and are of the seeds that have one', () => {
    const none = (seed: number) => variant(seed, 0, 0, 0, 0);
    const some = [variant(1, 0, 5), variant(2, 0, 6), none(3)];
    expect(measure(overSeeds(some, some), 'Mean wait')).toMatchObject({ seedsCount: 2, a: 5.5 });
    const one = [variant(1, 0, 5), none(2)];
    expect(measure(overSeeds(one, one), 'Mean wait')).toBeUndefined();
  });

  it('are those of each workflow too, where both have it and there are several', async () => {
    const [entry] = SMALL.workflows;
    const workflow = { ...entry?.workflow, displayName: 'Second' };
    const workflows = [...SMALL.workflows, { key: 'Second', workflow }] as Scenario['workflows'];
    const two = await simulate({ ...SMALL, workflows }, { check: true });
    const keys = (a: SimulationFigures, b: SimulationFigures) =>
      new Set(overSeeds([a, a], [b, b]).measures.map(({ workflow }) => workflow));
    expect(keys(two, two)).toEqual(new Set([null, 'First day', 'Second']));
    expect(keys(figures, figures)).toEqual(new Set([null]));
    expect(keys(two, figures)).toEqual(new Set([null]));
    expect(overSeeds([two, two], [two, two]).violationsCount).toBe(0);
  });
});
