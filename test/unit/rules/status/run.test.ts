/** A run after its users moved: its moments, status, counters and reports. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import {
  addReportedUser,
  addUnreportedCanceled,
  addUserMove,
  changeOf,
  runAfter,
} from '../../../../src/rules/status/run.ts';
import { decideUser, queuedUser } from '../../../../src/rules/status/user.ts';
import { ProductionRun } from '../../../properties/production-run.ts';

const OPTIONS = { strictFailed: false };
const NOW_MS = 2_000;

/** A run of three users of one task, of whom some started at these moments in one commit. */
function startedAt(run: RunRecord, moments: readonly number[]): RunRecord {
  const change = changeOf(run);
  for (const [index, atMs] of moments.entries()) {
    const before = queuedUser(run, index + 1, `u${index}`, 1, 1_000);
    const decision = decideUser(before, { kind: 'start', atMs });
    if (decision.kind === 'refused') throw new Error(decision.code);
    addUserMove(change, before, decision.user, decision.moves);
  }
  return runAfter(run, change, NOW_MS, OPTIONS);
}

describe('a run', () => {
  const { run } = new ProductionRun({ users: 3, continueOnError: [false] });

  it('starts with the first of the users that start in one commit, in whatever order they come', () => {
    expect(startedAt(run, [1_500, 1_200, 1_700]).startedAtMs).toBe(1_200);
    expect(startedAt(run, [1_200, 1_500]).startedAtMs).toBe(1_200);
  });

  it('starts once', () => {
    const started = startedAt(run, [1_200]);
    expect(startedAt(started, [1_500]).startedAtMs).toBe(1_200);
    expect(startedAt(started, [1_100]).startedAtMs).toBe(1_200);
  });

  it('stays canceling when the first start is reported late', () => {
    const canceling = { ...run, driver: 'external', processingStatus: 'canceling' } as const;
    const change = changeOf(canceling);
    addReportedUser(change, {
      ...queuedUser(run, 1, 'u', 1, 1_000),
      processingStatus: 'inProgress',
      startedAtMs: 1_300,
    });
    expect(runAfter(canceling, change, NOW_MS, OPTIONS)).toMatchObject({
      processingStatus: 'canceling',
      startedAtMs: 1_300,
    });
  });

  it('ends with the last of its users, in whatever order and commits they come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1_001, max: 5_000 }), { minLength: 3, maxLength: 3 }),
        fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        (ends, commitsAfter) => {
          let current: RunRecord = run;
          let change = changeOf(current);
          for (const [index, atMs] of ends.entries()) {
            const before = queuedUser(run, index + 1, `u${index}`, 1, 1_000);
            const decision = decideUser(before, { kind: 'cancel', atMs, runningSinceMs: null });
            if (decision.kind === 'refused') throw new Error(decision.code);
            addUserMove(change, before, decision.user, decision.moves);
            if (!commitsAfter[index] && index < 2) continue;
            current = runAfter(current, change, NOW_MS, OPTIONS);
            change = changeOf(current);
          }
          expect(current.completedAtMs).toBe(Math.max(...ends));
          expect(current.lastUpdatedAtMs).toBeGreaterThanOrEqual(Math.max(...ends));
        },
      ),
    );
  });
});

