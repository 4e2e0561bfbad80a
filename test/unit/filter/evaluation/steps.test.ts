import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileFilter } from '../../../../src/filter/evaluation/evaluate.ts';
import { ownProperties } from '../../../../src/filter/evaluation/paths.ts';
import { NODE_STEPS as NODE } from '../../../../src/filter/evaluation/steps.ts';
import { parseFilter } from '../../../../src/filter/parsing/parse-filter.ts';

/** What the evaluation of one row costs, and what it says. */
function spent(text: string, row: object): { readonly steps: number; readonly fits: boolean } {
  let steps = 0;
  const test = compileFilter<unknown>(parseFilter(text), ownProperties, {
    spend: (more) => {
      steps += more;
    },
  });
  return { fits: test(row), steps };
}

const LONG = { a: 'x'.repeat(1_600), b: 'y'.repeat(160), tags: ['p', 'q', 'r'], n: null };

it.each([
  // A node costs the same whatever it is; a text that it gives, one step for 16 characters.
  ['n eq null', 3 * NODE],
  ["b eq 'y'", 3 * NODE + 10 + 1],
  ['1 add 2 eq 3', 5 * NODE],
  // A function goes through its texts.
  ["startsWith(a, 'x')", 4 * NODE + 100 + 1 + 1_601],
  ['length(a) eq 1600', 4 * NODE + 100 + 1_600],
  ['length(concat(a, a)) eq 0', 6 * NODE + 200 + 3_200 + 200 + 3_200],
  // A search counts twice, and more often for a long part.
  ["contains(a, 'xy')", 4 * NODE + 100 + 1 + 3_200 + 2],
  ['contains(a, b)', 4 * NODE + 100 + 10 + 1_600 * 7 + 160],
  ['indexof(a, b) eq -1', 5 * NODE + 100 + 10 + 1_600 * 7 + 160],
  // What is not evaluated costs nothing.
  ["n eq 1 and contains(a, 'xy')", 4 * NODE],
  ["n eq null or contains(a, 'xy')", 4 * NODE],
  // The condition of a lambda is evaluated once for each element that is looked at.
  ["tags/any(t: t eq 'q')", NODE + 2 * (3 * NODE + 2)],
  ["tags/all(t: t ne 'z')", NODE + 3 * (3 * NODE + 2)],
  // A list of texts is looked up, one of others gone through.
  ["b in ('y', 'z')", 2 * NODE + 10],
  ['n in (1, 2, 3)', 2 * NODE + 3],
  // Members of flags are told apart by commas.
  ["b has 'y'", 3 * NODE + 10 + 1 + 161 * 8],
])('%s takes %i steps', (text, steps) => {
  expect(spent(text, LONG).steps).toBe(steps);
});

it('a longer text never costs less', () => {
  const filters = [
    "contains(a, 'xy')",
    "endsWith(toupper(trim(a)), 'X')",
    'length(substring(a, 1)) gt 2',
    "a eq 'b'",
  ];
  fc.assert(
    fc.property(fc.constantFrom(...filters), fc.string(), fc.string(), (text, a, more) => {
      expect(spent(text, { a: a + more }).steps).toBeGreaterThanOrEqual(spent(text, { a }).steps);
    }),
    { numRuns: 200, seed: 9 },
  );
});

it('an evaluation ends at what counts its steps throws', () => {
  let left = 1_000;
  const test = compileFilter<unknown>(parseFilter("contains(a, 'x') and contains(a, 'y')"), ownProperties, {
    spend: (steps) => {
      left -= steps;
      if (left < 0) throw new RangeError('enough');
    },
  });
  expect(test({ a: 'short' })).toBe(false);
  expect(() => test(LONG)).toThrow('enough');
});
