import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../../src/model/limits.ts';
import type { TaskOutcome, UserRecord } from '../../../../../src/model/records.ts';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { packState } from '../../../../../src/stores/journal/entries.ts';
import type { Cell } from '../../../../../src/stores/sql/cells.ts';
import { USER_COLUMNS, userFromRow } from '../../../../../src/stores/sql/user-rows.ts';
import { migrate } from '../../../../../src/stores/sqlite/file/migrations.ts';
import { RunJournal } from '../../../../../src/stores/sqlite/journal/active-users.ts';
import { readJournal } from '../../../../../src/stores/sqlite/journal/journal.ts';
import {
  checkpointJournal,
  JOURNAL_GROWTH,
  putUsers,
} from '../../../../../src/stores/sqlite/journal/user-writes.ts';
import { newDatabase, RecordingConnection } from '../database.ts';
import {
  AT,
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
  step,
} from '../support.ts';

/** A run with rows for these users, and its journal. */
function runWith(users: readonly UserRecord[], connection = newDatabase()) {
  const runNo = connection.insertRun(makeRun());
  connection.insertUsers(runNo, users);
  const journal = new RunJournal();
  return {
    connection,
    runNo,
    journal,
    /** Puts users and commits; gives what was written. */
    put(...some: readonly UserRecord[]) {
      const asked = connection.during(() => putUsers(connection, connection, runNo, some, journal));
      journal.commit();
      return asked.filter(({ sql }) => !sql.startsWith('SELECT'));
    },
    rows: () =>
      connection
        .all(`SELECT ${USER_COLUMNS} FROM users WHERE run_no = ? ORDER BY no`, runNo)
        .map((row) => userFromRow(RUN, row)),
    entries: () => connection.all('SELECT body FROM journal ORDER BY seq').map(([body]) => String(body)),
  };
}

const verbsOf = (writes: readonly { readonly sql: string }[]) =>
  writes.map(({ sql }) =>
    sql
      .split(' ')
      .slice(0, sql.startsWith('UPDATE') ? 2 : 3)
      .join(' '),
  );

describe('what is written', () => {
  it('for any number of active users is one row of the journal', () => {
    const run = runWith(makeUsers(50));
    const writes = run.put(...makeUsers(50).map(step));
    expect(verbsOf(writes)).toEqual(['INSERT INTO journal']);
    expect(run.rows()).toEqual(makeUsers(50));
  });

  it('for no users is nothing', () => {
    expect(runWith(makeUsers(1)).put()).toEqual([]);
  });

  it('for a user that ends without having been active is its row alone, with all that can have changed', () => {
    const run = runWith(makeUsers(2));
    const ended = makeUser(2, {
      processingStatus: 'canceled',
      workflowVersion: 3,
      scheduledAtMs: AT + 5,
      completedAtMs: AT + 9,
      totalTasksCount: 7,
      totalUnprocessedTasksCount: 7,
      positions: [2],
    });
    expect(verbsOf(run.put(ended))).toEqual(['UPDATE users']);
    expect(run.rows()).toEqual([makeUser(1), ended]);
    expect(run.entries()).toEqual([]);
  });

  it('for an active user that ends is its row, and that the row is the newest', () => {
    const run = runWith(makeUsers(2));
    const [first, second] = makeUsers(2).map(step) as [UserRecord, UserRecord];
    run.put(first, second);
    const writes = run.put(step(first));
    expect(verbsOf(writes)).toEqual(['UPDATE users', 'INSERT INTO journal']);
    // What is fixed at its creation is not written again.
    expect(writes[0]?.sql).not.toContain('created_at_ms');
    expect(run.entries().at(-1)).toBe('[1]');
    expect(run.rows()).toEqual([step(first), makeUser(2)]);
  });

  it('for the end of the last active user empties the journal', () => {
    const run = runWith(makeUsers(2));
    run.put(...makeUsers(2).map(step));
    const writes = run.put(...makeUsers(2).map(step).map(step));
    expect(verbsOf(writes)).toEqual(['UPDATE users', 'UPDATE users', 'DELETE FROM journal']);
    expect([run.entries(), run.journal.size, run.journal.length]).toEqual([[], 0, 0]);
  });

  it('for one outcome more is a few bytes, whatever came before', () => {
    const many = { totalTasksCount: 100, totalUnprocessedTasksCount: 100 };
    const run = runWith(makeUsers(1, many));
    let user = step(makeUser(1, many));
    run.put(user);
    for (let tasks = 2; tasks < 90; tasks++) {
      user = step(user);
      run.put(user);
    }
    expect(run.entries().at(-1)).toBe('[[1,"c",7,3]]');
    expect(run.entries().join('').length).toBeLessThan(90 * 20 + 200);
    expect(run.journal.length).toBe(run.entries().join('').length);
  });

  it('of another run is left alone', () => {
    const run = runWith(makeUsers(1));
    const other = run.connection.insertRun(makeRun({ id: 'other' }));
    run.connection.insertUsers(other, makeUsers(1));
    run.connection.run('INSERT INTO journal (run_no, body) VALUES (?, ?)', other, '[]');
    run.put(step(makeUser(1)));
    run.put(step(step(makeUser(1))));
    expect(run.entries()).toEqual(['[]']);
    expect(run.connection.number("SELECT count(*) FROM users WHERE processing_status = 'completed'")).toBe(1);
  });
});

