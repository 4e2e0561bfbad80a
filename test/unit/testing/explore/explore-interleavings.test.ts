/** The exhaustive explorer: it is exhaustive, and it finds what is wrong. */
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { RunRecord } from '../../../../src/model/records.ts';
import {
  type ExploreOptions,
  exploreInterleavings,
} from '../../../../src/testing/explore/explore-interleavings.ts';
import { type ExploredRules, PRODUCTION_RULES } from '../../../../src/testing/explore/explored-run.ts';
import {
  apply,
  createRun,
  type ModelPlan,
  type ModelRun,
  possibleEvents,
} from '../../../../src/testing/model/reference-model.ts';

/** Orders of events of the model alone, one commit each, counted without memory. */
function pathsByForce(plan: ModelPlan, cancel: boolean): bigint {
  const walk = (run: ModelRun): bigint => {
    const events = possibleEvents(run, { abandon: cancel }).filter(
      ({ kind }) => cancel || kind !== 'cancelRun',
    );
    if (events.length === 0) return 1n;
    return events.reduce((sum, event) => {
      const next = structuredClone(run);
      apply(next, event);
      return sum + walk(next);
    }, 0n);
  };
  return walk(createRun(plan));
}

describe('exploreInterleavings', () => {
  it.each<ExploreOptions>([
    { users: 1, tasks: 1 },
    { users: 1, tasks: 3, cancel: true },
    { users: 2, tasks: 1, cancel: true },
    { users: 2, tasks: [true, false] },
    { users: 3, tasks: 1 },
  ])('counts the paths that there are: $users users, tasks $tasks, cancel $cancel', (options) => {
    const { users, tasks, cancel = false } = options;
    const continueOnError = typeof tasks === 'number' ? Array.from({ length: tasks }, () => false) : tasks;
    const report = exploreInterleavings({ ...options, commitEventsMax: 1 });
    expect(report.violations).toEqual([]);
    expect(report.paths).toBe(pathsByForce({ users, continueOnError }, cancel));
  });

  it('finds nothing wrong in any interleaving of 3 users × 3 tasks with cancel and a crash', () => {
    const report = exploreInterleavings({ users: 3, tasks: 3, cancel: true, crash: true });
    expect(report.violations).toEqual([]);
    expect(report.states).toBe(12_434);
    expect(report.paths).toBe(113_517_145_214n);
    expect(Object.keys(report.endings).sort()).toEqual([
      'canceled',
      'completed',
      'completedWithErrors',
      'failed',
    ]);
  });

  it('finds nothing wrong when tasks may fail and go on, crashes come twice, and failed is read strictly', () => {
    for (const strictFailed of [false, true]) {
      const options = { users: 2, tasks: [true, false, true], cancel: true, crash: 2, strictFailed };
      expect(exploreInterleavings(options).violations).toEqual([]);
    }
  });

  it('refuses a run without users or tasks', () => {
    expect(() => exploreInterleavings({ users: 0, tasks: 1 })).toThrow(LifecycleError);
    expect(() => exploreInterleavings({ users: 1, tasks: [] })).toThrow(LifecycleError);
  });
});

const onRun = (
  change: (after: RunRecord, before: RunRecord) => Partial<RunRecord>,
): Partial<ExploredRules> => ({
  runAfter: (run, ...rest) => {
    const after = PRODUCTION_RULES.runAfter(run, ...rest);
    return { ...after, ...change(after, run) };
  },
});
const isFinal = ({ completedAtMs }: RunRecord) => completedAtMs !== null;

/** Rules that are each wrong in one way. */
const MUTANTS: readonly (readonly [string, Partial<ExploredRules>])[] = [
  [
    'calls a run with one failed user failed',
    onRun((after) => (isFinal(after) && after.failedUsersCount > 0 ? { processingStatus: 'failed' } : {})),
  ],
  [
    'calls a canceled run completed when a user completed',
    onRun((after) =>
      after.processingStatus === 'canceled' && after.successfulUsersCount > 0
        ? { processingStatus: 'completedWithErrors' }
        : {},
    ),
  ],
  [
    'counts a failed task twice',
    onRun((after, before) => ({
      failedTasksCount: after.failedTasksCount + (after.failedTasksCount > before.failedTasksCount ? 1 : 0),
    })),
  ],
  [
    'counts canceled users as failed',
    onRun((after) => ({ failedUsersCount: after.failedUsersCount + after.canceledUsersCount })),
  ],
  [
    'takes canceled tasks for processed',
    onRun((after) => (isFinal(after) ? { totalUnprocessedTasksCount: 0 } : {})),
  ],
  [
    'finishes one user early',
    onRun((after) =>
      after.successfulUsersCount === after.totalUsersCount - 1
        ? { processingStatus: 'completed', completedAtMs: after.lastUpdatedAtMs }
        : {},
    ),
  ],
  ['never says when it started', onRun(() => ({ startedAtMs: null }))],
  ['never says when it ended', onRun(() => ({ completedAtMs: null }))],
  ['does not move lastUpdatedDateTime', onRun((_, before) => ({ lastUpdatedAtMs: before.lastUpdatedAtMs }))],
  ['loses the reports', onRun((_, before) => ({ taskReports: before.taskReports }))],
  [
    'does not stop at a failure',
    {
      decideUser: (user, event, canceling) =>
        PRODUCTION_RULES.decideUser(
          user,
          event.kind === 'taskEnded' ? { ...event, continueOnError: true } : event,
          canceling,
        ),
    },
  ],
  [
    'does not know that the run is being canceled',
    { decideUser: (user, event) => PRODUCTION_RULES.decideUser(user, event, false) },
  ],
  [
    'goes back to queued at a crash',
    {
      decideUser: (user, event, canceling) => {
        const decision = PRODUCTION_RULES.decideUser(user, event, canceling);
        return decision.kind === 'moved' && event.kind === 'interrupted'
          ? { ...decision, user: { ...decision.user, processingStatus: 'queued' } }
          : decision;
      },
    },
  ],
  [
    'forgets an outcome at a crash',
    {
      decideUser: (user, event, canceling) => {
        const decision = PRODUCTION_RULES.decideUser(user, event, canceling);
        return decision.kind === 'moved' && event.kind === 'interrupted'
          ? { ...decision, user: { ...decision.user, outcomes: decision.user.outcomes?.slice(1) ?? null } }
          : decision;
      },
    },
  ],
];

describe('exploreInterleavings finds rules that are wrong', () => {
  it.each(MUTANTS)('a rule that %s', (_, rules) => {
    const report = exploreInterleavings({
      users: 2,
      tasks: 2,
      cancel: true,
      crash: true,
      rules,
      violationsMax: 3,
    });
    expect(report.violations.length).toBeGreaterThan(0);
    for (const { path, message } of report.violations) {
      expect(path.length).toBeGreaterThan(0);
      expect(message).not.toBe('');
    }
  });
});
