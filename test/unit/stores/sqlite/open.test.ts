import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { type SqliteOptions, sqliteStore } from '../../../../src/sqlite.ts';
import { MIGRATIONS, migrate, SCHEMA_VERSION } from '../../../../src/stores/sqlite/file/migrations.ts';
import { APPLICATION_ID } from '../../../../src/stores/sqlite/file/schema.ts';
import { RecordingConnection } from './database.ts';
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
} from './support.ts';

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
  const script = new URL('./hold-store.ts', import.meta.url).pathname;
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

it('a closed store leaves its file and its lock, and nothing else', async () => {
  const file = await filledFile();
  expect(readdirSync(dirname(file)).sort()).toEqual(['tenure.db', 'tenure.db-lock']);
  expect(statSync(`${file}-lock`).size).toBeLessThan(20_000);
});

describe('options', () => {
  it.each<[unknown, string]>([
    [{ readOnly: 'yes' }, 'Expected readOnly to be true or false, got `"yes"`'],
    [{ sizeBytesMax: 0 }, 'Expected sizeBytesMax to be a whole number in 1..9007199254740991, got `0`'],
    [{ sizeBytesMax: 1.5 }, 'Expected sizeBytesMax to be a whole number in 1..9007199254740991, got `1.5`'],
    [
      { sizeBytesMax: Number.POSITIVE_INFINITY },
      'Expected sizeBytesMax to be a whole number in 1..9007199254740991, got `Infinity`',
    ],
    [{ writerThread: true }, 'Expected writerThread to be one of auto, always, never, got `true`'],
    [{ now: 5 }, 'Expected now to be a function, got `5`'],
    [
      { readonly: true },
      'Expected the options of sqliteStore to have only readOnly, sizeBytesMax, writerThread, now, got `readonly`; did you mean `readOnly`?',
    ],
    ['large', 'Expected the options of sqliteStore to be an object, got `"large"`'],
  ])('%j is refused, and no file is made', async (options, message) => {
    const file = newFile();
    const error = await refusal('InvalidArgument', () => sqliteStore(file, options as SqliteOptions));
    expect(error.message).toBe(message);
    expect(readdirSync(dirname(file))).toEqual([]);
  });
});

describe('a new file', () => {
  it('is marked as a database of tenure of this version, in WAL mode with pages of 4 KiB', async () => {
    const file = newFile();
    await (await sqliteStore(file)).close();
    const connection = new RecordingConnection(file);
    const read = (name: string) => connection.get(`PRAGMA ${name}`)?.[0];
    expect(['application_id', 'user_version', 'journal_mode', 'page_size'].map(read)).toEqual([
      APPLICATION_ID,
      SCHEMA_VERSION,
      'wal',
      4_096,
    ]);
    connection.close();
  });

  it.each(['a b.db', 'a?mode=memory.db', 'file:a.db', 'a#b%20.db', "a'b.db", 'ä🙂.db', '-rf', '.db'])(
    'is called %j when that is its path',
    async (name) => {
      const file = join(newFolder(), name);
      const store = await sqliteStore(file);
      await fill(store, makeRun(), makeUsers(1));
      await store.close();
      expect(readdirSync(dirname(file)).sort()).toEqual([name, `${name}-lock`]);
      const reader = await opened(sqliteStore(file, { readOnly: true }));
      expect(await allUsers(reader)).toEqual(makeUsers(1));
    },
  );

  it('that may not grow to its own schema is StoreFull, and can be opened with more', async () => {
    const file = newFile();
    const error = await refusal('StoreFull', () => sqliteStore(file, { sizeBytesMax: 8_192 }));
    expect(error.message).toBe(
      `Expected ${file} to have room to grow, got: database or disk is full (SQLite code 13); nothing of the commit was kept; free disk space and retry`,
    );
    await fill(await opened(sqliteStore(file)), makeRun(), []);
  });
});

describe('links', () => {
  it('to a file are followed: what is made beside it is named after it', async () => {
    const [file, link] = [await filledFile(), newFile()];
    symlinkSync(file, link);
    const store = await opened(sqliteStore(link));
    await put(store, [step(makeUser(1))]);
    expect(readdirSync(dirname(link))).toEqual(['tenure.db']);
    expect(readdirSync(dirname(file))).toContain('tenure.db-lock');
    expect((await refusal('StoreLocked', () => sqliteStore(file))).details).toMatchObject({ file });
  });

  it.each(['link', 'file'])(
    'to a file that is not there yet do not let two write it: %s first',
    async (first) => {
      const [file, link] = [newFile(), newFile()];
      symlinkSync(file, link);
      await opened(sqliteStore(first === 'link' ? link : file));
      await refusal('StoreLocked', () => sqliteStore(first === 'link' ? file : link));
      expect(readdirSync(dirname(link))).toEqual(['tenure.db']);
    },
  );

  it('to links to a file that is not there yet are followed, from the folder of each', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'data'));
    symlinkSync('data/second.db', join(folder, 'first.db'));
    symlinkSync('third.db', join(folder, 'data', 'second.db'));
    await opened(sqliteStore(join(folder, 'first.db')));
    expect(readdirSync(join(folder, 'data'))).toContain('third.db-lock');
    await refusal('StoreLocked', () => sqliteStore(join(folder, 'data', 'third.db')));
  });

  it('into a folder that does not exist are refused with its name', async () => {
    const [link, folder] = [newFile(), newFolder()];
    symlinkSync(join(folder, 'gone', 'a.db'), link);
    const error = await refusal('InvalidArgument', () => sqliteStore(link));
    expect(error.message).toBe(
      `Expected ${join(folder, 'gone')} to be a folder that exists, got none; create it first`,
    );
  });

  it('in a circle are refused', async () => {
    const folder = newFolder();
    symlinkSync('b.db', join(folder, 'a.db'));
    symlinkSync('a.db', join(folder, 'b.db'));
    await refusal('StoreFailed', () => sqliteStore(join(folder, 'a.db')));
    await refusal('NotFound', () => sqliteStore(join(folder, 'a.db'), { readOnly: true }));
  });

  it('to nothing are NotFound for a reader', async () => {
    const [file, link] = [newFile(), newFile()];
    symlinkSync(file, link);
    const error = await refusal('NotFound', () => sqliteStore(link, { readOnly: true }));
    expect(error.message).toBe(
      `Expected ${file} to exist, got no such file; open it for writing once to make it`,
    );
    expect(readdirSync(dirname(file))).toEqual([]);
  });
});

