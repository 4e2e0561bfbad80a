/** Small scenarios, each with one thing that goes wrong, at every store call there is. */

import type { Happening, Moment, Plan, Side, TaskPlan, What } from './plan.ts';
import { runScenario } from './scenario.ts';

/** A small scenario before anything goes wrong. */
export interface SmallScenario {
  readonly store: Plan['store'];
  readonly users: number;
  readonly tasks: number;
  /** When the run is canceled, if at all. */
  readonly cancelAt?: Moment;
  readonly isScheduled?: boolean;
  /** The first task of every user fails, and is retried. */
  readonly hasRetry?: boolean;
}

/** What an enumeration went through. */
export interface Enumerated {
  readonly scenarios: number;
  /** Store calls at which something went wrong. */
  readonly points: number;
  /** The plans that broke a rule, with the first violation. */
  readonly failures: readonly { readonly plan: Plan; readonly violation: string }[];
}

const SIDES: readonly Side[] = ['before', 'middle', 'after'];
const POINTS_MAX = 400;
const TASK: TaskPlan = {
  continueOnError: false,
  attempts: 1,
  delayMs: 10,
  timeoutMs: null,
  concurrency: null,
  latencyMs: 0,
};

/** The plan of a small scenario with `more` happening in it. */
function smallPlan(small: SmallScenario, more: readonly Happening[]): Plan {
  const { store, users, tasks, cancelAt, isScheduled = false, hasRetry = false } = small;
  const list = Array.from(
    { length: tasks },
    (_, index): TaskPlan => ({
      ...TASK,
      attempts: hasRetry && index === 0 ? 2 : 1,
      // One task that takes its time, so that a cancel or a crash can come while it runs.
      latencyMs: index === tasks - 1 ? 5 : 0,
    }),
  );
  const begins: Happening[] = isScheduled
    ? []
    : [{ at: { ms: 0 }, what: { kind: 'activate', workflow: 0, from: 1, users, times: 1 } }];
  const troubles = hasRetry
    ? Array.from(
        { length: users },
        (_, index): Happening => ({
          at: { handler: index + 1 },
          what: { kind: 'trouble', trouble: { does: 'throw', with: 0 } },
        }),
      )
    : [];
  const cancel: Happening[] = cancelAt ? [{ at: cancelAt, what: { kind: 'cancel', run: 0, times: 1 } }] : [];
  return {
    seed: 1,
    store,
    users,
    concurrency: 2,
    interruptionsMax: 10,
    missedSlots: 'once',
    strictFailed: false,
    limits: {},
    jitter: 0,
    workflows: [{ isScheduled, tasks: list }],
    horizonMs: isScheduled ? 4 * 3_600_000 : 60_000,
    happenings: [...begins, ...troubles, ...cancel, ...more],
  };
}

/** Lets the process die at the n-th store call, for every n and each side of it, until a scenario has no n-th call. */
export function crashEverywhere(small: SmallScenario): Promise<Enumerated> {
  return everywhere(small, SIDES, { kind: 'crash', offMs: 0 });
}

/** As {@link crashEverywhere}, with a call that the store refuses in place of a crash. */
export function failEverywhere(small: SmallScenario): Promise<Enumerated> {
  return everywhere(small, ['before', 'middle'], { kind: 'error', code: 'StoreFailed', times: 1 });
}

/** The process dies at the n-th store call, and the next one at the m-th, for every n < m. */
export async function crashTwiceEverywhere(small: SmallScenario): Promise<Enumerated> {
  let all: Enumerated = { scenarios: 0, points: 0, failures: [] };
  const calls = (await runScenario(smallPlan(small, []))).storeCalls;
  for (let first = 1; first <= calls; first++) {
    const begun: Happening = { at: { call: first, side: 'after' }, what: { kind: 'crash', offMs: 0 } };
    const found = await everywhere(small, SIDES, { kind: 'crash', offMs: 0 }, [begun], first + 1);
    all = {
      scenarios: all.scenarios + found.scenarios,
      points: all.points + found.points,
      failures: [...all.failures, ...found.failures],
    };
  }
  return all;
}

async function everywhere(
  small: SmallScenario,
  sides: readonly Side[],
  what: What,
  begun: readonly Happening[] = [],
  from = 1,
): Promise<Enumerated> {
  const failures: { plan: Plan; violation: string }[] = [];
  let scenarios = 0;
  let call = from;
  for (let isReached = true; isReached && call < POINTS_MAX; call++) {
    isReached = false;
    for (const side of sides) {
      const plan = smallPlan(small, [...begun, { at: { call, side }, what }]);
      const result = await runScenario(plan);
      scenarios += 1;
      isReached ||= result.reached.has(`${call}${side}`);
      const [violation] = result.violations;
      if (violation !== undefined) failures.push({ plan, violation });
    }
  }
  return { scenarios, points: call - from - 1, failures };
}
