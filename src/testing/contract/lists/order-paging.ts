import assert from 'node:assert/strict';
import type { Filter } from '../../../model/filter.ts';
import type { RunRecord, UserRecord } from '../../../model/records.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../../model/resources/properties.ts';
import type { Order, Store, StoreReader, UserQuery } from '../../../ports/store.ts';
import { Choices } from '../../../system/virtual/choices.ts';
import type { ContractKit } from '../kit.ts';
import { cursorOf, sortedRows } from '../random/naive-reader.ts';
import {
  activeUser,
  insertRunWith,
  runId,
  runRecord,
  subjectId,
  T0,
  userRecord,
  workflowId,
  workflowRecord,
} from '../records/records.ts';
import { sampleRuns, sampleUsers, storiesOf } from '../samples.ts';
import { compare, textLiteral } from './filters.ts';

/** Orders of a table, in both directions; `id` is the order by key alone, which every list has. */
export function ordersOf(table: Readonly<Record<string, { readonly orderable: boolean }>>): Order[] {
  const names = ['id', ...Object.keys(table).filter((name) => table[name]?.orderable)];
  return names.flatMap((property) => [false, true].map((descending) => ({ property, descending })));
}

/** Walks all pages of a list of runs. */
export async function walkRuns(
  reader: StoreReader,
  query: { workflowId?: string; where: Filter | null; order: Order },
  limit: number,
  betweenPages: (page: number) => Promise<void> = async () => {},
): Promise<RunRecord[]> {
  const rows: RunRecord[] = [];
  for (let page = 0; ; page += 1) {
    const last = rows.at(-1);
    const after = last ? cursorOf(last, query.order, RUN_PROPERTIES, (run) => run.id) : null;
    const next = await reader.listRuns({ ...query, after, limit });
    assert.ok(next.length <= limit, `Expected at most ${limit} rows, got ${next.length}`);
    assertForward(rows, next);
    rows.push(...next);
    if (next.length < limit) return rows;
    await betweenPages(page);
  }
}

/** Walks all pages of a list of users. */
export async function walkUsers(
  reader: StoreReader,
  query: Omit<UserQuery, 'after' | 'limit'>,
  limit: number,
  betweenPages: (page: number) => Promise<void> = async () => {},
): Promise<UserRecord[]> {
  const rows: UserRecord[] = [];
  for (let page = 0; ; page += 1) {
    const last = rows.at(-1);
    const after = last ? cursorOf(last, query.order, USER_PROPERTIES, (user) => user.ordinal) : null;
    const next = await reader.listUsers({ ...query, after, limit });
    assert.ok(next.length <= limit, `Expected at most ${limit} rows, got ${next.length}`);
    assertForward(rows, next);
    rows.push(...next);
    if (next.length < limit) return rows;
    await betweenPages(page);
  }
}

/** A page that repeats a row would make the walk endless. */
function assertForward(before: readonly object[], next: readonly object[]): void {
  const keyOf = (row: object) => ('ordinal' in row ? row.ordinal : 'id' in row ? row.id : null);
  const seen = new Set(before.map(keyOf));
  for (const row of next) assert.ok(!seen.has(keyOf(row)), `Expected each row once, got ${keyOf(row)} twice`);
}

/** Fills an empty store with 60 runs, and 50 users of run 0 that went their way. */
export async function fillLists(store: Store): Promise<{ runs: RunRecord[]; users: UserRecord[] }> {
  const choices = new Choices(7);
  const runs = sampleRuns(choices, 60);
  const users = sampleUsers(choices, 0, 50);
  const { inserted, puts } = storiesOf(users);
  await store.transaction(async (tx) => {
    await tx.putWorkflow(workflowRecord(0));
    await tx.putWorkflow(workflowRecord(1));
    for (const run of choices.shuffled(runs)) await tx.insertRun(run);
    await tx.insertUsers(inserted);
  });
  for (const put of puts) await store.transaction((tx) => tx.putUsers(put));
  return { runs, users };
}

/** Order of lists, and pages of them. */
export function orderAndPaging(kit: ContractKit): void {
  kit.describe('order', () => order(kit));
  kit.describe('paging', () => {
    pagesOfRuns(kit);
    pagesOfUsers(kit);
  });
}

function order({ test }: ContractKit): void {
  for (const by of ordersOf(RUN_PROPERTIES)) {
    const name = `${by.property} ${by.descending ? 'descending' : 'ascending'}`;
    test(`runs by ${name}: nulls lowest, ties by id in the same direction, on pages of any size`, async (store) => {
      const { runs } = await fillLists(store);
      const expected = sortedRows(runs, by, RUN_PROPERTIES, (run) => run.id);
      for (const limit of [1, 7, 60, 100]) {
        assert.deepEqual(await walkRuns(store, { where: null, order: by }, limit), expected);
      }
      const ofOne = expected.filter((run) => run.workflowId === workflowId(1));
      assert.deepEqual(
        await walkRuns(store, { where: null, order: by, workflowId: workflowId(1) }, 5),
        ofOne,
      );
    });
  }

  for (const by of ordersOf(USER_PROPERTIES)) {
    const name = `${by.property} ${by.descending ? 'descending' : 'ascending'}`;
    test(`users by ${name}: nulls lowest, ties by ordinal in the same direction, on pages of any size`, async (store) => {
      const { users } = await fillLists(store);
      const expected = sortedRows(users, by, USER_PROPERTIES, (user) => user.ordinal);
      for (const limit of [1, 7, 50, 100]) {
        assert.deepEqual(
          await walkUsers(store, { runId: runId(0), where: null, order: by }, limit),
          expected,
        );
      }
    });
  }
}

