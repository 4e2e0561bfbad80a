/** The recount of a store: what it reads, what it reports, and how it reads a store that is being written. */
import { describe, expect, it } from 'vitest';
import { checkStore } from '../../../src/ledger/check.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import type { RunRecord, UserRecord } from '../../../src/model/records.ts';
import type { Store, StoreReader } from '../../../src/ports/store.ts';
import { wrapStore } from '../../../src/ports/wrap-store.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import {
  completed,
  ended,
  runId,
  runRecord,
  T0,
  userRecord,
  userRecords,
  workflowRecord,
} from '../../../src/testing/contract/records/records.ts';

/** Run `n`, queued, with counters that fit its queued users. */
function queuedRun(n: number, users: number, changes: Partial<RunRecord> = {}): RunRecord {
  return runRecord(n, {
    totalUsersCount: users,
    knownUsersCount: users,
    totalTasksCount: 3 * users,
    knownTasksCount: 3 * users,
    totalUnprocessedTasksCount: 3 * users,
    taskReports: Array.from({ length: 3 }, () => ({
      totalUsersCount: users,
      successfulUsersCount: 0,
      failedUsersCount: 0,
    })),
    ...changes,
  });
}

/** A store with these runs and their users. */
async function storeOf(...runs: readonly (readonly [RunRecord, readonly UserRecord[]])[]): Promise<Store> {
  const store = memoryStore();
  await store.transaction(async (tx) => {
    await tx.putWorkflow(workflowRecord(0));
    for (const [run, users] of runs) {
      await tx.insertRun(run);
      await tx.insertUsers(users);
    }
  });
  return store;
}

const sound = (n: number, users: number) => [queuedRun(n, users), userRecords(n, users)] as const;

describe('a check of a store', () => {
  it('of nothing counts nothing and finds nothing', async () => {
    expect(await checkStore(memoryStore())).toEqual({
      workflows: 0,
      runs: 0,
      users: 0,
      tasks: 0,
      violations: [],
    });
  });

  it('counts workflows, published runs, their users and their tasks', async () => {
    const store = await storeOf(sound(1, 2), sound(2, 3), [
      queuedRun(3, 4, { published: false }),
      userRecords(3, 4),
    ]);
    expect(await checkStore(store)).toEqual({ workflows: 1, runs: 2, users: 5, tasks: 15, violations: [] });
  });

  it.each([1, LIMITS.usersPerBatch - 1, LIMITS.usersPerBatch, LIMITS.usersPerBatch + 1])(
    'reads all %i users of a run, however many pages that takes',
    async (users) => {
      const { violations, ...counts } = await checkStore(await storeOf(sound(1, users)));
      expect(violations).toEqual([]);
      expect(counts).toMatchObject({ runs: 1, users, tasks: 3 * users });
    },
  );

  it('reads all runs of a store with more of them than a page holds', async () => {
    const runs = Array.from({ length: LIMITS.usersPerBatch + 1 }, (_, n) => sound(n, 1));
    expect((await checkStore(await storeOf(...runs))).runs).toBe(runs.length);
  });

  it('names run, user and rule of what is wrong', async () => {
    const [run, users] = sound(1, 2);
    const [first, second] = users as [UserRecord, UserRecord];
    const store = await storeOf([run, [first, { ...second, totalUnprocessedTasksCount: 1 }]], sound(2, 1));
    const { violations } = await checkStore(store);
    expect(violations.length).toBeGreaterThan(0);
    expect(new Set(violations.map((one) => one.runId))).toEqual(new Set([runId(1)]));
    expect(violations.some(({ userOrdinal }) => userOrdinal === 2)).toBe(true);
    expect(violations.every(({ userOrdinal }) => userOrdinal !== 1)).toBe(true);
  });

  it.each<[string, Partial<RunRecord>]>([
    ['a user too many', { totalUsersCount: 1, knownUsersCount: 1 }],
    ['a task too few', { totalTasksCount: 7 }],
    ['a failed task that no user has', { failedTasksCount: 1 }],
    ['a successful user that is queued', { successfulUsersCount: 1 }],
  ])('finds a run with %s', async (_, changes) => {
    const { violations } = await checkStore(await storeOf([queuedRun(1, 2, changes), userRecords(1, 2)]));
    expect(violations.map((one) => one.runId)).toContain(runId(1));
  });

  it('reports progress after each run, with the totals so far', async () => {
    const seen: unknown[] = [];
    await checkStore(await storeOf(sound(1, 2), sound(2, 3)), { onProgress: (one) => seen.push(one) });
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual({ runs: 2, users: 5 });
    expect([2, 3]).toContain((seen[0] as { users: number }).users);
  });
});

