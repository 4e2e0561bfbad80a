/** What each event adds to the counters: domain §6.5. */
import { describe, expect, it } from 'vitest';
import {
  COUNTER_MOVES,
  type CounterEvent,
  countersAfter,
  countersWithUser,
  NO_COUNTERS,
  recount,
  reportsPlus,
} from '../../../../src/rules/counters/counters.ts';

const TWO_USERS = countersWithUser(countersWithUser(NO_COUNTERS, 3), 3);

describe('the counters of a run', () => {
  it('a queued user adds itself, and its tasks as unprocessed ones', () => {
    expect(TWO_USERS).toEqual({
      ...NO_COUNTERS,
      totalUsersCount: 2,
      totalTasksCount: 6,
      totalUnprocessedTasksCount: 6,
    });
  });

  it.each(Object.keys(COUNTER_MOVES) as CounterEvent[])(
    '%s moves the counters of its row in the table, and no others',
    (event) => {
      const after = countersAfter(TWO_USERS, event);
      const moved = Object.entries(after).flatMap(([counter, value]) => {
        const delta = value - TWO_USERS[counter as keyof typeof after];
        return delta === 0 ? [] : [[counter, delta]];
      });
      expect(Object.fromEntries(moved)).toEqual(COUNTER_MOVES[event]);
    },
  );

  it('a recount counts users and their tasks by status', () => {
    const tasks = { totalTasksCount: 3, failedTasksCount: 1, totalUnprocessedTasksCount: 1 };
    const statuses = [
      'queued',
      'inProgress',
      'completed',
      'completedWithErrors',
      'failed',
      'canceled',
    ] as const;
    expect(recount(statuses.map((processingStatus) => ({ processingStatus, ...tasks })))).toEqual({
      totalUsersCount: 6,
      successfulUsersCount: 1,
      failedUsersCount: 2,
      completedWithErrorsUsersCount: 1,
      canceledUsersCount: 1,
      totalTasksCount: 18,
      failedTasksCount: 6,
      totalUnprocessedTasksCount: 6,
    });
  });

  it('a recount takes declared users as unprocessed, and as canceled once the run is', () => {
    const declared = { users: 2, tasks: 6 };
    expect(recount([], declared)).toEqual(TWO_USERS);
    expect(recount([], { ...declared, canceled: true })).toEqual({ ...TWO_USERS, canceledUsersCount: 2 });
  });
});

it('the reports of tasks add up by position; a task that only one side has stays as it is', () => {
  const report = { successfulUsersCount: 1, failedUsersCount: 2, totalUsersCount: 4 };
  expect(reportsPlus([report, report], [report])).toEqual([
    { successfulUsersCount: 2, failedUsersCount: 4, totalUsersCount: 8 },
    report,
  ]);
});
