import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../../src/errors/lifecycle-error.ts';
import { parseListFilter } from '../../../../../src/filter/list-filter.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../../../../src/model/resources/properties.ts';
import type { StoreReader } from '../../../../../src/ports/store.ts';
import { NO_USERS } from '../../../../../src/rules/counters/user-sums.ts';
import { NO_ACTIVE_USERS } from '../../../../../src/stores/sqlite/journal/active-users.ts';
import { SqliteReader } from '../../../../../src/stores/sqlite/reading/reader.ts';
import { PAGE, READS, WINDOW } from '../../reads.ts';
import { newDatabase } from '../database.ts';
import { AT, makeRun, makeUser, makeUsers, RUN, step } from '../records.ts';
import { refusal } from '../support.ts';

const KEYED = READS.filter(([name]) => name !== 'listWorkflows' && name !== 'listUnfinishedRuns');

/** A reader of a database with {@link RUN}, and the calls that it made of its source. */
function setUp() {
  const connection = newDatabase();
  const runNo = connection.insertRun(makeRun());
  connection.insertUsers(runNo, makeUsers(3));
  const calls: string[] = [];
  let refused: unknown = null;
  const active = new Map([[2, step(makeUser(2))]]);
  const reader = new SqliteReader({
    connection,
    activeUsers: (no) => (no === runNo ? active : NO_ACTIVE_USERS),
    snapshot: (read) => {
      calls.push('snapshot');
      return read();
    },
    checkOpen: () => {
      calls.push('checkOpen');
      if (refused !== null) throw refused;
    },
  });
  connection.asked.length = 0;
  return {
    connection,
    reader,
    calls,
    refuse(error: unknown) {
      refused = error;
    },
  };
}

describe('every read', () => {
  it('of the port is in this list', () => {
    const methods = Object.getOwnPropertyNames(SqliteReader.prototype).filter(
      (name) => name !== 'constructor',
    );
    expect(READS.map(([name]) => name).sort()).toEqual(methods.sort());
  });

  it.each(READS)('is refused before it asks anything when the store is over: %s', async (_name, read) => {
    const { connection, reader, refuse } = setUp();
    const over = new LifecycleError('StoreClosed', 'over');
    refuse(over);
    await expect(read(reader, RUN)).rejects.toBe(over);
    expect(connection.asked).toEqual([]);
  });

  it.each(READS)('takes one snapshot, after it was let in: %s', async (_name, read) => {
    const { reader, calls } = setUp();
    await read(reader, RUN);
    expect(calls).toEqual(['checkOpen', 'snapshot']);
  });

  it.each(READS)('that SQLite fails is an error of the store, with the file: %s', async (_name, read) => {
    const { connection, reader } = setUp();
    for (const table of [
      'workflows',
      'workflow_versions',
      'runs',
      'run_sums',
      'admissions',
      'notes',
      'settings',
    ])
      connection.exec(`DROP TABLE ${table}`);
    const error = await refusal('StoreFailed', () => read(reader, RUN));
    expect(error.message).toMatch(
      /^Expected :memory: to be usable, got: no such table: \w+ \(SQLite code 1\); /,
    );
    expect(error.details).toEqual({ file: ':memory:' });
  });

  it.each(KEYED)('is a search by a key, never a scan of a table: %s', async (_name, read) => {
    const { connection, reader } = setUp();
    await read(reader, RUN);
    await read(reader, 'w1');
    expect(connection.asked.length).toBeGreaterThan(0);
    for (const { sql } of [...connection.asked])
      expect(connection.planOf(sql)).not.toMatch(/\bSCAN (?!json_each|CONSTANT|regions)/);
  });

  it.each(KEYED)('binds its id: %s', async (_name, read) => {
    const { connection, reader } = setUp();
    const before = connection.number('SELECT count(*) FROM sqlite_schema');
    for (const id of ["x'; DROP TABLE runs; --", 'x" OR ""="', '%', 'x\0', '\ud800'])
      expect(JSON.stringify((await read(reader, id)) ?? null)).not.toContain('subject');
    expect(connection.number('SELECT count(*) FROM sqlite_schema')).toBe(before);
    expect(connection.number('SELECT count(*) FROM runs')).toBe(1);
  });
});

