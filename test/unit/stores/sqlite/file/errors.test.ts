import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../../src/errors/lifecycle-error.ts';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { storeError } from '../../../../../src/stores/sqlite/file/errors.ts';
import { SCHEMA_VERSION } from '../../../../../src/stores/sqlite/file/migrations.ts';
import {
  allUsers,
  fill,
  makeRun,
  makeUser,
  makeUsers,
  newFile,
  newFolder,
  opened,
  put,
  RUN,
  refusal,
  runId,
  step,
} from '../support.ts';

/** A closed file with a run of `count` users. */
async function filledFile(count = 3): Promise<string> {
  const file = newFile();
  const store = await sqliteStore(file);
  await fill(store, makeRun(), makeUsers(count));
  await store.close();
  return file;
}

/** A hash of the file, and the names beside it. */
function stateOf(file: string) {
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
  return { hash, names: readdirSync(dirname(file)) };
}

async function isRefusedUntouched(file: string, code: 'StoreForeign' | 'StoreTooNew' | 'StoreCorrupt') {
  const before = stateOf(file);
  const error = await refusal(code, () => sqliteStore(file));
  expect(stateOf(file)).toEqual(before);
  expect(error.message).toContain(file);
  expect(error.details).toMatchObject({ file });
  await refusal(code, () => sqliteStore(file, { readOnly: true }));
  return error;
}

describe('a file that is not ours is StoreForeign and stays as it is', () => {
  it('text', async () => {
    const file = newFile();
    writeFileSync(file, 'EmployeeID,Name\n'.repeat(1_000));
    await isRefusedUntouched(file, 'StoreForeign');
  });

  it.each(['DELETE', 'WAL'])('a database of another application, journal mode %s', async (mode) => {
    const file = newFile();
    const other = new DatabaseSync(file);
    other.exec(`PRAGMA journal_mode = ${mode}; PRAGMA application_id = 77; CREATE TABLE t (a)`);
    other.close();
    const error = await isRefusedUntouched(file, 'StoreForeign');
    expect(error.message).toContain('77');
  });

  it('a database with tables and no application id', async () => {
    const file = newFile();
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE t (a)');
    other.close();
    await isRefusedUntouched(file, 'StoreForeign');
  });
});

it('an empty file becomes a store', async () => {
  const file = newFile();
  writeFileSync(file, '');
  await refusal('StoreForeign', () => sqliteStore(file, { readOnly: true }));
  const store = await opened(sqliteStore(file));
  expect(await store.listUnfinishedRuns()).toEqual([]);
});

it('a newer schema is StoreTooNew, names both versions and stays as it is', async () => {
  const file = await filledFile();
  const newer = new DatabaseSync(file);
  newer.exec('PRAGMA user_version = 99');
  newer.close();
  const error = await isRefusedUntouched(file, 'StoreTooNew');
  expect(error.details).toMatchObject({ found: 99, known: SCHEMA_VERSION });
  expect(error.message).toContain(`schema version ${SCHEMA_VERSION} or older, got 99`);
});

describe('a damaged file is StoreCorrupt', () => {
  it('cut short, at the start', async () => {
    const file = await filledFile(1_000);
    truncateSync(file, 20_480);
    await isRefusedUntouched(file, 'StoreCorrupt');
  });

  it('overwritten in the middle, when the place is read', async () => {
    const file = await filledFile(5_000);
    const bytes = readFileSync(file);
    const schemaPages = 40 * 4_096;
    writeFileSync(
      file,
      Buffer.concat([bytes.subarray(0, schemaPages), Buffer.alloc(bytes.length - schemaPages, 0xa5)]),
    );
    const act = async () => {
      const store = await opened(sqliteStore(file));
      return allUsers(store);
    };
    await refusal('StoreCorrupt', act);
  });

  it('with a row that this package cannot have written', async () => {
    const file = await filledFile();
    const other = new DatabaseSync(file);
    other.exec(
      `UPDATE users SET outcomes = '[["q",1,1]]' WHERE no = 1; UPDATE users SET outcomes = '{' WHERE no = 2`,
    );
    other.close();
    const store = await opened(sqliteStore(file));
    await refusal('StoreCorrupt', () => store.getUser(RUN, 1));
    await refusal('StoreCorrupt', () => store.getUser(RUN, 2));
    expect(await store.getUser(RUN, 3)).toEqual(makeUser(3));
  });
});

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

