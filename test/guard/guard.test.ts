/**
 * What a task and a page cost, in counts that no machine changes. A change that makes one worse fails here,
 * with both figures; one that is worth it, or that makes them better, records them: `node test/guard/record.ts`.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Costs, measureCosts, RECORDED, worsened } from './costs.ts';

it('nothing costs more than was recorded', () => {
  const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Costs;
  expect(worsened(measureCosts(), recorded)).toEqual([]);
});

describe('the guard', () => {
  const recorded: Costs = { run: { statements: 0.5, promises: 2 } };

  it('accepts the same and lower figures', () => {
    expect(worsened({ run: { statements: 0.4, promises: 2 } }, recorded)).toEqual([]);
  });

  it('reports a higher figure, with both', () => {
    expect(worsened({ run: { statements: 0.5001, promises: 2 } }, recorded)).toEqual([
      'statements, run: expected at most 0.5, got 0.5001',
    ]);
  });

  it('lets a figure that depends on Node grow a little, and no more', () => {
    expect(worsened({ run: { statements: 0.5, promises: 2.02 } }, recorded)).toEqual([]);
    expect(worsened({ run: { statements: 0.5, promises: 2.03 } }, recorded)).toEqual([
      'promises, run: expected at most 2, got 2.03',
    ]);
  });

  it('reports figures that one side only has', () => {
    expect(worsened({ run: { statements: 0.5 } }, recorded)).toEqual([
      'promises, run: recorded as 2, not measured any more',
    ]);
    expect(worsened({ run: { statements: 0.5, promises: 2 }, page: { statements: 4 } }, recorded)).toEqual([
      'statements, page: measured as 4, not recorded',
    ]);
  });
});
