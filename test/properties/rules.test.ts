/** The production rules against the independent model of domain §6, which shares no code with them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunCounters } from '../../src/model/counters.ts';
import { PROCESSING_STATUSES, TASK_STATUSES, USER_STATUSES } from '../../src/model/status.ts';
import { NO_COUNTERS, recount } from '../../src/rules/counters/counters.ts';
import { checkRunRecord, checkStep } from '../../src/rules/invariants/invariants.ts';
import { aggregateStatus } from '../../src/rules/status/aggregate.ts';
import {
  isLegalMove,
  isTerminal,
  RUN_TRANSITIONS,
  TASK_TRANSITIONS,
  USER_TRANSITIONS,
} from '../../src/rules/status/transitions.ts';
import { decideUser, type UserEvent } from '../../src/rules/status/user.ts';
import { RUN_EDGES, TASK_EDGES, TERMINAL, USER_EDGES } from '../../src/testing/model/edges.ts';
import { describeViolations, violationsOf } from '../../src/testing/model/invariants.ts';
import { aggregate } from '../../src/testing/model/recount.ts';
import {
  apply,
  createRun,
  type ModelPlan,
  type ModelRun,
  possibleEvents,
  snapshotOf,
} from '../../src/testing/model/reference-model.ts';
import { snapshotOfRecords, withoutTimes } from '../../src/testing/model/snapshot.ts';
import { ProductionRun } from './production-run.ts';

const plans: fc.Arbitrary<ModelPlan> = fc.record({
  users: fc.integer({ min: 1, max: 4 }),
  continueOnError: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  strictFailed: fc.boolean(),
});
/** Each number picks one of the possible events. */
const walks = fc.array(fc.nat(), { maxLength: 60 });

const compared = (model: ModelRun) => withoutTimes(snapshotOf(model));
const seen = (production: ProductionRun) => withoutTimes(snapshotOfRecords(production.run, production.users));

describe('the transition tables', () => {
  const pairsOf = <S extends string>(statuses: readonly S[], isEdge: (from: S, to: S) => boolean) =>
    statuses
      .flatMap((from) => statuses.filter((to) => isEdge(from, to)).map((to) => `${from} → ${to}`))
      .sort();
  const written = (edges: readonly (readonly [string, string])[]) =>
    edges.map(([from, to]) => `${from} → ${to}`).sort();

  it('has the edges of domain §6.3 for runs, and no other', () => {
    expect(pairsOf(PROCESSING_STATUSES, (a, b) => isLegalMove(RUN_TRANSITIONS, a, b))).toEqual(
      written(RUN_EDGES),
    );
  });
  it('has the edges of domain §6.2 for users, and no other', () => {
    expect(pairsOf(USER_STATUSES, (a, b) => isLegalMove(USER_TRANSITIONS, a, b))).toEqual(
      written(USER_EDGES),
    );
  });
  it('has the edges of domain §6.1 for tasks, and no other', () => {
    expect(pairsOf(TASK_STATUSES, (a, b) => isLegalMove(TASK_TRANSITIONS, a, b))).toEqual(
      written(TASK_EDGES),
    );
  });
  it('calls a status terminal exactly when the domain does', () => {
    expect(PROCESSING_STATUSES.filter(isTerminal).sort()).toEqual([...TERMINAL].sort());
  });
});