const BY_SCHEDULE: Order = { property: 'scheduledDateTime', descending: false };

function pagesOfRuns({ test }: ContractKit): void {
  test('pages visit every run once while runs are inserted and changed', async (store) => {
    const runs = Array.from({ length: 40 }, (_, n) => runRecord(n, { scheduledAtMs: T0 + (n % 4) }));
    await store.transaction(async (tx) => {
      await tx.putWorkflow(workflowRecord(0));
      for (const run of runs) await tx.insertRun(run);
    });
    const visited = await walkRuns(store, { where: null, order: BY_SCHEDULE }, 6, (page) =>
      store.transaction(async (tx) => {
        await tx.insertRun(runRecord(100 + page, { scheduledAtMs: T0 - 1 }));
        await tx.insertRun(runRecord(200 + page, { scheduledAtMs: T0 + 9 }));
        for (const run of runs) {
          await tx.putRun({
            ...run,
            lastUpdatedAtMs: T0 + page,
            claim: page,
            processingStatus: 'inProgress',
          });
        }
      }),
    );
    const times = visitsOf(visited.map(({ id }) => id));
    for (const run of runs) assert.equal(times.get(run.id), 1, `run ${run.id}`);
    for (let page = 0; page < 6; page += 1) {
      assert.equal(times.get(runId(100 + page)), undefined, 'an insert before the page does not show');
      assert.equal(times.get(runId(200 + page)), 1, 'an insert after the page shows once');
    }
  });

  test('the last row of the page before need not be there any more', async (store) => {
    const runs = Array.from({ length: 10 }, (_, n) => runRecord(n, { scheduledAtMs: T0 }));
    await store.transaction(async (tx) => {
      await tx.putWorkflow(workflowRecord(0));
      for (const run of runs) await tx.insertRun(run);
    });
    const expected = sortedRows(runs, BY_SCHEDULE, RUN_PROPERTIES, (run) => run.id);
    const visited = await walkRuns(store, { where: null, order: BY_SCHEDULE }, 3, async (page) => {
      const last = expected[page * 3 + 2];
      assert.ok(last);
      await store.transaction((tx) => tx.deleteRun(last.id));
    });
    assert.deepEqual(visited, expected);
  });
}

function pagesOfUsers({ test }: ContractKit): void {
  test('pages visit every user once while users are inserted, started and ended', async (store) => {
    const users = Array.from({ length: 40 }, (_, index) => userRecord(0, index + 1));
    await store.transaction(async (tx) => {
      await tx.putWorkflow(workflowRecord(0));
      await insertRunWith(tx, runRecord(0), users);
    });
    const query = { runId: runId(0), where: null, order: BY_SCHEDULE };
    const visited = await walkUsers(store, query, 6, (page) =>
      store.transaction(async (tx) => {
        await tx.insertUsers([userRecord(0, 41 + page)]);
        await tx.putUsers(users.slice(page, page + 9).map((user) => activeUser(user, T0 + page)));
      }),
    );
    const ordinals = visited.map(({ ordinal }) => ordinal);
    assert.deepEqual(
      ordinals,
      Array.from({ length: ordinals.length }, (_, index) => index + 1),
    );
    assert.ok(ordinals.length >= 46, 'what is inserted behind the page shows');
  });

  test('a filtered walk visits every match once', async (store) => {
    const { users } = await fillLists(store);
    const where = compare('processingStatus', 'ne', textLiteral('queued'));
    for (const by of ordersOf(USER_PROPERTIES)) {
      const matching = users.filter(({ processingStatus }) => processingStatus !== 'queued');
      const expected = sortedRows(matching, by, USER_PROPERTIES, (user) => user.ordinal);
      assert.deepEqual(await walkUsers(store, { runId: runId(0), where, order: by }, 4), expected);
    }
  });

  test('slices by status come by ordinal, above the number given, at most as many as asked', async (store) => {
    const { users } = await fillLists(store);
    for (const status of new Set(users.map(({ processingStatus }) => processingStatus))) {
      const all = users.filter(({ processingStatus }) => processingStatus === status);
      assert.deepEqual(await store.listUsersByStatus(runId(0), status, 0, 100), all);
      assert.deepEqual(await store.listUsersByStatus(runId(0), status, 0, 1), all.slice(0, 1));
      for (const { ordinal } of all) {
        const above = all.filter((user) => user.ordinal > ordinal).slice(0, 2);
        assert.deepEqual(await store.listUsersByStatus(runId(0), status, ordinal, 2), above);
      }
    }
    assert.deepEqual(await store.listUsersByStatus(runId(1), 'queued', 0, 100), []);
  });

  test('every subject of a run is found by its id, and none of another run', async (store) => {
    const { users } = await fillLists(store);
    for (const user of users) {
      assert.deepEqual(await store.getUserBySubject(runId(0), user.subjectId), user);
      assert.deepEqual(await store.getUser(runId(0), user.ordinal), user);
    }
    assert.equal(await store.getUserBySubject(runId(1), subjectId(1)), null);
    assert.equal(await store.getUser(runId(0), 51), null);
    assert.equal(await store.getUser(runId(0), 0), null);
  });
}

function visitsOf<Key>(keys: readonly Key[]): Map<Key, number> {
  const times = new Map<Key, number>();
  for (const key of keys) times.set(key, (times.get(key) ?? 0) + 1);
  return times;
}
