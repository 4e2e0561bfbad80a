import assert from 'node:assert/strict';
import type { Filter } from '../../../model/filter.ts';
import { userResultId } from '../../../model/ids.ts';
import type { RunRecord, UserRecord } from '../../../model/records.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../../model/resources/properties.ts';
import type { Store, StoreReader, WorkflowUserPage, WorkflowUserQuery } from '../../../ports/store.ts';
import { Choices } from '../../../system/virtual/choices.ts';
import { type ContractKit, rejectsWith } from '../kit.ts';
import {
  activeUser,
  insertRunWith,
  runId,
  runRecord,
  T0,
  userRecord,
  userRecords,
  workflowId,
  workflowRecord,
} from '../records/records.ts';
import { sampleRuns, sampleUsers, storiesOf } from '../samples.ts';
import { plainRunFilters, plainUserFilters, randomFilter } from './filtering.ts';
import { compare, matches, numberLiteral, textLiteral } from './filters.ts';

type Listed = WorkflowUserPage['rows'][number];
type Asked = Omit<WorkflowUserQuery, 'after' | 'limit'>;

const ALL: Asked = { workflowId: workflowId(0), whereRun: null, where: null };
/** Pages without a row that a walk goes through: far more than any store needs here. */
const EMPTY_PAGES_MAX = 1_000;

/** Walks all pages of the users of a workflow. */
export async function walkWorkflowUsers(
  reader: StoreReader,
  query: Asked,
  limit: number,
  betweenPages: (page: number) => Promise<void> = async () => {},
): Promise<Listed[]> {
  const rows: Listed[] = [];
  const seen = new Set<string>();
  let after: WorkflowUserPage['next'] = null;
  let empty = 0;
  for (let page = 0; ; page += 1) {
    const found: WorkflowUserPage = await reader.listUsersOfWorkflow({ ...query, after, limit });
    assert.ok(found.rows.length <= limit, `Expected at most ${limit} rows, got ${found.rows.length}`);
    for (const { run, user } of found.rows) {
      const id = userResultId(run.id, user.ordinal);
      assert.ok(!seen.has(id), `Expected each user once, got ${id} twice`);
      seen.add(id);
    }
    rows.push(...found.rows);
    if (found.next === null) return rows;
    empty = found.rows.length === 0 ? empty + 1 : 0;
    assert.ok(empty <= EMPTY_PAGES_MAX, 'Expected the pages to come to an end');
    after = found.next;
    await betweenPages(page);
  }
}

/** Fills an empty store with 16 runs of two workflows, of which some are no more than drafts, and up to 9 users each. */
async function fill(store: Store): Promise<Listed[]> {
  const choices = new Choices(5);
  const listed: Listed[] = [];
  await store.transaction(async (tx) => {
    for (const n of [0, 1]) await tx.putWorkflow(workflowRecord(n));
  });
  for (const [n, sample] of sampleRuns(choices, 16).entries()) {
    const users = sampleUsers(choices, n, choices.int(0, 9));
    const run = { ...sample, published: n % 5 !== 4, knownUsersCount: users.length };
    const { inserted, puts } = storiesOf(users);
    await store.transaction((tx) => insertRunWith(tx, run, inserted));
    for (const put of puts) await store.transaction((tx) => tx.putUsers(put));
    listed.push(...users.map((user) => ({ run, user })));
  }
  return listed;
}

/** What a walk has to give of `listed`. */
function expectedOf(listed: readonly Listed[], { workflowId: id, whereRun, where }: Asked): Listed[] {
  const fitting = listed.filter(
    ({ run, user }) =>
      run.published &&
      run.workflowId === id &&
      matches(whereRun, RUN_PROPERTIES, run) &&
      matches(where, USER_PROPERTIES, user),
  );
  return fitting.sort(
    ({ run: a, user }, { run: b, user: other }) =>
      b.scheduledAtMs - a.scheduledAtMs ||
      (a.id === b.id ? user.ordinal - other.ordinal : a.id < b.id ? 1 : -1),
  );
}

function runsOf(listed: readonly Listed[]): RunRecord[] {
  return [...new Set(listed.map(({ run }) => run))];
}

/** The users of a workflow, over all its runs. */
export function workflowUsers(kit: ContractKit): void {
  kit.describe('users of a workflow', () => {
    ordered(kit);
    filtered(kit);
    paged(kit);
  });
}

