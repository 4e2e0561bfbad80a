import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LifecycleError } from '../../src/errors/lifecycle-error.ts';
import { evaluateFilter } from '../../src/filter/evaluation/evaluate.ts';
import { explainFilter } from '../../src/filter/evaluation/explain.ts';
import { ownProperties } from '../../src/filter/evaluation/paths.ts';
import { parseFilter } from '../../src/filter/parsing/parse-filter.ts';
import { parseScopeRule } from '../../src/filter/parsing/scope-rule.ts';
import type { Filter, FilterExpression, FilterLiteral, FilterPath } from '../../src/model/filter.ts';

// ---- trees ----------------------------------------------------------------------------------------

const at = 0;
const lit = (value: string | number | boolean | null): FilterLiteral => {
  if (typeof value === 'string') return { kind: 'literal', type: 'string', value, at };
  if (typeof value === 'number') return { kind: 'literal', type: 'number', value, at };
  if (typeof value === 'boolean') return { kind: 'literal', type: 'boolean', value, at };
  return { kind: 'literal', type: 'null', value, at };
};
const names = ['a', 'b', 'c', 'displayName', 'größe', '_x1', 'startsWith'];
const path: fc.Arbitrary<FilterPath> = fc
  .array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
  .map((segments) => ({ kind: 'path', segments, at }));
const literal: fc.Arbitrary<FilterLiteral> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }).map(lit),
  fc.constantFrom("it's", "''", 'Sales', '2026-01-01').map(lit),
  fc.double().map(lit),
  fc.integer().map(lit),
  fc.boolean().map(lit),
  fc.constant(lit(null)),
  fc
    .date({ min: new Date(Date.UTC(0, 0, 2)), max: new Date(Date.UTC(9998, 0, 1)), noInvalidDate: true })
    .map((date): FilterLiteral => ({ kind: 'literal', type: 'dateTime', value: date.getTime(), at })),
);

const { filter } = fc.letrec<{ expression: FilterExpression; filter: Filter }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'tree', withCrossShrink: true },
    path,
    literal,
    fc.record({
      kind: fc.constant('arithmetic' as const),
      operator: fc.constantFrom('add', 'sub', 'mul', 'div', 'divby', 'mod'),
      left: tie('expression').filter((node) => node.kind !== 'condition'),
      right: tie('expression').filter((node) => node.kind !== 'condition'),
      at: fc.constant(at),
    }),
    fc.record({
      kind: fc.constant('arithmetic' as const),
      operator: fc.constant('negate' as const),
      left: tie('expression').filter((node) => node.kind !== 'condition'),
      at: fc.constant(at),
    }),
    fc.record({
      kind: fc.constant('call' as const),
      name: fc.constantFrom('concat', 'indexof', 'contains', 'startswith', 'endswith'),
      args: fc.tuple(
        tie('expression').filter((node) => node.kind !== 'condition'),
        tie('expression').filter((node) => node.kind !== 'condition'),
      ),
      at: fc.constant(at),
    }),
    fc
      .record({ kind: fc.constant('condition' as const), condition: tie('filter'), at: fc.constant(at) })
      .filter(
        // The parser has no brackets to remember around a path or a call: only real conditions are wrapped.
        ({ condition }) => condition.kind !== 'truth',
      ),
  ),
  filter: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'tree', withCrossShrink: true },
    fc.record({
      kind: fc.constant('compare' as const),
      operator: fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
      left: tie('expression'),
      right: tie('expression'),
      at: fc.constant(at),
    }),
    fc.record({
      kind: fc.constant('in' as const),
      operand: path,
      values: fc.array(literal, { minLength: 1, maxLength: 4 }),
      at: fc.constant(at),
    }),
    fc.record({
      kind: fc.constant('truth' as const),
      operand: fc.oneof(path, fc.boolean().map(lit)),
      at: fc.constant(at),
    }),
    fc.record({
      kind: fc.constantFrom('and', 'or'),
      operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
      at: fc.constant(at),
    }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('filter'), at: fc.constant(at) }),
    fc.record({
      kind: fc.constant('lambda' as const),
      quantifier: fc.constantFrom('any', 'all'),
      path,
      variable: fc.constantFrom('v', 'w', 'a'),
      condition: tie('filter'),
      at: fc.constant(at),
    }),
  ),
})) as { filter: fc.Arbitrary<Filter> };

