import { expect, it } from 'vitest';
import { Connection } from '../../../../../src/stores/sqlite/file/connection.ts';
import { play, WriteBatch } from '../../../../../src/stores/sqlite/writing/write-batch.ts';

const INSERT = 'INSERT INTO t (a, b) VALUES (?, ?)';
const UPDATE = 'UPDATE t SET b = ? WHERE a = ?';
const DELETE = 'DELETE FROM t WHERE a = ?';

function setUp() {
  const connection = new Connection(':memory:', { readOnly: false, busyTimeoutMs: 0 });
  connection.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)');
  return { connection, rows: () => connection.all('SELECT a, b FROM t ORDER BY a') };
}

it('makes what was recorded, in its order, with its values', () => {
  const { connection, rows } = setUp();
  const tape = new WriteBatch();
  tape.run(INSERT, 1, 'one');
  tape.run(INSERT, 2, null);
  tape.run(UPDATE, 'two', 2);
  tape.run(DELETE, 1);
  tape.run(INSERT, 3, '');
  play(tape.recording, connection);
  expect(rows()).toEqual([
    [2, 'two'],
    [3, ''],
  ]);
});

it('says each statement once', () => {
  const tape = new WriteBatch();
  for (const no of [1, 2, 3]) tape.run(INSERT, no, 'x');
  expect(tape.recording.statements).toEqual([INSERT]);
  expect(tape.length).toBe(3);
});

it('grows with what it writes', () => {
  const [short, long] = [new WriteBatch(), new WriteBatch()];
  short.run(INSERT, 1, 'x');
  long.run(INSERT, 1, 'x'.repeat(1_001));
  expect(long.bytes - short.bytes).toBe(1_000);
});

it('refuses an UPDATE whose row is gone, but not a DELETE', () => {
  const { connection } = setUp();
  const gone = new WriteBatch();
  gone.run(DELETE, 9);
  play(gone.recording, connection);
  const lost = new WriteBatch();
  lost.run(UPDATE, 'x', 9);
  expect(() => play(lost.recording, connection)).toThrow('not there any more');
});
