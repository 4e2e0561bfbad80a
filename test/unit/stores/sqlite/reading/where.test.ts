import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesRow, parseListFilter } from '../../../../../src/filter/list-filter.ts';
import type { RunRecord } from '../../../../../src/model/records.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../../../../src/model/resources/properties.ts';
import { runCells } from '../../../../../src/stores/sql/run-rows.ts';
import * as schema from '../../../../../src/stores/sqlite/file/schema.ts';
import { whereOf } from '../../../../../src/stores/sqlite/reading/where.ts';
import { INSERT_RUN } from '../../../../../src/stores/sqlite/rows/run-statements.ts';
import { AT, makeRun, refusal } from '../support.ts';

/** All steps of the schema; their names sort in order. */
const SCHEMA = Object.entries(schema)
  .filter(([name]) => /^SCHEMA_\d$/.test(name))
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([, text]) => text)
  .join('');

const where = (text: string) => whereOf(parseListFilter(text, RUN_PROPERTIES), RUN_PROPERTIES);

describe('translation', () => {
  it.each([
    ["processingStatus eq 'failed'", '(processing_status IS NOT NULL AND processing_status = ?)', ['failed']],
    ['startedDateTime eq null', '(started_at_ms IS NULL)', []],
    ['startedDateTime ne null', '(started_at_ms IS NOT NULL)', []],
    ['2025-10-09T08:53:20Z lt startedDateTime', '(started_at_ms IS NOT NULL AND started_at_ms > ?)', [AT]],
    ["not contains(id, 'A%')", '(NOT (id IS NOT NULL AND instr(id, ?) > 0))', ['A%']],
    ["startsWith(id, 'é')", '(id IS NOT NULL AND instr(id, ?) = 1)', ['é']],
    ["endsWith(id, 'é')", '(id IS NOT NULL AND substr(CAST(id AS BLOB), ?) IS CAST(? AS BLOB))', [-2, 'é']],
    ["endsWith(id, '')", '(id IS NOT NULL)', []],
    [
      'failedTasksCount in (1, 2)',
      '(+failed_tasks_count IS NOT NULL AND +failed_tasks_count IN (?, ?))',
      [1, 2],
    ],
  ])('%s is %s', (text, sql, params) => {
    expect(where(text)).toEqual({ sql, params });
  });

  it('a value is bound, whatever it contains', () => {
    const { sql, params } = where("processingStatus eq '''; DROP TABLE runs; --'");
    expect(sql).not.toContain('DROP');
    expect(params).toEqual(["'; DROP TABLE runs; --"]);
  });

  it('300 alternatives stay below the depth that SQLite accepts', () => {
    const text = Array.from({ length: 300 }, (_, index) => `failedTasksCount eq ${index}`).join(' or ');
    const { sql, params } = where(text);
    const database = new DatabaseSync(':memory:');
    database.exec(SCHEMA);
    expect(() => database.prepare(`SELECT 1 FROM runs WHERE ${sql}`).all(...params)).not.toThrow();
  });

  it('a property of another list is InvalidFilter with its name', async () => {
    const filter = parseListFilter("subject/id eq 'a'", USER_PROPERTIES);
    const error = await refusal('InvalidFilter', async () => whereOf(filter, RUN_PROPERTIES));
    expect(error.details).toMatchObject({ property: 'subject/id', position: null });
  });
});

describe('meaning', () => {
  const texts = ['a', 'A', 'aé', '', '100%', 'a_b', 'b'];
  const moments = [null, AT, AT + 1];
  const literal = fc.constantFrom(...texts).map((text) => `'${text}'`);
  const moment = fc.constantFrom('2025-10-09T08:53:20Z', '2025-10-09T08:53:20.001Z');
  const leaf = fc.oneof(
    fc.tuple(fc.constantFrom('eq', 'ne'), literal).map(([operator, value]) => `id ${operator} ${value}`),
    fc
      .tuple(fc.constantFrom('startsWith', 'endsWith', 'contains'), literal)
      .map(([name, value]) => `${name}(id, ${value})`),
    fc
      .tuple(fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'), moment)
      .map(([operator, value]) => `startedDateTime ${operator} ${value}`),
    fc.constantFrom('startedDateTime eq null', 'startedDateTime ne null'),
    fc.array(literal, { minLength: 1, maxLength: 3 }).map((values) => `id in (${values.join(', ')})`),
    fc
      .array(fc.oneof(moment, fc.constant('null')), { minLength: 1, maxLength: 3 })
      .map((values) => `startedDateTime in (${values.join(', ')})`),
  );
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      tie('tree').map((one) => `not (${one})`),
      fc
        .tuple(tie('tree'), fc.constantFrom('and', 'or'), tie('tree'))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    ),
  }));

  it('a row fits in SQL exactly when it fits in JavaScript', () => {
    const database = new DatabaseSync(':memory:');
    database.exec(SCHEMA);
    const rows: RunRecord[] = texts.flatMap((id, first) =>
      moments.map((startedAtMs, second) =>
        makeRun({ id: second === 0 ? id : `${id}${second}`, startedAtMs, workflowId: `${first}` }),
      ),
    );
    for (const row of rows) database.prepare(INSERT_RUN).run(...runCells(row));
    fc.assert(
      fc.property(tree, (text) => {
        const filter = parseListFilter(text, RUN_PROPERTIES);
        const { sql, params } = whereOf(filter, RUN_PROPERTIES);
        const found = database.prepare(`SELECT id FROM runs WHERE ${sql} ORDER BY no`).all(...params);
        const expected = rows.filter((row) => matchesRow(filter, RUN_PROPERTIES, row));
        expect(found.map((row) => row.id)).toEqual(expected.map((row) => row.id));
      }),
      { numRuns: 1_000 },
    );
  });

  it('a text with a NUL in it ends where it ends', () => {
    const database = new DatabaseSync(':memory:');
    database.exec(SCHEMA);
    database.prepare(INSERT_RUN).run(...runCells(makeRun({ id: 'a\0b' })));
    for (const [text, count] of [
      ["endsWith(id, '\0b')", 1],
      ["startsWith(id, 'a\0')", 1],
      ["contains(id, '\0c')", 0],
    ] as const) {
      const { sql, params } = whereOf(parseListFilter(text, RUN_PROPERTIES), RUN_PROPERTIES);
      expect(database.prepare(`SELECT id FROM runs WHERE ${sql}`).all(...params)).toHaveLength(count);
    }
  });
});
