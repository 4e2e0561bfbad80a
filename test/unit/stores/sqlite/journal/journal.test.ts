import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UserRecord } from '../../../../../src/model/records.ts';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import {
  AT,
  allUsers,
  fill,
  makeRun,
  makeUser,
  makeUsers,
  newFile,
  opened,
  put,
  RUN,
  step,
} from '../support.ts';

/** What another program sees of the file. */
function look(file: string) {
  const database = new DatabaseSync(file, { readOnly: true });
  const journal = database
    .prepare('SELECT body FROM journal ORDER BY seq')
    .all()
    .map((row) => JSON.parse(String(row.body)));
  const statuses = database
    .prepare('SELECT processing_status AS status FROM users ORDER BY no')
    .all()
    .map((row) => row.status);
  database.close();
  return { journal, statuses, entries: journal.flat().length };
}

describe('an active user', () => {
  it('is in the journal and not in its row, and is read in its newest state', async () => {
    const file = newFile();
    const store = await opened(sqliteStore(file));
    await fill(store, makeRun(), makeUsers(3));
    const user = step(makeUser(2));
    await put(store, [user]);
    expect(look(file)).toMatchObject({ statuses: ['queued', 'queued', 'queued'], entries: 1 });
    expect(await store.getUser(RUN, 2)).toEqual(user);
    expect(await store.getUserBySubject(RUN, 'subject-2')).toEqual(user);
    expect(await store.listUsersByStatus(RUN, 'queued', 0, 9)).toEqual([makeUser(1), makeUser(3)]);
    expect(await store.listUsersByStatus(RUN, 'inProgress', 0, 9)).toEqual([user]);
  });

  it('is written to its row when it ends, and the others keep their entries', async () => {
    const file = newFile();
    const store = await opened(sqliteStore(file));
    await fill(store, makeRun(), makeUsers(3));
    const users = makeUsers(3).map(step);
    await put(store, users);
    await put(store, [step(users[1] as UserRecord)]);
    const { statuses, journal } = look(file);
    expect(statuses).toEqual(['queued', 'completed', 'queued']);
    expect(journal.at(-1)).toEqual([2]);
    expect((await allUsers(store)).map((user) => user.processingStatus)).toEqual([
      'inProgress',
      'completed',
      'inProgress',
    ]);
  });

  it('is the last one to empty the journal', async () => {
    const file = newFile();
    const store = await opened(sqliteStore(file));
    await fill(store, makeRun(), makeUsers(3));
    const users = makeUsers(3).map(step);
    await put(store, users);
    await put(store, users.map(step));
    expect(look(file)).toEqual({
      journal: [],
      statuses: ['completed', 'completed', 'completed'],
      entries: 0,
    });
  });

  it('can become active once more after it has ended', async () => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(2));
    const [first, second] = makeUsers(2).map(step) as [UserRecord, UserRecord];
    await put(store, [first, second]);
    await put(store, [step(first)]);
    await put(store, [makeUser(1)]);
    expect(await allUsers(store)).toEqual([makeUser(1), second]);
  });

  it('may be twice in one batch, and the later state wins', async () => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(2));
    const user = step(makeUser(1));
    await put(store, [user, step(user), step(makeUser(2))]);
    expect(await store.getUser(RUN, 1)).toEqual(step(user));
  });
});

describe('a rollback', () => {
  it('leaves users as they were, inside and outside of the next transaction', async () => {
    const file = newFile();
    const store = await opened(sqliteStore(file));
    await fill(store, makeRun(), makeUsers(4));
    const users = makeUsers(3).map(step);
    await put(store, users);
    const before = look(file);
    const failing = store.transaction(async (tx) => {
      await tx.putUsers([step(users[0] as UserRecord), step(makeUser(4))]);
      expect((await allUsers(tx)).map((user) => user.processingStatus)).toEqual([
        'completed',
        'inProgress',
        'inProgress',
        'inProgress',
      ]);
      expect(await allUsers(store)).toEqual([...users, makeUser(4)]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(look(file)).toEqual(before);
    expect(await allUsers(store)).toEqual([...users, makeUser(4)]);
    await store.transaction(async (tx) => expect(await allUsers(tx)).toEqual([...users, makeUser(4)]));
  });

  it('of the end of all users leaves all active', async () => {
    const store = await opened(sqliteStore(newFile()));
    await fill(store, makeRun(), makeUsers(2));
    const users = makeUsers(2).map(step);
    await put(store, users);
    const failing = store.transaction(async (tx) => {
      await tx.putUsers(users.map(step));
      await tx.deleteRun(RUN);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await allUsers(store)).toEqual(users);
    await put(store, [step(users[0] as UserRecord)]);
    expect(await allUsers(store)).toEqual([step(users[0] as UserRecord), users[1]]);
  });
});

describe('the end of a process', () => {
  it('without close leaves the journal, and the next start checkpoints it into the rows', async () => {
    const file = newFile();
    const store = await sqliteStore(file);
    await fill(store, makeRun(), makeUsers(3));
    const users = makeUsers(2, { totalTasksCount: 3, totalUnprocessedTasksCount: 3 }).map(step);
    await put(store, users);
    await put(store, users.map(step));
    const crashed = newFile();
    new DatabaseSync(file, { readOnly: true }).exec(`VACUUM INTO '${crashed}'`);
    await store.close();
    expect(look(crashed).entries).toBe(4);
    const reopened = await opened(sqliteStore(crashed));
    expect(look(crashed)).toEqual({
      journal: [],
      statuses: ['inProgress', 'inProgress', 'queued'],
      entries: 0,
    });
    expect(await allUsers(reopened)).toEqual([...users.map(step), makeUser(3)]);
  });

  it('with close leaves rows only', async () => {
    const file = newFile();
    const store = await sqliteStore(file);
    await fill(store, makeRun(), makeUsers(2));
    await put(store, [step(makeUser(1))]);
    await store.close();
    expect(look(file)).toEqual({ journal: [], statuses: ['inProgress', 'queued'], entries: 0 });
  });
});

it('a reader beside the writer sees every user as of the last commit', async () => {
  const file = newFile();
  const store = await opened(sqliteStore(file));
  const users = new Map(makeUsers(5).map((user) => [user.ordinal, user]));
  await fill(store, makeRun(), [...users.values()]);
  const reader = await opened(sqliteStore(file, { readOnly: true }));
  const move = fc.record({
    no: fc.integer({ min: 1, max: 5 }),
    kind: fc.constantFrom('step', 'reset', 'retry'),
    fails: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 8 }), async (moves) => {
      for (const { no, kind, fails } of moves) {
        const user = users.get(no) ?? makeUser(no);
        const attempts = { failures: 1, interruptions: 0, notBeforeMs: AT };
        const next =
          kind === 'reset' || user.completedAtMs !== null
            ? makeUser(no)
            : kind === 'step'
              ? step(user)
              : { ...user, attempts };
        const changed = kind === 'step' ? { ...next, attempts: null } : next;
        const work = store.transaction(async (tx) => {
          await tx.putUsers([changed]);
          if (fails) throw new Error('no');
        });
        await work.then(
          () => users.set(no, changed),
          () => {},
        );
        const expected = [...users.values()];
        expect(await allUsers(reader)).toEqual(expected);
        expect(await allUsers(store)).toEqual(expected);
      }
    }),
    { numRuns: 50 },
  );
});
