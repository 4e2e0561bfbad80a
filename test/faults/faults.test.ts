/** Runs with faults: every seed that ever found a bug, and thousands of new scenarios. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { employ } from './actors.ts';
import { drawPlan } from './draw.ts';
import { neighboursOf } from './neighbours.ts';
import type { Plan } from './plan.ts';
import { runScenario } from './scenario.ts';

/** A bug that a scenario has found. */
interface Regression {
  /** `null`: the plan was written by hand. */
  readonly seed: number | null;
  /** What was wrong. */
  readonly found: string;
  /** The smallest plan that showed it. It stays when another way of drawing gives the seed another plan. */
  readonly plan: Plan;
}

const REGRESSIONS = JSON.parse(
  readFileSync(new URL('regressions.json', import.meta.url), 'utf8'),
) as readonly Regression[];
const RUNS = 20_000;

describe('a bug that a scenario has found is found no more', () => {
  it('and has a sentence that says what it was', () => {
    for (const { found } of REGRESSIONS) expect(found).toMatch(/^[A-Z].{20,}\.$/);
    expect(new Set(REGRESSIONS.map(({ found }) => found)).size).toBe(REGRESSIONS.length);
  });

  for (const { seed, found, plan } of REGRESSIONS) {
    it(found, async () => {
      for (const one of neighboursOf(plan)) expect((await runScenario(one)).violations).toEqual([]);
      if (seed !== null) expect((await runScenario(drawPlan(seed))).violations).toEqual([]);
    });
  }
});

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
