import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UserRecord } from '../../../../../src/model/records.ts';
import { packState, replayBody } from '../../../../../src/stores/journal/entries.ts';
import { entriesMax, fresh } from '../../../../../src/stores/postgres/journal.ts';
import type { Session } from '../../../../../src/stores/postgres/session.ts';
import { readSliceJournal, stepOf } from '../../../../../src/stores/postgres/slices/slice-journal.ts';
import { makeUser, makeUsers, RUN, step } from '../../sqlite/records.ts';

describe('the step of a commit', () => {
  it('of active users is one row of the journal, after those before it', () => {
    const journal = fresh();
    const users = makeUsers(2).map(step);
    expect(stepOf(journal, users)).toEqual({
      body: `[${users.map(packState).join(',')}]`,
      replaces: false,
      ended: [],
    });
    expect([journal.entries, [...journal.users.values()]]).toEqual([2, users]);
  });

  it('of a user that ends writes its row, and says that the row is the newest', () => {
    const journal = fresh();
    const [first, second] = makeUsers(2).map(step) as [UserRecord, UserRecord];
    stepOf(journal, [first, second]);
    expect(stepOf(journal, [step(first)])).toEqual({ body: '[1]', replaces: false, ended: [step(first)] });
    expect([...journal.users.keys()]).toEqual([2]);
  });

  it('of the last active user empties the journal', () => {
    const journal = fresh();
    stepOf(journal, [step(makeUser(1))]);
    const ended = step(step(makeUser(1)));
    expect(stepOf(journal, [ended])).toEqual({ body: null, replaces: true, ended: [ended] });
    expect(journal).toEqual(fresh());
  });

  it('of a user that was never active needs no row of the journal, and deletes none', () => {
    const canceled = makeUser(1, { processingStatus: 'canceled' });
    expect(stepOf(fresh(), [canceled])).toEqual({ body: null, replaces: false, ended: [canceled] });
  });

  it('of no users writes nothing', () => {
    const journal = fresh();
    stepOf(journal, [step(makeUser(1))]);
    expect(stepOf(journal, [])).toEqual({ body: null, replaces: false, ended: [] });
  });

  it('beyond the bound replaces the rows before by the state of each active user', () => {
    const many = { totalTasksCount: 9, totalUnprocessedTasksCount: 9 };
    const journal = fresh();
    let user = step(makeUser(1, many));
    stepOf(journal, [user, step(makeUser(2, many))]);
    journal.entries = entriesMax(journal) - 1;
    user = step(user);
    expect(stepOf(journal, [user])).toMatchObject({ replaces: false });
    user = step(user);
    expect(stepOf(journal, [user])).toEqual({
      body: `[${packState(user)},${packState(step(makeUser(2, many)))}]`,
      replaces: true,
      ended: [],
    });
    expect(journal.entries).toBe(2);
  });
});

/** A session that has these rows of a journal. */
const holding = (bodies: readonly string[]) =>
  ({ rows: async () => bodies.map((body, index) => [index + 5, body]) }) as unknown as Session;

it('steps over any states leave bodies and rows that together are the newest states, as a new holder reads them', async () => {
  const change = fc.record({
    no: fc.integer({ min: 1, max: 4 }),
    kind: fc.constantFrom('step', 'step', 'queue', 'cancel'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 8 }), async (commits) => {
      const rows = new Map(makeUsers(4).map((user) => [user.ordinal, user]));
      const model = new Map(rows);
      let bodies: string[] = [];
      const journal = fresh();
      for (const changes of commits) {
        const users = new Map<number, UserRecord>();
        for (const { no, kind } of changes) {
          const before = model.get(no) ?? makeUser(no);
          const isOver = before.completedAtMs !== null;
          const user =
            kind === 'queue' || isOver
              ? makeUser(no)
              : kind === 'cancel'
                ? { ...before, processingStatus: 'canceled' as const, completedAtMs: 5 }
                : step(before);
          users.set(no, user);
          model.set(no, user);
        }
        const { body, replaces, ended } = stepOf(journal, [...users.values()]);
        if (replaces) bodies = [];
        if (body !== null) bodies.push(body);
        for (const user of ended) rows.set(user.ordinal, user);
        const read = await readSliceJournal(holding(bodies), 1, { runId: RUN, slice: 1 });
        expect(read.users).toEqual(journal.users);
        expect(read.entries).toBe(journal.entries);
        expect(read.seq).toBe(bodies.length === 0 ? 0 : bodies.length + 4);
        const replayed = new Map<number, UserRecord>();
        for (const one of bodies) replayBody(one, RUN, replayed);
        expect([...rows.values()].map((row) => replayed.get(row.ordinal) ?? row)).toEqual([
          ...model.values(),
        ]);
      }
    }),
  );
});
