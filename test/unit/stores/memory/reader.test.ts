import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import { matchesRow, parseListFilter } from '../../../../src/filter/list-filter.ts';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../../../src/model/resources/properties.ts';
import type { RunQuery, UserQuery } from '../../../../src/ports/store.ts';
import { NO_USERS } from '../../../../src/rules/counters/user-sums.ts';
import { cutRun } from '../../../../src/rules/status/slice.ts';
import { MemoryReader, pairKey, Tables } from '../../../../src/stores/memory/reader.ts';
import { RunUsers } from '../../../../src/stores/memory/run-users.ts';
import { PAGE, READS, WINDOW } from '../reads.ts';
import { AT, makeRun, makeUser, makeUsers, RUN, runId, step } from '../sqlite/records.ts';

/** Committed tables with these runs, and these users of {@link RUN}. */
function tablesWith(runs: readonly RunRecord[], users: readonly UserRecord[] = []): Tables {
  const tables = new Tables();
  for (const run of runs) tables.runs.set(run.id, run);
  const ofRun = new RunUsers(1);
  for (const user of users) ofRun.insert(user);
  ofRun.commit();
  tables.users.set(RUN, ofRun);
  tables.runs.commit();
  tables.users.commit();
  return tables;
}

const committed = (tables: Tables) => new MemoryReader(tables, false, () => {});
const inTransaction = (tables: Tables) => new MemoryReader(tables, true, () => {});

describe('every read', () => {
  it('of the port is in this list', () => {
    const methods = Object.getOwnPropertyNames(MemoryReader.prototype).filter(
      (name) => name !== 'constructor',
    );
    expect(READS.map(([name]) => name).sort()).toEqual(methods.sort());
  });

  it.each(READS)('is refused when the store is over: %s', async (_name, read) => {
    const over = new LifecycleError('StoreClosed', 'over');
    const reader = new MemoryReader(tablesWith([makeRun()], makeUsers(1)), false, () => {
      throw over;
    });
    await expect(read(reader, RUN)).rejects.toBe(over);
  });

  it('of what does not exist gives nothing', async () => {
    const reader = committed(new Tables());
    const found = await Promise.all(
      READS.map(async ([name, read]) => [name, await read(reader, 'x')] as const),
    );
    for (const [name, value] of found) {
      if (name === 'sumUsers') expect(value).toEqual(NO_USERS);
      else if (name === 'sumRuns') expect(Object.values(value as object)).toEqual([0, 0, 0, 0, 0, 0]);
      else if (['listUsersOfWorkflow', 'listUsersOfSubject'].includes(name))
        expect(value).toEqual({ rows: [], next: null });
      else if (name === 'countRepaired') expect(value).toEqual({ count: 0, lastOrdinal: null });
      else expect(value === null || value === 0 || (Array.isArray(value) && value.length === 0)).toBe(true);
    }
  });
});

describe('bounds of a page', () => {
  const tables = tablesWith([makeRun(), makeRun({ id: runId(2), startedAtMs: AT })], makeUsers(4));
  const byStart = { property: 'startedDateTime', descending: true };

  it.each([0, -1, -5])('of %i rows give none, in every order', async (limit) => {
    for (const reader of [committed(tables), inTransaction(tables)]) {
      expect(await reader.listRuns({ ...PAGE, limit })).toEqual([]);
      expect(await reader.listRuns({ ...PAGE, limit, order: byStart })).toEqual([]);
      expect(await reader.listUsers({ ...PAGE, runId: RUN, limit })).toEqual([]);
      expect(await reader.listUsers({ ...PAGE, runId: RUN, limit, order: byStart })).toEqual([]);
      expect(await reader.listUsersByStatus(RUN, 'queued', 0, limit)).toEqual([]);
    }
  });

  it('beyond the last row give none, and before the first one all', async () => {
    const reader = committed(tables);
    const usersAfter = (key: number) =>
      reader.listUsers({ ...PAGE, runId: RUN, after: { value: null, key } });
    expect(await usersAfter(4)).toEqual([]);
    expect(await usersAfter(Number.MAX_SAFE_INTEGER)).toEqual([]);
    expect(await usersAfter(0)).toEqual(makeUsers(4));
    expect(await usersAfter(-3)).toEqual(makeUsers(4));
    expect(await reader.listRuns({ ...PAGE, after: { value: null, key: '\uffff' } })).toEqual([]);
    expect(await reader.listRuns({ ...PAGE, after: { value: null, key: '' } })).toHaveLength(2);
  });

  it('of ordinals leave out the lower one and include the upper one', async () => {
    const reader = committed(tables);
    const ordinals = async (from: number, to?: number) =>
      (await reader.listUsersByStatus(RUN, 'queued', from, 9, to)).map(({ ordinal }) => ordinal);
    expect([await ordinals(1, 3), await ordinals(3), await ordinals(2, 2), await ordinals(0, 99)]).toEqual([
      [2, 3],
      [4],
      [],
      [1, 2, 3, 4],
    ]);
    const sum = async (afterOrdinal: number, toOrdinal: number) =>
      (await reader.sumUsers({ ...WINDOW, runId: RUN, afterOrdinal, toOrdinal })).totalUsers;
    expect([await sum(1, 3), await sum(2, 2), await sum(0, 99)]).toEqual([2, 0, 4]);
  });
});

