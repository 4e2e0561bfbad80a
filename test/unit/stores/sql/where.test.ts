import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../../src/errors/lifecycle-error.ts';
import { parseListFilter } from '../../../../src/filter/list-filter.ts';
import type { Filter } from '../../../../src/model/filter.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../../../src/model/resources/properties.ts';
import { conditionOf, type Dialect } from '../../../../src/stores/sql/where.ts';
import { refusal } from '../sqlite/support.ts';

/** A dialect that shows what it was asked for: numbered placeholders, marked columns, and no `x` in a text. */
const DIALECT: Dialect = {
  placeholder: (value) => (typeof value === 'number' ? '#' : '$'),
  canHold: (text) => !text.includes('x'),
  memberColumn: (column) => `<${column}>`,
  tests: {
    contains: (column, part, bind) => `contains(${column}, ${part.length}, ${bind(part)})`,
    startswith: (column, part, bind) => `starts(${column}, ${bind(part)}, ${bind(part.length)})`,
    endswith: (column, _part, bind) => `ends(${bind(1)}, ${column})`,
  },
};

const where = (text: string, dialect = DIALECT) =>
  conditionOf(parseListFilter(text, RUN_PROPERTIES), RUN_PROPERTIES, dialect);

describe('a comparison', () => {
  it.each([
    ["processingStatus eq 'failed'", '(processing_status IS NOT NULL AND processing_status = $)', ['failed']],
    ["processingStatus ne 'failed'", '(processing_status IS NULL OR processing_status <> $)', ['failed']],
    ['failedTasksCount gt 1', '(failed_tasks_count IS NOT NULL AND failed_tasks_count > #)', [1]],
    ['failedTasksCount ge 1.5', '(failed_tasks_count IS NOT NULL AND failed_tasks_count >= #)', [1.5]],
    ['failedTasksCount lt -1', '(failed_tasks_count IS NOT NULL AND failed_tasks_count < #)', [-1]],
    ['2 ge failedTasksCount', '(failed_tasks_count IS NOT NULL AND failed_tasks_count <= #)', [2]],
    ['startedDateTime eq null', '(started_at_ms IS NULL)', []],
    ['startedDateTime ne null', '(started_at_ms IS NOT NULL)', []],
    ["workflow/id eq 'w'", '(workflow_id IS NOT NULL AND workflow_id = $)', ['w']],
  ])('%s is never NULL: %s', (text, sql, params) => {
    expect(where(text)).toEqual({ sql, params });
  });

  it('with a text that the database cannot hold is true for `ne`, false for `eq`, and binds nothing', () => {
    expect(where("id ne 'x'")).toEqual({ sql: '(1 = 1)', params: [] });
    expect(where("id eq 'x'")).toEqual({ sql: '(1 = 0)', params: [] });
  });
});

describe('a test for several values', () => {
  it('takes the column as the dialect wants it, and binds the values in order', () => {
    expect(where("id in ('a', 'b', 'a')")).toEqual({
      sql: '(<id> IS NOT NULL AND <id> IN ($, $, $))',
      params: ['a', 'b', 'a'],
    });
  });

  it('leaves out values that the database cannot hold, and is false without any', () => {
    expect(where("id in ('x', 'b')")).toEqual({ sql: '(<id> IS NOT NULL AND <id> IN ($))', params: ['b'] });
    expect(where("id in ('x', 'xx')")).toEqual({ sql: '(1 = 0)', params: [] });
    expect(where("not (id in ('x'))")).toEqual({ sql: '(NOT (1 = 0))', params: [] });
  });
});

describe('a test of a part', () => {
  it.each([
    ["contains(id, 'ab')", '(id IS NOT NULL AND contains(id, 2, $))', ['ab']],
    ["startsWith(id, 'ab')", '(id IS NOT NULL AND starts(id, $, #))', ['ab', 2]],
    ["endsWith(id, 'ab')", '(id IS NOT NULL AND ends(#, id))', [1]],
    ["contains(id, '')", '(id IS NOT NULL)', []],
    ["startsWith(id, '')", '(id IS NOT NULL)', []],
    ["endsWith(id, 'x')", '(1 = 0)', []],
  ])('%s is %s, with the values that the dialect binds', (text, sql, params) => {
    expect(where(text)).toEqual({ sql, params });
  });
});

