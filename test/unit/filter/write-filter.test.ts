import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseFilter } from '../../../src/filter/parsing/parse-filter.ts';
import { writeFilter } from '../../../src/filter/write-filter.ts';
import type { Filter } from '../../../src/model/filter.ts';
import { withoutPositions } from './support.ts';

const name = fc.constantFrom('a', 'b/c', 'tags/$count', 'not', 'and', '$it/a', 'subject/id');
const literal = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }).map((text) => `'${text.replaceAll("'", "''")}'`),
  fc.constantFrom('null', 'true', 'false', '5', '-5', '1e300', '1.5E-7', 'INF', '-INF', 'NaN', '09:05'),
  fc.constantFrom("duration'PT0.5S'", "duration'-P3DT25H'", "duration'P99999999DT1S'"),
  fc.constantFrom('2026-01-31', '2026-01-31T09:00:00.1234+05:00', "n.e'member'"),
  fc.constant('5b1d7b5e-4f5c-4a0e-9a57-2c7a1c1f2d3e'),
);
const { filter } = fc.letrec<{ value: string; filter: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    name,
    literal,
    fc
      .tuple(tie('value'), fc.constantFrom('add', 'sub', 'mul', 'div', 'divby', 'mod'), tie('value'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie('value').map((value) => `-(${value})`),
    fc.tuple(name, literal).map(([path, text]) => `substring(${path}, ${text})`),
    tie('filter').map((condition) => `(${condition})`),
  ),
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc
      .tuple(name, fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le', 'has'), literal)
      .map((parts) => parts.join(' ')),
    fc.tuple(tie('value'), fc.constantFrom('eq', 'gt'), tie('value')).map((parts) => parts.join(' ')),
    fc
      .tuple(name, fc.array(literal, { minLength: 1, maxLength: 3 }))
      .map(([path, list]) => `${path} in (${list.join(',')})`),
    fc.constantFrom('a', "contains(a, 'b')", 'tags/any()', "'x' in tags", 'true', 'null'),
    tie('filter').map((condition) => `tags/all(t: t/a eq 1 or ${condition})`),
    fc.tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter')).map((parts) => parts.join(' ')),
    tie('filter').map((condition) => `not (${condition})`),
    tie('filter').map((condition) => `(${condition})`),
  ),
}));

it('what is written parses to the same tree', () => {
  let parsed = 0;
  fc.assert(
    fc.property(filter, (text) => {
      let tree: Filter;
      try {
        tree = parseFilter(text);
      } catch {
        return; // The pieces do not always fit together.
      }
      parsed += 1;
      expect(withoutPositions(parseFilter(writeFilter(tree)))).toEqual(withoutPositions(tree));
    }),
    { numRuns: 3_000, seed: 20_261_124 },
  );
  expect(parsed).toBeGreaterThan(1_000);
});

it('a moment that has no text is refused rather than read as another', () => {
  const tree = parseFilter('a eq 9999-12-31T23:59:59-23:00');
  expect(() => parseFilter(writeFilter(tree))).toThrow();
});
