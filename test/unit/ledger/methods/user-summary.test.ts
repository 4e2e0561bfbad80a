import fc from 'fast-check';
import { expect, it } from 'vitest';
import { summaryOf } from '../../../../src/ledger/methods/user-summary.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import type { UserStatus } from '../../../../src/model/status.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { runRecord, T0, userRecord } from '../../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

/** A moment between two seconds, often at an end of the run. */
const at = (from: number, to: number) =>
  fc.oneof(fc.integer({ min: from, max: to }), fc.constantFrom(10, 20)).map((second) => T0 + second);

/** A run of the engine from second 10 to 20, or an external one, with users of any kind. */
const run: fc.Arbitrary<{ readonly run: RunRecord; readonly users: readonly UserRecord[] }> = fc
  .record({ driver: fc.constantFrom('engine' as const, 'external' as const), isFinal: fc.boolean() })
  .chain(({ driver, isFinal }) => {
    const [first, last] = driver === 'engine' ? [10, 20] : [0, 30];
    const user = fc.record({
      scheduledAtMs: driver === 'engine' ? fc.constant(T0 + first) : at(first, last),
      startedAtMs: fc.option(at(first, last)),
      processingStatus: fc.constantFrom<UserStatus>('completed', 'completedWithErrors', 'failed', 'canceled'),
      failedTasksCount: fc.integer({ min: 0, max: 3 }),
    });
    return fc.array(user, { minLength: 1, maxLength: 6 }).map((drafts) => {
      const users = drafts.map((draft, index) => userRecord(0, index + 1, draft));
      return { run: runOf({ driver, completedAtMs: isFinal ? T0 + 20 : null }, users), users };
    });
  });

function runOf(changes: Partial<RunRecord>, users: readonly UserRecord[]): RunRecord {
  const sum = (of: (user: UserRecord) => number) => users.reduce((total, user) => total + of(user), 0);
  return runRecord(0, {
    scheduledAtMs: T0 + 10,
    knownUsersCount: users.length,
    totalUsersCount: users.length,
    totalTasksCount: sum((user) => user.totalTasksCount),
    failedTasksCount: sum((user) => user.failedTasksCount),
    failedUsersCount: sum(({ processingStatus: status }) =>
      Number(status === 'failed' || status === 'completedWithErrors'),
    ),
    successfulUsersCount: sum(({ processingStatus: status }) => Number(status === 'completed')),
    ...changes,
  });
}

it('counts those whose moment is in the window, however much of the run that is', async () => {
  await fc.assert(
    fc.asyncProperty(run, at(-5, 35), at(-5, 35), async ({ run, users }, fromMs, toMs) => {
      const store = memoryStore();
      await store.transaction(async (tx) => {
        await tx.insertRun(run);
        await tx.insertUsers(users);
      });
      const inside = users.filter(({ startedAtMs, scheduledAtMs }) => {
        const moment = startedAtMs ?? scheduledAtMs;
        return moment >= fromMs && moment <= toMs;
      });
      const sums = runOf({}, inside);
      expect(await summaryOf({ store, clock: new VirtualClock() }, run, [fromMs, toMs])).toEqual({
        failedTasks: sums.failedTasksCount,
        failedUsers: sums.failedUsersCount,
        successfulUsers: sums.successfulUsersCount,
        totalTasks: sums.totalTasksCount,
        totalUsers: sums.totalUsersCount,
      });
    }),
    { numRuns: 500, seed: 20_261_124 },
  );
});

it('of many users, the host has a turn between any two stretches', async () => {
  const users = Array.from({ length: 2 * LIMITS.usersPerSum + 1 }, (_, index) => userRecord(0, index + 1));
  const run = runOf({ driver: 'external' }, users);
  const store = memoryStore();
  await store.transaction(async (tx) => {
    await tx.insertRun(run);
    await tx.insertUsers(users);
  });
  let turns = 0;
  const clock = Object.assign(new VirtualClock(), {
    yield: async () => {
      turns += 1;
    },
  });
  const { totalUsers } = await summaryOf({ store, clock }, run, [0, 2 * T0]);
  expect(totalUsers).toBe(users.length);
  expect(turns).toBe(2);
});