describe('runs that are not published', () => {
  const draft = makeRun({ id: runId(2), published: false, processingStatus: 'completed' });
  const tables = tablesWith([makeRun({ processingStatus: 'completed' }), draft]);

  it('are in no list, count or sum, and can be got', async () => {
    const reader = committed(tables);
    expect((await reader.listRuns(PAGE)).map(({ id }) => id)).toEqual([RUN]);
    expect(await reader.countRuns({ where: null })).toBe(1);
    expect((await reader.sumRuns('w1', 0, AT)).totalRuns).toBe(1);
    expect(await reader.getRun(draft.id)).toEqual(draft);
  });

  it('are unfinished, whatever their status', async () => {
    expect(await committed(tables).listUnfinishedRuns()).toEqual([draft]);
  });
});

describe('a run in slices', () => {
  const run = makeRun({ processingStatus: 'inProgress', totalUsersCount: 4 });
  const sliced = (states: readonly ('active' | 'ended')[], of = run) => {
    const tables = tablesWith([of]);
    const slices = cutRun(of, { min: 2, max: 2 }).map((slice, index) => ({
      slice: {
        ...slice,
        state: states[index] ?? 'ended',
        moved: { ...slice.moved, failedTasksCount: index + 1 },
      },
      holder: 'p',
      heardAtMs: 0,
    }));
    tables.slices.set(of.id, slices);
    tables.slices.commit();
    return committed(tables);
  };

  it('is read with what its open slices have moved, alone and in lists', async () => {
    const reader = sliced(['active', 'active']);
    expect(await reader.getRun(RUN)).toMatchObject({ failedTasksCount: 3 });
    expect((await reader.listRuns(PAGE))[0]).toMatchObject({ failedTasksCount: 3 });
    expect((await reader.listUnfinishedRuns())[0]).toMatchObject({ failedTasksCount: 3 });
    const where = parseListFilter('failedTasksCount eq 3', RUN_PROPERTIES);
    expect(await reader.listRuns({ ...PAGE, where })).toHaveLength(1);
    expect(await reader.countRuns({ where })).toBe(1);
  });

  it('has the moves of ended slices already', async () => {
    expect(await sliced(['ended', 'active']).getRun(RUN)).toMatchObject({ failedTasksCount: 2 });
    expect(await sliced(['ended', 'ended']).getRun(RUN)).toEqual(run);
  });

  it('that has ended is read as it is', async () => {
    const ended = makeRun({ processingStatus: 'completed', totalUsersCount: 4 });
    expect(await sliced(['active', 'active'], ended).getRun(RUN)).toEqual(ended);
  });
});

