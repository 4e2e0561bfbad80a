/** Plans of faults: each fault does what it says, sound workflows endure any plan, and unsound ones are found. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStore, type Subject, type WorkflowInput } from '../../src/index.ts';
import { type FaultOptions, faultPlan } from '../../src/testing/fast-check.ts';
import {
  checkRun,
  type EndureOptions,
  endureFaults,
  type FaultPlan,
  faultyStore,
  faultyTasks,
  idempotencyAudit,
  NO_FAULTS,
  type TaskFault,
} from '../../src/testing.ts';
import { FAULTY_STORES } from '../unit/testing/faulty-stores.ts';

const SEED = 20_261_124;
const HOUR_MS = 3_600_000;
const ON_DEMAND = { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' };
const PEOPLE: readonly Subject[] = ['u0', 'u1', 'u2'].map((id, index) => ({
  id,
  employeeHireDate: `2026-01-0${5 + index}`,
}));

/** A task that adds each subject to a set, however often it runs. */
const put: WorkflowInput = {
  category: 'joiner',
  displayName: 'W',
  executionConditions: ON_DEMAND,
  tasks: [{ taskDefinitionId: 'put' }, { taskDefinitionId: 'put', continueOnError: true }],
};
const scheduled: WorkflowInput = {
  ...put,
  isSchedulingEnabled: true,
  executionConditions: {
    scope: { rule: "id ne 'no such subject'" },
    trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
  },
};

interface Calls {
  readonly ids: string[];
}
const options = (
  plan: Partial<FaultPlan>,
  more: Partial<EndureOptions<Calls>> = {},
): EndureOptions<Calls> => ({
  workflow: put,
  population: PEOPLE,
  effects: () => ({ ids: [] }),
  tasks: ({ ids }) => ({
    put: {
      run: ({ subject }) => void ids.push(subject.id),
      timeoutMs: 60_000,
      retry: { attempts: 4, delayMs: 1_000 },
    },
  }),
  ...more,
  plan: { ...NO_FAULTS, ...plan },
});
const endure = (plan: Partial<FaultPlan>, more: Partial<EndureOptions<Calls>> = {}) =>
  endureFaults(options(plan, more));
const fault = (one: TaskFault): Partial<FaultPlan> => ({
  taskFaults: [{ subject: 0, task: 0, attempt: 1, fault: one }],
});
const sizesOf = ({ runs }: Awaited<ReturnType<typeof endure>>) => runs.map(({ results }) => results.length);
const statusesOf = ({ runs }: Awaited<ReturnType<typeof endure>>) =>
  runs.map(({ run }) => run.processingStatus);

describe('fault plans', () => {
  it('shrink to no fault', () => {
    const { counterexample } = fc.check(
      fc.property(faultPlan(), () => false),
      { seed: SEED },
    );
    expect(counterexample?.[0]).toEqual(NO_FAULTS);
  });

  it('have every fault in them', () => {
    const seen = new Set<string>();
    for (const plan of fc.sample(faultPlan(), { seed: SEED, numRuns: 500 })) {
      for (const one of plan.taskFaults) seen.add(one.fault.does);
      for (const one of plan.processFaults) seen.add(one.fault.kind);
    }
    expect([...seen].sort()).toEqual(
      [
        ...['throw', 'reject', 'last', 'hang', 'ignore', 'linger', 'deceive', 'repeat'],
        ...['clockJump', 'asleep', 'off', 'takeover', 'cancel'],
      ].sort(),
    );
  });
});

describe('a faulty store', () => {
  it('fails, and begins late, where the plan says', async () => {
    const timers: number[] = [];
    const clock = {
      setTimer: (ms: number, callback: () => void) => {
        timers.push(ms);
        callback();
        return { cancel: () => {} };
      },
    };
    const store = faultyStore(
      memoryStore(),
      {
        ...NO_FAULTS,
        storeErrors: [{ transaction: 2, code: 'StoreFull' }],
        slowCommits: [{ transaction: 3, ms: 70 }],
      },
      { clock },
    );
    const write = () => store.transaction((tx) => tx.putSetting('a', String(store.commits)));
    await write();
    await expect(write()).rejects.toMatchObject({ code: 'StoreFull' });
    expect(await store.getSetting('a')).toBe('0');
    expect(timers).toEqual([]);
    await write();
    expect(timers).toEqual([70]);
    expect(store.commits).toBe(2);
  });
});

describe('a handler with a fault', () => {
  const others = 4; // two calls for each of the two other people
  it.each<readonly [TaskFault, number, string]>([
    [{ does: 'throw', with: 4 }, 2, 'completed'],
    [{ does: 'reject', ms: 60, with: 0 }, 3, 'completed'],
    [{ does: 'last', ms: 9_000 }, 2, 'completed'],
    [{ does: 'hang' }, 2, 'completed'],
    // The call is abandoned, not repeated while it runs; its effect comes late.
    [{ does: 'ignore' }, 1, 'completedWithErrors'],
    [{ does: 'linger', ms: 5 }, 3, 'completed'],
    [{ does: 'deceive' }, 2, 'completed'],
    [{ does: 'repeat' }, 3, 'completed'],
  ])('that does %j is called as often as that makes it', async (one, own, status) => {
    const endured = await endure(fault(one));
    expect(endured.effects.ids.filter((id) => id === 'u0')).toHaveLength(own);
    expect(endured.effects.ids).toHaveLength(own + others);
    expect(statusesOf(endured)).toEqual([status]);
    expect(endured.violations).toEqual([]);
  });

  it('that fails at every attempt fails the user', async () => {
    const taskFaults = [1, 2, 3, 4].map((attempt) => ({
      subject: 0,
      task: 0,
      attempt,
      fault: { does: 'throw', with: 0 } as const,
    }));
    expect(statusesOf(await endure({ taskFaults }))).toEqual(['completedWithErrors']);
  });
});

