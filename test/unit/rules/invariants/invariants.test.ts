/** The checker of the rules names what is broken, and only that. */
import { describe, expect, it } from 'vitest';
import type { RunRecord, TaskOutcome, UserRecord } from '../../../../src/model/records.ts';
import { checkRunRecord, checkStep, startRunCheck } from '../../../../src/rules/invariants/invariants.ts';
import { ProductionRun } from '../../../properties/production-run.ts';

/** Two users: one completed and one failed. */
function ended(): ProductionRun {
  const production = new ProductionRun({ users: 2, continueOnError: [false] });
  for (const user of [0, 1]) production.commit([{ kind: 'startUser', user }]);
  production.commit([{ kind: 'taskSucceeds', user: 0 }]);
  production.commit([{ kind: 'taskFails', user: 1 }]);
  return production;
}
const invariantsOf = (run: RunRecord, users: readonly UserRecord[]) =>
  checkRunRecord(run, users).map(({ invariant, userOrdinal }) => `${invariant} ${userOrdinal ?? 'run'}`);

describe('the check of a run', () => {
  it('passes a sound one', () => {
    const { run, users } = ended();
    expect(run.processingStatus).toBe('completedWithErrors');
    expect(checkRunRecord(run, users)).toEqual([]);
  });

  it('names a user that ends after its run', () => {
    const { run, users } = ended();
    const completedAtMs = (run.completedAtMs ?? 0) + 1;
    const late = users.map((user) => (user.ordinal === 2 ? { ...user, completedAtMs } : user));
    expect(invariantsOf({ ...run, lastUpdatedAtMs: completedAtMs }, late)).toEqual(['I9 2']);
  });

  it('names a user that is not final in a final run', () => {
    const { run, users } = ended();
    const outliving = users.map((user) =>
      user.ordinal === 2 ? { ...user, processingStatus: 'queued' as const } : user,
    );
    expect(invariantsOf(run, outliving)).toContain('I8a 2');
    expect(invariantsOf(run, outliving)).not.toContain('I8a 1');
  });

  it.each(['completed', 'failed', 'canceled'] as const)(
    'names a final status that the outcomes do not give: %s',
    (processingStatus) => {
      const { run, users } = ended();
      expect(invariantsOf({ ...run, processingStatus }, users)).toContain('6.4 run');
    },
  );
});

