import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Connection } from '../../../../../src/stores/sqlite/file/connection.ts';
import { newFile, newFolder, refusal } from '../support.ts';

const open = (file = ':memory:', options: Partial<ConstructorParameters<typeof Connection>[1]> = {}) =>
  new Connection(file, { readOnly: false, busyTimeoutMs: 0, ...options });

/** A connection to a file with the numbers 1 to `count` in `t`. */
function filled(count = 3, file = newFile()) {
  const connection = open(file);
  connection.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)');
  for (let a = 1; a <= count; a++) connection.run('INSERT INTO t VALUES (?, ?)', a, `row ${a}`);
  return { connection, file };
}

/** Node 22 reads a text only up to its first U+0000; what the store keeps is JSON, which has none. */
const WITH_NUL = process.versions.node.startsWith('22.') ? [] : ['a\0b'];

describe('opening', () => {
  it('a file in a folder that does not exist is StoreFailed with the path, the code and what to do', async () => {
    const file = join(newFolder(), 'missing', 'a.db');
    const error = await refusal('StoreFailed', async () => open(file));
    expect(error.message).toBe(
      `Expected ${file} to be usable, got: unable to open database file (SQLite code 14); let this user write to its folder, or copy it, with ${file}-wal if that is there, to a folder that can be written`,
    );
    expect(error.details).toEqual({ file });
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('a folder is refused like a missing file', async () => {
    await refusal('StoreFailed', async () => open(newFolder()));
  });

  it('a missing file to read makes none', async () => {
    const file = newFile();
    await refusal('StoreFailed', async () => open(file, { readOnly: true }));
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  it.each(['a b.db', 'a?mode=memory.db', 'a#b.db', 'a%20b.db', "a'b.db", 'ä🙂.db', 'file:a.db'])(
    'the name %j is a name, not a URL, also when nothing may be locked',
    (name) => {
      const file = join(newFolder(), name);
      const { connection } = filled(2, file);
      connection.close();
      expect(readdirSync(dirname(file))).toEqual([name]);
      const reader = open(file, { readOnly: true, immutable: true });
      expect(reader.number('SELECT count(*) FROM t')).toBe(2);
      reader.close();
    },
  );
});

describe('a connection that only reads', () => {
  it.each(["INSERT INTO t VALUES (9, '')", 'DELETE FROM t', 'DROP TABLE t', 'CREATE TABLE u (a)'])(
    'refuses %s',
    (sql) => {
      const { file } = filled();
      const reader = open(file, { readOnly: true });
      expect(() => reader.exec(sql)).toThrow('readonly');
      expect(reader.number('SELECT count(*) FROM t')).toBe(3);
      reader.close();
    },
  );

  it('of a file that does not change leaves nothing beside it', () => {
    const { connection, file } = filled();
    connection.close();
    const reader = open(file, { readOnly: true, immutable: true });
    expect(reader.number('SELECT count(*) FROM t')).toBe(3);
    expect(readdirSync(dirname(file))).toEqual(['tenure.db']);
    reader.close();
  });

  it('of a text file fails when it reads, not when it opens', () => {
    const file = newFile();
    writeFileSync(file, 'no database, but long enough to be taken for the header of one');
    const reader = open(file, { readOnly: true });
    expect(() => reader.get('SELECT * FROM sqlite_schema')).toThrow('file is not a database');
    reader.close();
  });
});

describe('what statements give', () => {
  it('rows are arrays, and integers numbers', () => {
    const { connection } = filled(2);
    expect(connection.get('SELECT a, b, NULL, 1.5 FROM t')).toEqual([1, 'row 1', null, 1.5]);
    expect(connection.all('SELECT b, a FROM t')).toEqual([
      ['row 1', 1],
      ['row 2', 2],
    ]);
    expect(connection.get('SELECT ?', Number.MAX_SAFE_INTEGER)).toEqual([Number.MAX_SAFE_INTEGER]);
  });

  it('an integer that a number cannot hold is refused, not rounded', () => {
    const { connection } = filled();
    expect(() => connection.get('SELECT 9007199254740993')).toThrow(RangeError);
  });

  it('no row is undefined, no rows, or the number 0', () => {
    const { connection } = filled(0);
    expect(connection.get('SELECT a FROM t')).toBeUndefined();
    expect(connection.all('SELECT a FROM t')).toEqual([]);
    expect([...connection.each('SELECT a FROM t')]).toEqual([]);
    expect(connection.number('SELECT a FROM t')).toBe(0);
    expect(connection.number('SELECT sum(a) FROM t')).toBe(0);
  });

  it('a write gives the number of rows that it changed', () => {
    const { connection } = filled(3);
    expect(connection.run('UPDATE t SET b = ? WHERE a > ?', 'x', 1)).toBe(2);
    expect(connection.run('DELETE FROM t WHERE a = ?', 9)).toBe(0);
  });

  it.each(["'; DROP TABLE t; --", '🙂', '', '\uffff', ...WITH_NUL])(
    'the text %j comes back as it was bound',
    (text) => {
      const { connection } = filled();
      connection.run('INSERT INTO t VALUES (?, ?)', 9, text);
      expect(connection.get('SELECT b FROM t WHERE a = 9')).toEqual([text]);
      expect(connection.get('SELECT a FROM t WHERE b = ?', text)).toEqual([9]);
    },
  );

  it('more values than a statement takes are an error, and write nothing', () => {
    const { connection } = filled(1);
    expect(() => connection.run('INSERT INTO t VALUES (?, ?)', 2, 'b', 'c')).toThrow();
    expect(connection.number('SELECT count(*) FROM t')).toBe(1);
  });
});

describe('prepared statements', () => {
  it('are kept by their text', () => {
    const { connection } = filled();
    expect(connection.statement('SELECT 1')).toBe(connection.statement('SELECT 1'));
    expect(connection.statement('SELECT 1')).not.toBe(connection.statement('SELECT  1'));
  });

  it('are kept up to 256, and the one prepared first goes first', () => {
    const { connection } = filled(0);
    const first = connection.statement('SELECT 0');
    const second = connection.statement('SELECT 1');
    for (let no = 2; no < 256; no++) connection.statement(`SELECT ${no}`);
    expect(connection.statement('SELECT 1')).toBe(second);
    connection.statement('SELECT 256');
    connection.statement('SELECT 257');
    expect(connection.statement('SELECT 0')).not.toBe(first);
  });

  it('in use are not lost when 300 others are prepared meanwhile', () => {
    const { connection } = filled(3);
    const seen: unknown[] = [];
    for (const [a] of connection.each('SELECT a FROM t ORDER BY a')) {
      for (let no = 0; no < 300; no++) connection.get(`SELECT ${no} + ${Number(a)}`);
      seen.push(a);
    }
    expect(seen).toEqual([1, 2, 3]);
  });

  it('see a table that has changed since they were prepared', () => {
    const { connection } = filled(1);
    expect(connection.get('SELECT * FROM t')).toHaveLength(2);
    connection.exec('ALTER TABLE t ADD COLUMN c INTEGER NOT NULL DEFAULT 7');
    expect(connection.get('SELECT * FROM t')).toEqual([1, 'row 1', 7]);
  });

  it('that cannot be prepared are not kept', () => {
    const { connection } = filled();
    expect(() => connection.get('SELECT a FROM u')).toThrow('no such table: u');
    connection.exec('CREATE TABLE u (a)');
    expect(connection.all('SELECT a FROM u')).toEqual([]);
  });

  it('left in the middle of their rows do not hold a snapshot or block a commit', () => {
    const { connection, file } = filled(3);
    const reader = open(file, { readOnly: true });
    for (const [a] of reader.each('SELECT a FROM t')) if (a === 1) break;
    connection.run('INSERT INTO t VALUES (4, ?)', 'new');
    expect(reader.number('SELECT count(*) FROM t')).toBe(4);
    expect(connection.get('PRAGMA wal_checkpoint(TRUNCATE)')?.[0]).toBe(0);
    reader.close();
  });
});

describe('a transaction', () => {
  it('is one until COMMIT or ROLLBACK', () => {
    const { connection } = filled();
    const states = [connection.inTransaction];
    for (const sql of ['BEGIN', 'ROLLBACK', 'BEGIN', 'COMMIT']) {
      connection.exec(sql);
      states.push(connection.inTransaction);
    }
    expect(states).toEqual([false, true, false, true, false]);
  });

  it('that SQLite has rolled back itself is none any more', () => {
    const { connection } = filled();
    connection.exec('BEGIN');
    expect(() => connection.run('INSERT OR ROLLBACK INTO t VALUES (?, ?)', 1, 'twice')).toThrow('UNIQUE');
    expect(connection.inTransaction).toBe(false);
  });

  it('of another connection that writes is busy after the time-out, and leaves this one usable', () => {
    const { connection, file } = filled();
    const other = open(file);
    other.exec('BEGIN IMMEDIATE');
    expect(() => connection.exec('BEGIN IMMEDIATE')).toThrow('database is locked');
    expect(connection.inTransaction).toBe(false);
    expect(connection.number('SELECT count(*) FROM t')).toBe(3);
    other.exec('ROLLBACK');
    connection.exec('BEGIN IMMEDIATE; COMMIT');
    other.close();
  });
});

it('a closed connection refuses statements, also those that were prepared, and closes once more', () => {
  const { connection } = filled();
  connection.get('SELECT a FROM t');
  connection.close();
  connection.close();
  expect(() => connection.get('SELECT a FROM t')).toThrow('database is not open');
  expect(() => connection.exec('SELECT 1')).toThrow('database is not open');
});

it('the last connection that is closed takes the files beside the database along', () => {
  const { connection, file } = filled();
  expect(readdirSync(dirname(file)).sort()).toEqual(['tenure.db', 'tenure.db-shm', 'tenure.db-wal']);
  connection.close();
  expect(readdirSync(dirname(file))).toEqual(['tenure.db']);
});
