import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../../src/filter/parsing/parse-filter.ts';
import type { Filter, FilterLiteral } from '../../../../src/model/filter.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import { filterErrorOf } from '../support.ts';

/** The literal on the right of `x eq …`. */
function literal(text: string): FilterLiteral {
  const filter = parseFilter(`x eq ${text}`);
  if (filter.kind !== 'compare' || filter.right.kind !== 'literal') throw new Error(`no literal: ${text}`);
  return filter.right;
}

/** A tree as a short text with every bracket. */
function brackets(filter: Filter | ReturnType<typeof operand>): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filter.operands.map(brackets).join(` ${filter.kind} `)})`;
    case 'not':
      return `not ${brackets(filter.operand)}`;
    case 'compare':
      return `(${brackets(filter.left)} ${filter.operator} ${brackets(filter.right)})`;
    case 'in':
      return `(${brackets(filter.operand)} in ${filter.values.length})`;
    case 'truth':
      return brackets(filter.operand);
    case 'condition':
      return brackets(filter.condition);
    case 'lambda':
      return `${brackets(filter.path)}/${filter.quantifier}(${filter.variable ?? ''}${filter.condition ? `: ${brackets(filter.condition)}` : ''})`;
    case 'path':
      return filter.segments.join('/');
    case 'call':
      return `${filter.name}(${filter.args.map(brackets).join(', ')})`;
    case 'arithmetic':
      return filter.right
        ? `(${brackets(filter.left)} ${filter.operator} ${brackets(filter.right)})`
        : `-${brackets(filter.left)}`;
    case 'literal':
      return String(filter.value);
  }
}
const operand = (filter: Filter & { kind: 'truth' }) => filter.operand;
const shape = (text: string): string => brackets(parseFilter(text));

describe('precedence', () => {
  it.each([
    ['a eq 1 and b eq 2 or c eq 3', '(((a eq 1) and (b eq 2)) or (c eq 3))'],
    ['a eq 1 or b eq 2 and c eq 3', '((a eq 1) or ((b eq 2) and (c eq 3)))'],
    ['(a eq 1 or b eq 2) and c eq 3', '(((a eq 1) or (b eq 2)) and (c eq 3))'],
    ['a and b and c', '(a and b and c)'],
    ['not a eq 1 and b eq 2', '(not (a eq 1) and (b eq 2))'],
    ['not (a and b)', 'not (a and b)'],
    ['not not a', 'not not a'],
    ['1 add 2 mul 3 eq 7', '((1 add (2 mul 3)) eq 7)'],
    ['(1 add 2) mul 3 eq 9', '(((1 add 2) mul 3) eq 9)'],
    ['1 sub 2 sub 3 eq -4', '(((1 sub 2) sub 3) eq -4)'],
    ['6 div 2 mod 4 divby 2 eq 1', '((((6 div 2) mod 4) divby 2) eq 1)'],
    ['- a mul b lt 0', '((-a mul b) lt 0)'],
    ['-(a add b) lt 0', '(-(a add b) lt 0)'],
    ['a lt b eq true', '((a lt b) eq true)'],
    ['(a eq 1) ne (b eq 2)', '((a eq 1) ne (b eq 2))'],
    ['a eq not b', '(a eq not b)'],
    ["category has 'joiner'", '(category has joiner)'],
    ['a in (1,2) eq false', '((a in 2) eq false)'],
  ])('%s reads as %s', (text, expected) => expect(shape(text)).toBe(expected));
});

describe('literals', () => {
  it.each([
    ["'Sales'", 'string', 'Sales'],
    ["'O''Neil'", 'string', "O'Neil"],
    ["''", 'string', ''],
    ["''''", 'string', "'"],
    ['5', 'number', 5],
    ['-5', 'number', -5],
    ['+5', 'number', 5],
    ['2.50', 'number', 2.5],
    ['1.5e-3', 'number', 0.0015],
    ['1E6', 'number', 1_000_000],
    ['INF', 'number', Infinity],
    ['-INF', 'number', -Infinity],
    ['NaN', 'number', Number.NaN],
    ['true', 'boolean', true],
    ['FALSE', 'boolean', false],
    ['null', 'null', null],
    ['2026-01-01', 'dateTime', Date.UTC(2026, 0, 1)],
    ['2026-01-01T00:00Z', 'dateTime', Date.UTC(2026, 0, 1)],
    ['2026-01-01T12:30:15Z', 'dateTime', Date.UTC(2026, 0, 1, 12, 30, 15)],
    ['2026-01-01t12:30:15z', 'dateTime', Date.UTC(2026, 0, 1, 12, 30, 15)],
    ['2026-01-01T00:00:00.1Z', 'dateTime', Date.UTC(2026, 0, 1, 0, 0, 0, 100)],
    ['2026-01-01T00:00:00.123456789012Z', 'dateTime', Date.UTC(2026, 0, 1, 0, 0, 0, 123)],
    ['2026-01-01T00:00:00+02:00', 'dateTime', Date.UTC(2025, 11, 31, 22)],
    ['2026-01-01T00:00:00-05:30', 'dateTime', Date.UTC(2026, 0, 1, 5, 30)],
    ['2024-02-29', 'dateTime', Date.UTC(2024, 1, 29)],
    ['6dc69afc-A8B4-4b65-bc93-2e30ff9dc0f2', 'string', '6dc69afc-A8B4-4b65-bc93-2e30ff9dc0f2'],
    ['12345678-1234-1234-1234-123456789012', 'string', '12345678-1234-1234-1234-123456789012'],
    ['09:30', 'timeOfDay', '09:30:00.000'],
    ['23:59:59.5', 'timeOfDay', '23:59:59.500'],
    ["duration'PT5M'", 'duration', 300_000],
    ["Duration'P1DT2H3M4.567S'", 'duration', 93_784_567],
    ["duration'-PT0.5S'", 'duration', -500],
    ["duration'P99999999D'", 'duration', 99_999_999 * 86_400_000],
    [
      "microsoft.graph.identityGovernance.lifecycleWorkflowProcessingStatus'completed'",
      'string',
      'completed',
    ],
  ])('%s is a %s', (text, type, value) => expect(literal(text)).toMatchObject({ type, value }));

  it.each([
    ['2026-02-30', 'a day and time that exist'],
    ['2026-13-01', 'a day and time that exist'],
    ['2026-01-01T24:00:00Z', 'a day and time that exist'],
    ['2026-01-01T00:00:00+24:00', 'a day and time that exist'],
    ['2026-01-01T00:00:00', 'a time zone'],
    ["'open", 'a closing quote'],
    ["'open''", 'a closing quote'],
    ['5x', 'after a number'],
    ['1.', 'after a number'],
    ["duration'P1M'", 'a duration of days, hours, minutes and seconds'],
    ["duration'P'", 'a duration of days'],
    ["duration'PT'", 'a duration of days'],
    ["duration'5 minutes'", 'a duration of days'],
    ["binary'AAAA'", 'Binary and geo literals are not supported'],
    ["geography'SRID=0;Point(1 2)'", 'Binary and geo literals are not supported'],
    ['["a","b"]', 'JSON is not supported'],
    ['{"a":1}', 'JSON is not supported'],
    ['$root/a', '$it and $count are supported'],
    ['case(a eq 1:2)', 'case is not supported'],
    ["cast(a, 'Edm.String')", 'Casts are not supported'],
    ["isof('Edm.String')", 'Types cannot be asked for'],
    ['totaloffsetminutes(a)', 'they are in UTC'],
    ["matchesPattern(a, 'b')", 'Regular expressions are not supported'],
    ['geo.distance(a, b)', 'a function that exists here'],
    ['hassubset(a, b)', 'Write any or all'],
    ["tags/$count($filter=a eq 'b')", 'A $count has no options here'],
    ['"Sales"', "Text stands in single quotes: 'Sales'"],
    ['@p', 'Parameter aliases are not supported'],
  ])('%s is refused', (text, words) => {
    expect(filterErrorOf(() => parseFilter(`x eq ${text}`)).message).toContain(words);
  });
});

describe('names', () => {
  it('operators and functions are read in any letter case', () => {
    expect(shape("StartsWith(a,'x') AND b Eq 1 OR NOT c")).toBe('((startswith(a, x) and (b eq 1)) or not c)');
  });

  it('blanks may stand after commas, inside brackets and around slashes', () => {
    expect(shape(" contains( a , 'x' ) and b in ( 1 , 2 )\n and a / b eq 1 ")).toBe(
      '(contains(a, x) and (b in 2) and (a/b eq 1))',
    );
  });

  it('a property may be called like an operator', () => {
    expect(shape('not eq 1')).toBe('(not eq 1)');
    expect(shape('and eq or')).toBe('(and eq or)');
    expect(shape('in in (1)')).toBe('(in in 1)');
  });

  it('a path may have letters of any script', () => {
    expect(shape("straße/größe eq 'x'")).toBe('(straße/größe eq x)');
  });

  it('$it and $count are read', () => {
    expect(shape("$it/a eq 'x' and tags/$count gt 2")).toBe('(($it/a eq x) and (tags/$count gt 2))');
  });
});

describe('lambdas and lists', () => {
  it.each([
    ["proxyAddresses/any(p: startsWith(p,'smtp:'))", 'proxyAddresses/any(p: startswith(p, smtp:))'],
    ['tags/any()', 'tags/any()'],
    ['a/b/all(x:x/y eq 1 and x/z/any(q:q eq x/y))', 'a/b/all(x: ((x/y eq 1) and x/z/any(q: (q eq x/y))))'],
    ["'x' in tags", 'tags/any($member: ($member eq x))'],
  ])('%s is read', (text, expected) => expect(shape(text)).toBe(expected));

  it.each([
    ['tags/all()', 'a name'],
    ['tags/some(x: x eq 1)', '`any(…)` or `all(…)`'],
    ['tags/any(x x eq 1)', '`:` after x'],
    ['tags/any(a.b: a eq 1)', 'a plain name'],
    ['a in ()', 'a value in quotes'],
    ['a in (b)', 'a value in quotes'],
    ['a in 5', 'a list like'],
    ['a in b', 'a list like'],
  ])('%s is refused', (text, words) => {
    expect(filterErrorOf(() => parseFilter(text)).message).toContain(words);
  });
});

describe('errors', () => {
  it.each([
    ['', 0],
    ['   ', 3],
    ['a eq', 4],
    ['a eq 1 b', 7],
    ['a = 1', 2],
    ['(a eq 1', 7],
    ['a eq 1)', 6],
    ['foo(a)', 0],
    ['b and startsWith(a)', 6],
    ['a and 5', 6],
    ["a and 'x'", 6],
    ['a and length(b)', 6],
    ['a add (b eq 1) gt 2', 9],
    ['a/ eq 1', 6],
    ['a // b', 3],
    ['x eq ~', 5],
  ])('%j is wrong at its character %i', (text, position) => {
    const error = filterErrorOf(() => parseFilter(text));
    expect(error.details.position).toBe(position);
  });

  it('the message shows the text with a caret under the character', () => {
    const error = filterErrorOf(() => parseFilter("department = 'Sales'"));
    expect(error.message).toBe(
      "Expected a name, a value or `(`, got `=`. Write eq\n  department = 'Sales'\n             ^",
    );
    expect(error.details).toEqual({ position: 11, near: '=' });
  });

  it('the caret of a long text stands under its character in a window', () => {
    const error = filterErrorOf(() => parseFilter(`${"city eq 'Rome' or ".repeat(40)}= 1`));
    const [, line = '', caret = ''] = error.message.split('\n');
    expect(line.length).toBeLessThan(90);
    expect(line.charAt(caret.indexOf('^'))).toBe('=');
  });

  it('line breaks and letters outside the basic plane do not move the caret', () => {
    const error = filterErrorOf(() => parseFilter("a eq '😀\t\n' = 1"));
    const [, line = '', caret = ''] = error.message.split('\n');
    expect([...line][caret.indexOf('^')]).toBe('=');
  });

  it('habits of other languages get a remedy', () => {
    const remedies = ['a == 1', 'a != 1', 'a <> 1', 'a && b', 'a || b', "substringof('a', b)", "a like 'x%'"];
    const words = ['eq', 'ne', 'ne', 'and', 'or', 'contains', 'startsWith'];
    for (const [at, text] of remedies.entries()) {
      expect(filterErrorOf(() => parseFilter(text)).message).toContain(`Write ${words[at]}`);
    }
  });

  it('an unknown function is answered with the ones that exist', () => {
    for (const text of ['geo.distance(a,b) lt 1', 'toString(a) eq 1', '__proto__(a)']) {
      expect(filterErrorOf(() => parseFilter(text)).message).toContain('There are startswith');
    }
  });

  it('what is no text is refused', () => {
    expect(filterErrorOf(() => parseFilter(5 as unknown as string)).message).toContain(
      'a filter to be a text',
    );
  });
});

describe('bounds', () => {
  const nest = (levels: number, open: string, close: string): string =>
    `${open.repeat(levels)}a eq 1${close.repeat(levels)}`;

  it('64 levels of brackets are read and 65 are refused', () => {
    expect(shape(nest(LIMITS.filterDepthMax, '(', ')'))).toBe('(a eq 1)');
    const error = filterErrorOf(() => parseFilter(nest(LIMITS.filterDepthMax + 1, '(', ')')));
    expect(error.details).toMatchObject({ limit: 'filterDepthMax', position: 64 });
  });

  it.each([
    ['not', nest(65, 'not ', '')],
    ['minus', `${'- '.repeat(65)}a eq 1`],
    ['functions', `${'trim('.repeat(65)}a${')'.repeat(65)} eq 'x'`],
    ['sums', `a${' add 1'.repeat(65)} eq 1`],
    ['comparisons', `a${' eq a'.repeat(66)}`],
    ['lambdas', nest(65, 'a/any(x: ', ')')],
    ['8,000 brackets', '('.repeat(8_000)],
    ['8,000 minus signs', '-'.repeat(8_000)],
  ])('%s that are nested too deep are refused', (_name, text) => {
    expect(filterErrorOf(() => parseFilter(text)).details.limit).toBe('filterDepthMax');
  });

  it('a list of conditions is not nesting', () => {
    expect(parseFilter(Array(400).fill('a eq 1').join(' and '))).toMatchObject({ kind: 'and' });
  });

  it('8,192 characters are read and 8,193 are refused', () => {
    const text = (length: number): string => `a eq '${'x'.repeat(length - 7)}'`;
    expect(parseFilter(text(LIMITS.filterLengthMax)).kind).toBe('compare');
    const error = filterErrorOf(() => parseFilter(text(LIMITS.filterLengthMax + 1)));
    expect(error.details.limit).toBe('filterLengthMax');
  });
});
