import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../../../src/errors/codes.ts';
import { InvariantError, LifecycleError } from '../../../../../src/errors/lifecycle-error.ts';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { DamagedRow } from '../../../../../src/stores/journal/damaged-row.ts';
import {
  fileError,
  isDuplicate,
  sqliteCode,
  storeError,
  tooNew,
} from '../../../../../src/stores/sqlite/file/errors.ts';
import { newDatabase } from '../database.ts';
import {
  allUsers,
  fill,
  makeRun,
  makeUser,
  makeUsers,
  newFile,
  opened,
  put,
  RUN,
  refusal,
  runId,
  step,
} from '../support.ts';

describe('a full disk', () => {
  it('is StoreFull, nothing of the commit is kept, and the store works on', async () => {
    const store = await opened(sqliteStore(newFile(), { sizeBytesMax: 512 * 1_024 }));
    await fill(store, makeRun(), makeUsers(100));
    await put(store, [step(makeUser(1))]);
    const error = await refusal('StoreFull', () =>
      store.transaction(async (tx) => {
        await tx.putUsers(makeUsers(100).map(step).map(step));
        await tx.insertRun(makeRun({ id: runId(2) }));
        const users = makeUsers(10_000).map((user) => ({ ...user, runId: runId(2) }));
        for (let start = 0; start < users.length; start += 1_000)
          await tx.insertUsers(users.slice(start, start + 1_000));
      }),
    );
    expect(error.retryable).toBe(true);
    expect(await store.getRun(runId(2))).toBeNull();
    expect(await allUsers(store)).toEqual([step(makeUser(1)), ...makeUsers(100).slice(1)]);
    await put(store, [step(step(makeUser(1)))]);
    expect(await store.getUser(RUN, 1)).toEqual(step(step(makeUser(1))));
  });

  it('cannot be swallowed by the function of a transaction', async () => {
    const store = await opened(sqliteStore(newFile(), { sizeBytesMax: 256 * 1_024 }));
    await refusal('StoreFull', () =>
      store.transaction(async (tx) => {
        await tx.insertRun(makeRun());
        await tx.insertUsers(makeUsers(10_000)).catch(() => {});
      }),
    );
    expect(await store.getRun(RUN)).toBeNull();
  });
});

it('another program that holds a write lock makes a transaction StoreLocked, and the next one works', async () => {
  const file = newFile();
  const store = await opened(sqliteStore(file));
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  await refusal('StoreLocked', () => fill(store, makeRun(), []));
  other.exec('ROLLBACK');
  other.close();
  await fill(store, makeRun(), []);
});

it('errors of other origin are passed on unchanged', async () => {
  const mine = new RangeError('mine');
  const store = await opened(sqliteStore(newFile()));
  await expect(store.transaction(async () => Promise.reject(mine))).rejects.toBe(mine);
  expect(storeError(mine, 'x.db')).toBe(mine);
});

it.each([
  [13, 'StoreFull'],
  [10, 'StoreFailed'],
  [10 + 256 * 4, 'StoreFailed'],
  [8 + 256 * 3, 'StoreReadOnly'],
  [11, 'StoreCorrupt'],
  [26, 'StoreForeign'],
  [5, 'StoreLocked'],
  [14, 'StoreFailed'],
])('SQLite code %i is %s', (errcode, code) => {
  const cause = Object.assign(new Error('text'), { errcode });
  const error = storeError(cause, '/tmp/x.db');
  expect(LifecycleError.is(error) && error.code).toBe(code);
  expect(error).toMatchObject({ cause, details: { file: '/tmp/x.db' } });
});

