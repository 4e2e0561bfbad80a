import { describe, expect, it } from 'vitest';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import { runSums } from '../../../../src/rules/counters/run-sums.ts';
import { addSums, NO_USERS, userSums } from '../../../../src/rules/counters/user-sums.ts';

const run = (fields: Partial<RunRecord>): RunRecord =>
  ({
    published: true,
    workflowExecutionType: 'onDemand',
    processingStatus: 'completed',
    scheduledAtMs: 10,
    startedAtMs: 20,
    totalUsersCount: 2,
    totalTasksCount: 6,
    failedTasksCount: 1,
    ...fields,
  }) as RunRecord;
const user = (fields: Partial<UserRecord>): UserRecord =>
  ({
    processingStatus: 'completed',
    scheduledAtMs: 10,
    startedAtMs: 20,
    totalTasksCount: 3,
    failedTasksCount: 1,
    ...fields,
  }) as UserRecord;

describe('sums', () => {
  it('of runs count statuses, users and tasks; previews are left out', () => {
    const runs = [
      run({}),
      run({ processingStatus: 'failed' }),
      run({ processingStatus: 'completedWithErrors' }),
      run({ processingStatus: 'inProgress' }),
      run({ workflowExecutionType: 'preview' }),
    ];
    expect(runSums(runs, 0, 100)).toEqual({
      totalRuns: 4,
      successfulRuns: 1,
      failedRuns: 2,
      totalUsers: 8,
      totalTasks: 24,
      failedTasks: 4,
    });
  });

  it('of users count statuses and tasks', () => {
    const users = [
      user({}),
      user({ processingStatus: 'failed' }),
      user({ processingStatus: 'completedWithErrors' }),
      user({ processingStatus: 'canceled' }),
    ];
    expect(userSums(users, 0, 100)).toEqual({
      totalUsers: 4,
      successfulUsers: 1,
      failedUsers: 2,
      totalTasks: 12,
      failedTasks: 4,
    });
  });

  it('of two groups of users are the sums of all', () => {
    const [left, right] = [[user({})], [user({ processingStatus: 'failed' }), user({ startedAtMs: null })]];
    expect(addSums(userSums(left, 0, 100), userSums(right, 0, 100))).toEqual(
      userSums([...left, ...right], 0, 100),
    );
    expect(addSums(NO_USERS, userSums(left, 0, 100))).toEqual(userSums(left, 0, 100));
  });

  it.each([
    ['the start', 20, 20, 1],
    ['before the start', 10, 19, 0],
    ['after the start', 21, 30, 0],
  ])('look at a window with both ends: %s', (_where, fromMs, toMs, count) => {
    expect(runSums([run({})], fromMs, toMs).totalRuns).toBe(count);
    expect(userSums([user({})], fromMs, toMs).totalUsers).toBe(count);
  });

  it('take the scheduled moment of what never started', () => {
    expect(runSums([run({ startedAtMs: null })], 10, 10).totalRuns).toBe(1);
    expect(userSums([user({ startedAtMs: null })], 10, 10).totalUsers).toBe(1);
  });
});
