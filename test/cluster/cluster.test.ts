/** Several processes on one store: every plan that ever found a bug, and some hundred new scenarios. */
import { describe, expect, it } from 'vitest';
import { employ } from '../faults/actors.ts';
import { replayRegressions } from '../faults/regressions.ts';
import { runScenario } from '../faults/scenario.ts';
import { drawClusterPlan } from './draw.ts';

const RUNS = 1_500;

replayRegressions(new URL('regressions.json', import.meta.url), drawClusterPlan);

describe('a scenario of several processes', () => {
  it('is the same each time it is run', async () => {
    for (let seed = 1; seed <= 15; seed++) {
      const plan = drawClusterPlan(seed);
      expect((await runScenario(plan)).hash).toBe((await runScenario(plan)).hash);
    }
  });

  it('is another one for another seed', async () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 15; seed++) hashes.add((await runScenario(drawClusterPlan(seed))).hash);
    expect(hashes.size).toBe(15);
  });
});

describe('fifteen hundred runs on several processes', () => {
  it('break no rule, and all of them end', async () => {
    const totals = await employ({ theme: 'cluster', seed: 10_000, runs: RUNS, workers: 2 });
    expect(totals.failures).toEqual([]);
    expect(totals.runs).toBeGreaterThanOrEqual(RUNS);
  });
});
