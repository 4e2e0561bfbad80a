import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesRow, parseListFilter } from '../../../../../src/filter/list-filter.ts';
import type { UserRecord } from '../../../../../src/model/records.ts';
import { USER_PROPERTIES } from '../../../../../src/model/resources/properties.ts';
import { USER_STATUSES } from '../../../../../src/model/status.ts';
import type { UserQuery } from '../../../../../src/ports/store.ts';
import { userSums } from '../../../../../src/rules/counters/user-sums.ts';
import {
  countUsers,
  getUser,
  getUserBySubject,
  listUsers,
  listUsersByStatus,
  type RunUsers,
  sumUsers,
} from '../../../../../src/stores/sqlite/reading/user-queries.ts';
import { newDatabase, type RecordingConnection } from '../database.ts';
import { AT, makeRun, makeUser, makeUsers, RUN, step } from '../records.ts';
import { refusal } from '../support.ts';

const BY_ORDINAL = { property: 'id', descending: false } as const;

const where = (text: string | null) => (text === null ? null : parseListFilter(text, USER_PROPERTIES));

function query(change: Partial<UserQuery> = {}): UserQuery {
  return { runId: RUN, where: null, order: BY_ORDINAL, after: null, limit: 10, ...change };
}

/** A run with these rows, and with users that are in newer states than their rows. */
function usersOf(
  rows: readonly UserRecord[],
  newer: readonly UserRecord[] = [],
): RunUsers & { readonly connection: RecordingConnection } {
  const connection = newDatabase();
  // Another run, before and after the one that is asked for.
  const [first, runNo, last] = ['a', RUN, 'z'].map((id) => connection.insertRun(makeRun({ id })));
  for (const no of [first, last])
    connection.insertUsers(Number(no), [makeUser(1, { subjectId: 'another', failedTasksCount: 1 })]);
  connection.insertUsers(Number(runNo), rows);
  return { connection, runId: RUN, runNo: Number(runNo), active: mapOf(newer) };
}

function mapOf(users: readonly UserRecord[]): ReadonlyMap<number, UserRecord> {
  return new Map(users.map((user) => [user.ordinal, user]));
}

const ordinalsOf = (users: readonly UserRecord[]) => users.map(({ ordinal }) => ordinal);