describe('a process with a fault', () => {
  const at = (atMs: number, one: FaultPlan['processFaults'][number]['fault']) => ({ atMs, fault: one });
  const slow: FaultPlan['taskFaults'] = [
    { subject: 0, task: 0, attempt: 1, fault: { does: 'last', ms: 20_000 } },
  ];

  it('runs alone when nothing happens, and is killed at the end', async () => {
    const endured = await endure({}, { workflow: scheduled, horizonMs: 80 * HOUR_MS });
    expect(endured.processes).toBe(2);
    expect(sizesOf(endured)).toEqual([1, 1, 1]);
  });

  it.each(['before', 'after'] as const)('is followed by another when it dies %s a commit', async (when) => {
    const endured = await endure({ crash: { commit: 2, when } });
    expect(endured.processes).toBe(3);
    expect(statusesOf(endured)).toEqual(['completed']);
  });

  it.each(['stop', 'kill'] as const)('misses its slots while it is off by a %s', async (how) => {
    const off = [at(1_000, { kind: 'off', forMs: 50 * HOUR_MS, how })];
    const endured = await endure({ processFaults: off }, { workflow: scheduled, horizonMs: 80 * HOUR_MS });
    expect(endured.processes).toBe(3);
    expect(sizesOf(endured)).toEqual([3]);
    expect(endured.violations).toEqual([]);
  });

  it('wakes up to what came due while it was asleep', async () => {
    const asleep = [at(1_000, { kind: 'asleep', forMs: 50 * HOUR_MS })];
    const endured = await endure({ processFaults: asleep }, { workflow: scheduled, horizonMs: 80 * HOUR_MS });
    expect(endured.processes).toBe(2);
    expect(sizesOf(endured)).toEqual([3]);
  });

  it.each([50 * HOUR_MS, -50 * HOUR_MS])(
    'admits no subject twice when its clock jumps by %i ms',
    async (byMs) => {
      const jump = [at(1_000, { kind: 'clockJump', byMs })];
      const endured = await endure({ processFaults: jump }, { workflow: scheduled, horizonMs: 80 * HOUR_MS });
      const ids = endured.runs.flatMap(({ results }) => results.map(({ subject }) => subject.id));
      expect(new Set(ids).size).toBe(ids.length);
      expect(endured.violations).toEqual([]);
    },
  );

  it('loses its claims to a second engine, which ends the run', async () => {
    const endured = await endure({ taskFaults: slow, processFaults: [at(5_000, { kind: 'takeover' })] });
    expect(endured.processes).toBe(3);
    // The task of the process that lost its claim is rerun by the other.
    expect(endured.effects.ids.filter((id) => id === 'u0').length).toBeGreaterThan(2);
    expect(statusesOf(endured)).toEqual(['completed']);
    expect(endured.violations).toEqual([]);
  });

  it.each([1, 2])('is asked %i times to cancel', async (times) => {
    const endured = await endure({ taskFaults: slow, processFaults: [at(5_000, { kind: 'cancel', times })] });
    expect(statusesOf(endured)).toEqual(['canceled']);
    expect(endured.violations).toEqual([]);
  });
});

describe('workflows that endure faults', () => {
  const plan = (more: FaultOptions = {}) => faultPlan({ usersMax: 3, tasksMax: 2, ...more });

  it('keep every invariant, end every run, and have done what is completed', async () => {
    await fc.assert(
      fc.asyncProperty(plan(), fc.constantFrom(put, scheduled), async (faults, workflow) => {
        const { runs, effects, violations } = await endure(faults, { workflow });
        expect(violations).toEqual([]);
        for (const { run, results } of runs) {
          expect(checkRun(run, results, { toleranceMs: Number.POSITIVE_INFINITY })).toEqual([]);
          expect(run.completedDateTime).not.toBeNull();
          for (const { processingStatus, subject } of results)
            if (processingStatus === 'completed') expect(effects.ids).toContain(subject.id);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it.each(Object.entries(FAULTY_STORES))('find a store that %s', async (_, make) => {
    const { failed } = await fc.check(
      fc.asyncProperty(plan(), async (faults) => {
        const { violations } = await endure(faults, { store: make() });
        return violations.length === 0;
      }),
      { seed: SEED, numRuns: 60 },
    );
    expect(failed).toBe(true);
  });

  it('find a handler that counts on running once', async () => {
    const { counterexample } = await fc.check(
      fc.asyncProperty(plan(), async (faults) => (await endure(faults)).effects.ids.length <= 6),
      { seed: SEED, numRuns: 100 },
    );
    expect(counterexample).not.toBeNull();
  });

  it('are audited with faults as well', async () => {
    await fc.assert(
      fc.asyncProperty(plan({ does: ['throw', 'reject', 'last', 'deceive', 'repeat'] }), async (faults) => {
        const report = await idempotencyAudit({
          workflow: put,
          population: PEOPLE,
          effects: () => new Set<string>(),
          tasks: (done) =>
            faultyTasks(
              {
                put: { run: ({ subject }) => void done.add(subject.id), retry: { attempts: 4, delayMs: 1 } },
              },
              faults,
              { subjectIds: PEOPLE.map(({ id }) => id), clock: atOnce },
            ),
        });
        expect(report.differences).toEqual([]);
        expect(report.violations).toEqual([]);
      }),
      { seed: SEED, numRuns: 15 },
    );
  });
});

/** A clock on which nothing takes time. */
const atOnce = {
  setTimer: (_: number, callback: () => void) => {
    queueMicrotask(callback);
    return { cancel: () => {} };
  },
};
