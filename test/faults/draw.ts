/** Draws plans from seeds. */
import type { Random } from '../../src/ports/random.ts';
import type { TaskFault } from '../../src/testing/faults/plan.ts';
import { below, seededRandom } from '../helpers/seeded.ts';
import type { Happening, Moment, Plan, Side, SmallLimit, TaskPlan, What, WorkflowPlan } from './plan.ts';

const HOUR_MS = 3_600_000;
/** Of so many lives, one is on SQLite: opening a file costs as much as ten lives in memory. */
const SQLITE_OF = 100;

/** The plan of a seed. */
export function drawPlan(seed: number): Plan {
  const dice = diceOf(seededRandom(seed));
  const hasSchedule = dice.chance(0.25);
  const workflows = Array.from({ length: dice.from(1, 2) }, (_, index) =>
    drawWorkflow(dice, hasSchedule && index === 0),
  );
  const horizonMs = hasSchedule ? dice.from(1, 20) * 3 * HOUR_MS : 60_000;
  const shape = { users: dice.from(1, 5), workflows, horizonMs };
  return {
    seed,
    store: dice.chance(1 / SQLITE_OF) ? 'sqlite' : 'memory',
    ...shape,
    concurrency: dice.from(1, 5),
    interruptionsMax: dice.pick([0, 1, 10, 10]),
    missedSlots: dice.pick(['once', 'each', 'skip']),
    strictFailed: dice.chance(0.2),
    limits: dice.chance(0.5) ? drawLimits(dice) : {},
    jitter: dice.pick([0, 0, 1, 3, 6]),
    happenings: drawHappenings(dice, shape),
  };
}

