import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { UserRecord } from '../../../../src/model/records.ts';
import {
  endedColumns,
  entriesMax,
  fresh,
  isActive,
  Journals,
  parameter,
  putUsers,
  type RunJournal,
  readJournal,
  readUser,
  updateEnded,
} from '../../../../src/stores/postgres/journal.ts';
import { USER_COLUMNS, userFromRow } from '../../../../src/stores/sql/user-rows.ts';
import { describePostgres } from '../../../postgres/support.ts';
import { AT, fill, makeRun, makeUser, makeUsers, refusal, runId, step } from '../sqlite/support.ts';
import { newDatabase, type SchemaUnderTest } from './database-kit.ts';

it('a user belongs in the journal until it has ended', () => {
  const statuses = [
    'queued',
    'inProgress',
    'completed',
    'completedWithErrors',
    'failed',
    'canceled',
  ] as const;
  expect(statuses.filter((processingStatus) => isActive(makeUser(1, { processingStatus })))).toEqual([
    'queued',
    'inProgress',
  ]);
});

it('an ordinal that was made up is compared as a large number, a subject as a text', () => {
  expect([parameter('no'), parameter('subject_id')]).toEqual(['$2::int8', '$2']);
});

it('the columns of ended users are as many arrays as their statement takes', () => {
  const arrays = endedColumns([
    makeUser(1),
    makeUser(2, { attempts: { failures: 1, interruptions: 0, notBeforeMs: AT } }),
  ]);
  const taken = updateEnded(4).match(/\$\d+/g) ?? [];
  expect(taken).toEqual([
    '$4',
    ...Array.from({ length: arrays.length - 1 }, (_, index) => `$${index + 5}`),
    '$1',
  ]);
  expect(arrays[0]).toBe('{1,2}');
  expect(arrays.at(-1)).toBe(`{NULL,"[1,0,${AT}]"}`);
});

