import { once } from 'node:events';
import { copyFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { Connection } from '../../../../../src/stores/sqlite/file/connection.ts';
import { WriteBatch } from '../../../../../src/stores/sqlite/writing/write-batch.ts';
import type { Answer, Request } from '../../../../../src/stores/sqlite/writing/writer-thread.ts';
import { newFile, newFolder } from '../support.ts';

const MAIN = new URL('../../../../../src/stores/sqlite/writing/writer-thread-main.ts', import.meta.url);
const INSERT = 'INSERT INTO t VALUES (?, ?)';

const threads: Worker[] = [];
const connections: Connection[] = [];

afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.terminate();
  for (const connection of connections.splice(0)) connection.close();
});

/** The thread alone, as the store starts it; resolves with its first answer. */
async function start(file: string, pragmas = 'PRAGMA synchronous = FULL') {
  const workerData = { file, busyTimeoutMs: 0, pragmas, logBytesMax: 0, commitBytesMin: 0 };
  const thread = new Worker(MAIN, { workerData, execArgv: ['--disable-warning=ExperimentalWarning'] });
  threads.push(thread);
  const answer = async () => (await once(thread, 'message'))[0] as Answer;
  const first = await answer();
  const ask = (request: Request) => {
    const next = answer();
    thread.postMessage(request);
    return next;
  };
  const commit = (...calls: readonly (readonly [sql: string, ...params: (string | number | null)[]])[]) => {
    const batch = new WriteBatch();
    for (const [sql, ...params] of calls) batch.run(sql, ...params);
    return ask({ kind: 'commit', recording: batch.recording });
  };
  return { thread, first, ask, commit };
}

/** A file in WAL mode with an empty table, and a connection beside the thread's. */
function newTable() {
  const file = newFile();
  const connection = new Connection(file, { readOnly: false, busyTimeoutMs: 0 });
  connections.push(connection);
  connection.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)');
  return { file, connection, rows: () => connection.all('SELECT a, b FROM t ORDER BY a') };
}

it('the module refuses to run anywhere but in a worker thread, and says what to do', async () => {
  await expect(import(MAIN.href)).rejects.toThrow(
    'This module runs only in a worker thread; open the store with `writerThread` instead',
  );
});

describe('the thread', () => {
  it('says that it is ready, after it has set up its connection', async () => {
    const { file, connection } = newTable();
    const { first } = await start(file, 'PRAGMA user_version = 7; PRAGMA application_id = 9');
    expect(first).toEqual({ kind: 'done' });
    expect(connection.number('PRAGMA user_version')).toBe(7);
    expect(connection.number('PRAGMA application_id')).toBe(9);
  });

  it('whose file cannot be opened ends with the error of the store, before any answer', async () => {
    const file = join(newFolder(), 'missing', 'a.db');
    await expect(start(file)).rejects.toMatchObject({
      message: expect.stringContaining('unable to open database file'),
    });
  });
});

describe('a commit', () => {
  it('is there for other connections when it is answered, as a whole and with all kinds of values', async () => {
    const { file, rows } = newTable();
    const { commit } = await start(file);
    expect(await commit([INSERT, 1, "o'ne 🙂"], [INSERT, 2, null], ['DELETE FROM t WHERE a = ?', 9])).toEqual(
      {
        kind: 'done',
      },
    );
    expect(rows()).toEqual([
      [1, "o'ne 🙂"],
      [2, null],
    ]);
  });

  it('of which a statement fails is rolled back, with SQLite’s code, and the next one works', async () => {
    const { file, rows } = newTable();
    const { commit } = await start(file);
    expect(await commit([INSERT, 1, 'one'], [INSERT, 1, 'twice'])).toEqual({
      kind: 'failed',
      message: 'UNIQUE constraint failed: t.a',
      errcode: 1555,
    });
    expect(rows()).toEqual([]);
    expect(await commit([INSERT, 1, 'one'])).toEqual({ kind: 'done' });
    expect(rows()).toEqual([[1, 'one']]);
  });

  it('of an update whose row is gone is rolled back, without a code of SQLite', async () => {
    const { file, rows } = newTable();
    const { commit } = await start(file);
    expect(await commit([INSERT, 1, 'one'], ['UPDATE t SET b = ? WHERE a = ?', 'x', 9])).toEqual({
      kind: 'failed',
      message: 'a row that is not there any more',
      errcode: null,
    });
    expect(rows()).toEqual([]);
  });

  it('while another connection writes is busy, and can be made after that', async () => {
    const { file, connection, rows } = newTable();
    const { commit } = await start(file);
    connection.exec('BEGIN IMMEDIATE');
    expect(await commit([INSERT, 1, 'one'])).toMatchObject({ kind: 'failed', errcode: 5 });
    connection.exec('ROLLBACK');
    expect(await commit([INSERT, 1, 'one'])).toEqual({ kind: 'done' });
    expect(rows()).toEqual([[1, 'one']]);
  });

  it('that fills the file is rolled back as full', async () => {
    const { file, rows } = newTable();
    const { commit } = await start(file, 'PRAGMA max_page_count = 4');
    expect(await commit([INSERT, 1, 'one'], [INSERT, 2, 'x'.repeat(100_000)])).toMatchObject({ errcode: 13 });
    expect(rows()).toEqual([]);
  });

  it('waits for those before it, and answers come in their order', async () => {
    const { file, connection } = newTable();
    const { thread } = await start(file);
    const answers: Answer[] = [];
    thread.on('message', (answer: Answer) => answers.push(answer));
    for (let a = 1; a <= 20; a++) {
      const batch = new WriteBatch();
      batch.run(INSERT, a === 10 ? 9 : a, 'x');
      thread.postMessage({ kind: 'commit', recording: batch.recording } satisfies Request);
    }
    thread.postMessage({ kind: 'close' } satisfies Request);
    await once(thread, 'exit');
    expect(answers.map(({ kind }, index) => (kind === 'failed' ? index + 1 : kind))).toEqual([
      ...Array.from({ length: 9 }, () => 'done'),
      10,
      ...Array.from({ length: 11 }, () => 'done'),
    ]);
    expect(connection.number('SELECT count(*) FROM t')).toBe(19);
  });
});

it('a checkpoint copies the log into the file', async () => {
  const { file } = newTable();
  const { commit, ask } = await start(file, 'PRAGMA wal_autocheckpoint = 0');
  await commit([INSERT, 1, 'one']);
  const countIn = (copy: string) => {
    copyFileSync(file, copy);
    const connection = new Connection(copy, { readOnly: true, busyTimeoutMs: 0, immutable: true });
    const tables = connection.number("SELECT count(*) FROM sqlite_schema WHERE name = 't'");
    const rows = tables === 0 ? 0 : connection.number('SELECT count(*) FROM t');
    connection.close();
    return rows;
  };
  expect(countIn(newFile())).toBe(0);
  expect(await ask({ kind: 'checkpoint' })).toEqual({ kind: 'done' });
  expect(countIn(newFile())).toBe(1);
});

it('close is answered, ends the thread without an error, and leaves no files of the connection', async () => {
  const { file, connection } = newTable();
  const { thread, ask, commit } = await start(file);
  await commit([INSERT, 1, 'one']);
  connection.close();
  const exit = once(thread, 'exit');
  expect(await ask({ kind: 'close' })).toEqual({ kind: 'done' });
  expect(await exit).toEqual([0]);
  expect(readdirSync(dirname(file))).toEqual(['tenure.db']);
});