interface Dice {
  chance(probability: number): boolean;
  /** A whole number, both ends included. */
  from(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
}

function diceOf(random: Random): Dice {
  return {
    chance: (probability) => random.next() < probability,
    from: (low, high) => low + below(random, high - low + 1),
    pick: <T>(list: readonly T[]) => list[below(random, list.length)] as T,
  };
}

function drawWorkflow(dice: Dice, isScheduled: boolean): WorkflowPlan {
  return { isScheduled, tasks: Array.from({ length: dice.from(1, 3) }, () => drawTask(dice)) };
}

function drawTask(dice: Dice): TaskPlan {
  return {
    continueOnError: dice.chance(0.4),
    attempts: dice.pick([1, 1, 2, 3]),
    delayMs: dice.pick([0, 10, 1_000, 20_000]),
    timeoutMs: dice.chance(0.4) ? dice.pick([1, 50, 3_000]) : null,
    concurrency: dice.chance(0.25) ? dice.from(1, 2) : null,
    latencyMs: dice.pick([0, 0, 0, 1, 20, 2_000]),
  };
}

function drawLimits(dice: Dice): Partial<Record<SmallLimit, number>> {
  const limits: Partial<Record<SmallLimit, number>> = {};
  if (dice.chance(0.6)) limits.usersPerBatch = dice.from(1, 3);
  if (dice.chance(0.4)) limits.commitEventsMax = dice.from(1, 3);
  if (dice.chance(0.3)) limits.activeUsersMax = dice.from(1, 3);
  if (dice.chance(0.4)) limits.usersReadAhead = dice.from(1, 3);
  if (dice.chance(0.3)) limits.runsDrivenMax = dice.from(1, 2);
  return limits;
}

type Shape = Pick<Plan, 'users' | 'workflows' | 'horizonMs'>;

function drawHappenings(dice: Dice, shape: Shape): Happening[] {
  const runs = dice.from(1, 3);
  const begun = Array.from({ length: runs }, (_, index): Happening => {
    const at: Moment = index === 0 || dice.chance(0.4) ? { ms: 0 } : drawMoment(dice, shape);
    return { at, what: drawActivation(dice, shape) };
  });
  const more = Array.from({ length: dice.from(1, 9) }, () => drawFault(dice, shape, runs));
  return [...begun, ...more];
}

function drawActivation(dice: Dice, { users, workflows }: Shape): What {
  const from = dice.from(1, users);
  const count = dice.from(1, users - from + 1);
  return {
    kind: 'activate',
    workflow: dice.from(0, workflows.length - 1),
    from,
    users: count,
    times: dice.chance(0.1) ? 2 : 1,
  };
}

/** Mostly early, where the first runs are; sometimes anywhere. */
function drawMoment(dice: Dice, { horizonMs }: Shape): Moment {
  const kind = dice.from(1, 10);
  if (kind <= 5) return { call: dice.from(1, dice.pick([8, 20, 60])), side: drawSide(dice) };
  if (kind <= 7) return { handler: dice.from(1, dice.pick([3, 10])) };
  return { ms: dice.from(0, dice.pick([20, 3_000, 60_000, horizonMs])) };
}

function drawSide(dice: Dice): Side {
  return dice.pick(['before', 'middle', 'after']);
}

function drawFault(dice: Dice, shape: Shape, runs: number): Happening {
  const kind = dice.from(1, 20);
  if (kind <= 5)
    return { at: drawMoment(dice, shape), what: { kind: 'crash', offMs: drawOffMs(dice, shape) } };
  if (kind <= 9) return { at: { handler: dice.from(1, 12) }, what: drawTrouble(dice) };
  if (kind <= 12) return drawStoreFault(dice);
  return { at: drawMoment(dice, shape), what: drawDeed(dice, shape, runs, kind) };
}

function drawOffMs(dice: Dice, { horizonMs }: Shape): number {
  return horizonMs > HOUR_MS
    ? dice.pick([0, 1_000, 5 * HOUR_MS, 50 * HOUR_MS])
    : dice.pick([0, 0, 700, 9_000]);
}

function drawTrouble(dice: Dice): What {
  return { kind: 'trouble', trouble: drawTroubleOnly(dice) };
}

function drawTroubleOnly(dice: Dice): TaskFault {
  const ms = dice.pick([0, 5, 60, 4_000, 9_000]);
  switch (dice.from(1, 9)) {
    case 1:
    case 2:
      return { does: 'throw', with: dice.from(0, 7) };
    case 3:
    case 4:
      return { does: 'reject', ms, with: dice.from(0, 7) };
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

function drawStoreFault(dice: Dice): Happening {
  const call = dice.from(1, dice.pick([8, 20, 60]));
  if (dice.chance(0.3))
    return { at: { call, side: drawSide(dice) }, what: { kind: 'slow', ms: dice.pick([1, 100, 7_000]) } };
  const side = dice.pick(['before', 'middle'] as const);
  const code = dice.chance(0.1)
    ? dice.pick(['StoreReadOnly', 'StoreCorrupt'] as const)
    : dice.pick(['StoreLocked', 'StoreFull', 'StoreFailed'] as const);
  return { at: { call, side }, what: { kind: 'error', code, times: dice.pick([1, 1, 2, 6]) } };
}

function drawDeed(dice: Dice, shape: Shape, runs: number, kind: number): What {
  const workflow = dice.from(0, shape.workflows.length - 1);
  const run = dice.from(0, runs);
  if (kind <= 14) return { kind: 'cancel', run, times: dice.pick([1, 1, 2]) };
  if (kind === 15)
    return { kind: 'stop', deadlineMs: dice.pick([0, 10, 5_000]), offMs: drawOffMs(dice, shape) };
  if (kind === 16) return { kind: 'second' };
  if (kind === 17)
    return {
      kind: 'jump',
      byMs: dice.pick([-1, 1]) * dice.pick([5, 900, 30_000, 4 * HOUR_MS, 100 * HOUR_MS]),
    };
  if (kind === 18) return { kind: 'sleep', ms: dice.pick([500, 30_000, 4 * HOUR_MS]) };
  if (kind === 19) return drawChange(dice, workflow, run);
  return dice.chance(0.5)
    ? { kind: 'evaluate', workflow: 0, slotsAgo: dice.from(0, 3) }
    : drawActivation(dice, shape);
}

function drawChange(dice: Dice, workflow: number, run: number): What {
  const kind = dice.from(1, 6);
  if (kind === 1) return { kind: 'deleteRun', run };
  if (kind === 2) return { kind: 'deleteWorkflow', workflow };
  if (kind === 3) return { kind: 'restoreWorkflow', workflow };
  return {
    kind: 'update',
    workflow,
    to: dice.pick(['disabled', 'disabled', 'enabled', 'unscheduled', 'scheduled']),
  };
}