// ---- printer --------------------------------------------------------------------------------------

function print(node: Filter | FilterExpression): string {
  switch (node.kind) {
    case 'literal':
      return printLiteral(node);
    case 'path':
      return node.segments.join('/');
    case 'call':
      return `${node.name}(${node.args.map(print).join(',')})`;
    case 'arithmetic':
      return node.right === undefined
        ? `-(${print(node.left)})`
        : `((${print(node.left)}) ${node.operator} (${print(node.right)}))`;
    case 'condition':
      return `(${print(node.condition)})`;
    case 'and':
    case 'or':
      return node.operands.map((operand) => `(${print(operand)})`).join(` ${node.kind} `);
    case 'not':
      return `not (${print(node.operand)})`;
    case 'compare':
      return `${print(node.left)} ${node.operator} ${print(node.right)}`;
    case 'in':
      return `${print(node.operand)} in (${node.values.map(print).join(', ')})`;
    case 'truth':
      return print(node.operand);
    case 'lambda':
      return `${print(node.path)}/${node.quantifier}(${node.variable}:${node.condition ? print(node.condition) : ''})`;
  }
}

function printLiteral(node: FilterLiteral): string {
  switch (node.type) {
    case 'string':
      return `'${node.value.replaceAll("'", "''")}'`;
    case 'dateTime':
      return new Date(node.value).toISOString();
    case 'number':
      return Number.isFinite(node.value)
        ? Object.is(node.value, -0)
          ? '-0'
          : String(node.value)
        : String(node.value).replace('Infinity', 'INF');
    default:
      return String(node.value);
  }
}

function withoutPositions(node: unknown): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, value) => {
      if (key === 'at') return undefined;
      return typeof value === 'number' && !(Number.isFinite(value) && !Object.is(value, -0))
        ? `#${Object.is(value, -0) ? '-0' : value}`
        : value;
    }),
  );
}

it('a tree that is printed and parsed is the same tree', () => {
  fc.assert(
    fc.property(filter, (tree) => {
      const text = print(tree);
      fc.pre(text.length <= 8_192);
      expect(withoutPositions(parseFilter(text))).toEqual(withoutPositions(tree));
    }),
    { numRuns: 5_000 },
  );
});

// ---- evaluation -----------------------------------------------------------------------------------

type Plain = string | number | boolean | null;
type Row = Readonly<Record<string, Plain | readonly Plain[]>>;

/** OData's rules once more, directly from their wording, for plain values without conversions. */
function naive(node: Filter, row: Row): boolean | null {
  switch (node.kind) {
    case 'and': {
      const all = node.operands.map((operand) => naive(operand, row));
      return all.includes(false) ? false : all.includes(null) ? null : true;
    }
    case 'or': {
      const all = node.operands.map((operand) => naive(operand, row));
      return all.includes(true) ? true : all.includes(null) ? null : false;
    }
    case 'not': {
      const truth = naive(node.operand, row);
      return truth === null ? null : !truth;
    }
    case 'in': {
      const all = node.values.map((value) => sameValue(plainOf(node.operand, row), plainOf(value, row)));
      return all.includes(true) ? true : all.includes(null) ? null : false;
    }
    case 'truth': {
      const value = plainOf(node.operand, row);
      return typeof value === 'boolean' ? value : null;
    }
    case 'lambda': {
      const list = row[node.path.segments[0] ?? ''];
      const elements = Array.isArray(list) ? list : [];
      const truths = elements.map((element) =>
        node.condition ? naive(node.condition, { ...row, [node.variable ?? '']: element }) === true : true,
      );
      return node.quantifier === 'any' ? truths.includes(true) : !truths.includes(false);
    }
    case 'compare': {
      const [left, right] = [plainOf(node.left, row), plainOf(node.right, row)];
      const isSame = sameValue(left, right);
      if (node.operator === 'eq') return isSame;
      if (node.operator === 'ne') return isSame === null ? null : !isSame;
      if (left === null || right === null) return false;
      if (isSame === null) return null;
      if (typeof left !== typeof right) return false;
      if (node.operator === 'lt') return left < right;
      if (node.operator === 'le') return left <= right;
      return node.operator === 'gt' ? left > right : left >= right;
    }
  }
}

