import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../../src/model/time.ts';
import { arrivalsOf } from '../../../../src/simulate/world/arrivals.ts';
import { readScenario, simulate } from '../../../../src/simulate.ts';
import { ON_DEMAND, oneRun } from '../scenarios.ts';

const END_MS = 200 * DAY_MS;
const at = (perHour: number, seed = 1, key = 'W') =>
  arrivalsOf({ key, entry: { arrivals: { perHour } } }, 0, END_MS, seed);

describe('arrivals at random', () => {
  it('come at the given rate, with gaps whose deviation is their mean', () => {
    const arrivals = at(2);
    expect(arrivals.length / (2 * 24 * 200)).toBeCloseTo(1, 1);
    const gaps = arrivals.map(({ atMs }, index) => atMs - (arrivals[index - 1]?.atMs ?? 0));
    const meanMs = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviationMs = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - meanMs) ** 2, 0) / gaps.length);
    expect(meanMs / (HOUR_MS / 2)).toBeCloseTo(1, 1);
    expect(deviationMs / meanMs).toBeCloseTo(1, 1);
    expect(gaps.every((gap) => gap >= 0)).toBe(true);
    expect(arrivals.at(-1)?.atMs).toBeLessThan(END_MS);
  });

  it('depend on the seed and the workflow', () => {
    expect(at(1)).toEqual(at(1));
    expect(at(1, 2)).not.toEqual(at(1));
    expect(at(1, 1, 'V')).not.toEqual(at(1));
    expect(arrivalsOf({ key: 'W', entry: {} }, 0, END_MS, 1)).toEqual([]);
  });

  it('make a run each, for anyone in the directory', async () => {
    const workflow = {
      category: 'mover',
      displayName: 'Request',
      executionConditions: ON_DEMAND,
      tasks: [{ taskDefinitionId: 'task' }],
    } as const;
    const workflows = [{ key: 'W', workflow, arrivals: { perHour: 20 } }];
    const people = new Set<string>();
    const scenario = oneRun(20, {}, { horizon: 'P1D', workflows });
    const { totals } = await simulate(scenario, { onUser: ({ subjectId }) => void people.add(subjectId) });
    expect(totals.runsCount).toBe(
      arrivalsOf({ key: 'W', entry: { arrivals: { perHour: 20 } } }, 0, DAY_MS, 1).length,
    );
    expect([totals.runsCount, people.size]).toEqual([totals.users.completed, 20]);
  });

  it('are limited in all, so that a scenario cannot ask for more than fit', () => {
    const workflows = [0, 1].map((no) => ({
      ...oneRun(1).workflows[0],
      key: `W${no}`,
      arrivals: { perHour: 300_000 },
    }));
    expect(() => readScenario(oneRun(1, {}, { workflows }))).toThrow(
      'Expected workflows[1].arrivals.perHour to be at most 1000000 arrivals of all workflows in the simulated time, got `300000`',
    );
  });
});
