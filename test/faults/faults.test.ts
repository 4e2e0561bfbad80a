/** Runs with faults: every seed that ever found a bug, and thousands of new scenarios. */
import { describe, expect, it } from 'vitest';
import { employ } from './actors.ts';
import { drawPlan } from './draw.ts';
import { replayRegressions } from './regressions.ts';
import { runScenario } from './scenario.ts';

const RUNS = 20_000;

replayRegressions(new URL('regressions.json', import.meta.url), drawPlan);

describe('a scenario', () => {
  it('is the same each time it is run', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const plan = drawPlan(seed);
      expect((await runScenario(plan)).hash).toBe((await runScenario(plan)).hash);
    }
  });

  it('is another one for another seed', async () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 100; seed++) hashes.add((await runScenario(drawPlan(seed))).hash);
    expect(hashes.size).toBeGreaterThan(85);
  });
});

describe('twenty thousand runs with faults', () => {
  it('break no rule, and all of them end', async () => {
    const totals = await employ({ seed: 10_000, runs: RUNS, workers: 2 });
    expect(totals.failures).toEqual([]);
    expect(totals.runs).toBeGreaterThanOrEqual(RUNS);
  });
});