/** `null`: one is a boolean, and the other cannot be read as one. The empty text is no value. */
function sameValue(left: unknown, right: unknown): boolean | null {
  const isFlag = typeof left === 'boolean' || typeof right === 'boolean';
  if (!isFlag || typeof left === typeof right) return left === right && !Array.isArray(left);
  return [left, right].some((value) => value === null || value === undefined || value === '') ? false : null;
}

function plainOf(node: FilterExpression, row: Row): Plain {
  if (node.kind === 'literal') return node.value;
  if (node.kind === 'path')
    return (Object.hasOwn(row, node.segments[0] ?? '') ? row[node.segments[0] ?? ''] : null) as Plain;
  if (node.kind !== 'call') throw new Error(`not made here: ${node.kind}`);
  const [text, part] = node.args.map((arg) => plainOf(arg, row));
  if (typeof text !== 'string' || typeof part !== 'string') return null;
  return node.name === 'startswith'
    ? text.startsWith(part)
    : node.name === 'endswith'
      ? text.endsWith(part)
      : text.includes(part);
}

const fields = ['s', 't', 'n', 'm', 'f', 'g'] as const;
/** Words that read as no number, boolean or date: conversions have tests of their own. */
const word = fc.constantFrom('', 'x', 'xy', 'yx', 'é', 'Z');
const simplePath = fc
  .constantFrom(...fields, 'none', 'v')
  .map((name): FilterPath => ({ kind: 'path', segments: [name], at }));
const simpleLiteral = fc.oneof(
  word.map(lit),
  fc.integer({ min: -2, max: 2 }).map(lit),
  fc.boolean().map(lit),
  fc.constant(lit(null)),
);
const simpleValue = fc.oneof(simplePath, simpleLiteral);
const call = fc.record({
  kind: fc.constant('call' as const),
  name: fc.constantFrom('startswith', 'endswith', 'contains'),
  args: fc.tuple(simpleValue, simpleValue),
  at: fc.constant(at),
});
const { simple } = fc.letrec<{ simple: Filter }>((tie) => ({
  simple: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    fc.record({
      kind: fc.constant('compare' as const),
      operator: fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
      left: fc.oneof(simpleValue, call),
      right: simpleValue,
      at: fc.constant(at),
    }),
    fc.record({
      kind: fc.constant('truth' as const),
      operand: fc.oneof(call, simplePath, fc.boolean().map(lit)),
      at: fc.constant(at),
    }),
    fc.record({
      kind: fc.constant('in' as const),
      operand: simplePath,
      values: fc.array(simpleLiteral, { minLength: 1, maxLength: 3 }),
      at: fc.constant(at),
    }),
    fc.record({
      kind: fc.constantFrom('and', 'or'),
      operands: fc.array(tie('simple'), { minLength: 2, maxLength: 3 }),
      at: fc.constant(at),
    }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('simple'), at: fc.constant(at) }),
    fc.record({
      kind: fc.constant('lambda' as const),
      quantifier: fc.constantFrom('any', 'all'),
      path: fc
        .constantFrom('list', 'none', 's')
        .map((name): FilterPath => ({ kind: 'path', segments: [name], at })),
      variable: fc.constant('v'),
      condition: tie('simple'),
      at: fc.constant(at),
    }),
  ),
})) as { simple: fc.Arbitrary<Filter> };
const plain = fc.oneof(word, fc.integer({ min: -2, max: 2 }), fc.boolean(), fc.constant(null));
const row: fc.Arbitrary<Row> = fc.record(
  { s: plain, t: plain, n: plain, m: plain, f: plain, g: plain, list: fc.array(plain, { maxLength: 3 }) },
  { requiredKeys: [] },
);

