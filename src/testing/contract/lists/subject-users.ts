import assert from 'node:assert/strict';
import type { Store, StoreReader, SubjectUserPage } from '../../../ports/store.ts';
import { Choices } from '../../../system/virtual/choices.ts';
import type { ContractKit } from '../kit.ts';
import {
  activeUser,
  insertRunWith,
  runId,
  runRecord,
  subjectId,
  T0,
  userRecord,
  userRecords,
  workflowId,
  workflowRecord,
} from '../records/records.ts';
import { sampleRuns, sampleUsers, storiesOf } from '../samples.ts';

type Listed = SubjectUserPage['rows'][number];

/** Walks all pages of what was done for a subject. */
export async function walkSubjectUsers(
  reader: StoreReader,
  subject: string,
  limit: number,
  betweenPages: (page: number) => Promise<void> = async () => {},
): Promise<Listed[]> {
  const rows: Listed[] = [];
  let after: SubjectUserPage['next'] = null;
  for (let page = 0; ; page += 1) {
    const found: SubjectUserPage = await reader.listUsersOfSubject({ subjectId: subject, after, limit });
    assert.ok(found.rows.length <= limit, `Expected at most ${limit} rows, got ${found.rows.length}`);
    rows.push(...found.rows);
    if (found.next === null) return rows;
    assert.equal(found.rows.length, limit, 'Expected every page but the last one to be full');
    assert.ok(
      after === null || found.next < after,
      'Expected the number of the run to fall from page to page',
    );
    after = found.next;
    await betweenPages(page);
  }
}

/** Fills an empty store with 16 runs of two workflows, some of them drafts, and up to 9 users each, in order of creation. */
async function fill(store: Store): Promise<Listed[]> {
  const choices = new Choices(6);
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

function expectedOf(listed: readonly Listed[], subject: string): Listed[] {
  return listed.filter(({ run, user }) => run.published && user.subjectId === subject).reverse();
}

/** What runs of all workflows have done for a subject. */
export function subjectUsers(kit: ContractKit): void {
  kit.describe('users of a subject', () => {
    found(kit);
    paged(kit);
  });
}

function found({ test }: ContractKit): void {
  test('are those of all published runs, the run created last first, on pages of any size', async (store) => {
    const listed = await fill(store);
    const workflows = new Set(expectedOf(listed, subjectId(1)).map(({ run }) => run.workflowId));
    assert.equal(workflows.size, 2);
    for (const no of [1, 2, 5, 9, 99]) {
      const expected = expectedOf(listed, subjectId(no));
      assert.equal(expected.length > 0, no < 99);
      for (const limit of [1, 3, 1_000])
        assert.deepEqual(await walkSubjectUsers(store, subjectId(no), limit), expected, `limit ${limit}`);
    }
  });

  test('are found at any ordinal, and in runs of any size', async (store) => {
    const sizes = [3, 4, 15, 16, 63, 64, 255, 256, 1_023, 1_024, 4_097];
    await store.transaction(async (tx) => tx.putWorkflow(workflowRecord(0)));
    for (const [n, size] of sizes.entries())
      await store.transaction((tx) =>
        insertRunWith(tx, runRecord(n, { knownUsersCount: size }), userRecords(n, size)),
      );
    for (const no of [1, ...sizes.flatMap((size) => [size, size + 1])]) {
      const rows = await walkSubjectUsers(store, subjectId(no), 2);
      const runs = sizes.flatMap((size, n) => (size >= no ? runId(n) : [])).reverse();
      assert.deepEqual(
        rows.map(({ run }) => run.id),
        runs,
      );
      for (const { run, user } of rows)
        assert.deepEqual(user, await store.getUserBySubject(run.id, subjectId(no)));
    }
  });

  test('are those of the transaction that asks', async (store) => {
    const listed = await fill(store);
    const before = expectedOf(listed, subjectId(1));
    const [first] = before;
    assert.ok(first);
    await store.transaction(async (tx) => {
      const added = runRecord(90, { scheduledAtMs: T0 - 1_000, knownUsersCount: 1 });
      await insertRunWith(tx, added, [userRecord(90, 1)]);
      await tx.deleteRun(first.run.id);
      const changed = [{ run: added, user: userRecord(90, 1) }, ...before.slice(1)];
      assert.deepEqual(await walkSubjectUsers(tx, subjectId(1), 2), changed);
      assert.deepEqual(await walkSubjectUsers(store, subjectId(1), 2), before);
    });
  });

  test('are gone with their run, and with their workflow', async (store) => {
    const listed = await fill(store);
    const before = expectedOf(listed, subjectId(1));
    const [first] = before;
    assert.ok(first);
    await store.transaction((tx) => tx.deleteRun(first.run.id));
    assert.deepEqual(await walkSubjectUsers(store, subjectId(1), 9), before.slice(1));
    await store.transaction((tx) => tx.deleteWorkflow(workflowId(0)));
    const rest = before.slice(1).filter(({ run }) => run.workflowId !== workflowId(0));
    assert.deepEqual(await walkSubjectUsers(store, subjectId(1), 9), rest);
  });
}

function paged({ test }: ContractKit): void {
  test('are visited once, as they are, while runs are added and deleted and users start', async (store) => {
    await store.transaction(async (tx) => {
      await tx.putWorkflow(workflowRecord(0));
      for (let n = 0; n < 6; n += 1)
        await insertRunWith(tx, runRecord(n, { knownUsersCount: 2 }), userRecords(n, 2));
    });
    const visited = await walkSubjectUsers(store, subjectId(2), 2, (page) =>
      store.transaction(async (tx) => {
        await insertRunWith(tx, runRecord(50 + page, { knownUsersCount: 2 }), userRecords(50 + page, 2));
        if (page === 0) for (const n of [3, 4]) await tx.deleteRun(runId(n));
        await tx.putUsers([activeUser(userRecord(1, 2), T0)]);
      }),
    );
    assert.deepEqual(
      visited.map(({ run }) => run.id),
      [5, 4, 2, 1, 0].map(runId),
    );
    assert.deepEqual(
      visited.map(({ user }) => user.processingStatus),
      ['queued', 'queued', 'queued', 'inProgress', 'queued'],
    );
  });
}
