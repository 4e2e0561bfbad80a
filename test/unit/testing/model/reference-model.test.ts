import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { isTerminal, RUN_EDGES } from '../../../../src/testing/model/edges.ts';
import { describeViolations, violationsOf } from '../../../../src/testing/model/invariants.ts';
import { aggregate } from '../../../../src/testing/model/recount.ts';
import {
  apply,
  createRun,
  type ModelEvent,
  type ModelPlan,
  type ModelRun,
  possibleEvents,
  snapshotOf,
} from '../../../../src/testing/model/reference-model.ts';
import type { RunSnapshot } from '../../../../src/testing/model/snapshot.ts';

const plans = fc.record({
  users: fc.integer({ min: 1, max: 5 }),
  continueOnError: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  strictFailed: fc.boolean(),
});

/** Fails unless the snapshot, and the step to it, keep every invariant. */
function assertSound(run: ModelRun, before: RunSnapshot | null): RunSnapshot {
  const snapshot = snapshotOf(run);
  assert.equal(describeViolations(violationsOf(snapshot, before)), '');
  return snapshot;
}

/** Walks to the end, choosing by `choices`; the first event when those are used up. */
function walk(plan: ModelPlan, choices: readonly number[], abandon: boolean): ModelRun {
  const run = createRun(plan);
  let before = assertSound(run, null);
  const steps = plan.users * (2 * plan.continueOnError.length + 1) + 1;
  for (let step = 0; ; step += 1) {
    const events = possibleEvents(run, { abandon });
    const event = events[(choices[step] ?? 0) % Math.max(1, events.length)];
    if (!event) return run;
    assert.ok(step < steps, 'the walk ends');
    apply(run, event);
    before = assertSound(run, before);
  }
}

/** Plays events given as `start 0`, `ok 0`, `fail 1`, `drop 0`, `skip 2`, `cancel`. */
function play(plan: ModelPlan, ...lines: readonly string[]): ModelRun {
  const kinds: Readonly<Record<string, ModelEvent['kind']>> = {
    start: 'startUser',
    ok: 'taskSucceeds',
    fail: 'taskFails',
    drop: 'taskIsAbandoned',
    skip: 'cancelUser',
    cancel: 'cancelRun',
  };
  const run = createRun(plan);
  let before = assertSound(run, null);
  for (const line of lines) {
    const [word = '', user] = line.split(' ');
    apply(run, { kind: kinds[word], ...(user === undefined ? {} : { user: Number(user) }) } as ModelEvent);
    before = assertSound(run, before);
  }
  return run;
}