describe('a run that does not exist', () => {
  it('has no users, and their table is not asked', async () => {
    const { connection, reader } = setUp();
    expect(await reader.getUser('x', 1)).toBeNull();
    expect(await reader.getUserBySubject('x', 'subject-1')).toBeNull();
    expect(await reader.listUsers({ ...PAGE, runId: 'x' })).toEqual([]);
    expect(await reader.countUsers({ runId: 'x', where: null })).toBe(0);
    expect(await reader.sumUsers({ ...WINDOW, runId: 'x' })).toEqual(NO_USERS);
    expect(await reader.listUsersByStatus('x', 'queued', 0, 5)).toEqual([]);
    expect(new Set(connection.asked.map(({ sql }) => sql))).toEqual(
      new Set(['SELECT no FROM runs WHERE id = ?']),
    );
  });

  it('is found neither by its subject in a list nor after its deletion', async () => {
    const { connection, reader } = setUp();
    connection.exec('DELETE FROM runs');
    const where = parseListFilter("subject/id eq 'subject-1'", USER_PROPERTIES);
    expect(await reader.listUsers({ ...PAGE, runId: RUN, where })).toEqual([]);
    expect(await reader.getUser(RUN, 2)).toBeNull();
  });
});

it('users of a workflow are in their newest state, with the run of each', async () => {
  const { reader } = setUp();
  const query = { workflowId: 'w1', whereRun: null, after: null, limit: 5 };
  const where = parseListFilter("processingStatus eq 'inProgress'", USER_PROPERTIES);
  const { rows, next } = await reader.listUsersOfWorkflow({ ...query, where });
  expect(rows).toEqual([{ run: makeRun(), user: step(makeUser(2)) }]);
  expect(next).toBeNull();
  const whereRun = parseListFilter("processingStatus eq 'failed'", RUN_PROPERTIES);
  expect((await reader.listUsersOfWorkflow({ ...query, whereRun, where: null })).rows).toEqual([]);
});

it('admissions come in the order of the subjects asked for, each with its run, missing ones left out', async () => {
  const { connection, reader } = setUp();
  const insert = 'INSERT INTO admissions (workflow_id, subject_id, due_at_ms, run_id) VALUES (?, ?, ?, ?)';
  connection.run(insert, 'w1', 'a', AT, RUN);
  connection.run(insert, 'w1', "b'", AT + 1, '');
  connection.run(insert, 'w2', 'c', AT, RUN);
  expect(await reader.getAdmissions('w1', ["b'", 'c', 'a'])).toEqual([
    { workflowId: 'w1', subjectId: "b'", dueAtMs: AT + 1, runId: '' },
    { workflowId: 'w1', subjectId: 'a', dueAtMs: AT, runId: RUN },
  ]);
  expect(await reader.getAdmissions('w1', [])).toEqual([]);
});

describe('a row that this package cannot have written', () => {
  it.each<[string, string, (reader: StoreReader) => Promise<unknown>]>([
    ['task reports of a run', "UPDATE runs SET task_reports = '['", (reader) => reader.getRun(RUN)],
    [
      'the scope of a run',
      "UPDATE runs SET activated_on_scope = '{'",
      (reader) => reader.listUnfinishedRuns(),
    ],
    [
      'outcomes of a user',
      "UPDATE users SET outcomes = '[[' WHERE no = 1",
      (reader) => reader.getUser(RUN, 1),
    ],
    [
      'positions of a user',
      `UPDATE users SET outcomes = '{"positions' WHERE no = 1`,
      (reader) => reader.listUsers({ ...PAGE, runId: RUN }),
    ],
    [
      'attempts of a user',
      "UPDATE users SET attempts = 'x' WHERE no = 3",
      (reader) => reader.listUsersByStatus(RUN, 'queued', 0, 5),
    ],
  ])('is StoreCorrupt with a remedy: %s', async (_name, damage, read) => {
    const { connection, reader } = setUp();
    connection.exec(damage);
    const error = await refusal('StoreCorrupt', () => read(reader));
    expect(error.message).toMatch(/to be sound, got: .*JSON.*; keep a copy, then restore a backup/);
  });

  it('does not stop the reads of others', async () => {
    const { connection, reader } = setUp();
    connection.exec("UPDATE users SET outcomes = '[[' WHERE no = 1");
    expect(await reader.getUser(RUN, 3)).toEqual(makeUser(3));
    expect(await reader.countUsers({ runId: RUN, where: null })).toBe(3);
  });
});