describe('after a refusal', () => {
  it('of a foreign file its place can be used at once', async () => {
    const file = newFile();
    writeFileSync(file, 'EmployeeID,Name\n'.repeat(1_000));
    await refusal('StoreForeign', () => sqliteStore(file));
    rmSync(file);
    await fill(await opened(sqliteStore(file)), makeRun(), []);
  });

  it('in the middle of a migration the lock is free, and the file is of the version before the failed step', async () => {
    const file = newFile();
    const old = new RecordingConnection(file);
    migrate(old, MIGRATIONS.slice(0, 3));
    old.exec('CREATE INDEX users_with_failed_tasks ON users (no)');
    old.close();
    const error = await refusal('StoreFailed', () => sqliteStore(file));
    expect(error.message).toContain('index users_with_failed_tasks already exists (SQLite code 1)');
    const mended = new RecordingConnection(file);
    expect(mended.number('PRAGMA user_version')).toBe(4);
    mended.exec('DROP INDEX users_with_failed_tasks');
    mended.close();
    await fill(await opened(sqliteStore(file)), makeRun(), []);
  });
});

describe('a file of an older version', () => {
  it('is not brought up to date by a reader, which says so', async () => {
    const file = newFile();
    const old = new RecordingConnection(file);
    migrate(old, MIGRATIONS.slice(0, 3));
    old.close();
    const before = stateOf(file);
    const error = await refusal('StoreReadOnly', () => sqliteStore(file, { readOnly: true }));
    expect(error.message).toBe(
      `Expected ${file} to be writable, with its folder, got: schema version 3, which has to be brought to ${SCHEMA_VERSION} first; open it for writing once`,
    );
    expect(stateOf(file)).toEqual(before);
  });
});

describe('a crash', () => {
  it('in rollback-journal mode leaves a journal that a writer rolls back, and a reader does not touch', async () => {
    const file = await filledFile(2_000);
    const database = new DatabaseSync(file);
    database.exec(
      'PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN; UPDATE users SET attempts = hex(randomblob(200))',
    );
    const copy = join(newFolder(), 'copy.db');
    for (const suffix of ['', '-journal']) copyFileSync(file + suffix, copy + suffix);
    database.exec('ROLLBACK');
    database.close();
    expect(statSync(`${copy}-journal`).size).toBeGreaterThan(100_000);
    expect(readFileSync(copy).equals(readFileSync(file))).toBe(false);

    const error = await refusal('StoreReadOnly', () => sqliteStore(copy, { readOnly: true }));
    expect(error.message).toBe(
      `Expected ${copy} to be writable, with its folder, got: attempt to write a readonly database (SQLite code 776); a crash left changes to roll back; open it for writing once`,
    );
    const store = await opened(sqliteStore(copy));
    expect(await allUsers(store)).toEqual(makeUsers(2_000));
    expect(readdirSync(dirname(copy))).not.toContain('copy.db-journal');
  });

  it('of the writer leaves a write-ahead log, whose commits the next writer and a reader have', async () => {
    const file = newFile();
    const store = await opened(sqliteStore(file));
    await fill(store, makeRun(), makeUsers(3));
    await put(store, [step(makeUser(2))]);
    const copy = join(newFolder(), 'copy.db');
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, copy + suffix);
    const expected = [makeUser(1), step(makeUser(2)), makeUser(3)];
    const reader = await opened(sqliteStore(copy, { readOnly: true }));
    expect(await allUsers(reader)).toEqual(expected);
    const writer = await opened(sqliteStore(copy));
    expect(await allUsers(writer)).toEqual(expected);
  });

  it('with a torn log keeps the commits before the tear', async () => {
    const file = newFile();
    const store = await opened(sqliteStore(file));
    await fill(store, makeRun(), makeUsers(3));
    const { size } = statSync(`${file}-wal`);
    await put(store, [step(makeUser(2))]);
    const copy = join(newFolder(), 'copy.db');
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, copy + suffix);
    truncateSync(`${copy}-wal`, size + 2_000);
    expect(await allUsers(await opened(sqliteStore(copy)))).toEqual(makeUsers(3));
  });
});

describe('a limit of size', () => {
  it('below the size of the file lets it be read and changed in place, and refuses what needs more', async () => {
    const file = await filledFile(2_000);
    const store = await opened(sqliteStore(file, { sizeBytesMax: 4_096 }));
    expect(await store.countUsers({ runId: RUN, where: null })).toBe(2_000);
    await refusal('StoreFull', () =>
      fill(
        store,
        makeRun({ id: runId(2) }),
        makeUsers(2_000).map((user) => ({ ...user, runId: runId(2) })),
      ),
    );
    expect(await store.getRun(runId(2))).toBeNull();
  });
});
