/** What each clause of a rule has met. */
import { describe, expect, it } from 'vitest';
import { explainedValue, explainFilter } from '../../../../src/filter/evaluation/explain.ts';
import { ownProperties } from '../../../../src/filter/evaluation/paths.ts';
import { parseFilter } from '../../../../src/filter/parsing/parse-filter.ts';
import { parseScopeRule } from '../../../../src/filter/parsing/scope-rule.ts';

const explain = (rule: string, subject: object) => parseScopeRule(rule).explain({ id: 'u', ...subject });

/** The tree as indented lines. */
function lines(rule: string, subject: object): readonly string[] {
  return explain(rule, subject).clauses.map(({ level, text, result, values }) =>
    [`${'  '.repeat(level)}${result}: ${text}`, ...values.map(({ name, value }) => `${name}=${value}`)].join(
      ' | ',
    ),
  );
}

describe('an explained rule', () => {
  it('has a result and the value met at every clause, also after the first one that decides', () => {
    expect(
      lines("department eq 'Sales' and not (city in ('Rome', 'Bonn') or startsWith(jobTitle, 'Vice'))", {
        department: 'IT',
        city: 'Rome',
      }),
    ).toEqual([
      "notMet: department eq 'Sales' and not (city in ('Rome', 'Bonn') or startswith(jobTitle, 'Vice'))",
      "  notMet: department eq 'Sales' | department=IT",
      "  notMet: not (city in ('Rome', 'Bonn') or startswith(jobTitle, 'Vice'))",
      "    met: city in ('Rome', 'Bonn') or startswith(jobTitle, 'Vice')",
      "      met: city in ('Rome', 'Bonn') | city=Rome",
      "      unknown: startswith(jobTitle, 'Vice') | jobTitle=null",
    ]);
  });

  it('says that a clause is unknown when a value cannot be read', () => {
    expect(lines('accountEnabled eq true', { accountEnabled: 'ja' })).toEqual([
      'unknown: accountEnabled eq true | accountEnabled=ja',
    ]);
  });

  it('shows what a collection holds', () => {
    const subject = { proxyAddresses: ['SMTP:ada@example.com', 'smtp:a@example.com'] };
    expect(lines("proxyAddresses/any(p: startsWith(p, 'x'))", subject)).toEqual([
      "notMet: proxyAddresses/any(p: startswith(p, 'x')) | proxyAddresses=[SMTP:ada@example.com, smtp:a@example.com]",
    ]);
    const { clauses } = explainFilter(
      parseFilter("tags/$count gt 1 and $it/city eq 'x'"),
      { tags: [1, 2] },
      ownProperties,
    );
    expect(clauses.map(({ values }) => values)).toEqual([
      [],
      [{ name: 'tags', value: '[1, 2]' }],
      [{ name: 'city', value: null }],
    ]);
  });

  it('reads own properties only', () => {
    expect(lines("constructor eq 'x'", {})).toEqual(["notMet: constructor eq 'x' | constructor=null"]);
  });

  it('ends after 100 clauses and counts the others; long texts are cut', () => {
    const rule = Array.from({ length: 150 }, (_, at) => `id eq '${at}'`).join(' or ');
    const { clauses, omittedClausesCount } = explain(rule, {});
    expect([clauses.length, omittedClausesCount]).toEqual([100, 51]);
    expect(clauses[0]?.text.length).toBe(200);
    expect(clauses[0]?.text.endsWith('…')).toBe(true);
  });
});

describe('an explained value', () => {
  it.each<[string, unknown, unknown]>([
    ['a text of 100 characters at most', 'x'.repeat(101), 'x'.repeat(100)],
    ['a number', 7, 7],
    ['a number that JSON lacks', Number.NaN, 'NaN'],
    ['a large number', 10n ** 120n, `1${'0'.repeat(99)}`],
    ['a boolean', false, false],
    ['null for nothing', undefined, null],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(Number.NaN), 'an invalid date'],
    ['no content of an object', { secret: 1 }, 'an object'],
    [
      'the first elements of an array',
      Array.from({ length: 12 }, (_, at) => at),
      '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …]',
    ],
    ['no content of arrays in arrays', [['secret']], '[an array]'],
    ['a bounded text of long elements', ['x'.repeat(500)], `[${'x'.repeat(99)}`],
    ['an empty array', [], '[]'],
  ])('is %s', (_, value, expected) => {
    expect(explainedValue(value)).toBe(expected);
  });
});
