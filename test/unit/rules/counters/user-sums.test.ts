import { describe, expect, it } from 'vitest';
import type { UserRecord } from '../../../../src/model/records.ts';
import { addSums, NO_USERS, userSums } from '../../../../src/rules/counters/user-sums.ts';

const user = (fields: Partial<UserRecord>): UserRecord =>
  ({
    processingStatus: 'completed',
    scheduledAtMs: 10,
    startedAtMs: 20,
    totalTasksCount: 3,
    failedTasksCount: 1,
    ...fields,
  }) as UserRecord;

describe('sums over users', () => {
  it('count statuses and tasks', () => {
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

  it('of two groups are the sums of all', () => {
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
    expect(userSums([user({})], fromMs, toMs).totalUsers).toBe(count);
  });

  it('take the scheduled moment of users that never started', () => {
    expect(userSums([user({ startedAtMs: null })], 10, 10).totalUsers).toBe(1);
  });
});
