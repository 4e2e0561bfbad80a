import { describe, expect, it } from 'vitest';
import { compileFilter, evaluateFilter } from '../../../../src/filter/evaluation/evaluate.ts';
import { ownProperties } from '../../../../src/filter/evaluation/paths.ts';
import { parseFilter } from '../../../../src/filter/parsing/parse-filter.ts';

const evaluate = (text: string, row: unknown): boolean =>
  evaluateFilter(parseFilter(text), row, ownProperties);

const person = {
  city: 'Rome',
  age: 40,
  isActive: true,
  flag: 'True',
  level: '7',
  nothing: null,
  hired: '2026-03-01',
  left: '2026-03-31T23:30:00+02:00',
  born: new Date(Date.UTC(1990, 4, 6, 7, 8, 9, 250)),
  org: { division: 'Shoes', head: { name: 'Ann' } },
  mails: ['a@x', 'b@y'],
  plans: [
    { service: 'exchange', state: 'Enabled', tags: ['x', 'y'] },
    { service: 'teams', state: 'Deleted', tags: [] },
  ],
  empty: [],
  big: 10n,
  category: 'joiner,leaver',
  mask: 6,
};

const isTrue = (texts: readonly string[]): void => {
  it.each(texts)('%s is true', (text) => expect(evaluate(text, person)).toBe(true));
};
const isFalse = (texts: readonly string[]): void => {
  it.each(texts)('%s is false', (text) => expect(evaluate(text, person)).toBe(false));
};

describe('null', () => {
  isTrue([
    'missing eq null',
    'nothing eq null',
    'null eq null',
    "missing ne 'x'",
    'city ne null',
    'not (missing lt 5)',
    'missing in (1, null)',
    "startsWith(missing, 'x') eq null",
    'missing add 1 eq null',
    'now() eq null',
    "startsWith(missing,'x') or city eq 'Rome'",
  ]);
  isFalse([
    'city eq null',
    "missing eq 'x'",
    'missing lt 5',
    'missing le 5',
    'missing gt 5',
    'missing ge null',
    'null le null',
    "startsWith(missing, 'x')",
    "not startsWith(missing, 'x')",
    "not (startsWith(missing, 'x') and true)",
    "not (startsWith(missing, 'x') or false)",
    "startsWith(missing,'x') and city eq 'Rome'",
    'missing',
    'null',
    "missing has 'x'",
  ]);
});

describe('comparisons', () => {
  isTrue([
    "city eq 'Rome'",
    "city gt 'Paris'",
    "city in ('Rome', 'Oslo')",
    'age ge 40',
    'age in (39, 40)',
    'isActive',
    'isActive eq true',
    'isActive gt false',
    'big eq 10',
    "category has 'joiner'",
    "category has 'leaver,joiner'",
    'mask has 2',
    "(city eq 'Rome') eq isActive",
    "'Rome' eq city",
    'true',
  ]);
  isFalse([
    "city eq 'rome'",
    "city in ('Oslo')",
    'age lt 40',
    "category has 'mover'",
    'mask has 1',
    "city has 'Ro'",
    'NaN eq NaN',
    'false',
  ]);
});

describe('values of different types', () => {
  isTrue(['city ne 5', "age ne 'forty'", 'org ne null', 'mails ne null', "mails ne 'a@x'"]);
  isFalse([
    'city eq 5',
    'city lt 5',
    'city gt 5',
    'isActive eq 1',
    'org eq null',
    "mails eq 'a@x'",
    'age',
    'city',
    'age gt 2026-01-01',
  ]);
});

describe('what cannot be read as the date or the boolean that it is compared with', () => {
  const comparisons = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'].flatMap((operator) => [
    `city ${operator} 2026-01-01`,
    `2026-01-01 ${operator} city`,
    `age ${operator} 2026-01-01`,
    `org ${operator} 2026-01-01`,
    `isActive ${operator} 2026-01-01`,
    `invalid ${operator} 2026-01-01`,
    `slashes ${operator} 2026-01-01`,
    `city ${operator} true`,
    `one ${operator} true`,
  ]);
  const others = ['city in (2026-01-01)', "city in (2026-01-01, 'x')", 'one in (true, false)'];
  const row = { ...person, invalid: new Date(Number.NaN), slashes: '31/12/2025', one: 1 };

  it.each([...comparisons, ...others])('%s is neither true nor false', (text) => {
    expect(evaluate(text, row)).toBe(false);
    expect(evaluate(`not (${text})`, row)).toBe(false);
    expect(evaluate(`(${text}) and true`, row)).toBe(false);
    expect(evaluate(`not ((${text}) and false)`, row)).toBe(true);
    expect(evaluate(`(${text}) or true`, row)).toBe(true);
  });

  it('another member of the list, or another condition, may decide', () => {
    expect(evaluate("city in (2026-01-01, 'Rome')", row)).toBe(true);
    expect(evaluate("slashes ne 2026-01-01 or city eq 'Rome'", row)).toBe(true);
    expect(evaluate("slashes ne 2026-01-01 and city eq 'Oslo'", row)).toBe(false);
  });

  it('blank text and “not set” are no date, as an absent attribute', () => {
    for (const value of ['', ' ', '0001-01-01T00:00:00', undefined]) {
      expect(evaluate('hired ne 2026-01-01', { hired: value })).toBe(true);
      expect(evaluate('hired eq 2026-01-01', { hired: value })).toBe(false);
      expect(evaluate('hired lt 2026-01-01', { hired: value })).toBe(false);
      expect(evaluate('hired gt 2026-01-01', { hired: value })).toBe(false);
    }
    expect(evaluate('flag ne true', { flag: '' })).toBe(true);
  });
});