describe('the plan of a page of users', () => {
  const users = usersOf([]);
  const plansOf = (text: string | null, change: Partial<UserQuery> = {}) =>
    users.connection.plansOf(() => listUsers(users, query({ where: where(text), ...change })));
  const afterOne = { after: { value: null, key: 1 } };
  const byStatus = 'SEARCH users USING INDEX users_by_status (run_no=? AND processing_status=? AND no>?)';
  const byFailure = 'SEARCH users USING INDEX users_with_failed_tasks (run_no=? AND no>?)';
  const byRow = 'SEARCH users USING PRIMARY KEY (run_no=? AND no>?)';

  it('without a filter is a range of the table', () => {
    expect(plansOf(null, afterOne)).toEqual([byRow]);
    expect(plansOf(null)).toEqual(['SEARCH users USING PRIMARY KEY (run_no=?)']);
  });

  it('in one status is a range of the index by status', () => {
    expect(plansOf("processingStatus eq 'failed'", afterOne)).toEqual([byStatus]);
  });

  it.each([
    "processingStatus in ('failed', 'canceled')",
    "processingStatus eq 'failed' or processingStatus eq 'canceled'",
    "(processingStatus eq 'failed' or processingStatus in ('canceled')) and startedDateTime ge 2026-01-01T00:00:00Z",
  ])('where %s is a range for each status, merged without sorting', (text) => {
    expect(plansOf(text, afterOne)).toEqual([`MERGE (UNION ALL); LEFT; ${byStatus}; RIGHT; ${byStatus}`]);
    const backwards = { after: { value: null, key: 9 }, order: { property: 'id', descending: true } };
    const back = byStatus.replace('no>', 'no<');
    expect(plansOf(text, backwards)).toEqual([`MERGE (UNION ALL); LEFT; ${back}; RIGHT; ${back}`]);
  });

  it('in any but one status is a range for each of the others', () => {
    const [plan = ''] = plansOf("processingStatus ne 'completed'", afterOne);
    expect(plan.split(byStatus)).toHaveLength(USER_STATUSES.length);
    expect(plan).not.toContain('TEMP B-TREE');
  });

  it.each([
    'failedTasksCount gt 0',
    'failedTasksCount gt 2',
    'failedTasksCount ge 1',
    'failedTasksCount eq 3 and startedDateTime ge 2026-01-01T00:00:00Z',
  ])('where %s is a range of the index of those with a failed task', (text) => {
    expect(plansOf(text, afterOne)).toEqual([byFailure]);
  });

  it.each([
    'failedTasksCount ge 0',
    'failedTasksCount lt 1',
    'failedTasksCount eq 0',
    "processingStatus eq 'failed' or startedDateTime eq null",
    "not (processingStatus eq 'completed')",
  ])('where %s is a range of the table, without sorting', (text) => {
    expect(plansOf(text, afterOne)).toEqual([byRow]);
  });

  it('by a moment sorts ordinals with the moment, and reads whole rows of the page only', () => {
    const order = { property: 'startedDateTime', descending: true };
    const asked = users.connection.during(() => listUsers(users, query({ order })));
    expect(asked).toHaveLength(1);
    expect(asked[0]?.sql).toContain('SELECT no, started_at_ms FROM users WHERE run_no = ?');
    expect(users.connection.planOf(String(asked[0]?.sql))).toContain(
      'SEARCH users USING PRIMARY KEY (run_no=? AND no=?)',
    );
  });

  it('in a range of ordinals is a range of the same index', () => {
    const range = { afterOrdinal: 5, toOrdinal: 20 };
    const upTo = (plan: string) => [plan.replace('no>?', 'no>? AND no<?')];
    expect(plansOf('scheduledDateTime ne null', range)).toEqual(upTo(byRow));
    expect(plansOf("processingStatus eq 'failed'", range)).toEqual(upTo(byStatus));
    expect(plansOf('failedTasksCount gt 0', range)).toEqual(upTo(byFailure));
    for (const property of ['startedDateTime', 'processingStatus']) {
      const [plan = ''] = plansOf(null, { ...range, order: { property, descending: false } });
      expect(plan).toContain('SEARCH users USING PRIMARY KEY (run_no=? AND no>? AND no<?)');
    }
  });

  it('of one subject asks the index of subjects, not the list', () => {
    const [plan = '', ...rest] = plansOf("subject/id eq 'a' and processingStatus eq 'failed'");
    expect(plan).toContain('USING COVERING INDEX users_by_subject (<expr>=? AND subject_id=? AND run_no=?)');
    expect(rest).toEqual([]);
  });

  it('of users by status is a range of their index within the two ordinals', () => {
    expect(users.connection.plansOf(() => listUsersByStatus(users, 'queued', 5, 10, 20))).toEqual([
      byStatus.replace('no>?', 'no>? AND no<?'),
    ]);
  });

  it('of a sum is a range of the table within the two ordinals', () => {
    const range = { runId: RUN, afterOrdinal: 5, toOrdinal: 20, fromMs: 0, toMs: AT };
    expect(users.connection.plansOf(() => sumUsers(users, range))).toEqual([
      'SEARCH users USING PRIMARY KEY (run_no=? AND no>? AND no<?)',
    ]);
  });

  it('of a count is a range per status, of an index that has all that is asked', () => {
    const count = (text: string) =>
      users.connection.plansOf(() => countUsers(users, query({ where: where(text) })));
    const covering = 'SEARCH users USING COVERING INDEX users_by_status (run_no=? AND processing_status=?)';
    expect(count("processingStatus eq 'failed'")).toEqual([covering]);
    expect(count("processingStatus in ('failed', 'canceled')")).toEqual([covering, covering]);
    expect(count('failedTasksCount gt 0')[0]).toContain('users_with_failed_tasks (run_no=?)');
  });
});