describe('aggregation', () => {
  it('gives the status of domain §6.4 for all counts of up to four users', () => {
    const counts = [0, 1, 2, 3, 4];
    for (const C of counts)
      for (const E of counts)
        for (const F of counts)
          for (const X of counts) {
            const users = C + E + F + X;
            if (users === 0 || users > 4) continue;
            for (const wasCanceling of [false, true])
              for (const strictFailed of [false, true])
                for (const done of [0, 1]) {
                  const counters: RunCounters = {
                    ...NO_COUNTERS,
                    totalUsersCount: users,
                    successfulUsersCount: C,
                    failedUsersCount: E + F,
                    completedWithErrorsUsersCount: E,
                    canceledUsersCount: X,
                    totalTasksCount: users + done,
                    failedTasksCount: users,
                  };
                  const expected = aggregate({
                    C,
                    E,
                    F,
                    X,
                    wasCanceling,
                    strictFailed,
                    completedTasks: done,
                  });
                  expect({
                    C,
                    E,
                    F,
                    X,
                    wasCanceling,
                    status: aggregateStatus(counters, wasCanceling, { strictFailed }),
                  }).toEqual({ C, E, F, X, wasCanceling, status: expected });
                }
          }
  });

  it('does not depend on the order in which users finish', () => {
    const endings = fc.array(fc.constantFrom('completed', 'failed', 'canceled'), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(
        endings,
        fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
        fc.boolean(),
        (wanted, keys, goesOn) => {
          const finish = (order: readonly number[]) => {
            const production = new ProductionRun({ users: wanted.length, continueOnError: [goesOn] });
            for (const user of order) {
              if (wanted[user] === 'canceled') production.commit([{ kind: 'cancelUser', user }]);
              else {
                production.commit([{ kind: 'startUser', user }]);
                production.commit([{ kind: wanted[user] === 'failed' ? 'taskFails' : 'taskSucceeds', user }]);
              }
            }
            return production.run.processingStatus;
          };
          const order = wanted.map((_, index) => index);
          const shuffled = [...order].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
          expect(finish(shuffled)).toBe(finish(order));
        },
      ),
    );
  });
});

