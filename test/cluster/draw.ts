/** Draws plans of clusters from seeds: several processes on one store, and what befalls them and the way between. */
import { Choices } from '../../src/system/virtual/choices.ts';
import {
  drawActivation,
  drawLimits,
  drawMoment,
  drawTrouble,
  drawWorkflow,
  type Shape,
} from '../faults/draw.ts';
import type { ClusterPlan, Happening, Moment, Plan, What } from '../faults/plan.ts';

const HORIZON_MS = 30_000;
const PROCESSES_MAX = 4;
/** Of a hundred scenarios, so many in which nobody fails: no task may run twice in them. */
const PEACEFUL = 15;

/** The plan of a seed. */
export function drawClusterPlan(seed: number): Plan {
  const choices = new Choices(seed ^ 0xc1a57e4);
  const isPeaceful = choices.chance(PEACEFUL / 100);
  const hasSchedule = choices.chance(0.2);
  const workflows = Array.from({ length: choices.int(1, 2) }, (_, index) =>
    drawWorkflow(choices, hasSchedule && index === 0),
  );
  const shape: Shape = { users: choices.int(1, 5), workflows, horizonMs: HORIZON_MS };
  return {
    seed,
    store: 'memory',
    cluster: drawCluster(choices, isPeaceful),
    ...shape,
    concurrency: choices.int(1, 5),
    interruptionsMax: choices.pick([0, 1, 10, 10]),
    missedSlots: choices.pick(['once', 'each', 'skip']),
    strictFailed: choices.chance(0.2),
    limits: choices.chance(0.5) ? drawLimits(choices) : {},
    jitter: choices.pick([0, 0, 1, 3, 6]),
    happenings: drawHappenings(choices, shape, isPeaceful),
  };
}

function drawCluster(choices: Choices, isPeaceful: boolean): ClusterPlan {
  const min = choices.int(1, 3);
  const processes = choices.pick([1, 2, 2, 2, 3, 3, PROCESSES_MAX]);
  const areFast = !isPeaceful && choices.chance(0.3);
  return {
    slices: { min, max: min + choices.int(0, 1) },
    skewsMs: Array.from({ length: processes }, () =>
      areFast ? choices.pick([0, 0, 40, -3_000, 9_000, -15_000]) : 0,
    ),
    wayMs: choices.pick([0, 0, 0, 1, 5]),
    offersLost: choices.pick([0, 0, 10, 50]),
    offersDoubled: choices.pick([0, 0, 10, 50]),
  };
}

function drawHappenings(choices: Choices, shape: Shape, isPeaceful: boolean): Happening[] {
  const runs = choices.int(2, 10);
  const begun = Array.from(
    { length: runs },
    (_, index): Happening => ({
      at:
        index < 2 || choices.chance(0.6)
          ? { ms: choices.pick([0, 0, 30, 2_000]) }
          : drawMoment(choices, shape),
      what: choices.chance(0.1) ? drawSlot(choices) : drawActivation(choices, shape),
    }),
  );
  const draw = isPeaceful ? drawPeaceful : drawFault;
  const more = Array.from({ length: choices.int(1, 10) }, () => draw(choices, shape, runs));
  return [...begun, ...more.flat()];
}

function drawSlot(choices: Choices): What {
  return { kind: 'evaluate', workflow: 0, slotsAgo: choices.int(0, 2) };
}

function drawPeaceful(choices: Choices, shape: Shape, runs: number): Happening[] {
  const kind = choices.int(1, 10);
  if (kind <= 5) return [{ at: { handler: choices.int(1, 12) }, what: drawTrouble(choices) }];
  if (kind <= 6) return [{ at: drawMoment(choices, shape), what: drawCancel(choices, runs) }];
  if (kind <= 9) return drawOvertaken(choices, runs);
  return [{ at: drawMoment(choices, shape), what: drawSlot(choices) }];
}

/** A cancel that comes before a commit which was decided without it. */
function drawOvertaken(choices: Choices, runs: number): Happening[] {
  const at: Moment = { commit: choices.int(1, choices.pick([5, 20, 60])), side: 'before' };
  return [
    { at, what: drawCancel(choices, runs) },
    { at, what: { kind: 'slow', ms: choices.pick([1, 30]) } },
  ];
}

function drawCancel(choices: Choices, runs: number): What {
  return { kind: 'cancel', run: choices.int(0, runs), times: choices.pick([1, 1, 2]) };
}

/** A third on the way to the store, a third of processes, and the rest. */
function drawFault(choices: Choices, shape: Shape, runs: number): Happening[] {
  const kind = choices.int(1, 18);
  if (kind <= 7) return [drawOnTheWay(choices)];
  const at = drawMoment(choices, shape);
  if (kind <= 12) return drawOfProcess(choices).map((what) => ({ at, what }));
  if (kind === 13) return [{ at, what: drawOfClocks(choices) }];
  if (kind === 14)
    return [{ at, what: { kind: 'update', workflow: 0, to: choices.pick(['disabled', 'enabled']) } }];
  if (kind === 15 && choices.chance(0.3))
    return [{ at, what: { kind: 'deleteRun', run: choices.int(0, runs) } }];
  return drawPeaceful(choices, shape, runs);
}

/** Calls are lost, refused, slow, late, or written without an answer. */
function drawOnTheWay(choices: Choices): Happening {
  const at = choices.chance(0.5)
    ? { commit: choices.int(1, choices.pick([5, 20, 60])) }
    : { call: choices.int(1, choices.pick([20, 60, 150])) };
  const times = choices.pick([1, 1, 2, 6]);
  const kind = choices.int(1, 9);
  if (kind <= 3) return { at: { ...at, side: 'after' }, what: { kind: 'error', code: 'StoreFailed', times } };
  if (kind <= 5) {
    const side = choices.pick(['before', 'middle'] as const);
    const code = choices.pick(['StoreFailed', 'StoreLocked'] as const);
    return { at: { ...at, side }, what: { kind: 'error', code, times } };
  }
  if (kind <= 7)
    return {
      at: { ...at, side: 'before' },
      what: { kind: 'late', ms: choices.pick([30, 30, 70, 700, 3_000, 11_000]) },
    };
  if (kind === 8)
    return {
      at: { ...at, side: choices.pick(['before', 'after']) },
      what: { kind: 'slow', ms: drawMs(choices) },
    };
  return { at: { ...at, side: choices.pick(['before', 'after']) }, what: { kind: 'restart' } };
}

/** Often just before or after a lease is over. */
function drawMs(choices: Choices): number {
  return choices.pick([1, 30, 700, 3_000, 9_000, 10_100, 12_000, 14_000, 25_000]);
}

function drawOfProcess(choices: Choices): What[] {
  const kind = choices.int(1, 10);
  if (kind <= 3) return [{ kind: 'crash', offMs: choices.pick([0, 700, 11_000, 20_000]) }];
  const stall: What = { kind: 'stall', ms: drawMs(choices) };
  if (kind <= 5) return [stall];
  if (kind <= 7) return [{ kind: 'partition', ms: drawMs(choices) }];
  const deadlineMs = choices.pick([0, 10, 5_000, 60_000]);
  const stop: What = { kind: 'stop', deadlineMs, offMs: choices.pick([0, 700, 11_000]) };
  // It goes on to hand back what it no longer holds.
  return kind === 8 ? [stall, stop] : [stop];
}

function drawOfClocks(choices: Choices): What {
  const byMs = choices.pick([5, 900, 8_000, 30_000]);
  if (choices.chance(0.3)) return { kind: 'sleep', ms: byMs };
  return { kind: 'jump', byMs: choices.pick([-1, 1]) * byMs };
}
