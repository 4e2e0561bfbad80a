import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { matchesRow, parseListFilter } from '../../../../src/filter/list-filter.ts';
import type { UserRecord } from '../../../../src/model/records.ts';
import { USER_PROPERTIES } from '../../../../src/model/resources/properties.ts';
import { USER_STATUSES } from '../../../../src/model/status.ts';
import type { UserQuery } from '../../../../src/ports/store.ts';
import { userSums } from '../../../../src/rules/counters/user-sums.ts';
import {
  countUsers,
  listUsers,
  listUsersByStatus,
  listUsersOfSubject,
  type RunUsers,
  sumUsers,
} from '../../../../src/stores/postgres/user-queries.ts';
import { describePostgres } from '../../../postgres/support.ts';
import { AT, fill, makeRun, makeUser, makeUsers, RUN, runId, step } from '../sqlite/support.ts';
import { newDatabase, type SchemaUnderTest } from './database-kit.ts';

const BY_ORDINAL = { property: 'id', descending: false } as const;
const where = (text: string | null) => (text === null ? null : parseListFilter(text, USER_PROPERTIES));

function query(change: Partial<UserQuery> = {}): UserQuery {
  return { runId: RUN, where: null, order: BY_ORDINAL, after: null, limit: 10, ...change };
}

const ordinalsOf = (users: readonly UserRecord[]) => users.map(({ ordinal }) => ordinal);

