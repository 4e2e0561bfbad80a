import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { packState } from '../../../../../src/stores/journal/entries.ts';
import type { Cell } from '../../../../../src/stores/sql/cells.ts';
import { migrate } from '../../../../../src/stores/sqlite/file/migrations.ts';
import { checkpointJournals } from '../../../../../src/stores/sqlite/journal/checkpoint.ts';
import { RecordingConnection } from '../database.ts';
import { makeRun, makeUser, makeUsers, newFile, refusal, runId, step } from '../support.ts';

/** A connection that can fail at one of its next writes. */
class FailingConnection extends RecordingConnection {
  writesLeft = Number.POSITIVE_INFINITY;

  override run(sql: string, ...params: readonly Cell[]): number {
    this.writesLeft -= 1;
    if (this.writesLeft < 0) throw new Error('the disk is gone');
    return super.run(sql, ...params);
  }
}

/** Two runs of three users, two of each in the journal. */
function filled(file = ':memory:') {
  const connection = new FailingConnection(file);
  migrate(connection);
  for (const no of [1, 2]) {
    const runNo = connection.insertRun(makeRun({ id: runId(no) }));
    connection.insertUsers(runNo, makeUsers(3));
    const body = `[${[1, 2].map((ordinal) => packState(step(makeUser(ordinal)))).join(',')}]`;
    connection.run('INSERT INTO journal (run_no, body) VALUES (?, ?)', runNo, body);
  }
  const look = () => ({
    statuses: connection.all('SELECT processing_status FROM users ORDER BY run_no, no').flat(),
    journal: connection.number('SELECT count(*) FROM journal'),
  });
  return { connection, look };
}

describe('a checkpoint', () => {
  it('writes the journals of all runs into their rows', () => {
    const { connection, look } = filled();
    checkpointJournals(connection);
    expect(look()).toEqual({
      statuses: ['inProgress', 'inProgress', 'queued', 'inProgress', 'inProgress', 'queued'],
      journal: 0,
    });
    expect(connection.inTransaction).toBe(false);
  });

  it('of empty journals writes nothing and takes no lock', () => {
    const { connection } = filled();
    checkpointJournals(connection);
    expect(connection.during(() => checkpointJournals(connection))).toHaveLength(1);
  });

  it('that fails at any of its writes leaves everything as it was, and can be repeated', () => {
    const { connection, look } = filled();
    const before = look();
    for (let writes = 0; writes < 6; writes++) {
      connection.writesLeft = writes;
      expect(() => checkpointJournals(connection)).toThrow('the disk is gone');
      expect(connection.inTransaction).toBe(false);
      expect(look()).toEqual(before);
    }
    connection.writesLeft = 6;
    checkpointJournals(connection);
    expect(look().journal).toBe(0);
  });

  it('drops the entries of users that are not there any more', () => {
    const { connection, look } = filled();
    connection.exec('DELETE FROM users WHERE no = 1; DELETE FROM runs WHERE no = 2');
    checkpointJournals(connection);
    expect(look()).toMatchObject({ journal: 0 });
  });
});

it.each([
  [
    'an entry without the one before it',
    '[[1,"c",0,1]]',
    'a journal entry of user 1 without the one before it',
  ],
  ['an outcome of no kind', '[[1,["queued",null,null,0,1,[["q",0,1]],null,"s",1,0,0,2]]]', 'an outcome `q`'],
  ['half a body', '[[1,["queued"', 'JSON'],
  ['no text of a journal', '', 'JSON'],
])(
  '%s in the journal is StoreCorrupt for the writer, and the file is left as it is',
  async (_name, body, said) => {
    const file = newFile();
    const { connection } = filled(file);
    connection.run('INSERT INTO journal (run_no, body) VALUES (2, ?)', body);
    connection.exec("DELETE FROM journal WHERE run_no = 2 AND body LIKE '%subject%'");
    connection.close();
    const error = await refusal('StoreCorrupt', () => sqliteStore(file));
    expect(error.message).toMatch(new RegExp(`^Expected ${file} to be sound, got: .*; keep a copy, then`));
    expect(error.message).toContain(said);
    const database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare('SELECT count(*) AS count FROM journal').get()).toEqual({ count: 2 });
    database.close();
    // The journal of the other run is readable as ever.
    const reader = await sqliteStore(file, { readOnly: true });
    expect(await reader.getUser(runId(1), 1)).toEqual({ ...step(makeUser(1)), runId: runId(1) });
    await refusal('StoreCorrupt', () => reader.getUser(runId(2), 1));
    await reader.close();
  },
);
