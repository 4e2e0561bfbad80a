import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { filter } from '../../../src/filter/builder.ts';
import { checkTree } from '../../../src/filter/check-tree.ts';
import { parseOData } from '../../../src/filter/parsing/parse.ts';
import type { Filter } from '../../../src/model/filter.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import { filterErrorOf, withoutPositions } from './support.ts';

const LEAF = filter.eq('a', 1);

function nested(levels: number, wrap: (inner: Filter) => Filter): Filter {
  return levels === 0 ? LEAF : wrap(nested(levels - 1, wrap));
}

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.integer(),
  fc.boolean(),
  fc.date({ noInvalidDate: true, min: new Date('0000-01-01'), max: new Date('9999-12-31T23:59:59.999Z') }),
  fc.constant(null),
);
const name = fc.constantFrom('processingStatus', 'subject/id', 'totalUsersCount');
const { tree } = fc.letrec<{ tree: Filter }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc
      .tuple(fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'), name, value)
      .map(([operator, property, one]) => filter[operator](property, one)),
    fc.tuple(name, fc.array(value, { minLength: 1, maxLength: 3 })).map((args) => filter.in(...args)),
    fc
      .tuple(fc.constantFrom('startsWith', 'endsWith', 'contains'), name, fc.string())
      .map(([test, property, part]) => filter[test](property, part)),
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('tree'), { minLength: 1, maxLength: 3 }))
      .map(([kind, parts]) => filter[kind](...parts)),
    tie('tree').map(filter.not),
  ),
}));

it('whatever is built is accepted with a text that parses to it', () => {
  fc.assert(
    fc.property(tree, (built) => {
      const checked = checkTree(built);
      expect(checked.filter).toBe(built);
      expect(withoutPositions(parseOData(checked.text))).toEqual(withoutPositions(built));
    }),
    { numRuns: 500 },
  );
});

it('whatever comes is accepted or refused as InvalidFilter', () => {
  const keys = fc.constantFrom(
    'kind',
    'operands',
    'operand',
    'left',
    'right',
    'operator',
    'values',
    'args',
    'name',
    'segments',
  );
  const kinds = fc.constantFrom(
    'and',
    'or',
    'not',
    'compare',
    'in',
    'truth',
    'call',
    'path',
    'literal',
    'lambda',
    'eq',
  );
  fc.assert(
    fc.property(
      fc.object({ key: keys, maxDepth: 5, values: [kinds, fc.integer(), fc.constant(null)] }),
      (given) => {
        try {
          checkTree(given);
        } catch (error) {
          expect(LifecycleError.is(error) && error.code).toBe('InvalidFilter');
        }
      },
    ),
    { numRuns: 500 },
  );
});

describe('a tree has the limits of a text:', () => {
  it('nested 64 deep, where a not and its parentheses are two', () => {
    const alternating = (inner: Filter): Filter => filter.or(filter.and(inner, LEAF), LEAF);
    for (const [levels, wrap] of [
      [32, filter.not],
      [32, alternating],
    ] as const) {
      const deepest = nested(levels, wrap);
      expect(withoutPositions(parseOData(checkTree(deepest).text))).toEqual(withoutPositions(deepest));
      const { details } = filterErrorOf(() => checkTree(filter.not(deepest)));
      expect(details).toMatchObject({ limit: 'filterDepthMax', position: null });
    }
  });

  it('8,192 characters', () => {
    const longest = filter.eq('a', 'x'.repeat(LIMITS.filterLengthMax - 7));
    expect(checkTree(longest).text).toHaveLength(LIMITS.filterLengthMax);
    const longer = filter.eq('a', 'x'.repeat(LIMITS.filterLengthMax - 6));
    const many = filter.and(...Array.from({ length: 5_000 }, () => LEAF));
    const wide = {
      ...LEAF,
      kind: 'in',
      operand: { kind: 'path', segments: ['a'], at: 0 },
      values: Array(1e6),
    };
    for (const one of [longer, many])
      expect(filterErrorOf(() => checkTree(one)).details.limit).toBe('filterLengthMax');
    filterErrorOf(() => checkTree(wide));
  });

  it('and ends, also when it contains itself', () => {
    const endless: { kind: string; operands: unknown[] } = { kind: 'and', operands: [] };
    endless.operands.push(endless, endless);
    expect(filterErrorOf(() => checkTree(endless)).details.limit).toBe('filterDepthMax');
    const doubling = nested(60, (inner) => ({ kind: 'and', operands: [inner, inner], at: 0 }));
    expect(filterErrorOf(() => checkTree(doubling)).details.limit).toBe('filterLengthMax');
  });
});

const PATH = { kind: 'path', segments: ['a'], at: 0 };
const ONE = { kind: 'literal', type: 'number', value: 1, at: 0 };

it.each<[string, unknown]>([
  ['nothing', null],
  ['an array', [LEAF]],
  ['a node of no kind', {}],
  ['a node of another kind', { kind: 'constructor' }],
  ['a value as a condition', PATH],
  ['a condition as a value', { kind: 'truth', operand: LEAF }],
  ['an and of nothing', { kind: 'and', operands: [] }],
  ['an and of one that is none', { kind: 'and', operands: LEAF }],
  ['another operator', { kind: 'compare', operator: 'like', left: PATH, right: ONE }],
  ['a comparison with nothing', { kind: 'compare', operator: 'eq', left: PATH }],
  [
    'a path as a text',
    { kind: 'compare', operator: 'eq', left: { kind: 'path', segments: 'a' }, right: ONE },
  ],
  ['an unknown function', { kind: 'truth', operand: { kind: 'call', name: 'like', args: [PATH, ONE] } }],
  ['a list of properties', { kind: 'in', operand: PATH, values: [PATH] }],
  [
    'a literal of another type',
    { kind: 'compare', operator: 'eq', left: PATH, right: { ...ONE, type: 'string' } },
  ],
  [
    'a moment that is none',
    { kind: 'compare', operator: 'eq', left: PATH, right: { ...ONE, type: 'dateTime', value: Number.NaN } },
  ],
  ['a moment after the year 9999', filter.eq('a', new Date(8.64e15))],
  ['a lambda', parseOData('tags/any(t: t eq 1)')],
])('%s is refused as InvalidFilter', (_, given) => {
  filterErrorOf(() => checkTree(given));
});