describePostgres('users in Postgres', () => {
  let database: SchemaUnderTest;
  let runs = 1;

  beforeAll(async () => {
    database = await newDatabase();
  });

  /** A run with these rows, and users in newer states. */
  async function usersOf(rows: readonly UserRecord[], newer: readonly UserRecord[] = []): Promise<RunUsers> {
    runs += 1;
    const id = runId(runs);
    await fill(
      database.store,
      makeRun({ id }),
      rows.map((user) => ({ ...user, runId: id })),
    );
    const runNo = Number(await database.session.value('SELECT no FROM {s}.runs WHERE id = $1', [id]));
    const active = new Map(newer.map((user) => [user.ordinal, { ...user, runId: id }]));
    return { session: database.session, runId: id, runNo, active };
  }

  const mine = (users: readonly UserRecord[]) => users.map((user) => ({ ...user, runId: RUN }));

  describe('the plan of a page', () => {
    const planOf = async (text: string | null, change: Partial<UserQuery> = {}) => {
      const users = await usersOf(makeUsers(3));
      const [plan = ''] = await database.plansOf(() =>
        listUsers(users, query({ where: where(text), ...change })),
      );
      return plan;
    };

    it.each([
      [null, 'users_pkey'],
      ["processingStatus eq 'failed'", 'users_exceptional'],
      ["processingStatus eq 'failed' and startedDateTime ne null", 'users_exceptional'],
      ['failedTasksCount gt 0', 'users_with_failed_tasks'],
      ["subject/id eq 'subject-1'", 'users_of_subject'],
      ["processingStatus eq 'completed'", 'users_pkey'],
    ])('where %s is a range of the index %s, without sorting', async (text, index) => {
      const plan = await planOf(text);
      expect(plan).toContain(`using ${index} on users`);
      expect(plan).not.toMatch(/Sort|Seq Scan/);
    });

    it('of what was done for a subject is a range of the index of subjects, in its order', async () => {
      await usersOf(makeUsers(3));
      const query = { subjectId: 'subject-1', after: 5, limit: 3 };
      const plans = await database.plansOf(() =>
        listUsersOfSubject(database.session, query, async () => null),
      );
      expect(plans[0]).toMatch(/Index Scan Backward using users_of_subject on users/);
      expect(plans[0]).toMatch(/Index Cond: .*subject_id = .* AND \(run_no < /);
      expect(plans[0]).not.toMatch(/Sort|Seq Scan on users/);
    });

    it('after a cursor begins there', async () => {
      expect(await planOf(null, { after: { value: null, key: 7 } })).toMatch(/Index Cond: .*no > 7/);
    });

    it('of one status by ordinal is a range of the index of exceptions, or of the rows', async () => {
      const users = await usersOf(makeUsers(1));
      const planOfStatus = async (status: UserRecord['processingStatus']) =>
        (await database.plansOf(() => listUsersByStatus(users, status, 0, 5)))[0] ?? '';
      expect(await planOfStatus('failed')).toContain('using users_exceptional on users');
      expect(await planOfStatus('queued')).toContain('using users_pkey on users');
    });
  });

  it('ordinals leave out the lower one and include the upper one, of rows and of active users alike', async () => {
    const newer = [2, 4, 6].map((no) => makeUser(no, { failedTasksCount: 1 }));
    const users = await usersOf(makeUsers(8), newer);
    for (const [afterOrdinal, toOrdinal] of [
      [2, 6],
      [3, 7],
      [0, Number.MAX_SAFE_INTEGER],
      [5, 5],
    ] as const) {
      const within = ordinalsOf(makeUsers(8)).filter((no) => no > afterOrdinal && no <= toOrdinal);
      expect(ordinalsOf(await listUsersByStatus(users, 'queued', afterOrdinal, 9, toOrdinal))).toEqual(
        within,
      );
      expect(
        await sumUsers(users, { runId: RUN, afterOrdinal, toOrdinal, fromMs: AT, toMs: AT }),
      ).toMatchObject({
        totalUsers: within.length,
        failedTasks: within.filter((no) => [2, 4, 6].includes(no)).length,
      });
    }
  });

  it.each([0, -5])('a page of %i users asks the server for nothing', async (limit) => {
    const users = await usersOf(makeUsers(1));
    const asked = await database.during(async () => {
      expect(await listUsers(users, query({ limit }))).toEqual([]);
      expect(await listUsersByStatus(users, 'queued', 0, limit)).toEqual([]);
    });
    expect(asked).toEqual([]);
  });

  it('a page is full although more rows than it holds are out of date', async () => {
    const users = await usersOf(makeUsers(50), makeUsers(40).map(step));
    expect(ordinalsOf(await listUsersByStatus(users, 'queued', 0, 5))).toEqual([41, 42, 43, 44, 45]);
    const page = query({ where: where("processingStatus eq 'queued'"), limit: 5 });
    expect(ordinalsOf(await listUsers(users, page))).toEqual([41, 42, 43, 44, 45]);
  });

  it.each(['', "' OR 1=1 --", '%', 'subject-1\0', '\ud800', '{s}', '?'])(
    'the subject %j is none',
    async (subjectId) => {
      const users = await usersOf(makeUsers(2));
      const filter = {
        kind: 'compare',
        operator: 'eq',
        left: { kind: 'path', segments: ['subject', 'id'], at: 0 },
        right: { kind: 'literal', type: 'string', value: subjectId, at: 0 },
        at: 0,
      } as never;
      expect(await listUsers(users, query({ where: filter }))).toEqual([]);
      expect(await countUsers(users, { runId: users.runId, where: filter })).toBe(0);
    },
  );

  it('pages, counts, lists by status and sums are those of a list of the newest states', async () => {
    const state = fc.record({
      processingStatus: fc.constantFrom(...USER_STATUSES),
      failedTasksCount: fc.nat(2),
      startedAtMs: fc.option(fc.integer({ min: AT, max: AT + 4 })),
    });
    const population = fc.array(fc.record({ row: state, newer: fc.option(state, { freq: 2 }) }), {
      maxLength: 12,
    });
    const filter = fc.constantFrom(
      null,
      "processingStatus eq 'completed'",
      "processingStatus in ('failed', 'inProgress') and failedTasksCount gt 0",
      'startedDateTime ne null or failedTasksCount eq 2',
    );
    const by = fc.record({
      property: fc.constantFrom('id', 'startedDateTime', 'processingStatus'),
      descending: fc.boolean(),
    });
    const place = fc.integer({ min: 0, max: 13 });
    await fc.assert(
      fc.asyncProperty(
        population,
        filter,
        by,
        fc.integer({ min: 1, max: 4 }),
        place,
        place,
        async (states, text, order, limit, from, to) => {
          const rows = states.map(({ row }, index) => makeUser(index + 1, row));
          const newer = states.flatMap((one, index) =>
            one.newer === null ? [] : [makeUser(index + 1, one.newer)],
          );
          const users = await usersOf(rows, newer);
          const current = rows.map((row) => newer.find(({ ordinal }) => ordinal === row.ordinal) ?? row);
          const fits = where(text);
          const field = USER_PROPERTIES[order.property]?.field;
          const cellOf = (user: UserRecord) => (field ? (user[field] as string | number | null) : null);
          const expected = current
            .filter((user) => fits === null || matchesRow(fits, USER_PROPERTIES, user))
            .sort((a, b) => {
              const [x, y] = [cellOf(a) ?? Number.NEGATIVE_INFINITY, cellOf(b) ?? Number.NEGATIVE_INFINITY];
              const ascending = x < y ? -1 : x > y ? 1 : a.ordinal - b.ordinal;
              return order.descending ? -ascending : ascending;
            });
          const found: UserRecord[] = [];
          for (let after: UserQuery['after'] = null; found.length <= current.length; ) {
            const page: readonly UserRecord[] = await listUsers(
              users,
              query({ where: fits, order, after, limit }),
            );
            found.push(...page);
            const last = page.at(-1);
            if (!last || page.length < limit) break;
            after = { value: cellOf(last), key: last.ordinal };
          }
          expect(mine(found)).toEqual(expected);
          expect(await countUsers(users, { runId: users.runId, where: fits })).toBe(expected.length);
          const within = current.filter(({ ordinal }) => ordinal > from && ordinal <= to);
          const failed = await listUsersByStatus(users, 'failed', from, limit, to);
          expect(ordinalsOf(failed)).toEqual(
            ordinalsOf(within.filter(({ processingStatus }) => processingStatus === 'failed')).slice(
              0,
              limit,
            ),
          );
          const window = { fromMs: AT + 1, toMs: AT + 3 };
          expect(await sumUsers(users, { runId: RUN, afterOrdinal: from, toOrdinal: to, ...window })).toEqual(
            userSums(within, window.fromMs, window.toMs),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});
