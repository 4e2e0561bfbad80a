/** What a task's report says of the task over the whole run: domain §3.5. */
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../../src/model/records.ts';
import { reportStatus } from '../../../../src/rules/counters/reports.ts';
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

  it('is unknown, and so queued, for a task that is not there', () => {
    expect(reportStatus(run, 3)).toBe('queued');
  });
});