describe('users that do not exist', () => {
  it('are NotFound with run and ordinal, before anything is written', async () => {
    const run = runWith(makeUsers(3));
    run.put(step(makeUser(1)));
    const before = [run.rows(), run.entries(), [...run.journal.values()]];
    const users = [step(step(makeUser(1))), step(makeUser(2)), step(makeUser(4))];
    const error = await refusal('NotFound', async () => run.put(...users));
    expect(error.message).toBe(`Expected run ${RUN} to have a user 4, got none`);
    expect(error.details).toEqual({ runId: RUN, ordinal: 4 });
    expect([run.rows(), run.entries(), [...run.journal.values()]]).toEqual(before);
  });

  it('are looked for by one count where ordinals are adjacent, and one by one where they are far apart', () => {
    const run = runWith(makeUsers(40));
    const reads = (ordinals: readonly number[]) =>
      run.connection
        .during(() =>
          putUsers(
            run.connection,
            { run: () => {} },
            run.runNo,
            ordinals.map((no) => step(makeUser(no))),
            new RunJournal(),
          ),
        )
        .map(({ sql }) => sql.slice(0, 12));
    expect(reads([1, 2, 3, 4])).toEqual(['SELECT count']);
    expect(reads([4, 2, 6])).toEqual(['SELECT count']);
    expect(reads([1, 20, 40])).toEqual(['SELECT 1 FRO', 'SELECT 1 FRO', 'SELECT 1 FRO']);
  });

  it.each([0, -1, 1.5, Number.MAX_SAFE_INTEGER])('include one with the ordinal %d', async (ordinal) => {
    await refusal('NotFound', async () => runWith(makeUsers(3)).put(makeUser(ordinal)));
  });

  it('are found among any that exist, in any order, once or twice', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
        (existing, asked, active) => {
          const run = runWith(existing.map((no) => makeUser(no)));
          const inJournal = active.filter((no) => existing.includes(no)).map((no) => step(makeUser(no)));
          run.put(...inJournal);
          const isMissing = asked.some((no) => !existing.includes(no));
          const act = () => run.put(...asked.map((no) => step(makeUser(no))));
          if (isMissing) expect(act).toThrow('to have a user');
          else expect(act).not.toThrow();
          run.connection.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('any sequence of states', () => {
  const state = fc.record({
    ordinal: fc.integer({ min: 1, max: 4 }),
    kind: fc.constantFrom('step', 'step', 'queue', 'cancel', 'retry', 'reselect'),
  });
  const next = (user: UserRecord, kind: string): UserRecord => {
    if (kind === 'queue') return makeUser(user.ordinal);
    if (kind === 'cancel') return { ...user, processingStatus: 'canceled', completedAtMs: AT + 77 };
    if (kind === 'retry')
      return { ...user, attempts: { failures: 2, interruptions: 1, notBeforeMs: AT + 1 } };
    if (kind === 'reselect') return makeUser(user.ordinal, { positions: [2, 1], outcomes: null });
    return user.totalUnprocessedTasksCount === 0 ? makeUser(user.ordinal) : step({ ...user, attempts: null });
  };

  it('leaves the newest one of each user in the journal over its row, in memory as in the file, and a checkpoint moves it into the row', () => {
    fc.assert(
      fc.property(fc.array(fc.array(state, { maxLength: 4 }), { maxLength: 8 }), (batches) => {
        const run = runWith(makeUsers(4));
        const model = new Map(makeUsers(4).map((user) => [user.ordinal, user]));
        for (const batch of batches) {
          const users = batch.map(({ ordinal, kind }) => {
            const user = next(model.get(ordinal) ?? makeUser(ordinal), kind);
            model.set(ordinal, user);
            return user;
          });
          run.put(...users);
          const replayed = readJournal(run.connection, run.runNo, RUN);
          expect(replayed).toEqual(
            new Map([...run.journal.committed.values()].map((one) => [one.ordinal, one])),
          );
          const newest = run.rows().map((row) => replayed.get(row.ordinal) ?? row);
          expect(newest).toEqual([...model.values()]);
          if (run.journal.size === 0) expect(run.entries()).toEqual([]);
        }
        checkpointJournal(run.connection, run.runNo, run.journal.values());
        expect(run.rows()).toEqual([...model.values()]);
        expect(run.entries()).toEqual([]);
        run.connection.close();
      }),
      { numRuns: 60 },
    );
  });
});

it('a crash between any two statements of a put or a checkpoint leaves the commit before it', async () => {
  const file = newFile();
  const connection = new RecordingConnection(file);
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA cache_size = 1');
  migrate(connection);
  const run = runWith(makeUsers(6), connection);
  const copies: { copy: string; expected: readonly UserRecord[] }[] = [];
  let committed: readonly UserRecord[] = makeUsers(6);
  const crash = () => {
    const copy = join(newFolder(), 'copy.db');
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, copy + suffix);
    copies.push({ copy, expected: committed });
  };
  /** Writes that are interrupted before and after each statement. */
  const writes = {
    run(sql: string, ...params: readonly Cell[]) {
      crash();
      connection.run(sql, ...params);
      crash();
    },
  };
  const transaction = (after: readonly UserRecord[], act: () => void) => {
    connection.exec('BEGIN IMMEDIATE');
    act();
    crash();
    connection.exec('COMMIT');
    committed = after;
    crash();
  };
  const stepped = makeUsers(6).map((user) => (user.ordinal <= 4 ? step(user) : user));
  const ended = stepped.map((user) => (user.ordinal <= 2 ? step(user) : user));
  transaction(stepped, () => putUsers(connection, writes, run.runNo, stepped.slice(0, 4), run.journal));
  transaction(ended, () => putUsers(connection, writes, run.runNo, ended.slice(0, 2), run.journal));
  transaction(ended, () => checkpointJournal(writes, run.runNo, run.journal.values()));
  connection.close();
  expect(copies.length).toBeGreaterThan(18);
  for (const { copy, expected } of copies) {
    const reader = await sqliteStore(copy, { readOnly: true });
    expect(await allUsers(reader)).toEqual(expected);
    await reader.close();
    const writer = await sqliteStore(copy);
    expect(await allUsers(writer)).toEqual(expected);
    await writer.close();
  }
});

/** What another program sees of the file. */
function look(file: string) {
  const database = new DatabaseSync(file, { readOnly: true });
  const bodies = database.prepare('SELECT body FROM journal ORDER BY seq').all();
  const statuses = database.prepare('SELECT processing_status AS status FROM users ORDER BY no').all();
  database.close();
  const entries = bodies.flatMap(({ body }) => JSON.parse(String(body))).length;
  const length = bodies.reduce((sum, { body }) => sum + String(body).length, 0);
  return { entries, length, statuses: statuses.map(({ status }) => status) };
}

describe('compaction', () => {
  const many = { totalTasksCount: 1_000, totalUnprocessedTasksCount: 1_000 };

  it('bounds the journal of a run that goes on for long', async () => {
    const file = newFile();
    const store = await opened(sqliteStore(file));
    await fill(store, makeRun(), makeUsers(100, many));
    let users = makeUsers(100, many);
    const info = 'It is not there. '.repeat(40);
    const noted = (user: UserRecord, round: number): UserRecord => ({
      ...user,
      scheduledAtMs: user.scheduledAtMs + round, // the whole state is written each time
      outcomes: [{ ...(user.outcomes?.[0] as TaskOutcome), processingInfo: info }],
    });
    const started = users.map(step);
    let written = 0;
    for (let round = 0; round < 50; round++) {
      users = started.map((user) => noted(user, round));
      written += users.map(packState).join().length;
      await put(store, users);
    }
    expect(written).toBeGreaterThan(2 * JOURNAL_GROWTH);
    const last = users.map(packState).join().length;
    expect(look(file).length).toBeLessThan(JOURNAL_GROWTH + 2 * last);
    expect(look(file).statuses[0]).toBe('queued');
    expect(await allUsers(store)).toEqual(users);
    const reader = await opened(sqliteStore(file, { readOnly: true }));
    expect(await allUsers(reader)).toEqual(users);
  });

  it('writes more users than an engine has active to rows', async () => {
    const file = newFile();
    const store = await opened(sqliteStore(file));
    const count = LIMITS.activeUsersMax + 1;
    await fill(store, makeRun(), makeUsers(count, many));
    let users = makeUsers(count, many);
    for (let round = 0; round < 3; round++) {
      users = users.map(step);
      await put(store, users);
    }
    expect(look(file)).toMatchObject({ entries: 0 });
    expect(look(file).statuses.at(-1)).toBe('inProgress');
    expect(await allUsers(store)).toEqual(users);
  });

  it('happens at the bound and not before, and leaves the whole state of each active user', () => {
    const run = runWith(makeUsers(3, many));
    const [first, second] = makeUsers(2, many).map(step) as [UserRecord, UserRecord];
    run.put(first, second);
    run.journal.length = JOURNAL_GROWTH - '[[1,"c",7,3]]'.length - 1;
    expect(verbsOf(run.put(step(first)))).toEqual(['INSERT INTO journal']);
    expect(verbsOf(run.put(step(step(first))))).toEqual([
      'INSERT INTO journal',
      'DELETE FROM journal',
      'INSERT INTO journal',
    ]);
    const compacted = `[${packState(step(step(first)))},${packState(second)}]`;
    expect(run.entries()).toEqual([compacted]);
    expect([run.journal.length, run.journal.compactedLength]).toEqual([compacted.length, compacted.length]);
  });

  it('waits until the journal has doubled when the last one left more than the bound', () => {
    const run = runWith(makeUsers(1, many));
    let user = step(makeUser(1, many));
    run.put(user);
    const puts = (length: number): readonly string[] => {
      user = step(user);
      run.journal.compactedLength = 2 * JOURNAL_GROWTH;
      run.journal.length = length - '[[1,"c",7,3]]'.length;
      return verbsOf(run.put(user));
    };
    expect(puts(4 * JOURNAL_GROWTH - 1)).toEqual(['INSERT INTO journal']);
    expect(puts(4 * JOURNAL_GROWTH)).toEqual([
      'INSERT INTO journal',
      'DELETE FROM journal',
      'INSERT INTO journal',
    ]);
  });
});
