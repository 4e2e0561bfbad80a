import { describe, expect, it } from 'vitest';
import { isDuplicate } from '../../../../../src/stores/sqlite/file/errors.ts';
import {
  APPLICATION_ID,
  HAS_FAILED,
  SUM_WIDTHS_MS,
  SUMMED,
  SUMMED_AT,
  UNFINISHED,
} from '../../../../../src/stores/sqlite/file/schema.ts';
import { newDatabase } from '../database.ts';
import { AT, makeRun, makeUser, makeUsers, runId } from '../records.ts';

/** What an act throws. */
function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('Expected an error, got none');
}

it('the application id is the text Tenu', () => {
  expect(Buffer.from(APPLICATION_ID.toString(16), 'hex').toString()).toBe('Tenu');
});

describe('rows that no version of this package writes are refused', () => {
  it.each([
    'failed_tasks_count',
    'total_users_count',
    'successful_users_count',
    'canceled_users_count',
    'known_users_count',
    'total_unprocessed_tasks_count',
  ])('a run with %s below zero', (column) => {
    const database = newDatabase();
    database.insertRun(makeRun());
    expect(() => database.exec(`UPDATE runs SET ${column} = -1`)).toThrow(
      `CHECK constraint failed: ${column} >= 0`,
    );
  });

  it.each([
    ["UPDATE runs SET driver = 'other'", 'CHECK'],
    ['UPDATE runs SET published = 2', 'CHECK'],
    ["UPDATE runs SET scheduled_at_ms = 'soon'", 'cannot store TEXT value in INTEGER column'],
    ['UPDATE runs SET scheduled_at_ms = 1.5', 'cannot store REAL value in INTEGER column'],
    ['UPDATE users SET no = 0', 'CHECK'],
    ['UPDATE users SET subject_id = NULL', 'NOT NULL'],
    ["INSERT INTO workflows (id, body) VALUES ('w', 'no JSON')", 'CHECK'],
  ])('%s', (statement, message) => {
    const database = newDatabase();
    database.insertUsers(database.insertRun(makeRun()), makeUsers(1));
    expect(() => database.exec(statement)).toThrow(message);
  });

  it('a second run of a slot, a second user of an ordinal and a second subject of a block', () => {
    const database = newDatabase();
    const runNo = database.insertRun(makeRun({ slotAtMs: AT }));
    database.insertUsers(runNo, makeUsers(1));
    for (const act of [
      () => database.insertRun(makeRun({ id: runId(2), slotAtMs: AT })),
      () => database.insertUsers(runNo, [makeUser(1, { subjectId: 'another' })]),
      () => database.insertUsers(runNo, [makeUser(2, { subjectId: 'subject-1' })]),
    ])
      expect(isDuplicate(thrown(act))).toBe(true);
    database.insertRun(makeRun({ id: runId(3), slotAtMs: null }));
    database.insertRun(makeRun({ id: runId(4), slotAtMs: null }));
  });
});

describe('statistics', () => {
  it('are of indexes that exist, one row for each, with a number for each of their columns and one for the rows', () => {
    const database = newDatabase();
    const rows = database.all('SELECT tbl, idx, stat FROM sqlite_stat1');
    expect(rows.length).toBeGreaterThan(10);
    expect(new Set(rows.map(([, index]) => index)).size).toBe(rows.length);
    for (const [table, index, stat] of rows) {
      // A table without rowids has its statistics under its own name.
      const name = index === table ? `sqlite_autoindex_${table}_1` : String(index);
      const columns = database.all('SELECT name FROM pragma_index_xinfo(?) WHERE key = 1', name);
      expect([index, String(stat).split(' ').length]).toEqual([index, columns.length + 1]);
    }
  });

  it('are the same in every file: nothing of them was measured', () => {
    const stats = () => newDatabase().all('SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY idx');
    expect(stats()).toEqual(stats());
  });
});

it.each([
  ['runs_unfinished', UNFINISHED],
  ['runs_summed', SUMMED],
  ['users_with_failed_tasks', HAS_FAILED],
])('the index %s has its condition word for word: %s', (index, condition) => {
  const sql = newDatabase().get('SELECT sql FROM sqlite_schema WHERE name = ?', index)?.[0];
  expect(sql).toContain(` WHERE ${condition}`);
});

describe('sums of runs', () => {
  const sums = (database: ReturnType<typeof newDatabase>) =>
    database.all('SELECT level, bucket, runs, failed, min_ms, max_ms FROM run_sums ORDER BY level, bucket');

  it('have a bucket of each width for the moment of a run: its start, or else its schedule', () => {
    const database = newDatabase();
    database.insertRun(makeRun({ scheduledAtMs: AT, startedAtMs: AT + 5 }));
    expect(SUMMED_AT).toBe('coalesce(started_at_ms, scheduled_at_ms)');
    expect(sums(database)).toEqual(
      SUM_WIDTHS_MS.map((width, level) => [level, Math.trunc((AT + 5) / width), 1, 0, AT + 5, AT + 5]),
    );
  });

  it.each([
    ["UPDATE runs SET workflow_execution_type = 'preview'", 0],
    ['UPDATE runs SET published = 0', 0],
    ['DELETE FROM runs', 0],
    ["UPDATE runs SET processing_status = 'failed'", 3],
    [`UPDATE runs SET started_at_ms = ${AT + 3_000 * 86_400_000}`, 3],
    ["UPDATE runs SET workflow_id = 'w2'", 3],
    ['UPDATE runs SET in_hand = 1', 3],
  ])('after %s are of what the table has: %i buckets', (statement, buckets) => {
    const database = newDatabase();
    database.insertRun(makeRun());
    database.exec(statement);
    expect(database.number('SELECT count(*) FROM run_sums')).toBe(buckets);
    const failed = database.number("SELECT count(*) FROM runs WHERE processing_status = 'failed'");
    expect(database.number('SELECT sum(failed) FROM run_sums WHERE level = 0')).toBe(failed);
    const misplaced = `SELECT count(*) FROM run_sums WHERE NOT EXISTS (SELECT 1 FROM runs
      WHERE runs.workflow_id = run_sums.workflow_id AND ${SUMMED_AT} BETWEEN min_ms AND max_ms)`;
    expect(database.number(misplaced)).toBe(0);
  });

  it('are as before when the statement that moved them is rolled back', () => {
    const database = newDatabase();
    database.insertRun(makeRun());
    const before = sums(database);
    database.exec('BEGIN; DELETE FROM runs; ROLLBACK');
    expect(sums(database)).toEqual(before);
  });
});
