import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { violationsOf } from '../../../../src/testing/model/invariants.ts';
import { apply, createRun, snapshotOf } from '../../../../src/testing/model/reference-model.ts';
import type { RunSnapshot, TaskSnapshot, UserSnapshot } from '../../../../src/testing/model/snapshot.ts';

/** Two users of two tasks, the first failed in its first task; the second is at its second. */
function sample(): RunSnapshot {
  const run = createRun({ users: 2, continueOnError: [false, false] });
  apply(run, { kind: 'startUser', user: 0 });
  apply(run, { kind: 'startUser', user: 1 });
  apply(run, { kind: 'taskFails', user: 0 });
  apply(run, { kind: 'taskSucceeds', user: 1 });
  return snapshotOf(run);
}

function finished(): RunSnapshot {
  const run = createRun({ users: 1, continueOnError: [true, true] });
  apply(run, { kind: 'startUser', user: 0 });
  apply(run, { kind: 'taskSucceeds', user: 0 });
  apply(run, { kind: 'taskSucceeds', user: 0 });
  return snapshotOf(run);
}

function withUser(run: RunSnapshot, index: number, changes: Partial<UserSnapshot>): RunSnapshot {
  return { ...run, users: run.users.map((user, at) => (at === index ? { ...user, ...changes } : user)) };
}

function withTask(
  run: RunSnapshot,
  user: number,
  index: number,
  changes: Partial<TaskSnapshot>,
): RunSnapshot {
  const tasks =
    run.users[user]?.tasks?.map((task, at) => (at === index ? { ...task, ...changes } : task)) ?? null;
  return withUser(run, user, { tasks });
}

const BROKEN: readonly (readonly [string, string, RunSnapshot])[] = [
  ['I1', 'a negative counter', { ...sample(), failedTasksCount: -1 }],
  ['I1', 'more failed and unprocessed than there are', { ...sample(), failedTasksCount: 9 }],
  ['I1', 'a fraction', withUser(sample(), 0, { failedTasksCount: 0.5 })],
  ['I2', 'a failed task that the run does not count', { ...sample(), failedTasksCount: 0 }],
  ['I2', 'a processed task that the run does not count', { ...sample(), totalUnprocessedTasksCount: 3 }],
  ['I2', 'a task too many', { ...sample(), totalTasksCount: 5, totalUnprocessedTasksCount: 3 }],
  ['I2', 'a failed user that the run does not count', { ...sample(), failedUsersCount: 0 }],
  ['I2', 'a successful user who is none', { ...sample(), successfulUsersCount: 1 }],
  ['I2', 'a user whose tasks say otherwise', withTask(sample(), 1, 0, { status: 'failed' })],
  ['I2', 'a report that says otherwise', { ...sample(), reports: sample().reports?.toReversed() ?? null }],
  ['I3', 'more users ended than there are', { ...sample(), totalUsersCount: 0 }],
  ['I5', 'completed with a task unprocessed', withUser(sample(), 1, { status: 'completed', completedAt: 4 })],
  ['I5', 'failed without a failed task', withUser(finished(), 0, { status: 'failed' })],
  ['I5', 'canceled with every task done', withUser(finished(), 0, { status: 'canceled' })],
  ['I5', 'queued with a task done', withUser(sample(), 1, { status: 'queued', startedAt: null })],
  ['I6', 'completed with a failed task', { ...sample(), status: 'completed', completedAt: 4 }],
  ['I6', 'failed with a successful user', { ...finished(), status: 'failed' }],
  ['I6', 'queued and started', { ...sample(), status: 'queued' }],
  ['I7', 'terminal without an end', { ...finished(), completedAt: null }],
  ['I7', 'an end without being terminal', { ...sample(), completedAt: 4 }],
  ['I7', 'a user with an end in progress', withUser(sample(), 1, { completedAt: 4 })],
  ['I7', 'a task that is done and has no end', withTask(sample(), 1, 0, { completedAt: null })],
  ['I8', 'a run in progress that never started', { ...sample(), startedAt: null }],
  ['I8', 'a user in progress who never started', withUser(sample(), 1, { startedAt: null })],
  ['I8a', 'a terminal run with an open user', { ...sample(), status: 'completedWithErrors', completedAt: 4 }],
  [
    'I8a',
    'a terminal user with an open task',
    withTask(finished(), 0, 1, { status: 'inProgress', completedAt: null }),
  ],
  ['I9', 'an end before the start', { ...finished(), completedAt: 0 }],
  ['I9', 'an update before the end', { ...finished(), lastUpdatedAt: 1 }],
  ['I9', 'a start before the schedule', { ...sample(), scheduledAt: 2 }],
  ['I9', 'a user that ends after its run', withUser(finished(), 0, { completedAt: 1_000_000 })],
  ['I10', 'two tasks in progress', withTask(sample(), 1, 0, { status: 'inProgress', completedAt: null })],
  ['I10', 'a user in progress in a queued run', { ...sample(), status: 'queued', startedAt: null }],
  ['I11', 'a task done after one that is not', withTask(finished(), 0, 0, { status: 'canceled' })],
];

/** The user after the blocking failure is judged by the flags. */
function blockedInProgress(): RunSnapshot {
  return { ...withUser(sample(), 0, { status: 'inProgress', completedAt: null }), failedUsersCount: 0 };
}

describe('the checker of invariants', () => {
  it('finds nothing in consistent records', () => {
    assert.deepEqual(violationsOf(sample()), []);
    assert.deepEqual(violationsOf(finished()), []);
  });

  for (const [rule, what, run] of BROKEN.filter(
    ([, what]) => what !== 'in progress after a failure that blocks',
  )) {
    it(`finds ${what} against ${rule}`, () => {
      const rules = violationsOf(run).map((violation) => violation.rule);
      assert.ok(rules.includes(rule), `Expected ${rule}, got ${rules}`);
    });
  }

  it('reports a user that continues after a blocking failure (I5)', () => {
    assert.ok(violationsOf(blockedInProgress()).some(({ rule }) => rule === 'I5'));
  });

  const changes: readonly (readonly [string, string, RunSnapshot, RunSnapshot])[] = [
    ['I4', 'a total that changed', { ...sample(), totalTasksCount: 5 }, sample()],
    ['I4', 'failed tasks that became fewer', { ...sample(), failedTasksCount: 2 }, sample()],
    ['I4', 'unprocessed tasks that became more', { ...sample(), totalUnprocessedTasksCount: 1 }, sample()],
    ['I12', 'a change at the same moment', { ...sample(), status: 'queued' }, sample()],
    ['edges', 'a terminal run that goes on', { ...sample(), status: 'canceled' }, sample()],
    ['edges', 'a user who goes back', sample(), withUser(sample(), 1, { status: 'queued' })],
    ['edges', 'a terminal user who changes', sample(), withUser(sample(), 0, { completedAt: 99 })],
    ['edges', 'a task that goes back', sample(), withTask(sample(), 1, 0, { status: 'queued' })],
    ['edges', 'a user who is gone', sample(), { ...sample(), users: sample().users.slice(0, 1) }],
  ];
  for (const [rule, what, before, after] of changes) {
    it(`finds ${what} against ${rule}`, () => {
      const rules = violationsOf(after, before).map((violation) => violation.rule);
      assert.ok(rules.includes(rule), `Expected ${rule}, got ${rules}`);
    });
  }
});
