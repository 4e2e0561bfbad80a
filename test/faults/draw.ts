/** Draws plans from seeds. */
import { Choices } from '../../src/system/virtual/choices.ts';
import type { TaskFault } from '../../src/testing/faults/plan.ts';
import type { Happening, Moment, Plan, Side, SmallLimit, TaskPlan, What, WorkflowPlan } from './plan.ts';

const HOUR_MS = 3_600_000;
/** Of so many scenarios, one is on SQLite: opening a file costs as much as ten scenarios in memory. */
const SQLITE_OF = 100;

/** The plan of a seed. */
export function drawPlan(seed: number): Plan {
  const choices = new Choices(seed);
  const hasSchedule = choices.chance(0.25);
  const workflows = Array.from({ length: choices.int(1, 2) }, (_, index) =>
    drawWorkflow(choices, hasSchedule && index === 0),
  );
  const horizonMs = hasSchedule ? choices.int(1, 20) * 3 * HOUR_MS : 60_000;
  const shape = { users: choices.int(1, 5), workflows, horizonMs };
  return {
    seed,
    store: choices.chance(1 / SQLITE_OF) ? 'sqlite' : 'memory',
    ...shape,
    concurrency: choices.int(1, 5),
    interruptionsMax: choices.pick([0, 1, 10, 10]),
    missedSlots: choices.pick(['once', 'each', 'skip']),
    strictFailed: choices.chance(0.2),
    limits: choices.chance(0.5) ? drawLimits(choices) : {},
    jitter: choices.pick([0, 0, 1, 3, 6]),
    happenings: drawHappenings(choices, shape),
  };
}

export function drawWorkflow(choices: Choices, isScheduled: boolean): WorkflowPlan {
  return { isScheduled, tasks: Array.from({ length: choices.int(1, 3) }, () => drawTask(choices)) };
}

function drawTask(choices: Choices): TaskPlan {
  return {
    continueOnError: choices.chance(0.4),
    attempts: choices.pick([1, 1, 2, 3]),
    delayMs: choices.pick([0, 10, 1_000, 20_000]),
    timeoutMs: choices.chance(0.4) ? choices.pick([1, 50, 3_000]) : null,
    concurrency: choices.chance(0.25) ? choices.int(1, 2) : null,
    latencyMs: choices.pick([0, 0, 0, 1, 20, 2_000]),
  };
}

export function drawLimits(choices: Choices): Partial<Record<SmallLimit, number>> {
  const limits: Partial<Record<SmallLimit, number>> = {};
  if (choices.chance(0.6)) limits.usersPerBatch = choices.int(1, 3);
  if (choices.chance(0.4)) limits.commitEventsMax = choices.int(1, 3);
  if (choices.chance(0.3)) limits.activeUsersMax = choices.int(1, 3);
  if (choices.chance(0.4)) limits.usersReadAhead = choices.int(1, 3);
  if (choices.chance(0.3)) limits.runsDrivenMax = choices.int(1, 2);
  return limits;
}

export type Shape = Pick<Plan, 'users' | 'workflows' | 'horizonMs'>;

function drawHappenings(choices: Choices, shape: Shape): Happening[] {
  const runs = choices.int(1, 3);
  const begun = Array.from({ length: runs }, (_, index): Happening => {
    const at: Moment = index === 0 || choices.chance(0.4) ? { ms: 0 } : drawMoment(choices, shape);
    return { at, what: drawActivation(choices, shape) };
  });
  const more = Array.from({ length: choices.int(1, 9) }, () => drawFault(choices, shape, runs));
  return [...begun, ...more];
}

export function drawActivation(choices: Choices, { users, workflows }: Shape): What {
  const from = choices.int(1, users);
  const count = choices.int(1, users - from + 1);
  return {
    kind: 'activate',
    workflow: choices.int(0, workflows.length - 1),
    from,
    users: count,
    times: choices.chance(0.1) ? 2 : 1,
  };
}

/** Mostly early, where the first runs are; sometimes anywhere. */
export function drawMoment(choices: Choices, { horizonMs }: Shape): Moment {
  const kind = choices.int(1, 10);
  if (kind <= 5) return { call: choices.int(1, choices.pick([8, 20, 60])), side: drawSide(choices) };
  if (kind <= 7) return { handler: choices.int(1, choices.pick([3, 10])) };
  return { ms: choices.int(0, choices.pick([20, 3_000, 60_000, horizonMs])) };
}

