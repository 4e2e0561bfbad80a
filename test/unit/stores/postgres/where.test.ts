import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { matchesRow, parseListFilter } from '../../../../src/filter/list-filter.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../../../src/model/resources/properties.ts';
import { canHold, Session, Statements } from '../../../../src/stores/postgres/session.ts';
import { whereOf, whereOfUsers } from '../../../../src/stores/postgres/where.ts';
import { describePostgres, serverUrl } from '../../../postgres/support.ts';
import { makeRun, refusal } from '../sqlite/support.ts';

const where = (text: string) => whereOf(parseListFilter(text, RUN_PROPERTIES), RUN_PROPERTIES);
const whereUsers = (text: string) => whereOfUsers(parseListFilter(text, USER_PROPERTIES)).sql;

describe('translation', () => {
  it.each<[string, string, unknown[]]>([
    ["id eq 'a'", '(id IS NOT NULL AND id = ?)', ['a']],
    ['failedTasksCount eq 1', '(failed_tasks_count IS NOT NULL AND failed_tasks_count = ?::int8)', [1]],
    ['failedTasksCount gt 1.5', '(failed_tasks_count IS NOT NULL AND failed_tasks_count > ?::float8)', [1.5]],
    [
      'failedTasksCount lt 1e300',
      '(failed_tasks_count IS NOT NULL AND failed_tasks_count < ?::float8)',
      [1e300],
    ],
    ["id in ('a', 'b')", '(id IS NOT NULL AND id IN (?, ?))', ['a', 'b']],
    ["contains(id, '%')", '(id IS NOT NULL AND strpos(id, ?) > 0)', ['%']],
    ["startsWith(id, '_')", '(id IS NOT NULL AND starts_with(id, ?))', ['_']],
    ["endsWith(id, 'é🙂')", '(id IS NOT NULL AND right(id, 2) = ?)', ['é🙂']],
    ["id eq 'a\0'", '(1 = 0)', []],
    ["id ne 'a\0'", '(1 = 1)', []],
    ["contains(id, '\0')", '(1 = 0)', []],
    ["id in ('\0', 'b')", '(id IS NOT NULL AND id IN (?))', ['b']],
  ])('%j is %s', (text, sql, params) => {
    expect(where(text)).toEqual({ sql, params });
  });

  it('of no filter matches every row', () => {
    expect(whereOf(null, RUN_PROPERTIES)).toEqual({ sql: 'TRUE', params: [] });
    expect(whereOfUsers(null)).toEqual({ sql: 'TRUE', params: [] });
  });

  it('of a property of another list is InvalidFilter with its name', async () => {
    const filter = parseListFilter("subject/id eq 'a'", USER_PROPERTIES);
    const error = await refusal('InvalidFilter', async () => whereOf(filter, RUN_PROPERTIES));
    expect(error.details).toMatchObject({ property: 'subject/id' });
  });
});

describe('a filter of users', () => {
  it.each([
    ["processingStatus eq 'failed'", " AND exceptional IN ('failed')"],
    ["processingStatus in ('failed', 'canceled')", " AND exceptional IN ('failed', 'canceled')"],
    ["processingStatus eq 'failed' and startedDateTime ne null", " AND exceptional IN ('failed')"],
    ['failedTasksCount gt 0', ' AND failed_tasks_count > 0'],
    [
      "failedTasksCount ge 2 and processingStatus eq 'failed'",
      " AND failed_tasks_count > 0 AND exceptional IN ('failed')",
    ],
  ])('%s says what the partial indexes ask for', (text, addition) => {
    expect(whereUsers(text).endsWith(addition)).toBe(true);
  });

  it.each([
    "processingStatus eq 'queued'",
    "processingStatus in ('failed', 'completed')",
    "processingStatus ne 'failed'",
    "processingStatus eq 'unheard'",
    "processingStatus eq 'failed' or startedDateTime eq null",
    'failedTasksCount ge 0',
  ])('%s does not, since others match as well', (text) => {
    expect(whereUsers(text)).not.toMatch(/exceptional|failed_tasks_count > 0/);
  });

  it('never has a text of the caller in its SQL, also not a status that it does not know', () => {
    expect(whereUsers("processingStatus in ('failed', '''; DROP TABLE users; --')")).not.toContain('DROP');
  });
});

describePostgres('meaning', () => {
  it('a text fits in SQL exactly when it fits in JavaScript, whatever characters it has', async () => {
    const client = new pg.Client({ connectionString: serverUrl() });
    await client.connect();
    const session = new Session(client, new Statements('tenure'));
    const unit = fc.constantFrom('a', 'A', 'é', 'e\u0301', '🙂', '%', '_', '\\', "'", '\0', ' ');
    const text = fc.string({ unit, maxLength: 4 });
    const name = fc.constantFrom('eq', 'ne', 'in', 'contains', 'startswith', 'endswith');
    try {
      await fc.assert(
        fc.asyncProperty(
          text.filter(canHold),
          text,
          name,
          fc.boolean(),
          async (id, part, test, isNegated) => {
            const path = { kind: 'path', segments: ['id'], at: 0 } as const;
            const literal = { kind: 'literal', type: 'string', value: part, at: 0 } as const;
            const one =
              test === 'in'
                ? { kind: 'in', operand: path, values: [literal], at: 0 }
                : test === 'eq' || test === 'ne'
                  ? { kind: 'compare', operator: test, left: path, right: literal, at: 0 }
                  : {
                      kind: 'truth',
                      operand: { kind: 'call', name: test, args: [path, literal], at: 0 },
                      at: 0,
                    };
            const filter = (isNegated ? { kind: 'not', operand: one, at: 0 } : one) as never;
            const { sql, params } = whereOf(filter, RUN_PROPERTIES);
            const rows = await session.list(
              `SELECT 1 FROM (SELECT ?::text COLLATE "C" AS id) AS t WHERE ${sql}`,
              [id, ...params],
            );
            expect(rows.length === 1).toBe(matchesRow(filter, RUN_PROPERTIES, makeRun({ id })));
          },
        ),
        { numRuns: 300 },
      );
    } finally {
      await client.end();
    }
  });

  it('a number of any size is compared, whatever the column can hold', async () => {
    const client = new pg.Client({ connectionString: serverUrl() });
    await client.connect();
    const session = new Session(client, new Statements('tenure'));
    const number = fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(2 ** 53, -(2 ** 63), 2 ** 31, 1e308),
    );
    const operator = fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le');
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
          number,
          operator,
          async (count, value, test) => {
            const left = { kind: 'path', segments: ['failedTasksCount'], at: 0 } as const;
            const right = { kind: 'literal', type: 'number', value, at: 0 } as const;
            const filter = { kind: 'compare', operator: test, left, right, at: 0 } as never;
            const { sql, params } = whereOf(filter, RUN_PROPERTIES);
            const rows = await session.list(
              `SELECT 1 FROM (SELECT ?::int4 AS failed_tasks_count) AS t WHERE ${sql}`,
              [count, ...params],
            );
            expect(rows.length === 1).toBe(
              matchesRow(filter, RUN_PROPERTIES, makeRun({ failedTasksCount: count })),
            );
          },
        ),
        { numRuns: 200 },
      );
    } finally {
      await client.end();
    }
  });
});
