import assert from 'node:assert/strict';
import type { RunRecord } from '../../../model/records.ts';
import { PROCESSING_STATUSES } from '../../../model/status.ts';
import type { RunSums, Store } from '../../../ports/store.ts';
import { byId, listAllRuns } from '../dump.ts';
import type { ContractKit } from '../kit.ts';
import { insertRunWith, runId, runRecord, T0, userRecord, workflowId, workflowRecord } from './records.ts';

/** Runs: publication, those unfinished, sums. */
export function runs(kit: ContractKit): void {
  kit.describe('publication', () => publication(kit));
  kit.describe('unfinished runs', () => unfinished(kit));
  kit.describe('sums of runs', () => sums(kit));
}

async function insertRuns(store: Store, records: readonly RunRecord[]): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.putWorkflow(workflowRecord(0));
    await tx.putWorkflow(workflowRecord(1));
    for (const run of records) await tx.insertRun(run);
  });
}

function publication({ test }: ContractKit): void {
  test('a run that is not published is in getRun and listUnfinishedRuns, and in nothing else', async (store) => {
    const hidden = runRecord(0, { published: false, totalUsersCount: 5 });
    await insertRuns(store, [hidden, runRecord(1, { totalUsersCount: 2 })]);
    assert.deepEqual(await store.getRun(runId(0)), hidden);
    assert.deepEqual(
      byId(await store.listUnfinishedRuns()),
      byId([hidden, runRecord(1, { totalUsersCount: 2 })]),
    );
    assert.deepEqual(await listAllRuns(store), [runRecord(1, { totalUsersCount: 2 })]);
    assert.deepEqual(await listAllRuns(store, workflowId(0)), [runRecord(1, { totalUsersCount: 2 })]);
    assert.equal(await store.countRuns({ where: null }), 1);
    assert.equal(await store.countRuns({ workflowId: workflowId(0), where: null }), 1);
    const { totalRuns, totalUsers } = await store.sumRuns(workflowId(0), 0, T0 * 2);
    assert.deepEqual({ totalRuns, totalUsers }, { totalRuns: 1, totalUsers: 2 });
  });

  test('a run is everywhere from the commit that publishes it, with all its users', async (store) => {
    const run = runRecord(0, { published: false });
    const users = [1, 2, 3, 4].map((no) => userRecord(0, no));
    await insertRuns(store, []);
    await store.transaction((tx) => insertRunWith(tx, run, users.slice(0, 2)));
    await store.transaction((tx) => tx.insertUsers(users.slice(2)));
    await store.transaction((tx) => tx.putRun({ ...run, published: true }));
    assert.deepEqual(await listAllRuns(store), [{ ...run, published: true }]);
    assert.equal(await store.countRuns({ where: null }), 1);
    assert.deepEqual(await store.listUsersByStatus(runId(0), 'queued', 0, 10), users);
    assert.equal(await store.countUsers({ runId: runId(0), where: null }), 4);
  });

  test('a run that is not published can be removed with its users', async (store) => {
    await insertRuns(store, []);
    await store.transaction((tx) =>
      insertRunWith(tx, runRecord(0, { published: false }), [userRecord(0, 1)]),
    );
    await store.transaction((tx) => tx.deleteRun(runId(0)));
    assert.equal(await store.getRun(runId(0)), null);
    assert.deepEqual(await store.listUnfinishedRuns(), []);
    assert.equal(await store.getUser(runId(0), 1), null);
  });
}

const FINAL: readonly string[] = ['completed', 'completedWithErrors', 'failed', 'canceled', 'quarantined'];

