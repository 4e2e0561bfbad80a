import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../../src/model/records.ts';
import { runSums } from '../../../../src/rules/counters/run-sums.ts';

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

describe('sums over runs', () => {
  it('count statuses, users and tasks; previews are left out', () => {
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

  it.each([
    ['the start', 20, 20, 1],
    ['before the start', 10, 19, 0],
    ['after the start', 21, 30, 0],
  ])('look at a window with both ends: %s', (_where, fromMs, toMs, count) => {
    expect(runSums([run({})], fromMs, toMs).totalRuns).toBe(count);
  });

  it('take the scheduled moment of runs that never started', () => {
    expect(runSums([run({ startedAtMs: null })], 10, 10).totalRuns).toBe(1);
  });
});