describePostgres('a journal in Postgres', () => {
  let database: SchemaUnderTest;
  let runs = 0;

  beforeAll(async () => {
    database = await newDatabase();
  });

  async function newRun(count = 3, change: Partial<UserRecord> = {}) {
    runs += 1;
    const id = runId(runs);
    const { session, store } = database;
    await fill(store, makeRun({ id }), makeUsers(count, { ...change, runId: id }));
    const runNo = Number(await session.value('SELECT no FROM {s}.runs WHERE id = $1', [id]));
    const user = (no: number) => makeUser(no, { ...change, runId: id });
    return {
      id,
      runNo,
      user,
      put: (journal: RunJournal, ...users: readonly UserRecord[]) => putUsers(session, runNo, users, journal),
      rows: async () =>
        (
          await session.rows(`SELECT ${USER_COLUMNS} FROM {s}.users WHERE run_no = $1 ORDER BY no`, [runNo])
        ).map((row) => userFromRow(id, row)),
      bodies: async () =>
        (await session.rows('SELECT body FROM {s}.journal WHERE run_no = $1 ORDER BY seq', [runNo])).map(
          ([body]) => String(body),
        ),
    };
  }

  it('takes any number of active users in one row and one trip', async () => {
    const run = await newRun(50);
    const journal = fresh();
    const asked = await database.during(() =>
      run.put(journal, ...makeUsers(50, { runId: run.id }).map(step)),
    );
    expect(asked).toHaveLength(1);
    expect(await run.bodies()).toHaveLength(1);
    expect(journal).toMatchObject({ entries: 50 });
    expect((await run.rows()).every(({ processingStatus }) => processingStatus === 'queued')).toBe(true);
  });

  it('gives a user that ends back to its row, in the same trip, and is emptied with the last one', async () => {
    const run = await newRun(2);
    const journal = fresh();
    const [first, second] = [step(run.user(1)), step(run.user(2))];
    await run.put(journal, first, second);
    expect(await database.during(() => run.put(journal, step(first)))).toHaveLength(1);
    expect((await run.bodies()).at(-1)).toBe('[1]');
    expect((await run.rows())[0]).toEqual(step(first));
    await run.put(journal, step(second));
    expect([await run.bodies(), journal]).toEqual([[], fresh()]);
  });

  it('keeps the later of two states in one call', async () => {
    const run = await newRun(2);
    const journal = fresh();
    const user = step(run.user(1));
    await run.put(journal, user, step(user), run.user(1));
    expect(journal.users.get(1)).toEqual(run.user(1));
    expect((await readJournal(database.session, run.id))?.active).toEqual(journal.users);
  });

  it('is compacted beyond its bound, which grows with the active users', async () => {
    expect([entriesMax(fresh()), entriesMax({ users: new Map([[1, makeUser(1)]]) })]).toEqual([1_024, 1_026]);
    const many = { totalTasksCount: 2_000, totalUnprocessedTasksCount: 2_000 };
    const run = await newRun(2, many);
    const journal = fresh();
    await run.put(journal, step(run.user(1)), step(run.user(2)));
    journal.entries = entriesMax(journal) - 1;
    await run.put(journal, step(step(run.user(1))));
    expect(await run.bodies()).toHaveLength(2);
    await run.put(journal, step(step(step(run.user(1)))));
    expect(await run.bodies()).toHaveLength(1);
    expect(journal.entries).toBe(2);
    expect((await readJournal(database.session, run.id))?.active).toEqual(journal.users);
    expect(entriesMax(journal)).toBeLessThan(LIMITS.activeUsersMax);
  });

  it('refuses users that do not exist, by count and ordinals', async () => {
    const run = await newRun(2);
    const error = await refusal('NotFound', () =>
      run.put(fresh(), step(run.user(2)), step(run.user(3)), run.user(2_000_000_000)),
    );
    expect(error.message).toBe(`Expected run ${run.id} to have all users that are put, got 1 of 3`);
    expect(error.details).toEqual({ runId: run.id, ordinals: [2, 3, 2_000_000_000] });
  });

  it('of any states has the newest one of each user over its row, for every kind of reader', async () => {
    const change = fc.record({
      no: fc.integer({ min: 1, max: 3 }),
      kind: fc.constantFrom('step', 'queue', 'retry', 'reselect'),
    });
    const next = (user: UserRecord, kind: string): UserRecord => {
      const queued = makeUser(user.ordinal, { runId: user.runId });
      if (kind === 'queue') return queued;
      if (kind === 'retry') return { ...user, attempts: { failures: 1, interruptions: 0, notBeforeMs: AT } };
      if (kind === 'reselect') return { ...queued, positions: [2], outcomes: null };
      return user.totalUnprocessedTasksCount === 0 || user.outcomes === null
        ? queued
        : step({ ...user, attempts: null });
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
        async (batches) => {
          const run = await newRun(3);
          const model = new Map([1, 2, 3].map((no) => [no, run.user(no)]));
          const [journals, journal] = [new Journals(), fresh()];
          for (const batch of batches) {
            const users = batch.map(({ no, kind }) => {
              const user = next(model.get(no) ?? run.user(no), kind);
              model.set(no, user);
              return user;
            });
            await run.put(journal, ...users);
            // This cache continues from what it knows; the others read all.
            expect((await journals.read(database.session, run.id))?.journal).toEqual(journal);
            const active = (await readJournal(database.session, run.id))?.active;
            expect(active).toEqual(journal.users);
            expect((await run.rows()).map((row) => active?.get(row.ordinal) ?? row)).toEqual([
              ...model.values(),
            ]);
            for (const [no, user] of model)
              expect(await readUser(database.session, run.id, 'no', no)).toEqual(user);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('that is cached continues where it was, and is read anew after another process compacted it', async () => {
    const run = await newRun(3);
    const [journals, journal] = [new Journals(), fresh()];
    await run.put(journal, step(run.user(1)));
    await journals.read(database.session, run.id);
    await run.put(journal, step(run.user(2)));
    expect(await database.during(() => journals.read(database.session, run.id))).toHaveLength(1);
    await run.put(journal, step(step(run.user(1))), step(step(run.user(2))));
    await run.put(journal, step(run.user(3)));
    expect((await journals.read(database.session, run.id))?.journal).toEqual(journal);
    journals.forget(run.id);
    expect((await journals.read(database.session, run.id))?.journal).toEqual(journal);
  });

  it('of a run that is not there is none, also when it was cached', async () => {
    const run = await newRun(1);
    const journals = new Journals();
    await journals.read(database.session, run.id);
    await database.store.transaction((tx) => tx.deleteRun(run.id));
    expect(await journals.read(database.session, run.id)).toBeNull();
    expect(await readJournal(database.session, run.id)).toBeNull();
    expect(await readUser(database.session, run.id, 'no', 1)).toBeNull();
    expect(await readUser(database.session, 'x', 'no', Number.MAX_SAFE_INTEGER)).toBeNull();
  });
});