describe('one user', () => {
  const stepped = step(makeUser(2));
  const users = usersOf(makeUsers(3), [stepped]);

  it('is read in its newest state, by ordinal and by subject', () => {
    expect(getUser(users, 2)).toBe(stepped);
    expect(getUserBySubject(users, 'subject-2')).toBe(stepped);
    expect(getUser(users, 1)).toEqual(makeUser(1));
    expect(getUserBySubject(users, 'subject-3')).toEqual(makeUser(3));
  });

  it.each([0, 4, -1, 1.5, Number.MAX_SAFE_INTEGER])('with the ordinal %d is none', (ordinal) => {
    expect(getUser(users, ordinal)).toBeNull();
  });

  it.each(['another', '', 'subject-', 'Subject-1', 'subject-1\0', "' OR 1=1 --", '%'])(
    'with the subject %j is none',
    (subjectId) => {
      expect(getUserBySubject(users, subjectId)).toBeNull();
      const literal = { kind: 'literal', type: 'string', value: subjectId } as const;
      const left = { kind: 'path', segments: ['subject', 'id'] } as const;
      const filter = { ...where("subject/id eq 'x'"), left, right: literal } as never;
      expect(listUsers(users, query({ where: filter }))).toEqual([]);
      expect(countUsers(users, query({ where: filter }))).toBe(0);
    },
  );

  it('of a page by subject comes only when it is after the cursor and matches the rest in its newest state', () => {
    const page = (text: string, key: number | null) =>
      ordinalsOf(
        listUsers(users, query({ where: where(text), after: key === null ? null : { value: null, key } })),
      );
    expect(page("subject/id eq 'subject-2'", null)).toEqual([2]);
    expect(page("subject/id eq 'subject-2'", 1)).toEqual([2]);
    expect(page("subject/id eq 'subject-2'", 2)).toEqual([]);
    expect(page("subject/id eq 'subject-2' and processingStatus eq 'queued'", null)).toEqual([]);
    expect(page("subject/id eq 'subject-2' and processingStatus eq 'inProgress'", null)).toEqual([2]);
    expect(
      countUsers(
        users,
        query({ where: where("subject/id eq 'subject-2' and processingStatus eq 'queued'") }),
      ),
    ).toBe(0);
  });
});

describe('bounds', () => {
  it.each([0, -5])('a page of %i users asks the database for nothing', (limit) => {
    const users = usersOf(makeUsers(2));
    const asked = users.connection.during(() => {
      expect(listUsers(users, query({ limit }))).toEqual([]);
      expect(listUsersByStatus(users, 'queued', 0, limit)).toEqual([]);
    });
    expect(asked).toEqual([]);
  });

  it('a page of users by a property that they do not have is InvalidArgument with its name', async () => {
    const users = usersOf([]);
    const order = { property: 'workflow/id', descending: false };
    const error = await refusal('InvalidArgument', async () => listUsers(users, query({ order })));
    expect(error.message).toBe('Expected a property to order by, got `workflow/id`');
  });

  it('of ordinals leave out the lower one and include the upper one, of rows and of active users alike', () => {
    const users = usersOf(
      makeUsers(8),
      [2, 4, 6].map((no) => makeUser(no, { failedTasksCount: 1 })),
    );
    const range = { runId: RUN, fromMs: AT, toMs: AT };
    for (const [afterOrdinal, toOrdinal] of [
      [2, 6],
      [3, 7],
      [0, 8],
      [5, 5],
    ] as const) {
      const within = ordinalsOf(makeUsers(8)).filter((no) => no > afterOrdinal && no <= toOrdinal);
      expect(ordinalsOf(listUsersByStatus(users, 'queued', afterOrdinal, 9, toOrdinal))).toEqual(within);
      expect(sumUsers(users, { ...range, afterOrdinal, toOrdinal })).toMatchObject({
        totalUsers: within.length,
        failedTasks: within.filter((no) => [2, 4, 6].includes(no)).length,
      });
    }
  });

  it('a page is full although more rows than it holds are out of date', () => {
    const users = usersOf(makeUsers(50), makeUsers(40).map(step));
    expect(ordinalsOf(listUsersByStatus(users, 'queued', 0, 5))).toEqual([41, 42, 43, 44, 45]);
    const page = query({ where: where("processingStatus eq 'queued'"), limit: 5 });
    expect(ordinalsOf(listUsers(users, page))).toEqual([41, 42, 43, 44, 45]);
  });

  it('users by status are read in chunks of the limit until the page is full, and no further', () => {
    const users = usersOf(makeUsers(50), makeUsers(12).map(step));
    const asked = users.connection.during(() => listUsersByStatus(users, 'queued', 0, 5));
    expect(asked.map(({ params }) => params[2])).toEqual([0, 5, 10, 15]);
  });

  it('40,000 active users are one parameter of a count and of a sum', () => {
    const newer = makeUsers(40_000).map(step);
    const users = usersOf(makeUsers(3), newer);
    const asked = users.connection.during(() => {
      expect(countUsers(users, query({ where: where("processingStatus eq 'inProgress'") }))).toBe(40_000);
      const range = { runId: RUN, afterOrdinal: 0, toOrdinal: 40_000, fromMs: 0, toMs: AT + 1_000 };
      expect(sumUsers(users, range).totalUsers).toBe(40_000);
    });
    expect(asked.every(({ params }) => params.length < 10)).toBe(true);
  });
});