describe('text that reads as something', () => {
  isTrue([
    'flag eq true',
    'flag',
    'level eq 7',
    'level gt 6.5',
    'level add 1 eq 8',
    'hired eq 2026-03-01',
    'hired lt 2026-03-01T00:00:00.001Z',
    'left eq 2026-03-31T21:30:00Z',
    "left gt '2026-03-31T22'",
    "hired eq '2026-03-01'",
    'born eq 1990-05-06T07:08:09.25Z',
    "born gt '1990-05-06'",
    'hired in (2026-03-01, 2026-03-02)',
    'level in (6, 7)',
  ]);
  isFalse([
    "flag eq 'true'",
    "level eq '7.0'",
    "hired eq '2026-03-01T00:00:00Z'",
    'city eq 2026-01-01',
    'city eq true',
  ]);
});

describe('functions', () => {
  isTrue([
    "startsWith(city, 'Ro')",
    "endswith(city, 'me')",
    "contains(city, 'om')",
    "tolower(city) eq 'rome'",
    "toupper(city) eq 'ROME'",
    'length(city) eq 4',
    "trim('  x ') eq 'x'",
    "concat(city, '!') eq 'Rome!'",
    "indexof(city, 'm') eq 2",
    "indexof(city, 'z') eq -1",
    "substring(city, 2) eq 'me'",
    "substring(city, 1, 2) eq 'om'",
    "substring(city, -1, 2) eq 'Ro'",
    "substring(city, 9) eq ''",
    'year(born) eq 1990 and month(born) eq 5 and day(born) eq 6',
    'hour(born) eq 7 and minute(born) eq 8 and second(born) eq 9',
    'fractionalseconds(born) eq 0.25',
    'date(born) eq 1990-05-06',
    'time(born) eq 07:08:09.250',
    'year(left) eq 2026',
    'round(2.5) eq 3 and round(-2.5) eq -3 and floor(-2.5) eq -3 and ceiling(2.1) eq 3',
    'mindatetime() lt maxdatetime()',
    'length(age) eq null',
    'year(city) eq null',
    'round(city) eq null',
    'substring(city, city) eq null',
  ]);

  it('now is what the caller says', () => {
    const filter = parseFilter('hired lt now()');
    const isBefore = (ms: number) => compileFilter(filter, ownProperties, { now: () => ms })(person);
    expect([isBefore(Date.UTC(2026, 1, 1)), isBefore(Date.UTC(2026, 3, 1))]).toEqual([false, true]);
  });
});

describe('arithmetic', () => {
  isTrue([
    'age add 2 eq 42',
    'age sub 2 mul 10 eq 20',
    '7 div 2 eq 3',
    '-7 div 2 eq -3',
    '7.5 div 2 eq 3.75',
    '7 divby 2 eq 3.5',
    '7 mod 4 eq 3',
    '-age eq -40',
    '1 div 0 eq null and 1 divby 0 eq null and 1 mod 0 eq null',
    'city add 1 eq null',
  ]);
});

describe('paths', () => {
  isTrue([
    "org/division eq 'Shoes'",
    "org/head/name eq 'Ann'",
    "$it/city eq 'Rome'",
    'mails/$count eq 2',
    'city/length eq null',
    'mails/length eq null',
    'toString eq null',
    'constructor eq null',
    '__proto__ eq null',
    'org/__proto__ eq null',
    'constructor/name eq null',
    'org/division/length eq null',
    'city/$count eq null',
  ]);

  it('an own property of any name is read', () => {
    const row = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": "c"}');
    expect(evaluate("__proto__ eq 'a' and constructor eq 'b' and toString eq 'c'", row)).toBe(true);
  });

  it.each([null, undefined, 'text', 5, ['x']])('the row %j has no properties', (row) => {
    expect(evaluate('a eq null and a/b eq null', row)).toBe(true);
  });
});

describe('lambdas', () => {
  isTrue([
    "mails/any(m: endsWith(m, '@y'))",
    "mails/all(m: contains(m, '@'))",
    'mails/any()',
    "'a@x' in mails",
    "plans/any(p: p/service eq 'teams' and p/state eq 'Deleted')",
    "plans/any(p: p/tags/any(t: t eq 'y' and p/service eq 'exchange' and city eq 'Rome'))",
    "empty/all(e: e eq 'x')",
    "missing/all(e: e eq 'x')",
    'not empty/any()',
    "plans/any(city: city/service eq 'teams')",
  ]);
  isFalse([
    "mails/any(m: m eq 'z')",
    "mails/all(m: endsWith(m, '@y'))",
    'empty/any()',
    'missing/any()',
    "city/any(c: c eq 'R')",
    "plans/any(p: p/service eq 'teams' and p/state eq 'Enabled')",
    "plans/all(p: startsWith(p/missing, 'x'))",
  ]);
});