describe('junctions', () => {
  it('keep the order of their values', () => {
    const { sql, params } = where("id eq 'a' and (failedTasksCount eq 1 or not (id eq 'b')) and id ne 'c'");
    expect(sql.match(/[$#]/g)).toEqual(['$', '#', '$', '$']);
    expect(params).toEqual(['a', 1, 'b', 'c']);
    expect(sql).toContain('(NOT (id IS NOT NULL AND id = $))');
  });

  it('of 1,000 conditions are a tree of small depth, with every value in its place', () => {
    const operands = Array.from({ length: 1_000 }, (_, index) =>
      parseListFilter(`failedTasksCount eq ${index}`, RUN_PROPERTIES),
    );
    for (const kind of ['and', 'or'] as const) {
      const { sql, params } = conditionOf({ kind, operands, at: 0 }, RUN_PROPERTIES, DIALECT);
      expect(params).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
      let [depth, deepest] = [0, 0];
      for (const letter of sql) {
        depth += letter === '(' ? 1 : letter === ')' ? -1 : 0;
        deepest = Math.max(deepest, depth);
      }
      expect(depth).toBe(0);
      expect(deepest).toBeLessThanOrEqual(11);
    }
  });

  it('without operands are what they are over nothing: all, or none', () => {
    const over = (kind: 'and' | 'or') =>
      conditionOf({ kind, operands: [], at: 0 }, RUN_PROPERTIES, DIALECT).sql;
    expect([over('and'), over('or')]).toEqual(['(1 = 1)', '(1 = 0)']);
  });
});

describe('what a list cannot be filtered by is InvalidFilter before any SQL is written', () => {
  const path = (...segments: string[]) => ({ kind: 'path', segments });
  const text = (value: string) => ({ kind: 'literal', type: 'string', value });
  it.each<[string, unknown]>([
    ['a property of another list', parseListFilter("subject/id eq 'a'", USER_PROPERTIES)],
    [
      'a column by its own name',
      { kind: 'compare', operator: 'eq', left: path('processing_status'), right: text('a') },
    ],
    ['SQL as a property', { kind: 'compare', operator: 'eq', left: path('id = id --'), right: text('a') }],
    [
      'a member of every object',
      { kind: 'compare', operator: 'eq', left: path('constructor'), right: text('a') },
    ],
    ['an order of texts', { kind: 'compare', operator: 'gt', left: path('id'), right: text('a') }],
    [
      'an unknown function',
      { kind: 'truth', operand: { kind: 'call', name: 'load_extension', args: [path('id'), text('a')] } },
    ],
    [
      'a property on both sides',
      { kind: 'compare', operator: 'eq', left: path('id'), right: path('workflow', 'id') },
    ],
    [
      'a lambda',
      { kind: 'lambda', collection: path('id'), quantifier: 'any', variable: null, condition: null },
    ],
  ])('%s', async (_name, filter) => {
    let wasAsked = false;
    const dialect = {
      ...DIALECT,
      placeholder: () => {
        wasAsked = true;
        return '?';
      },
    };
    await refusal('InvalidFilter', async () => conditionOf(filter as Filter, RUN_PROPERTIES, dialect));
    expect(wasAsked).toBe(false);
  });
});

it('a dialect without a test for a function is a fault of this package, not of the caller', () => {
  expect(() => where("contains(id, 'a')", { ...DIALECT, tests: {} })).toThrow(InvariantError);
  expect(() => where("contains(id, 'a')", { ...DIALECT, tests: {} })).toThrow(
    'Expected a filter that has been checked, got `contains`',
  );
});

it('the SQL has no character of any value, whatever the values are', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), (texts) => {
      const literal = (value: string) => ({ kind: 'literal', type: 'string', value });
      const path = { kind: 'path', segments: ['id'] };
      const filter = {
        kind: 'or',
        operands: [
          { kind: 'in', operand: path, values: texts.map(literal) },
          ...texts.flatMap((value) => [
            { kind: 'compare', operator: 'ne', left: path, right: literal(value) },
            { kind: 'truth', operand: { kind: 'call', name: 'endswith', args: [path, literal(value)] } },
          ]),
        ],
      };
      const { sql, params } = conditionOf(filter as unknown as Filter, RUN_PROPERTIES, DIALECT);
      expect(sql.replace(/NOT|NULL|AND|OR|IS|IN/g, '')).toMatch(/^[a-z_()<>=$#,0-9 ]*$/);
      expect(params).toHaveLength(sql.match(/[$#]/g)?.length ?? 0);
      for (const value of params) if (typeof value === 'string') expect(texts).toContain(value);
    }),
  );
});
