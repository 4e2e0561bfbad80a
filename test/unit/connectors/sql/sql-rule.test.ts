import { describe, expect, it } from 'vitest';
import { ruleFilter } from '../../../../src/connectors/kernel/rule-filter.ts';
import { DIALECT_RULES, type SqlDialect } from '../../../../src/connectors/sql/sql-dialect.ts';
import { conditionOf } from '../../../../src/connectors/sql/sql-rule.ts';
import { statement } from '../../../../src/connectors/sql/sql-statement.ts';

const COLUMNS = new Map(
  (
    [
      ['department', 'dept', 'text'],
      ['jobTitle', 'title', 'text'],
      ['accountEnabled', 'active', 'boolean'],
      ['floor', 'floor', 'integer'],
      ['employeeHireDate', 'hired', 'value'],
    ] as const
  ).map(([attribute, column, type]) => [attribute, { attribute, column, type }] as const),
);

/** The condition of a rule and its values; `null`: all people are examined. */
function translated(text: string, dialect: SqlDialect = 'mysql') {
  const filter = ruleFilter({ text, matches: () => true });
  const rules = DIALECT_RULES[dialect];
  const condition = filter && conditionOf(filter, { columns: COLUMNS, rules });
  return condition && statement(rules, condition);
}

describe('a rule as SQL', () => {
  it.each([
    ["department eq 'Sales'", '`dept` = ?', ['Sales']],
    ["'Sales' eq department", '`dept` = ?', ['Sales']],
    ["department in ('Sales', 'Law')", '(`dept` = ? OR `dept` = ?)', ['Sales', 'Law']],
    ["startsWith(jobTitle, 'Vi😀')", 'SUBSTR(`title`, 1, 3) = ?', ['Vi😀']],
    ['department eq null', '`dept` IS NULL', []],
    ['not (department eq null)', '`dept` IS NOT NULL', []],
    ['accountEnabled eq true', '`active` = ?', [1]],
    ['accountEnabled ne true', '(`active` <> ? OR `active` IS NULL)', [1]],
    ['floor in (1, 2)', '(`floor` = ? OR `floor` = ?)', [1, 2]],
    [
      'not (floor in (1, 2))',
      '((`floor` <> ? OR `floor` IS NULL) AND (`floor` <> ? OR `floor` IS NULL))',
      [1, 2],
    ],
    ["department eq 'Sales' and jobTitle ne 'Boss'", '(`dept` = ?)', ['Sales']],
    [
      "not (department ne 'Sales' or accountEnabled eq false)",
      '(`dept` = ? AND (`active` <> ? OR `active` IS NULL))',
      ['Sales', 0],
    ],
    ["department eq 'Law' or department eq 'Tax'", '(`dept` = ? OR `dept` = ?)', ['Law', 'Tax']],
    [
      "startsWith(jobTitle, 'V') and employeeHireDate eq 2026-01-31",
      '((SUBSTR(`title`, 1, 1) = ? OR `title` IS NULL))',
      ['V'],
    ],
  ])('is a condition: %s', (rule, sql, parameters) => {
    expect(translated(rule)).toEqual({ sql, parameters });
  });

  it.each([
    "department ne 'Sales'",
    "department eq 'Sales '",
    "department eq 'a\0b'",
    "department eq '\uFFFD'",
    "department eq '\uD83D'",
    'department eq true',
    'department eq 5',
    "not startsWith(jobTitle, 'V')",
    "startsWith(jobTitle, '')",
    "startsWith(jobTitle, 'V ')",
    "startsWith(city, 'V')",
    "accountEnabled eq 'true'",
    'floor eq 1.5',
    'floor eq 9007199254740993',
    "floor eq '1'",
    'employeeHireDate eq 2026-01-31',
    "city eq 'Rome'",
    "department eq 'Sales' or jobTitle ne 'Boss'",
    "not (department eq 'Sales')",
    "proxyAddresses/any(p: startsWith(p, 'smtp:'))",
  ])('is examined here, since the database may see it otherwise: %s', (rule) => {
    expect(translated(rule)).toBeNull();
  });

  it('lets Postgres use its indexes, with parameters of a known type', () => {
    expect(translated("department eq 'Sales' and accountEnabled eq true and floor eq 3", 'postgres')).toEqual(
      {
        sql: '(CAST("dept" AS text) = CAST($1 AS text) AND "active" = CAST($2 AS boolean) AND "floor" = CAST($3 AS bigint))',
        parameters: ['Sales', true, 3],
      },
    );
  });

  it('has SQLite give cells of another type, too', () => {
    expect(translated("department eq '5'", 'sqlite')).toEqual({
      sql: "(`dept` = ? OR typeof(`dept`) NOT IN ('null', 'text'))",
      parameters: ['5'],
    });
  });
});
