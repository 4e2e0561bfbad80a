import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseListFilter } from '../../../../../src/filter/list-filter.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../../../../src/model/resources/properties.ts';
import { USER_STATUSES } from '../../../../../src/model/status.ts';
import { columnOf } from '../../../../../src/stores/sql/columns.ts';
import { listOrder, stretchesAfter } from '../../../../../src/stores/sql/page.ts';
import {
  SCHEMA_1,
  SCHEMA_2,
  SCHEMA_3,
  SCHEMA_4,
  SCHEMA_5,
  SCHEMA_6,
  SCHEMA_7,
  SCHEMA_8,
  SUMMED,
  SUMMED_AT,
  UNFINISHED,
} from '../../../../../src/stores/sqlite/file/schema.ts';
import { branchesOf } from '../../../../../src/stores/sqlite/reading/user-filter.ts';
import { whereOf } from '../../../../../src/stores/sqlite/reading/where.ts';

const database = new DatabaseSync(':memory:');

beforeAll(() =>
  database.exec([SCHEMA_1, SCHEMA_2, SCHEMA_3, SCHEMA_4, SCHEMA_5, SCHEMA_6, SCHEMA_7, SCHEMA_8].join('')),
);

/** How SQLite goes about a statement. */
function planOf(sql: string): string {
  return database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => row.detail)
    .join('; ');
}

describe('a page of runs is a range of one index, without sorting', () => {
  const orderable = Object.keys(RUN_PROPERTIES).filter((name) => RUN_PROPERTIES[name]?.orderable);
  const cases = ['id', ...orderable].flatMap((property) =>
    [true, false].flatMap((descending) =>
      ['published = 1', 'published = 1 AND workflow_id = ?'].map((scope) => ({
        property,
        descending,
        scope,
      })),
    ),
  );

  it.each(cases)('by $property, descending: $descending, where $scope', ({ property, descending, scope }) => {
    const order = listOrder({ property, descending }, RUN_PROPERTIES, 'id');
    const cursors = [null, { value: 1, key: 'k' }, { value: null, key: 'k' }];
    const isNullable = ['startedDateTime', 'completedDateTime'].includes(property);
    for (const stretch of cursors.flatMap((after) => stretchesAfter(order, after))) {
      // SQLite knows that it finds none, whatever its plan says.
      if (!isNullable && stretch.sql.includes('IS NULL')) continue;
      const plan = planOf(
        `SELECT * FROM runs WHERE ${scope} AND ${stretch.sql} ORDER BY ${stretch.orderBy} LIMIT ?`,
      );
      expect(plan).not.toContain('TEMP B-TREE');
      expect(plan).toMatch(
        property === 'id'
          ? /runs_of_workflow|autoindex_runs_1/
          : new RegExp(`by_${columnOf(order.column ?? '')}`),
      );
      if (stretch.sql.includes('?')) expect(plan).toMatch(/SEARCH runs .*[<>]/);
    }
  });

  it('in one status, in the default order', () => {
    const { sql } = whereOf(parseListFilter("processingStatus eq 'failed'", RUN_PROPERTIES), RUN_PROPERTIES);
    const select = `SELECT * FROM runs WHERE published = 1 AND workflow_id = ? AND ${sql} ORDER BY scheduled_at_ms DESC, id DESC LIMIT ?`;
    expect(planOf(select)).toBe(
      'SEARCH runs USING INDEX runs_of_workflow_with_status (workflow_id=? AND processing_status=?)',
    );
  });

  const ofLiveWorkflows = "workflowExecutionType ne 'preview' and not (workflow/id in ('a', 'b'))";

  it.each([
    [
      'in one status',
      `processingStatus eq 'failed' and ${ofLiveWorkflows}`,
      'SEARCH runs USING INDEX runs_with_status (processing_status=?)',
    ],
    ['in any status', ofLiveWorkflows, 'SCAN runs USING INDEX runs_by_scheduled_at_ms'],
  ])('of all workflows but deleted ones, %s, in the default order', (_name, filter, plan) => {
    const { sql } = whereOf(parseListFilter(filter, RUN_PROPERTIES), RUN_PROPERTIES);
    const select = `SELECT * FROM runs WHERE published = 1 AND ${sql} ORDER BY scheduled_at_ms DESC, id DESC LIMIT ?`;
    expect(planOf(select)).toBe(plan);
  });
});

describe('a page of users', () => {
  const plansOf = (filter: string, direction = 'ASC') => {
    const selects = branchesOf(parseListFilter(filter, USER_PROPERTIES)).map(
      ({ sql }) => `SELECT * FROM users WHERE run_no = ? AND ${sql} AND no > ?`,
    );
    return planOf(`${selects.join(' UNION ALL ')} ORDER BY no ${direction} LIMIT ?`);
  };
  const byStatus = 'SEARCH users USING INDEX users_by_status (run_no=? AND processing_status=? AND no>?)';
  const byFailure = 'SEARCH users USING INDEX users_with_failed_tasks (run_no=? AND no>?)';

  it('in one status is a range of the index by status', () => {
    expect(plansOf("processingStatus eq 'failed'")).toBe(byStatus);
  });

  it.each([
    "processingStatus in ('failed', 'canceled')",
    "processingStatus eq 'failed' or processingStatus eq 'canceled'",
    "(processingStatus eq 'failed' or processingStatus in ('canceled')) and startedDateTime ge 2026-01-01T00:00:00Z",
  ])('where %s is a range for each status, merged without sorting', (filter) => {
    for (const direction of ['ASC', 'DESC'])
      expect(plansOf(filter, direction)).toBe(`MERGE (UNION ALL); LEFT; ${byStatus}; RIGHT; ${byStatus}`);
  });

  it('in any but one status is a range for each of the others', () => {
    expect(plansOf("processingStatus ne 'completed'").split(byStatus)).toHaveLength(USER_STATUSES.length);
  });

  it.each([
    'failedTasksCount gt 0',
    'failedTasksCount gt 2',
    'failedTasksCount ge 1',
    'failedTasksCount eq 3 and startedDateTime ge 2026-01-01T00:00:00Z',
  ])('where %s is a range of the index of those with a failed task', (filter) => {
    expect(plansOf(filter)).toBe(byFailure);
  });

  it.each([
    'failedTasksCount ge 0',
    'failedTasksCount lt 1',
    'failedTasksCount eq 0',
    "processingStatus eq 'failed' or startedDateTime eq null",
    "not (processingStatus eq 'completed')",
  ])('where %s is a range of the table, without sorting', (filter) => {
    expect(plansOf(filter)).toBe('SEARCH users USING PRIMARY KEY (run_no=? AND no>?)');
  });
});

it('unfinished runs are read from an index of their own', () => {
  expect(planOf(`SELECT * FROM runs WHERE ${UNFINISHED} ORDER BY no`)).toBe(
    'SCAN runs USING INDEX runs_unfinished',
  );
});

it('runs at the end of a summary are a range of an index', () => {
  const sql = `SELECT count(*) FROM runs WHERE workflow_id = ? AND ${SUMMED_AT} BETWEEN ? AND ? AND ${SUMMED}`;
  expect(planOf(sql)).toContain('runs_summed (workflow_id=? AND <expr>>? AND <expr><?)');
});
