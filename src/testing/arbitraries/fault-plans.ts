import fc from 'fast-check';
import { readOptions } from '../../input/options.ts';
import { HOUR_MS } from '../../model/time.ts';
import { type FaultPlan, type ProcessFault, type TaskFault, THROWN_KINDS } from '../faults.ts';
import { FAULTS } from './options.ts';

/** Bounds of a plan of faults. */
export interface FaultOptions {
  /** Commits and store calls that can be hit, at most. Default 20. */
  readonly callsMax?: number;
  readonly usersMax?: number;
  readonly tasksMax?: number;
  /** Faults of processes happen so long after the beginning, at most, ms. Default: a day. */
  readonly horizonMs?: number;
  /** What handlers may do. Default: everything. Without a time-out, leave out `hang`, `ignore` and `linger`. */
  readonly does?: readonly TaskFault['does'][];
}

const sometime = fc.constantFrom(0, 5, 60, 4_000, 9_000);

/** Each way in which a handler can misbehave. */
const TASK_FAULTS: { readonly [Does in TaskFault['does']]: fc.Arbitrary<TaskFault> } = {
  throw: fc.nat({ max: THROWN_KINDS - 1 }).map((kind) => ({ does: 'throw', with: kind })),
  reject: fc
    .tuple(sometime, fc.nat({ max: THROWN_KINDS - 1 }))
    .map(([ms, kind]) => ({ does: 'reject', ms, with: kind })),
  last: sometime.map((ms) => ({ does: 'last', ms })),
  hang: fc.constant({ does: 'hang' }),
  ignore: fc.constant({ does: 'ignore' }),
  linger: sometime.map((ms) => ({ does: 'linger', ms })),
  deceive: fc.constant({ does: 'deceive' }),
  repeat: fc.constant({ does: 'repeat' }),
};

/** Slots are three hours apart: some of these are within one, some span many. */
const away = fc.constantFrom(500, 30_000, 4 * HOUR_MS, 50 * HOUR_MS);

const processFault: fc.Arbitrary<ProcessFault> = fc.oneof(
  fc
    .tuple(fc.constantFrom('kill' as const, 'stop' as const), away)
    .map(([how, forMs]) => ({ kind: 'off' as const, forMs, how })),
  fc.constant({ kind: 'takeover' as const }),
  fc.constantFrom(1, 2).map((times) => ({ kind: 'cancel' as const, times })),
  away.map((forMs) => ({ kind: 'asleep' as const, forMs })),
  fc
    .tuple(fc.constantFrom(1, -1), away)
    .map(([sign, ms]) => ({ kind: 'clockJump' as const, byMs: sign * ms })),
);

/**
 * Faults for `endureFaults`, or for `faultyStore` and `faultyTasks` in a test of your own: crashes, a store that
 * fails or is slow, handlers that throw anything, hang or run twice, processes that are killed, off, asleep,
 * robbed of their runs or wrong about the time. Shrinks to none.
 */
export function faultPlan(options?: FaultOptions): fc.Arbitrary<FaultPlan> {
  const { callsMax, usersMax, tasksMax, horizonMs, does } = readOptions(options, 'faultPlan', FAULTS);
  const call = fc.integer({ min: 1, max: callsMax });
  // Most of what happens, happens at once; then there are only the slots.
  const atMs = fc.oneof(fc.nat({ max: Math.min(20_000, horizonMs) }), fc.nat({ max: horizonMs }));
  return fc.record(
    {
      crash: fc.option(
        fc.record({ commit: call, when: fc.constantFrom('before' as const, 'after' as const) }),
      ),
      storeErrors: fc.array(
        fc.record({
          transaction: call,
          code: fc.constantFrom('StoreFailed' as const, 'StoreFull' as const, 'StoreLocked' as const),
        }),
        { maxLength: 3 },
      ),
      slowCommits: fc.array(fc.record({ transaction: call, ms: fc.constantFrom(1, 100, 7_000) }), {
        maxLength: 2,
      }),
      taskFaults: fc.array(
        fc.record({
          subject: fc.nat({ max: usersMax - 1 }),
          task: fc.nat({ max: tasksMax - 1 }),
          attempt: fc.integer({ min: 1, max: 3 }),
          fault: fc.oneof(...does.map((one) => TASK_FAULTS[one])),
        }),
        { maxLength: 4 },
      ),
      processFaults: fc.array(fc.record({ atMs, fault: processFault }), { maxLength: 4 }),
    },
    { noNullPrototype: true },
  );
}