it('a filter selects what an evaluator written from the specification selects', () => {
  fc.assert(
    fc.property(simple, row, (tree, record) => {
      expect(evaluateFilter(tree, record, ownProperties)).toBe(naive(tree, record) === true);
    }),
    { numRuns: 20_000 },
  );
});

it('an explanation has, for every clause, the result of that clause, and first that of the filter', () => {
  const clausesOf = (node: Filter): readonly Filter[] => {
    if (node.kind === 'and' || node.kind === 'or') return [node, ...node.operands.flatMap(clausesOf)];
    return node.kind === 'not' ? [node, ...clausesOf(node.operand)] : [node];
  };
  const truths = { met: true, notMet: false, unknown: null };
  fc.assert(
    fc.property(simple, row, (tree, record) => {
      const { clauses, omittedClausesCount } = explainFilter(tree, record, ownProperties);
      expect(clauses[0]?.result === 'met').toBe(evaluateFilter(tree, record, ownProperties));
      const all = clausesOf(tree);
      expect(clauses.length + omittedClausesCount).toBe(all.length);
      expect(clauses.map(({ result }) => truths[result])).toEqual(
        all.slice(0, clauses.length).map((clause) => naive(clause, record)),
      );
    }),
    { numRuns: 3_000 },
  );
});

// ---- hostile text ---------------------------------------------------------------------------------

const shard = fc.constantFrom(
  ...[
    "'",
    "''",
    '(',
    ')',
    ',',
    '/',
    ':',
    ' ',
    '-',
    '.',
    '$',
    '$it',
    '$count',
    '@',
    '=',
    '"',
    '\\',
    '\u0000',
    '\n',
    '😀',
    '\ud800',
  ],
  ...[
    'and',
    'or',
    'not',
    'eq',
    'ne',
    'gt',
    'in',
    'has',
    'add',
    'div',
    'any',
    'all',
    'null',
    'true',
    'NaN',
    '-INF',
  ],
  ...[
    'a',
    'x',
    'tags',
    'startsWith',
    'length',
    'now',
    'any(x:',
    'startsWith(',
    '__proto__',
    'constructor',
    'a.b',
  ],
  ...[
    '1',
    '-5',
    '1e999',
    '2026-01-01',
    '2026-13-01T',
    'T00:00:00Z',
    '12:30',
    '6dc69afc-a8b4-4b65-bc93-2e30ff9dc0f2',
  ],
);
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(shard, { maxLength: 30 }).map((shards) => shards.join('')),
  fc.array(shard, { maxLength: 30 }).map((shards) => shards.join(' ')),
  fc.tuple(filter.map(print), fc.nat(), fc.nat(3), shard).map(([text, where, cut, more]) => {
    const index = where % (text.length + 1);
    return text.slice(0, index) + more + text.slice(index + cut);
  }),
  fc.tuple(shard, fc.nat(9_000)).map(([text, times]) => text.repeat(times).slice(0, 9_000)),
);

const parsers = { parseFilter, parseScopeRule };
it.each(Object.entries(parsers))(
  '%s gives a filter or InvalidFilter for 100,000 hostile texts',
  (_name, parse) => {
    let refused = 0;
    fc.assert(
      fc.property(hostile, (text) => {
        try {
          parse(text);
        } catch (error) {
          if (!LifecycleError.is(error) || error.code !== 'InvalidFilter') throw error;
          const position = error.details.position;
          if (!Number.isInteger(position) || Number(position) < 0 || Number(position) > text.length)
            throw error;
          refused += 1;
        }
      }),
      { numRuns: 100_000 },
    );
    expect(refused).toBeGreaterThan(10_000);
  },
);