describe('against a list', () => {
  const moment = fc.option(fc.integer({ min: AT, max: AT + 3 }));
  const status = fc.constantFrom(
    'queued' as const,
    'inProgress' as const,
    'completed' as const,
    'failed' as const,
  );
  const row = fc.record({ processingStatus: status, startedAtMs: moment, failedTasksCount: fc.nat(2) });
  const order = fc.record({
    property: fc.constantFrom('id', 'startedDateTime', 'processingStatus', 'scheduledDateTime'),
    descending: fc.boolean(),
  });
  const filter = fc.constantFrom(
    null,
    "processingStatus ne 'failed'",
    'startedDateTime eq null or failedTasksCount gt 0',
  );
  type Row = { startedAtMs: number | null; processingStatus: string; scheduledAtMs: number };
  const cellOf = (one: Row, property: string) =>
    property === 'startedDateTime'
      ? one.startedAtMs
      : property === 'processingStatus'
        ? one.processingStatus
        : property === 'scheduledDateTime'
          ? one.scheduledAtMs
          : null;
  const sorted = <R extends Row>(
    rows: readonly R[],
    keyOf: (one: R) => string | number,
    by: { property: string; descending: boolean },
  ) =>
    rows.toSorted((a, b) => {
      const [x, y] = [
        cellOf(a, by.property) ?? Number.NEGATIVE_INFINITY,
        cellOf(b, by.property) ?? Number.NEGATIVE_INFINITY,
      ];
      const ascending = x < y ? -1 : x > y ? 1 : keyOf(a) < keyOf(b) ? -1 : 1;
      return by.descending ? -ascending : ascending;
    });

  it('pages of runs are the runs that match, each once, from an index as in a transaction that has changed some', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 9 }),
        order,
        filter,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        async (rows, by, text, limit, isStaged) => {
          const runs = rows.map((change, index) => makeRun({ id: runId((index * 5) % 11), ...change }));
          const tables = tablesWith(runs);
          if (isStaged)
            for (const run of runs.slice(0, 2)) tables.runs.set(run.id, { ...run, startedAtMs: AT + 1 });
          const current = isStaged
            ? runs.map((run, index) => (index < 2 ? { ...run, startedAtMs: AT + 1 } : run))
            : runs;
          const where = text === null ? null : parseListFilter(text, RUN_PROPERTIES);
          const matching = current.filter((run) => where === null || matchesRow(where, RUN_PROPERTIES, run));
          const reader = isStaged ? inTransaction(tables) : committed(tables);
          const found: RunRecord[] = [];
          for (let after: RunQuery['after'] = null; found.length <= runs.length; ) {
            const page: readonly RunRecord[] = await reader.listRuns({ where, order: by, after, limit });
            found.push(...page);
            const last = page.at(-1);
            if (!last || page.length < limit) break;
            after = { value: cellOf(last, by.property), key: last.id };
          }
          expect(found).toEqual(sorted(matching, ({ id }) => id, by));
          expect(await reader.countRuns({ where })).toBe(matching.length);
        },
      ),
    );
  });

  it('pages of users are the users that match, each once, with the changes of the running transaction', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 9 }),
        order,
        filter,
        fc.integer({ min: 1, max: 4 }),
        async (rows, by, text, limit) => {
          const users = rows.map((change, index) => makeUser(index + 1, change));
          const tables = tablesWith([makeRun()], users);
          const ofRun = tables.users.get(RUN, false);
          const staged = users.map((user) => (user.ordinal % 3 === 0 ? step(makeUser(user.ordinal)) : user));
          for (const user of staged) if (user.ordinal % 3 === 0) ofRun?.put(user);
          const where = text === null ? null : parseListFilter(text, USER_PROPERTIES);
          for (const [reader, current] of [
            [committed(tables), users],
            [inTransaction(tables), staged],
          ] as const) {
            const matching = current.filter(
              (user) => where === null || matchesRow(where, USER_PROPERTIES, user),
            );
            const found: UserRecord[] = [];
            for (let after: UserQuery['after'] = null; found.length <= users.length; ) {
              const page: readonly UserRecord[] = await reader.listUsers({
                runId: RUN,
                where,
                order: by,
                after,
                limit,
              });
              found.push(...page);
              const last = page.at(-1);
              if (!last || page.length < limit) break;
              after = { value: cellOf(last, by.property), key: last.ordinal };
            }
            expect(found).toEqual(sorted(matching, ({ ordinal }) => ordinal, by));
            expect(await reader.countUsers({ runId: RUN, where })).toBe(matching.length);
          }
        },
      ),
    );
  });
});

it('a key of two parts tells them apart, and a number from its text', () => {
  expect(
    new Set([pairKey('a', 'b,c'), pairKey('a,b', 'c'), pairKey('a","b', 'c'), pairKey('a', 'b","c')]).size,
  ).toBe(4);
  expect(pairKey('a', 1)).not.toBe(pairKey('a', '1'));
});