describe('the reference model', () => {
  it('keeps every invariant at each step of a random walk, and always ends', () => {
    fc.assert(
      fc.property(plans, fc.array(fc.nat(), { maxLength: 60 }), fc.boolean(), (plan, choices, abandon) => {
        assert.ok(isTerminal(walk(plan, choices, abandon).status));
      }),
      { numRuns: 3_000 },
    );
  });

  it('moves a run along legal edges only, and one edge at a time', () => {
    fc.assert(
      fc.property(plans, fc.array(fc.nat(), { maxLength: 60 }), (plan, choices) => {
        const { history } = walk(plan, choices, true);
        for (const [index, status] of history.entries()) {
          const before = history[index - 1];
          if (before)
            assert.ok(
              RUN_EDGES.some(([from, to]) => from === before && to === status),
              `${before} → ${status}`,
            );
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('has every end state, and every way into it, among all interleavings of small runs', () => {
    const endings = new Set<string>();
    for (const continueOnError of [[false], [true], [false, true], [true, false]]) {
      for (const users of [1, 2]) explore({ users, continueOnError }, endings);
    }
    assert.deepEqual([...endings].sort(), [
      'canceling → canceled',
      'canceling → completed',
      'canceling → completedWithErrors',
      'canceling → failed',
      'inProgress → completed',
      'inProgress → completedWithErrors',
      'inProgress → failed',
      'queued → completedWithErrors',
    ]);
  });

  it('refuses an event that is not possible, and stays as it was', () => {
    const run = play({ users: 1, continueOnError: [false] }, 'start 0', 'ok 0');
    const before = structuredClone(run);
    assert.throws(() => apply(run, { kind: 'cancelRun' }));
    assert.throws(() => apply(run, { kind: 'taskFails', user: 0 }));
    assert.deepEqual(run, before);
  });
});

/** Plays every interleaving; notes the last edge of each. States that differ in time only are one. */
function explore(plan: ModelPlan, endings: Set<string>): void {
  const seen = new Set<string>();
  const open = [createRun(plan)];
  for (let run = open.pop(); run; run = open.pop()) {
    const statuses = run.users.map(({ status, tasks }) => [status, tasks.map((task) => task.status)]);
    const key = JSON.stringify([run.status, run.history, statuses]);
    if (seen.has(key)) continue;
    seen.add(key);
    const before = assertSound(run, null);
    const events = possibleEvents(run, { abandon: true });
    if (events.length === 0) endings.add(run.history.slice(-2).join(' → '));
    for (const event of events) {
      const next = structuredClone(run);
      apply(next, event);
      assertSound(next, before);
      open.push(next);
    }
  }
}

const one = { users: 1, continueOnError: [true, false] };
const two = { users: 2, continueOnError: [true, false] };

describe('scenarios of domain §6', () => {
  const scenarios: readonly (readonly [string, ModelPlan, readonly string[], string, readonly string[]])[] = [
    ['all succeed', one, ['start 0', 'ok 0', 'ok 0'], 'completed', ['completed']],
    [
      'a failure that may be passed',
      one,
      ['start 0', 'fail 0', 'ok 0'],
      'completedWithErrors',
      ['completedWithErrors'],
    ],
    ['a failure that blocks', one, ['start 0', 'ok 0', 'fail 0'], 'failed', ['failed']],
    [
      'one of two is skipped',
      two,
      ['skip 0', 'start 1', 'ok 1', 'ok 1'],
      'completedWithErrors',
      ['canceled', 'completed'],
    ],
    [
      'one of two is skipped, one fails',
      two,
      ['skip 0', 'start 1', 'ok 1', 'fail 1'],
      'failed',
      ['canceled', 'failed'],
    ],
    ['all are skipped (r4)', two, ['skip 0', 'skip 1'], 'completedWithErrors', ['canceled', 'canceled']],
    ['a queued run is canceled (r5, r6)', two, ['cancel'], 'canceled', ['canceled', 'canceled']],
    ['one is skipped, then cancel', two, ['skip 0', 'cancel'], 'canceled', ['canceled', 'canceled']],
    ['cancel between tasks (u7)', one, ['start 0', 'cancel', 'ok 0'], 'canceled', ['canceled']],
    [
      'cancel after a passed failure (u7)',
      one,
      ['start 0', 'fail 0', 'cancel', 'drop 0'],
      'canceled',
      ['canceled'],
    ],
    [
      'cancel in the last task (u8, r8)',
      one,
      ['start 0', 'ok 0', 'cancel', 'ok 0'],
      'completed',
      ['completed'],
    ],
    [
      'cancel, then the last task blocks (u8, r8)',
      one,
      ['start 0', 'ok 0', 'cancel', 'fail 0'],
      'failed',
      ['failed'],
    ],
    [
      'a blocking failure and cancel coincide: failed wins (u6)',
      { users: 1, continueOnError: [false, true] },
      ['start 0', 'cancel', 'fail 0'],
      'failed',
      ['failed'],
    ],
    [
      'cancel with one in its last task and one queued',
      two,
      ['start 0', 'ok 0', 'cancel', 'ok 0'],
      'canceled',
      ['completed', 'canceled'],
    ],
  ];
  for (const [name, plan, lines, status, users] of scenarios) {
    it(`${name}: the run ends ${status}, the users ${users.join(', ')}`, () => {
      const run = play(plan, ...lines);
      assert.equal(run.status, status);
      assert.deepEqual(
        run.users.map((user) => user.status),
        users,
      );
    });
  }

  it('a run is canceling while a task is running, and even when none is', () => {
    assert.equal(play(one, 'start 0', 'cancel').status, 'canceling');
    assert.deepEqual(play(one, 'cancel').history, ['queued', 'canceling', 'canceled']);
  });

  it('strictFailed asks that no task of the run succeeded', () => {
    const lines = ['start 0', 'ok 0', 'fail 0'] as const;
    assert.equal(play({ ...one, strictFailed: true }, ...lines).status, 'completedWithErrors');
    const blocked = { users: 1, continueOnError: [false, false], strictFailed: true };
    assert.equal(play(blocked, 'start 0', 'fail 0').status, 'failed');
  });

  it('the example of domain §2.6: three tasks, the first fails, two are unprocessed', () => {
    const run = play({ users: 1, continueOnError: [false, false, false] }, 'start 0', 'fail 0');
    const [user] = snapshotOf(run).users;
    assert.deepEqual(
      [user?.status, user?.totalTasksCount, user?.failedTasksCount, user?.totalUnprocessedTasksCount],
      ['failed', 3, 1, 2],
    );
  });

  it('aggregation follows §6.4 for every mixture of up to three users of a kind', () => {
    for (let code = 0; code < 4 ** 4; code += 1) {
      const [C, E, F, X] = [0, 1, 2, 3].map((place) => Math.floor(code / 4 ** place) % 4) as [
        number,
        number,
        number,
        number,
      ];
      if (C + E + F + X === 0) continue;
      for (const wasCanceling of [false, true]) {
        const status = aggregate({ C, E, F, X, wasCanceling, completedTasks: 0, strictFailed: false });
        if (status === 'completed') assert.ok(E + F + X === 0);
        if (status === 'failed') assert.ok(C + E === 0 && F > 0);
        assert.equal(status === 'canceled', wasCanceling && X > 0);
      }
    }
  });
});

it.each([
  [0, [false], 'Expected users to be at least 1, got `0`'],
  [Number.NaN, [false], 'Expected users to be at least 1, got `NaN`'],
  [1, [], 'Expected continueOnError to be a flag for each task, got `[]`'],
])('the model refuses a run of %d users with the tasks %j', (users, continueOnError, message) => {
  assert.throws(() => createRun({ users, continueOnError }), { name: 'RangeError', message });
});