describe('the status of a run of failed users with a completed task', () => {
  const user = ended(userRecord(1, 1, { startedAtMs: T0 + 1_000 }), 'failed', T0 + 9_000, [
    completed(T0 + 1_000),
    { status: 'failed', startedAtMs: T0 + 2_000, completedAtMs: T0 + 9_000 },
  ]);
  const run = (processingStatus: 'failed' | 'completedWithErrors') =>
    queuedRun(1, 1, {
      processingStatus,
      startedAtMs: T0 + 1_000,
      completedAtMs: T0 + 9_000,
      lastUpdatedAtMs: T0 + 9_000,
      lastUserEndAtMs: T0 + 9_000,
      failedUsersCount: 1,
      failedTasksCount: 1,
      totalUnprocessedTasksCount: 1,
      taskReports: [
        { totalUsersCount: 1, successfulUsersCount: 1, failedUsersCount: 0 },
        { totalUsersCount: 1, successfulUsersCount: 0, failedUsersCount: 1 },
        { totalUsersCount: 1, successfulUsersCount: 0, failedUsersCount: 0 },
      ],
    });

  it.each([
    [false, 'failed', 0],
    [false, 'completedWithErrors', 1],
    [true, 'completedWithErrors', 0],
    [true, 'failed', 1],
  ] as const)('with strictFailed %s, %s breaks %i rules', async (strictFailed, status, count) => {
    const { violations } = await checkStore(await storeOf([run(status), [user]]), { strictFailed });
    expect(violations.map(({ invariant }) => invariant)).toEqual(Array(count).fill('6.4'));
  });
});

describe('a check of a store that is being written', () => {
  /** The store, in which the run changes before the first `changes` rereads. */
  function busy(inner: Store, changes: number, change: (no: number) => Promise<void>): StoreReader {
    let rereads = 0;
    return wrapStore(inner, {
      read: async (method, run) => {
        if (method === 'getRun' && rereads < changes) await change(++rereads);
        return run();
      },
    });
  }

  it('rereads a run that changed in between, be it in the same millisecond, and reports what is true of one moment', async () => {
    const store = await storeOf(sound(1, 2));
    // A third user appears, in a commit of its own, after the first two were read.
    const grow = () =>
      store.transaction(async (tx) => {
        await tx.putRun({ ...queuedRun(1, 3), revision: 1 });
        await tx.insertUsers([userRecord(1, 3)]);
      });
    expect(await checkStore(busy(store, 1, grow))).toMatchObject({ users: 3, tasks: 9, violations: [] });
  });

  it('does not accuse a run that changes at every look', async () => {
    const store = await storeOf([queuedRun(1, 2, { failedTasksCount: 1 }), userRecords(1, 2)]);
    let looks = 0;
    const touch = (no: number) => {
      looks = no;
      return store.transaction((tx) => tx.putRun(queuedRun(1, 2, { failedTasksCount: 1, revision: no })));
    };
    expect((await checkStore(busy(store, 1_000, touch))).violations).toEqual([]);
    expect(looks).toBe(20);
  });

  it('counts no user of a run that was deleted in between', async () => {
    const store = await storeOf([queuedRun(1, 2, { failedTasksCount: 1 }), userRecords(1, 2)]);
    const remove = () => store.transaction((tx) => tx.deleteRun(runId(1)));
    expect(await checkStore(busy(store, 1, remove))).toMatchObject({ users: 0, tasks: 0, violations: [] });
  });
});

describe('a check is refused', () => {
  it.each([
    ['strictFailed that is no flag', { strictFailed: 'yes' }, 'strictFailed'],
    ['onProgress that is no function', { onProgress: 5 }, 'onProgress'],
    ['an unknown option', { strict: true }, 'strict'],
  ])('with %s', async (_, options, field) => {
    await expect(checkStore(memoryStore(), options as never)).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { field: expect.stringContaining(field) },
    });
  });

  it.each([null, {}, 'store.db'])('of %j, which is no store', async (store) => {
    await expect(checkStore(store as never)).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { field: expect.stringMatching(/^store/) },
    });
  });
});