function ordered({ test }: ContractKit): void {
  test('come by run, newest schedule first, and by ordinal, on pages of any size', async (store) => {
    const listed = await fill(store);
    for (const n of [0, 1, 2]) {
      const query = { ...ALL, workflowId: workflowId(n) };
      const expected = expectedOf(listed, query);
      assert.equal(expected.length > 0, n < 2);
      for (const limit of [1, 3, 1_000])
        assert.deepEqual(await walkWorkflowUsers(store, query, limit), expected, `limit ${limit}`);
    }
  });

  test('are those of the transaction that asks', async (store) => {
    const listed = await fill(store);
    await store.transaction(async (tx) => {
      const added = runRecord(90, { scheduledAtMs: T0 + 1_000, knownUsersCount: 1 });
      await insertRunWith(tx, added, [userRecord(90, 1)]);
      const [first] = expectedOf(listed, ALL);
      assert.ok(first);
      await tx.deleteRun(first.run.id);
      const changed = [...listed, { run: added, user: userRecord(90, 1) }].filter(
        ({ run }) => run.id !== first.run.id,
      );
      assert.deepEqual(await walkWorkflowUsers(tx, ALL, 2), expectedOf(changed, ALL));
      assert.deepEqual(await walkWorkflowUsers(store, ALL, 2), expectedOf(listed, ALL));
    });
  });

  test('are found behind 500 runs that have none', async (store) => {
    const runs = Array.from({ length: 500 }, (_, index) => runRecord(index + 1));
    await store.transaction(async (tx) => {
      await tx.putWorkflow(workflowRecord(0));
      await insertRunWith(tx, runRecord(0, { knownUsersCount: 1 }), [userRecord(0, 1)]);
      for (const run of runs) await tx.insertRun(run);
    });
    const found = await walkWorkflowUsers(store, ALL, 1_000);
    assert.deepEqual(
      found.map(({ user }) => user),
      [userRecord(0, 1)],
    );
  });
}

function filtered({ test }: ContractKit): void {
  test('match filters of their runs and of themselves, alone and together', async (store) => {
    const listed = await fill(store);
    const choices = new Choices(13);
    const ofRuns = plainRunFilters(runsOf(listed));
    const ofUsers = plainUserFilters(listed.map(({ user }) => user));
    const some = (plain: readonly Filter[]) => (choices.chance(0.3) ? null : randomFilter(choices, plain, 2));
    for (let round = 0; round < 150; round += 1) {
      const query = { ...ALL, whereRun: some(ofRuns), where: some(ofUsers) };
      const found = await walkWorkflowUsers(store, query, choices.pick([2, 1_000]));
      assert.deepEqual(found, expectedOf(listed, query), JSON.stringify(query));
    }
  });

  test('are found by their subject in every run', async (store) => {
    const listed = await fill(store);
    const query = { ...ALL, where: compare('subject/id', 'eq', textLiteral('subject-2')) };
    const expected = expectedOf(listed, query);
    assert.ok(expected.length > 2);
    for (const limit of [1, 1_000]) assert.deepEqual(await walkWorkflowUsers(store, query, limit), expected);
  });

  test('are refused with InvalidFilter for a property that runs, or users, do not have', async (store) => {
    await fill(store);
    const one = numberLiteral(1);
    for (const unknown of [
      { whereRun: compare('claim', 'eq', one) },
      { where: compare('claim', 'eq', one) },
    ]) {
      const query = { ...ALL, ...unknown, after: null, limit: 10 };
      await rejectsWith('InvalidFilter', () => store.listUsersOfWorkflow(query), 'listUsersOfWorkflow');
    }
  });
}

function paged({ test }: ContractKit): void {
  const seed = async (store: Store): Promise<UserRecord[][]> => {
    const users = [0, 1, 2].map((n) => userRecords(n, 10));
    await store.transaction(async (tx) => {
      await tx.putWorkflow(workflowRecord(0));
      for (const [n, of] of users.entries())
        await insertRunWith(tx, runRecord(n, { knownUsersCount: 10 }), of);
    });
    return users;
  };
  const keysOf = (rows: readonly Listed[]) => rows.map(({ user }) => `${user.runId} ${user.ordinal}`);
  const all = [2, 1, 0].flatMap((n) => userRecords(n, 10).map(({ ordinal }) => `${runId(n)} ${ordinal}`));

  test('are visited once while runs are added and users start', async (store) => {
    const users = await seed(store);
    const visited = await walkWorkflowUsers(store, ALL, 4, (page) =>
      store.transaction(async (tx) => {
        await insertRunWith(tx, runRecord(50 + page, { knownUsersCount: 1 }), [userRecord(50 + page, 1)]);
        for (const of of users) await tx.putUsers(of.map((user) => activeUser(user, T0 + page)));
      }),
    );
    assert.deepEqual(keysOf(visited), all);
    assert.deepEqual(
      visited.map(({ user }) => user.processingStatus).slice(4),
      all.slice(4).map(() => 'inProgress'),
    );
  });

  test('are left where a run was deleted, and go on with the next one', async (store) => {
    await seed(store);
    const visited = await walkWorkflowUsers(store, ALL, 4, async (page) => {
      if (page === 0) await store.transaction((tx) => tx.deleteRun(runId(2)));
    });
    assert.deepEqual(keysOf(visited), [...all.slice(0, 4), ...all.slice(10)]);
  });

  test('go on in a run to which users were added', async (store) => {
    await seed(store);
    const visited = await walkWorkflowUsers(store, ALL, 4, async (page) => {
      if (page === 0) await store.transaction((tx) => tx.insertUsers([userRecord(2, 11)]));
    });
    assert.deepEqual(keysOf(visited), [...all.slice(0, 10), `${runId(2)} 11`, ...all.slice(10)]);
  });
}