describe('a run that an external worker drives', () => {
  const { run: base } = new ProductionRun({ users: 3, continueOnError: [false, false] });
  /** Three declared users of two tasks, of which no result has come. */
  const run: RunRecord = {
    ...base,
    driver: 'external',
    knownUsersCount: 0,
    knownTasksCount: 0,
    taskReports: base.taskReports.map((report) => ({ ...report, totalUsersCount: 0 })),
  };
  const completed: UserRecord = {
    ...queuedUser(run, 1, 'u', 2, 1_000),
    processingStatus: 'completed',
    startedAtMs: 1_300,
    completedAtMs: 1_600,
    totalUnprocessedTasksCount: 0,
    outcomes: [1_400, 1_600].map((atMs) => ({ status: 'completed', startedAtMs: atMs, completedAtMs: atMs })),
  };
  function reported(...users: readonly UserRecord[]): RunRecord {
    const change = changeOf(run);
    for (const user of users) addReportedUser(change, user);
    return runAfter(run, change, NOW_MS, OPTIONS);
  }

  it('counts a reported user, its tasks and their reports at once', () => {
    expect(reported(completed)).toMatchObject({
      processingStatus: 'inProgress',
      startedAtMs: 1_300,
      lastUserEndAtMs: 1_600,
      successfulUsersCount: 1,
      totalUnprocessedTasksCount: 4,
      knownUsersCount: 1,
      knownTasksCount: 2,
      taskReports: [1, 2].map(() => ({ successfulUsersCount: 1, failedUsersCount: 0, totalUsersCount: 1 })),
    });
  });

  it('counts a failed task of a reported user', () => {
    const failed: UserRecord = {
      ...completed,
      processingStatus: 'failed',
      failedTasksCount: 1,
      totalUnprocessedTasksCount: 1,
      outcomes: [{ status: 'failed', startedAtMs: 1_400, completedAtMs: 1_600 }],
    };
    expect(reported(failed)).toMatchObject({
      failedUsersCount: 1,
      failedTasksCount: 1,
      totalUnprocessedTasksCount: 5,
      taskReports: [
        { successfulUsersCount: 0, failedUsersCount: 1, totalUsersCount: 1 },
        { successfulUsersCount: 0, failedUsersCount: 0, totalUsersCount: 1 },
      ],
    });
  });

  it('counts a reported user that was canceled: before it started, or in its first task', () => {
    const canceled: UserRecord = {
      ...completed,
      processingStatus: 'canceled',
      totalUnprocessedTasksCount: 2,
    };
    expect(reported({ ...canceled, startedAtMs: null, outcomes: [] })).toMatchObject({
      processingStatus: 'queued',
      startedAtMs: null,
      canceledUsersCount: 1,
    });
    const outcomes = [{ status: 'canceled', startedAtMs: 1_400, completedAtMs: 1_600 }] as const;
    expect(reported({ ...canceled, outcomes })).toMatchObject({
      processingStatus: 'inProgress',
      canceledUsersCount: 1,
      taskReports: [1, 2].map(() => ({ successfulUsersCount: 0, failedUsersCount: 0, totalUsersCount: 1 })),
    });
  });

  it('reports no task of users of which only counts are known', () => {
    const after = reported({ ...completed, outcomes: null });
    expect(after).toMatchObject({ successfulUsersCount: 1, taskReports: run.taskReports });
  });

  it('reports no task that its workflow does not have', () => {
    const outcomes = [...(completed.outcomes ?? []), ...(completed.outcomes ?? [])];
    const after = reported({ ...completed, outcomes });
    expect(after.taskReports).toEqual(reported(completed).taskReports);
  });

  it('cancels the users that were not reported, and so ends', () => {
    const canceling: RunRecord = { ...run, processingStatus: 'canceling' };
    const change = changeOf(canceling);
    addReportedUser(change, completed);
    addUnreportedCanceled(canceling, change);
    expect(runAfter(canceling, change, NOW_MS, OPTIONS)).toMatchObject({
      processingStatus: 'canceled',
      successfulUsersCount: 1,
      canceledUsersCount: 2,
      completedAtMs: NOW_MS,
    });
  });

  it('moves a user of which only counts are known', () => {
    const before: UserRecord = {
      ...completed,
      processingStatus: 'inProgress',
      completedAtMs: null,
      outcomes: null,
    };
    const decision = decideUser(before, { kind: 'cancel', atMs: 1_700, runningSinceMs: null });
    if (decision.kind === 'refused') throw new Error(decision.code);
    const change = changeOf(run);
    addUserMove(change, before, decision.user, decision.moves);
    expect(runAfter(run, change, NOW_MS, OPTIONS)).toMatchObject({
      canceledUsersCount: 1,
      lastUserEndAtMs: 1_700,
      taskReports: run.taskReports,
    });
  });
});

it('a final run keeps its status and its end, whatever is added', () => {
  const { run } = new ProductionRun({ users: 3, continueOnError: [false] });
  const final: RunRecord = { ...run, processingStatus: 'canceled', completedAtMs: 1_500 };
  expect(startedAt(final, [1_600])).toMatchObject({ processingStatus: 'canceled', completedAtMs: 1_500 });
});