describe('the check of a user', () => {
  const { run, users } = ended();
  const [completed, failed] = users as [UserRecord, UserRecord];
  const canceled: UserRecord = {
    ...completed,
    processingStatus: 'canceled',
    totalUnprocessedTasksCount: 1,
    outcomes: [],
  };
  const inProgress: UserRecord = { ...canceled, processingStatus: 'inProgress', completedAtMs: null };
  const queued: UserRecord = { ...inProgress, processingStatus: 'queued', startedAtMs: null };
  const ongoing: RunRecord = { ...run, processingStatus: 'inProgress', completedAtMs: null };
  const ofUser = (one: RunRecord, user: UserRecord) =>
    checkRunRecord(one, [user])
      .filter(({ userOrdinal }) => userOrdinal !== undefined)
      .map(({ invariant, message }) => `${invariant} ${message.replace(/ \(user.*/, '')}`);

  it.each<readonly [string, RunRecord, UserRecord]>([
    ['completed', run, completed],
    ['completed with errors', run, { ...failed, processingStatus: 'completedWithErrors' }],
    ['failed', run, failed],
    ['canceled', run, canceled],
    ['canceled before it started', run, { ...canceled, startedAtMs: null }],
    ['in progress', ongoing, inProgress],
    [
      'in progress in a run that is being canceled',
      { ...ongoing, processingStatus: 'canceling' },
      inProgress,
    ],
    ['queued', ongoing, queued],
    ['in quarantine', run, { ...canceled, processingStatus: 'quarantined' }],
    ['known by its counts only', run, { ...failed, outcomes: null }],
    ['repeating one task', run, { ...completed, positions: [1] }],
  ])('finds nothing in a sound one that is %s', (_, one, user) => {
    expect(ofUser(one, user)).toEqual([]);
  });

  const outcome = completed.outcomes?.[0] as TaskOutcome;
  it.each<readonly [string, RunRecord, UserRecord]>([
    ['I1 Task counters are out of range', run, { ...failed, outcomes: null, totalUnprocessedTasksCount: 1 }],
    ['I1 A user has as many tasks as positions', run, { ...completed, positions: [1, 2] }],
    ['I1 Expected 0 failed tasks by the outcomes', run, { ...failed, outcomes: [outcome] }],
    ['I1 Expected 1 processed tasks by the outcomes', run, { ...canceled, outcomes: [outcome] }],
    [
      'I5 A completed user has no failed and no unprocessed task',
      run,
      { ...failed, processingStatus: 'completed' },
    ],
    [
      'I5 A user completed with errors has a failed and no unprocessed task',
      run,
      { ...completed, processingStatus: 'completedWithErrors' },
    ],
    [
      'I5 A user completed with errors has a failed and no unprocessed task',
      run,
      {
        ...failed,
        totalTasksCount: 2,
        totalUnprocessedTasksCount: 1,
        processingStatus: 'completedWithErrors',
      },
    ],
    [
      'I5 A user in progress has an unprocessed task',
      ongoing,
      { ...completed, processingStatus: 'inProgress', completedAtMs: null },
    ],
    ['I5 A failed user has a failed task', run, { ...completed, processingStatus: 'failed' }],
    ['I5 A canceled user has an unprocessed task', run, { ...completed, processingStatus: 'canceled' }],
    ['I5 A queued user has not begun', ongoing, { ...queued, startedAtMs: completed.startedAtMs }],
    [
      'I5 A queued user has not begun',
      ongoing,
      {
        ...queued,
        totalTasksCount: 2,
        failedTasksCount: 1,
        outcomes: null,
        startedAtMs: completed.startedAtMs,
      },
    ],
    [
      'I7 completedDateTime is set exactly when the user is final',
      run,
      { ...completed, completedAtMs: null },
    ],
    ['I8 A user that never started has only unprocessed tasks', run, { ...completed, startedAtMs: null }],
    [
      'I8 A user that never started has only unprocessed tasks',
      ongoing,
      { ...inProgress, startedAtMs: null },
    ],
    [
      'I9 Expected scheduled ≤ started ≤ completed ≤ lastUpdated',
      run,
      { ...canceled, scheduledAtMs: run.lastUpdatedAtMs },
    ],
    ['I9 Tasks of a user do not overlap', run, { ...completed, outcomes: [{ ...outcome, startedAtMs: 0 }] }],
    [
      'I9 Tasks of a user do not overlap',
      run,
      { ...completed, outcomes: [{ ...outcome, startedAtMs: null, completedAtMs: 0 }] },
    ],
    [
      'I9 A user ends with its last task',
      run,
      { ...completed, outcomes: [{ ...outcome, completedAtMs: run.lastUpdatedAtMs + 1 }] },
    ],
    [
      'I10 A user in progress needs a run in progress, got `queued`',
      { ...ongoing, processingStatus: 'queued' },
      inProgress,
    ],
    [
      'I11 Processed tasks precede canceled ones',
      run,
      {
        ...completed,
        outcomes: [
          { ...outcome, status: 'canceled' },
          { ...outcome, startedAtMs: null },
        ],
      },
    ],
  ])('names %s', (text, one, user) => {
    expect(ofUser(one, user)).toContain(text);
  });

  it('keeps the first hundred violations', () => {
    const check = startRunCheck(run);
    for (let ordinal = 1; ordinal <= 101; ordinal++)
      check.add({ ...completed, ordinal, completedAtMs: null });
    expect(check.end()).toHaveLength(100);
  });
});

