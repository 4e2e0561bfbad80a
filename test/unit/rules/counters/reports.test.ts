/** What a task's report says of the task over the whole run: domain §3.5. */
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../../src/model/records.ts';
import { reportStatus, unprocessedUsers } from '../../../../src/rules/counters/reports.ts';
import { ProductionRun } from '../../../properties/production-run.ts';

const { run } = new ProductionRun({ users: 2, continueOnError: [false, false] });

/** A run of two users, and of each task who completed and who failed. */
function withReports(
  processingStatus: RunRecord['processingStatus'],
  ...counts: readonly (readonly [completed: number, failed: number])[]
): RunRecord {
  return {
    ...run,
    processingStatus,
    startedAtMs: processingStatus === 'queued' ? null : 1_000,
    taskReports: counts.map(([successfulUsersCount, failedUsersCount]) => ({
      successfulUsersCount,
      failedUsersCount,
      totalUsersCount: 2,
    })),
  };
}
const statuses = (one: RunRecord) => one.taskReports.map((_, index) => reportStatus(one, index + 1));

describe('the report of a task', () => {
  it('is queued until the first user reaches it', () => {
    expect(statuses(withReports('queued', [0, 0], [0, 0]))).toEqual(['queued', 'queued']);
    expect(statuses(withReports('inProgress', [0, 0], [0, 0]))).toEqual(['inProgress', 'queued']);
    expect(statuses(withReports('inProgress', [1, 0], [0, 0]))).toEqual(['inProgress', 'inProgress']);
  });

  it('ends when all users are processed, though the run continues', () => {
    expect(statuses(withReports('inProgress', [2, 0], [1, 0]))).toEqual(['completed', 'inProgress']);
    expect(statuses(withReports('inProgress', [1, 1], [0, 0]))).toEqual([
      'completedWithErrors',
      'inProgress',
    ]);
  });

  it('is canceled when the run ended and no user was processed', () => {
    expect(statuses(withReports('canceled', [1, 0], [0, 0]))).toEqual(['completedWithErrors', 'canceled']);
    expect(statuses(withReports('failed', [0, 2], [0, 0]))).toEqual(['failed', 'canceled']);
  });

  it('is failed when all who were processed failed', () => {
    expect(statuses(withReports('canceled', [0, 1], [0, 0]))).toEqual(['failed', 'canceled']);
  });

  it('of a task that fewer users repeat is in progress once the task before has a completed user', () => {
    const repeats = withReports('inProgress', [1, 0], [0, 0], [0, 0]);
    const taskReports = repeats.taskReports.map((report, index) =>
      index === 1 ? { ...report, totalUsersCount: 0 } : report,
    );
    // No user has the second task: the third follows the first.
    expect(statuses({ ...repeats, taskReports })).toEqual(['inProgress', 'inProgress', 'inProgress']);
  });

  it('of an external run, where no result has come, waits for the task before, which no user is known to have', () => {
    const external = { ...withReports('inProgress', [0, 0], [0, 0]), driver: 'external' } as const;
    const taskReports = external.taskReports.map((report) => ({ ...report, totalUsersCount: 0 }));
    expect(statuses({ ...external, taskReports })).toEqual(['inProgress', 'queued']);
  });

  it('counts as unprocessed the users whose task neither completed nor failed', () => {
    expect(unprocessedUsers({ totalUsersCount: 9, successfulUsersCount: 3, failedUsersCount: 2 })).toBe(4);
  });

  it('is unknown, and so queued, for a task that is not there', () => {
    expect(reportStatus(run, 3)).toBe('queued');
  });
});
