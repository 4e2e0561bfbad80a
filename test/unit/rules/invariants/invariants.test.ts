/** The checker of the rules names what is broken, and only that. */
import { describe, expect, it } from 'vitest';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import { checkRun, checkStep } from '../../../../src/rules/invariants/invariants.ts';
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
  checkRun(run, users).map(({ invariant, userOrdinal }) => `${invariant} ${userOrdinal ?? 'run'}`);

describe('the check of a run', () => {
  it('passes a sound one', () => {
    const { run, users } = ended();
    expect(run.processingStatus).toBe('completedWithErrors');
    expect(checkRun(run, users)).toEqual([]);
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