describe('the check of a run without its users', () => {
  const { run, users } = ended();
  const ofRun = (harm: Partial<RunRecord>, ...some: readonly UserRecord[]) =>
    checkRunRecord({ ...run, ...harm }, some.length > 0 ? some : users)
      .filter(({ userOrdinal }) => userOrdinal === undefined)
      .map(({ invariant, message }) => `${invariant} ${message}`);
  const never = { startedAtMs: null, completedAtMs: null } as const;

  it.each<readonly [string, Partial<RunRecord>]>([
    ['I1 Task counters are out of range', { failedTasksCount: -1 }],
    ['I2 Expected 3 users with 2 tasks, got 2 with 2', { knownUsersCount: 3 }],
    ['I2 Expected totals 3 users, 2 tasks, got 2 and 2', { totalUsersCount: 3 }],
    ['I2 Expected totals 3 users, 2 tasks, got 2 and 2', { totalUsersCount: 3, driver: 'external' }],
    ['I2 Expected failedTasksCount 1 by recount, got 0', { failedTasksCount: 0 }],
    ['I3 More users ended than there are', { successfulUsersCount: 2 }],
    ['I6 A completed run has only completed users', { processingStatus: 'completed' }],
    [
      'I6 A completed run has only completed users',
      { processingStatus: 'completed', failedTasksCount: 0, totalUnprocessedTasksCount: 1 },
    ],
    ['I6 A completed run has only completed users', { processingStatus: 'completed', failedTasksCount: 0 }],
    ['I6 A failed run has failed users and no successful one', { processingStatus: 'failed' }],
    [
      'I6 A failed run has failed users and no successful one',
      { processingStatus: 'failed', successfulUsersCount: 0, failedUsersCount: 0 },
    ],
    ['I6 A queued run has not begun', { ...never, processingStatus: 'queued' }],
    ['I6 A queued run has not begun', { processingStatus: 'quarantined', totalUnprocessedTasksCount: 2 }],
    ['I7 completedDateTime is set exactly when the run is final', { completedAtMs: null }],
    ['I8 A run in progress has started', { ...never, processingStatus: 'inProgress' }],
    ['I9 Expected scheduled ≤ started ≤ completed ≤ lastUpdated', { startedAtMs: 0 }],
    [
      'I9 Expected scheduled ≤ started ≤ completed ≤ lastUpdated',
      { startedAtMs: null, completedAtMs: run.lastUpdatedAtMs + 1 },
    ],
    [
      'I8a Expected a run to be final exactly when all users have ended, got `inProgress` with 2 of 2',
      { processingStatus: 'inProgress', completedAtMs: null },
    ],
    [
      'I2 Expected the report of task 1 to be {"successfulUsersCount":1,"failedUsersCount":1,"totalUsersCount":2}, got {"successfulUsersCount":2,"failedUsersCount":1,"totalUsersCount":2}',
      { taskReports: [{ successfulUsersCount: 2, failedUsersCount: 1, totalUsersCount: 2 }] },
    ],
  ])('names %s', (text, harm) => {
    expect(ofRun(harm)).toContain(text);
  });

  it('counts declared users of an external run as unprocessed, or as canceled once it is final', () => {
    const declared = {
      driver: 'external',
      totalUsersCount: 3,
      totalTasksCount: 3,
      totalUnprocessedTasksCount: 1,
    } as const;
    expect(ofRun({ ...declared, processingStatus: 'inProgress', completedAtMs: null })).toEqual([]);
    expect(ofRun({ ...declared, processingStatus: 'canceled', canceledUsersCount: 1 })).toEqual([]);
  });

  it('leaves out of the reports users of which only counts are known, and tasks that the run does not have', () => {
    const [completed, failed] = users as [UserRecord, UserRecord];
    const taskReports = [{ successfulUsersCount: 0, failedUsersCount: 1, totalUsersCount: 1 }];
    expect(ofRun({ taskReports }, { ...completed, outcomes: null }, failed)).toEqual([]);
    expect(ofRun({ taskReports }, { ...completed, positions: [7] }, failed)).toEqual([]);
  });

  it('adds up users in any number', () => {
    const many = new ProductionRun({ users: 1_001, continueOnError: [false] });
    expect(checkRunRecord(many.run, many.users)).toEqual([]);
  });
});

describe('the check of a step', () => {
  const steps = ended().steps;
  const before = steps.at(-1) as RunRecord;
  const later = (harm: Partial<RunRecord>): RunRecord => ({
    ...before,
    lastUpdatedAtMs: before.lastUpdatedAtMs + 1,
    ...harm,
  });
  const found = (harm: Partial<RunRecord>) =>
    checkStep(before, later(harm)).map(({ invariant, message }) => `${invariant} ${message}`);

  it('passes every step of a sound run', () => {
    for (const [index, step] of steps.slice(1).entries())
      expect(checkStep(steps[index] as RunRecord, step)).toEqual([]);
    expect(found({})).toEqual([]);
  });

  it.each(['failedTasksCount', 'successfulUsersCount', 'failedUsersCount'] as const)(
    'names the counter that fell: %s',
    (counter) => {
      expect(found({ [counter]: 0 })).toEqual([`I4 ${counter} fell from 1 to 0`]);
    },
  );

  it.each<readonly [string, Partial<RunRecord>]>([
    ['I4 totalUsersCount went from 2 to 3', { totalUsersCount: 3 }],
    ['I4 totalTasksCount went from 2 to 1', { totalTasksCount: 1 }],
    ['I4 totalUnprocessedTasksCount rose from 0 to 1', { totalUnprocessedTasksCount: 1 }],
    ['I12 lastUpdatedDateTime did not grow', { lastUpdatedAtMs: before.lastUpdatedAtMs }],
    [
      '6.3 Expected a legal move from `completedWithErrors`, got `inProgress`',
      { processingStatus: 'inProgress' },
    ],
  ])('names %s', (text, harm) => {
    expect(found(harm)).toEqual([text]);
  });
});
