import { expect, it } from 'vitest';
import { Connection } from '../../../../../src/stores/sqlite/file/connection.ts';
import { applyWrites, WriteBatch } from '../../../../../src/stores/sqlite/writing/write-batch.ts';

const INSERT = 'INSERT INTO t (a, b) VALUES (?, ?)';
const UPDATE = 'UPDATE t SET b = ? WHERE a = ?';
const DELETE = 'DELETE FROM t WHERE a = ?';

function setUp() {
  const connection = new Connection(':memory:', { readOnly: false, busyTimeoutMs: 0 });
  connection.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)');
  return { connection, rows: () => connection.all('SELECT a, b FROM t ORDER BY a') };
}

it('applies the collected writes in order, with their values', () => {
  const { connection, rows } = setUp();
  const batch = new WriteBatch();
  batch.run(INSERT, 1, 'one');
  batch.run(INSERT, 2, null);
  batch.run(UPDATE, 'two', 2);
  batch.run(DELETE, 1);
  batch.run(INSERT, 3, '');
  applyWrites(batch.recording, connection);
  expect(rows()).toEqual([
    [2, 'two'],
    [3, ''],
  ]);
});

it('has each statement once', () => {
  const batch = new WriteBatch();
  for (const no of [1, 2, 3]) batch.run(INSERT, no, 'x');
  expect(batch.recording.statements).toEqual([INSERT]);
  expect(batch.length).toBe(3);
});

it('grows with its writes', () => {
  const [short, long] = [new WriteBatch(), new WriteBatch()];
  short.run(INSERT, 1, 'x');
  long.run(INSERT, 1, 'x'.repeat(1_001));
  expect(long.bytes - short.bytes).toBe(1_000);
});

it('refuses an UPDATE whose row is gone, but not a DELETE', () => {
  const { connection } = setUp();
  const gone = new WriteBatch();
  gone.run(DELETE, 9);
  applyWrites(gone.recording, connection);
  const lost = new WriteBatch();
  lost.run(UPDATE, 'x', 9);
  expect(() => applyWrites(lost.recording, connection)).toThrow('not there any more');
});