describe('against a list in memory', () => {
  const state = fc.record({
    processingStatus: fc.constantFrom(...USER_STATUSES),
    failedTasksCount: fc.nat(2),
    startedAtMs: fc.option(fc.integer({ min: AT, max: AT + 4 })),
    scheduledAtMs: fc.integer({ min: AT, max: AT + 4 }),
  });
  /** Rows, and for some of them a newer state. */
  const population = fc.array(fc.record({ row: state, newer: fc.option(state, { freq: 2 }) }), {
    maxLength: 14,
  });
  const open = (states: readonly { row: object; newer: object | null }[]) => {
    const rows = states.map(({ row }, index) => makeUser(index + 1, row));
    const newer = states.flatMap(({ newer: change }, index) =>
      change === null ? [] : [makeUser(index + 1, change)],
    );
    const active = mapOf(newer);
    return { users: usersOf(rows, newer), current: rows.map((row) => active.get(row.ordinal) ?? row) };
  };

  it('all pages of a list together are the users that match in their newest state, each once, in order', () => {
    const filter = fc.constantFrom(
      null,
      "processingStatus eq 'completed'",
      "processingStatus ne 'queued'",
      "processingStatus in ('failed', 'inProgress') and failedTasksCount gt 0",
      'startedDateTime ne null or failedTasksCount eq 2',
      "subject/id eq 'subject-3'",
    );
    const by = fc.record({
      property: fc.constantFrom('id', 'startedDateTime', 'scheduledDateTime', 'processingStatus'),
      descending: fc.boolean(),
    });
    fc.assert(
      fc.property(population, filter, by, fc.integer({ min: 1, max: 5 }), (states, text, order, limit) => {
        const { users, current } = open(states);
        const fits = where(text);
        const field = USER_PROPERTIES[order.property]?.field;
        const cellOf = (user: UserRecord) => (field ? (user[field] as string | number | null) : null);
        const rank = (value: string | number | null) => value ?? Number.NEGATIVE_INFINITY;
        const expected = current
          .filter((user) => fits === null || matchesRow(fits, USER_PROPERTIES, user))
          .sort((a, b) => {
            const [x, y] = [rank(cellOf(a)), rank(cellOf(b))];
            const ascending = x < y ? -1 : x > y ? 1 : a.ordinal - b.ordinal;
            return order.descending ? -ascending : ascending;
          });
        const found: UserRecord[] = [];
        for (let after: UserQuery['after'] = null; found.length <= current.length; ) {
          const page: readonly UserRecord[] = listUsers(users, query({ where: fits, order, after, limit }));
          found.push(...page);
          const last = page.at(-1);
          if (!last || page.length < limit) break;
          after = { value: cellOf(last), key: last.ordinal };
        }
        expect(ordinalsOf(found)).toEqual(ordinalsOf(expected));
        expect(found).toEqual(expected);
        expect(countUsers(users, query({ where: fits }))).toBe(expected.length);
        users.connection.close();
      }),
      { numRuns: 80 },
    );
  });

  it('users by status and sums are those of the newest states within the bounds', () => {
    const place = fc.integer({ min: 0, max: 15 });
    const moment = fc.integer({ min: AT - 1, max: AT + 5 });
    fc.assert(
      fc.property(
        population,
        fc.constantFrom(...USER_STATUSES),
        fc.tuple(place, place),
        fc.tuple(moment, moment),
        fc.integer({ min: 1, max: 6 }),
        (states, status, [afterOrdinal, toOrdinal], [fromMs, toMs], limit) => {
          const { users, current } = open(states);
          const within = current.filter(({ ordinal }) => ordinal > afterOrdinal && ordinal <= toOrdinal);
          expect(listUsersByStatus(users, status, afterOrdinal, limit, toOrdinal)).toEqual(
            within.filter(({ processingStatus }) => processingStatus === status).slice(0, limit),
          );
          expect(sumUsers(users, { runId: RUN, afterOrdinal, toOrdinal, fromMs, toMs })).toEqual(
            userSums(within, fromMs, toMs),
          );
          users.connection.close();
        },
      ),
      { numRuns: 80 },
    );
  });
});