describe('what an error says', () => {
  const sqlite = (errcode: number, text = 'text') => Object.assign(new Error(text), { errcode });
  const said = (error: unknown) => (storeError(error, '/tmp/x.db') as Error).message;

  it.each<[number, string]>([
    [
      8,
      'Expected /tmp/x.db to be writable, with its folder, got: text (SQLite code 8); give this user write permission, or only read it',
    ],
    [
      5,
      'Expected /tmp/x.db to be free, got: text (SQLite code 5); another program has locked it; end that program and retry',
    ],
    [
      11,
      'Expected /tmp/x.db to be sound, got: text (SQLite code 11); keep a copy, then restore a backup or try `sqlite3 FILE .recover`',
    ],
    [
      13,
      'Expected /tmp/x.db to have room to grow, got: text (SQLite code 13); nothing of the commit was kept; free disk space and retry',
    ],
    [26, 'Expected /tmp/x.db to be a tenure database, got: text (SQLite code 26); name another file'],
    [
      10,
      'Expected /tmp/x.db to be usable, got: text (SQLite code 10); https://www.sqlite.org/rescode.html says what the code means',
    ],
  ])('of SQLite code %i is what was expected, what was found and what to do', (errcode, message) => {
    expect(said(sqlite(errcode))).toBe(message);
  });

  it('of a file that cannot be opened names the log that belongs to it', () => {
    for (const code of [14, 14 + 256 * 2])
      expect(said(sqlite(code))).toContain('copy it, with /tmp/x.db-wal if that is there');
  });

  it('of a damaged row or unreadable JSON is StoreCorrupt, with the cause', () => {
    for (const cause of [new DamagedRow('an outcome of no kind'), new SyntaxError('Unexpected token')]) {
      const error = storeError(cause, '/tmp/x.db');
      expect(error).toMatchObject({ code: 'StoreCorrupt', cause, details: { file: '/tmp/x.db' } });
    }
  });

  it('of a newer file names both versions', () => {
    expect(tooNew('/tmp/x.db', 12, 9)).toMatchObject({
      code: 'StoreTooNew',
      message: 'Expected /tmp/x.db to have schema version 9 or older, got 12; use a newer version of tenure',
      details: { file: '/tmp/x.db', found: 12, known: 9 },
    });
  });

  it('has a remedy of its own where one is given, and no cause where there is none', () => {
    const error = fileError('StoreFailed', 'x', 'a fault', undefined, 'do this');
    expect(error.message).toBe('Expected x to be usable, got: a fault; do this');
    expect('cause' in error).toBe(false);
  });
});

describe('errors that are not the database’s', () => {
  it.each([
    new LifecycleError('NotFound', 'none'),
    new InvariantError('a fault of this package'),
    new TypeError('x is undefined'),
    Object.assign(new Error('a socket'), { errcode: 'ECONNRESET' }),
    'a text',
    null,
    { errcode: 13 },
  ])('%s comes back as it is', (error) => {
    expect(storeError(error, 'x.db')).toBe(error);
  });
});

describe('a key that exists', () => {
  const error = (sql: string): unknown => {
    const database = newDatabase();
    database.exec(
      "CREATE TABLE t (a INTEGER PRIMARY KEY, b UNIQUE, c NOT NULL CHECK (c > 0)); CREATE TABLE w (a TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO t VALUES (1, 1, 1); INSERT INTO w VALUES ('a'); CREATE TABLE r (a); INSERT INTO r (rowid) VALUES (1)",
    );
    try {
      database.exec(sql);
    } catch (thrown) {
      return thrown;
    }
    throw new Error('Expected an error, got none');
  };

  it.each([
    'INSERT INTO t VALUES (1, 2, 1)',
    'INSERT INTO t VALUES (2, 1, 1)',
    "INSERT INTO w VALUES ('a')",
    'INSERT INTO r (rowid) VALUES (1)',
  ])('is recognised: %s', (sql) => {
    expect(isDuplicate(error(sql))).toBe(true);
  });

  it.each([
    'INSERT INTO t VALUES (2, 2, 0)',
    'INSERT INTO t VALUES (2, 2, NULL)',
    'INSERT INTO u VALUES (1)',
  ])('is not the fault of %s', (sql) => {
    expect(isDuplicate(error(sql))).toBe(false);
    expect(sqliteCode(error(sql))).toBeTypeOf('number');
  });
});

it('every code that SQLite can answer with becomes a code of the store', () => {
  const known: readonly ErrorCode[] = [
    'StoreReadOnly',
    'StoreLocked',
    'StoreCorrupt',
    'StoreFull',
    'StoreForeign',
    'StoreFailed',
  ];
  for (let primary = 1; primary <= 28; primary++)
    for (const extended of [0, 1, 7, 42]) {
      const error = storeError(Object.assign(new Error('x'), { errcode: primary + 256 * extended }), 'x.db');
      expect(LifecycleError.is(error) && known.includes(error.code)).toBe(true);
    }
});