/**
 * The error of opening or reading the file as a user without rights: root may write anywhere.
 *
 * @param beforeRead called after a reader has opened the file and before it reads.
 */
async function asNobody(
  file: string,
  what: 'hold' | 'read',
  paths: readonly string[],
  beforeRead: () => Promise<void> = async () => {},
): Promise<unknown> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const path of paths) chownSync(path, 65_534, 65_534);
  const script = new URL('../hold-store.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, file, what, ...(isRoot ? ['65534'] : [])]);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'open') return JSON.parse(line);
    await beforeRead();
    child.stdin.write('read\n');
  }
  throw new Error('Expected a line from the child, got none');
}

describe('a place that cannot be written is StoreReadOnly', () => {
  it('a file', async () => {
    const file = await filledFile();
    chmodSync(file, 0o444);
    expect(await asNobody(file, 'hold', [dirname(file), file, `${file}-lock`])).toMatchObject({
      code: 'StoreReadOnly',
      details: { file },
    });
  });

  it('a folder', async () => {
    const file = await filledFile();
    chmodSync(dirname(file), 0o555);
    expect(await asNobody(file, 'hold', [dirname(file), file])).toMatchObject({
      code: 'StoreReadOnly',
      details: { file },
    });
    chmodSync(dirname(file), 0o755);
  });
});

describe('a reader in a folder that it cannot write', () => {
  it('reads a file that no process has open', async () => {
    const file = await filledFile(3);
    chmodSync(dirname(file), 0o555);
    expect(await asNobody(file, 'read', [dirname(file), file])).toEqual({ users: 3 });
    chmodSync(dirname(file), 0o755);
    expect(readdirSync(dirname(file)).sort()).toEqual(['tenure.db', 'tenure.db-lock']);
  });

  it('is stopped when another process begins to write the file', async () => {
    const file = await filledFile();
    chmodSync(dirname(file), 0o555);
    const refused = await asNobody(file, 'read', [dirname(file), file], async () => {
      chmodSync(dirname(file), 0o777);
      const writer = await opened(sqliteStore(file));
      await put(writer, [step(makeUser(1))]);
    });
    expect(refused).toMatchObject({ code: 'StoreFailed', details: { file } });
    expect(refused).toMatchObject({ message: expect.stringContaining('begun to write it') });
  });

  it('gets a remedy when the file was left with a write-ahead log', async () => {
    const file = newFile();
    const store = await opened(sqliteStore(file));
    await fill(store, makeRun(), makeUsers(3));
    const copy = join(newFolder(), 'copy.db');
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, copy + suffix);
    chmodSync(dirname(copy), 0o555);
    const refused = await asNobody(copy, 'read', [dirname(copy), copy, `${copy}-wal`]);
    chmodSync(dirname(copy), 0o755);
    expect(refused).toMatchObject({ code: 'StoreFailed', details: { file: copy } });
    expect(refused).toMatchObject({
      message: expect.stringContaining(`copy it, with ${copy}-wal if that is`),
    });
  });
});

describe('a path that cannot be a file is InvalidArgument', () => {
  it('in a folder that does not exist', async () => {
    const folder = join(newFolder(), 'missing');
    const error = await refusal('InvalidArgument', () => sqliteStore(join(folder, 'a.db')));
    expect(error.message).toContain(folder);
  });

  it('in a file', async () => {
    const file = await filledFile();
    await refusal('InvalidArgument', () => sqliteStore(join(file, 'a.db')));
    await refusal('InvalidArgument', () => sqliteStore(join(file, 'a', 'b.db')));
  });

  it('a folder', async () => {
    const folder = join(newFolder(), 'sub');
    mkdirSync(folder);
    await refusal('InvalidArgument', () => sqliteStore(folder));
  });

  it.each(['', ':memory:', 'a\0b'])('%j', async (path) => {
    await refusal('InvalidArgument', () => sqliteStore(path));
  });
});

it('a missing file is NotFound for a reader, and is not created', async () => {
  const file = newFile();
  const error = await refusal('NotFound', () => sqliteStore(file, { readOnly: true }));
  expect(error.message).toContain(file);
  expect(readdirSync(dirname(file))).toEqual([]);
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

it('a closed store leaves its file and its lock, and nothing else', async () => {
  const file = await filledFile();
  expect(readdirSync(dirname(file)).sort()).toEqual(['tenure.db', 'tenure.db-lock']);
  expect(statSync(`${file}-lock`).size).toBeLessThan(20_000);
});
