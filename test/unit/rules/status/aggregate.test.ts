/** The final status of a run by the outcomes of its users: domain §6.4. */
import { describe, expect, it } from 'vitest';
import type { RunCounters } from '../../../../src/model/counters.ts';
import type { UserStatus } from '../../../../src/model/status.ts';
import { recount } from '../../../../src/rules/counters/counters.ts';
import { aggregateStatus, endedUsers } from '../../../../src/rules/status/aggregate.ts';

/** The counters of users with two tasks each; by letter Completed, completed With errors, Failed, canceled (X). */
function counted(letters: string): RunCounters {
  const users: Readonly<Record<string, readonly [UserStatus, failed: number, unprocessed: number]>> = {
    C: ['completed', 0, 0],
    W: ['completedWithErrors', 1, 0],
    F: ['failed', 1, 1],
    // Failed at its second task.
    f: ['failed', 1, 0],
    X: ['canceled', 0, 2],
    Q: ['queued', 0, 2],
  };
  return recount(
    [...letters].map((letter) => {
      const [processingStatus, failedTasksCount, totalUnprocessedTasksCount] = users[letter] as [
        UserStatus,
        number,
        number,
      ];
      return { processingStatus, failedTasksCount, totalUnprocessedTasksCount, totalTasksCount: 2 };
    }),
  );
}

describe('the final status of a run', () => {
  it.each([
    ['CCC', 'completed'],
    ['CCF', 'completedWithErrors'],
    ['CW', 'completedWithErrors'],
    ['WW', 'completedWithErrors'],
    ['WF', 'completedWithErrors'],
    ['FFF', 'failed'],
    ['FFX', 'failed'],
    ['CX', 'completedWithErrors'],
    ['XX', 'completedWithErrors'],
  ])('of the users %s is %s', (letters, status) => {
    expect(aggregateStatus(counted(letters), false)).toBe(status);
  });

  it.each([
    ['CX', 'canceled'],
    ['FX', 'canceled'],
    ['XX', 'canceled'],
    // The cancel found all users ended.
    ['CC', 'completed'],
    ['FF', 'failed'],
  ])('of the users %s of a run that was being canceled is %s', (letters, status) => {
    expect(aggregateStatus(counted(letters), true)).toBe(status);
  });

  it('with strictFailed is failed only if no task completed', () => {
    expect(aggregateStatus(counted('Ff'), false)).toBe('failed');
    expect(aggregateStatus(counted('Ff'), false, { strictFailed: true })).toBe('completedWithErrors');
    expect(aggregateStatus(counted('FF'), false, { strictFailed: true })).toBe('failed');
  });

  it('is due when as many users have ended as there are', () => {
    expect(endedUsers(counted('CWFXQ'))).toBe(4);
  });
});