function drawSide(choices: Choices): Side {
  return choices.pick(['before', 'middle', 'after']);
}

function drawFault(choices: Choices, shape: Shape, runs: number): Happening {
  const kind = choices.int(1, 20);
  if (kind <= 5)
    return { at: drawMoment(choices, shape), what: { kind: 'crash', offMs: drawOffMs(choices, shape) } };
  if (kind <= 9) return { at: { handler: choices.int(1, 12) }, what: drawTrouble(choices) };
  if (kind <= 12) return drawStoreFault(choices);
  return { at: drawMoment(choices, shape), what: drawDeed(choices, shape, runs, kind) };
}

function drawOffMs(choices: Choices, { horizonMs }: Shape): number {
  return horizonMs > HOUR_MS
    ? choices.pick([0, 1_000, 5 * HOUR_MS, 50 * HOUR_MS])
    : choices.pick([0, 0, 700, 9_000]);
}

export function drawTrouble(choices: Choices): What {
  return { kind: 'trouble', trouble: drawTroubleOnly(choices) };
}

function drawTroubleOnly(choices: Choices): TaskFault {
  const ms = choices.pick([0, 5, 60, 4_000, 9_000]);
  switch (choices.int(1, 9)) {
    case 1:
    case 2:
      return { does: 'throw', with: choices.int(0, 7) };
    case 3:
    case 4:
      return { does: 'reject', ms, with: choices.int(0, 7) };
    case 5:
      return { does: 'last', ms };
    case 6:
      return { does: 'hang' };
    case 7:
      return { does: 'ignore' };
    case 8:
      return { does: 'linger', ms };
    default:
      return { does: 'deceive' };
  }
}

function drawStoreFault(choices: Choices): Happening {
  const call = choices.int(1, choices.pick([8, 20, 60]));
  if (choices.chance(0.3))
    return {
      at: { call, side: drawSide(choices) },
      what: { kind: 'slow', ms: choices.pick([1, 100, 7_000]) },
    };
  const side = choices.pick(['before', 'middle'] as const);
  const code = choices.chance(0.1)
    ? choices.pick(['StoreReadOnly', 'StoreCorrupt'] as const)
    : choices.pick(['StoreLocked', 'StoreFull', 'StoreFailed'] as const);
  return { at: { call, side }, what: { kind: 'error', code, times: choices.pick([1, 1, 2, 6]) } };
}

function drawDeed(choices: Choices, shape: Shape, runs: number, kind: number): What {
  const workflow = choices.int(0, shape.workflows.length - 1);
  const run = choices.int(0, runs);
  if (kind <= 14) return { kind: 'cancel', run, times: choices.pick([1, 1, 2]) };
  if (kind === 15)
    return { kind: 'stop', deadlineMs: choices.pick([0, 10, 5_000]), offMs: drawOffMs(choices, shape) };
  if (kind === 16) return { kind: 'second' };
  if (kind === 17)
    return {
      kind: 'jump',
      byMs: choices.pick([-1, 1]) * choices.pick([5, 900, 30_000, 4 * HOUR_MS, 100 * HOUR_MS]),
    };
  if (kind === 18) return { kind: 'sleep', ms: choices.pick([500, 30_000, 4 * HOUR_MS]) };
  if (kind === 19) return drawChange(choices, workflow, run);
  return choices.chance(0.5)
    ? { kind: 'evaluate', workflow: 0, slotsAgo: choices.int(0, 3) }
    : drawActivation(choices, shape);
}

function drawChange(choices: Choices, workflow: number, run: number): What {
  const kind = choices.int(1, 6);
  if (kind === 1) return { kind: 'deleteRun', run };
  if (kind === 2) return { kind: 'deleteWorkflow', workflow };
  if (kind === 3) return { kind: 'restoreWorkflow', workflow };
  return {
    kind: 'update',
    workflow,
    to: choices.pick(['disabled', 'disabled', 'enabled', 'unscheduled', 'scheduled']),
  };
}