function unfinished({ test }: ContractKit): void {
  test('unfinished are the queued, inProgress and canceling, of every workflow', async (store) => {
    const records = PROCESSING_STATUSES.map((processingStatus, n) =>
      runRecord(n, {
        processingStatus,
        workflowId: workflowId(n % 2),
        completedAtMs: FINAL.includes(processingStatus) && processingStatus !== 'quarantined' ? T0 : null,
      }),
    );
    await insertRuns(store, records);
    const expected = records.filter(({ processingStatus }) => !FINAL.includes(processingStatus));
    assert.deepEqual(byId(await store.listUnfinishedRuns()), byId(expected));
  });

  test('a run that ends is no longer unfinished', async (store) => {
    await insertRuns(store, [runRecord(0), runRecord(1)]);
    await store.transaction((tx) =>
      tx.putRun(runRecord(0, { processingStatus: 'failed', completedAtMs: T0 + 1 })),
    );
    assert.deepEqual(await store.listUnfinishedRuns(), [runRecord(1)]);
  });

  test('unfinished runs are listed oldest first', async (store) => {
    for (let n = 0; n < 12; n += 1) await insertRuns(store, [runRecord(n)]);
    const ids = (await store.listUnfinishedRuns()).map(({ id }) => id);
    assert.deepEqual(
      ids,
      Array.from({ length: 12 }, (_, n) => runId(n)),
    );
  });
}

const NO_RUNS: RunSums = {
  totalRuns: 0,
  successfulRuns: 0,
  failedRuns: 0,
  totalUsers: 0,
  totalTasks: 0,
  failedTasks: 0,
};

function sums({ test }: ContractKit): void {
  test('the window counts startedAtMs, or scheduledAtMs of a run that never started, ends included', async (store) => {
    const from = T0 + 100;
    const to = T0 + 200;
    const at = (n: number, scheduledAtMs: number, startedAtMs: number | null) =>
      runRecord(n, { scheduledAtMs, startedAtMs, totalUsersCount: 2 ** n });
    await insertRuns(store, [
      at(0, T0, from - 1),
      at(1, T0, from),
      at(2, T0, to),
      at(3, from, to + 1),
      at(4, from - 1, null),
      at(5, from, null),
      at(6, to, null),
      at(7, to + 1, null),
      at(8, T0, from + 50),
    ]);
    const inside = 2 ** 1 + 2 ** 2 + 2 ** 5 + 2 ** 6 + 2 ** 8;
    assert.equal((await store.sumRuns(workflowId(0), from, to)).totalUsers, inside);
    assert.equal((await store.sumRuns(workflowId(0), from, from)).totalUsers, 2 ** 1 + 2 ** 5);
    assert.deepEqual(await store.sumRuns(workflowId(0), to, from), NO_RUNS);
  });

  test('previews, unpublished runs and other workflows do not count', async (store) => {
    const counters = { totalUsersCount: 3, totalTasksCount: 9, failedTasksCount: 1 };
    await insertRuns(store, [
      runRecord(0, { ...counters, workflowExecutionType: 'preview', processingStatus: 'completed' }),
      runRecord(1, { ...counters, published: false }),
      runRecord(2, { ...counters, workflowId: workflowId(1) }),
    ]);
    assert.deepEqual(await store.sumRuns(workflowId(0), 0, T0 * 2), NO_RUNS);
    assert.deepEqual(await store.sumRuns('no such workflow', 0, T0 * 2), NO_RUNS);
  });

  test('completed is successful, failed and completedWithErrors are failed, others are in the total', async (store) => {
    const records = PROCESSING_STATUSES.map((processingStatus, n) =>
      runRecord(n, {
        processingStatus,
        totalUsersCount: 10 ** n,
        totalTasksCount: 3 * 10 ** n,
        failedTasksCount: 2 * 10 ** n,
      }),
    );
    await insertRuns(store, records);
    assert.deepEqual(await store.sumRuns(workflowId(0), 0, T0 * 2), {
      totalRuns: 8,
      successfulRuns: 1,
      failedRuns: 2,
      totalUsers: 11_111_111,
      totalTasks: 33_333_333,
      failedTasks: 22_222_222,
    });
  });

  test('sums follow puts and deletions', async (store) => {
    await insertRuns(store, [runRecord(0, { totalUsersCount: 1 }), runRecord(1, { totalUsersCount: 10 })]);
    await store.transaction(async (tx) => {
      await tx.putRun(runRecord(0, { totalUsersCount: 1, processingStatus: 'completed', startedAtMs: T0 }));
      await tx.deleteRun(runId(1));
    });
    const { totalRuns, successfulRuns, totalUsers } = await store.sumRuns(workflowId(0), T0, T0);
    assert.deepEqual(
      { totalRuns, successfulRuns, totalUsers },
      { totalRuns: 1, successfulRuns: 1, totalUsers: 1 },
    );
  });
}
