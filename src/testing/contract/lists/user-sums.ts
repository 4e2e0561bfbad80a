import { strict as assert } from 'node:assert';
import type { UserSummary } from '../../../model/resources/resources.ts';
import { USER_STATUSES } from '../../../model/status.ts';
import type { ContractKit } from '../kit.ts';
import { insertRunWith, runId, runRecord, T0, userRecord } from '../records/records.ts';

const NO_USERS: UserSummary = {
  failedTasks: 0,
  failedUsers: 0,
  successfulUsers: 0,
  totalTasks: 0,
  totalUsers: 0,
};
const ALL = { runId: runId(0), afterOrdinal: 0, toOrdinal: 99, fromMs: 0, toMs: 2 * T0 };

/** Sums over a stretch of a run's users. */
export function userSums({ describe, test }: ContractKit): void {
  describe('sums of users', () => {
    test('the window counts startedAtMs, or scheduledAtMs of a user who never started, ends included', async (store) => {
      const [fromMs, toMs] = [T0 + 100, T0 + 200];
      const at = (no: number, scheduledAtMs: number, startedAtMs: number | null) =>
        userRecord(0, no, { scheduledAtMs, startedAtMs, totalTasksCount: 2 ** no });
      const users = [
        at(1, T0, fromMs - 1),
        at(2, T0, fromMs),
        at(3, T0, toMs),
        at(4, fromMs, toMs + 1),
        at(5, fromMs - 1, null),
        at(6, fromMs, null),
        at(7, toMs, null),
        at(8, toMs + 1, null),
      ];
      await store.transaction((tx) => insertRunWith(tx, runRecord(0), users));
      const tasksIn = async (from: number, to: number) =>
        (await store.sumUsers({ ...ALL, fromMs: from, toMs: to })).totalTasks;
      assert.equal(await tasksIn(fromMs, toMs), 2 ** 2 + 2 ** 3 + 2 ** 6 + 2 ** 7);
      assert.equal(await tasksIn(fromMs, fromMs), 2 ** 2 + 2 ** 6);
      assert.equal(await tasksIn(toMs, fromMs), 0);
    });

    test('completed is successful, failed and completedWithErrors are failed, others are in the total', async (store) => {
      const users = USER_STATUSES.map((processingStatus, index) =>
        userRecord(0, index + 1, {
          processingStatus,
          totalTasksCount: 3 * 10 ** index,
          failedTasksCount: 2 * 10 ** index,
        }),
      );
      await store.transaction((tx) => insertRunWith(tx, runRecord(0), users));
      const ones = Number('1'.repeat(USER_STATUSES.length));
      assert.deepEqual(await store.sumUsers(ALL), {
        failedTasks: 2 * ones,
        failedUsers: 2,
        successfulUsers: 1,
        totalTasks: 3 * ones,
        totalUsers: USER_STATUSES.length,
      });
    });

    test('a stretch begins after a number and ends with one; other runs do not count', async (store) => {
      const users = [1, 2, 3, 4, 5].map((no) => userRecord(0, no, { totalTasksCount: 2 ** no }));
      await store.transaction((tx) => insertRunWith(tx, runRecord(0), users));
      await store.transaction((tx) => insertRunWith(tx, runRecord(1), [userRecord(1, 3)]));
      const sums = await store.sumUsers({ ...ALL, afterOrdinal: 2, toOrdinal: 4 });
      assert.deepEqual(sums, { ...NO_USERS, totalUsers: 2, totalTasks: 2 ** 3 + 2 ** 4 });
      assert.deepEqual(await store.sumUsers({ ...ALL, afterOrdinal: 4, toOrdinal: 4 }), NO_USERS);
      assert.deepEqual(await store.sumUsers({ ...ALL, runId: runId(7) }), NO_USERS);
    });

    test('sums follow puts, active or final, once they are committed', async (store) => {
      const user = userRecord(0, 1, { totalTasksCount: 2 });
      await store.transaction((tx) => insertRunWith(tx, runRecord(0), [user, userRecord(0, 2)]));
      const later = { ...ALL, fromMs: T0 + 500, toMs: T0 + 500 };
      const started = { ...user, processingStatus: 'inProgress', startedAtMs: T0 + 500 } as const;
      await store.transaction(async (tx) => {
        await tx.putUsers([started]);
        assert.equal((await tx.sumUsers(later)).totalUsers, 1);
        assert.equal((await store.sumUsers(later)).totalUsers, 0);
      });
      assert.deepEqual(await store.sumUsers(later), { ...NO_USERS, totalUsers: 1, totalTasks: 2 });
      assert.equal((await store.sumUsers({ ...later, afterOrdinal: 1 })).totalUsers, 0);
      const failed = { ...started, processingStatus: 'failed', failedTasksCount: 1 } as const;
      await store.transaction((tx) => tx.putUsers([failed]));
      const sums = { failedTasks: 1, failedUsers: 1, successfulUsers: 0, totalTasks: 2, totalUsers: 1 };
      assert.deepEqual(await store.sumUsers(later), sums);
    });
  });
}