describe('the rules, step by step', () => {
  it('agree with the model after every event, and every invariant holds', () => {
    fc.assert(
      fc.property(plans, walks, (plan, walk) => {
        const model = createRun(plan);
        const production = new ProductionRun(plan);
        for (const choice of walk) {
          const events = possibleEvents(model, { abandon: true });
          const event = events[choice % Math.max(1, events.length)];
          if (!event) break;
          const before = snapshotOfRecords(production.run, production.users, plan.continueOnError);
          apply(model, event);
          production.commit([event]);
          expect(seen(production)).toEqual(compared(model));
          const after = snapshotOfRecords(production.run, production.users, plan.continueOnError);
          expect(describeViolations(violationsOf(after, before))).toBe(describeViolations([]));
          expect(
            checkRunRecord(production.run, production.users, { strictFailed: plan.strictFailed ?? false }),
          ).toEqual([]);
        }
        for (const [index, step] of production.steps.slice(1).entries()) {
          expect(checkStep(production.steps[index] as typeof step, step)).toEqual([]);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('agree with the model however events are gathered into commits', () => {
    fc.assert(
      fc.property(
        plans,
        walks,
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 60, maxLength: 60 }),
        (plan, walk, sizes) => {
          const model = createRun(plan);
          const production = new ProductionRun(plan);
          const left = [...walk];
          for (const size of sizes) {
            const batch = [];
            for (const choice of left.splice(0, size)) {
              // A cancel is a commit of its own in production: it is left to the test above.
              const events = possibleEvents(model).filter(({ kind }) => kind !== 'cancelRun');
              const event = events[choice % Math.max(1, events.length)];
              if (!event) break;
              apply(model, event);
              batch.push(event);
            }
            if (batch.length > 0) production.commit(batch);
            expect(seen(production)).toEqual(compared(model));
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('count as a recount does', () => {
    fc.assert(
      fc.property(plans, walks, (plan, walk) => {
        const model = createRun(plan);
        const production = new ProductionRun(plan);
        for (const choice of walk) {
          const events = possibleEvents(model);
          const event = events[choice % Math.max(1, events.length)];
          if (!event) break;
          apply(model, event);
          production.commit([event]);
          expect(production.run).toMatchObject(recount(production.users));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('move nothing that is final, whatever happens', () => {
    const events: fc.Arbitrary<UserEvent> = fc.oneof(
      fc.constant<UserEvent>({ kind: 'start', atMs: 9 }),
      fc.constant<UserEvent>({ kind: 'interrupted' }),
      fc.constant<UserEvent>({ kind: 'attemptFailed', notBeforeMs: 9, reason: '' }),
      fc.record({
        kind: fc.constant('cancel' as const),
        atMs: fc.nat(),
        runningSinceMs: fc.option(fc.nat()),
      }),
      fc.record({
        kind: fc.constant('taskEnded' as const),
        continueOnError: fc.boolean(),
        outcome: fc.record({
          status: fc.constantFrom('completed' as const, 'failed' as const),
          startedAtMs: fc.nat(),
          completedAtMs: fc.nat(),
        }),
      }),
    );
    fc.assert(
      fc.property(plans, walks, events, fc.boolean(), (plan, walk, event, canceling) => {
        const model = createRun(plan);
        const production = new ProductionRun(plan);
        for (const choice of walk) {
          const possible = possibleEvents(model);
          const next = possible[choice % Math.max(1, possible.length)];
          if (!next) break;
          apply(model, next);
          production.commit([next]);
        }
        for (const user of production.users.filter((one) => isTerminal(one.processingStatus))) {
          expect(decideUser(user, event, canceling)).toEqual({ kind: 'refused', code: 'AlreadyFinal' });
        }
      }),
    );
  });

  it('keep times in order when the clock runs backwards', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 4, maxLength: 4 }),
        (jumps) => {
          const production = new ProductionRun({ users: 1, continueOnError: [false, false, false] });
          let user = production.users[0] as (typeof production.users)[number];
          const at = (index: number) => 1_000 + (jumps[index] ?? 0);
          const started = decideUser(user, { kind: 'start', atMs: at(0) });
          if (started.kind === 'moved') user = started.user;
          for (const index of [1, 2, 3]) {
            const outcome = {
              status: 'completed',
              startedAtMs: at(index),
              completedAtMs: at(index) - 100,
            } as const;
            const decision = decideUser(user, { kind: 'taskEnded', outcome, continueOnError: false });
            if (decision.kind === 'moved') user = decision.user;
          }
          const moments = [
            user.scheduledAtMs,
            user.startedAtMs,
            ...(user.outcomes ?? []).flatMap((o) => [o.startedAtMs, o.completedAtMs]),
            user.completedAtMs,
          ];
          expect(moments).toEqual([...moments].sort((a, b) => (a ?? 0) - (b ?? 0)));
        },
      ),
    );
  });
});

describe('the checker', () => {
  const healthy = () => {
    const production = new ProductionRun({ users: 3, continueOnError: [true, false] });
    production.commit([
      { kind: 'startUser', user: 0 },
      { kind: 'startUser', user: 1 },
    ]);
    production.commit([
      { kind: 'taskSucceeds', user: 0 },
      { kind: 'taskFails', user: 1 },
    ]);
    production.commit([{ kind: 'taskSucceeds', user: 0 }]);
    return production;
  };

  it('finds nothing in a healthy run', () => {
    const { run, users } = healthy();
    expect(checkRunRecord(run, users)).toEqual([]);
  });

  it.each(Object.keys(NO_COUNTERS))('finds %s off by one', (counter) => {
    const { run, users } = healthy();
    const wrong = { ...run, [counter]: run[counter as keyof RunCounters] + 1 };
    expect(checkRunRecord(wrong, users).map(({ invariant }) => invariant)).toContain('I2');
  });

  it('finds a run that is final while a user is not', () => {
    const { run, users } = healthy();
    const wrong = { ...run, processingStatus: 'completed', completedAtMs: run.lastUpdatedAtMs } as const;
    expect(checkRunRecord(wrong, users).map(({ invariant }) => invariant)).toContain('I8a');
  });

  it.each([
    ['I5', { processingStatus: 'completed', completedAtMs: 1_010 }],
    ['I7', { processingStatus: 'queued', completedAtMs: 1_010 }],
    ['I9', { startedAtMs: 1 }],
    ['I1', { failedTasksCount: 2 }],
  ] as const)('finds a user that breaks %s', (invariant, harm) => {
    const { run, users } = healthy();
    const harmed = users.map((user) => (user.ordinal === 2 ? { ...user, ...harm } : user));
    const found = checkRunRecord(run, harmed).filter(({ userOrdinal }) => userOrdinal === 2);
    expect(found.map((one) => one.invariant)).toContain(invariant);
  });
});
