import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { neighboursOf } from './neighbours.ts';
import type { Plan } from './plan.ts';
import { runScenario } from './scenario.ts';

/** A bug that a scenario has found. */
interface Regression {
  /** `null`: the plan was written by hand, or its seed gives another plan by now. */
  readonly seed: number | null;
  /** What was wrong. */
  readonly found: string;
  /** The smallest plan that showed it. It stays when another way of drawing gives the seed another plan. */
  readonly plan: Plan;
}

/** Tests that the bugs of a `regressions.json` are found no more. */
export function replayRegressions(file: URL, draw: (seed: number) => Plan): void {
  const regressions = JSON.parse(readFileSync(file, 'utf8')) as readonly Regression[];
  describe('a bug that a scenario has found is found no more', () => {
    it('and has a sentence that says what it was', () => {
      for (const { found } of regressions) expect(found).toMatch(/^[A-Z].{20,}\.$/);
      expect(new Set(regressions.map(({ found }) => found)).size).toBe(regressions.length);
    });

    for (const { seed, found, plan } of regressions) {
      it(found, async () => {
        for (const one of neighboursOf(plan)) expect((await runScenario(one)).violations).toEqual([]);
        if (seed !== null) expect((await runScenario(draw(seed))).violations).toEqual([]);
      });
    }
  });
}
