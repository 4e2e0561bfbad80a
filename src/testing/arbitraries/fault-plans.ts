import fc from 'fast-check';
import type { FaultPlan } from '../faults.ts';

/** Bounds of a plan of faults. */
export interface FaultOptions {
  /** Commits and store calls that can be hit, at most. Default 20. */
  readonly callsMax?: number;
  readonly usersMax?: number;
  readonly tasksMax?: number;
}

/** Faults for `faultyStore` and `faultyTasks`. Shrinks to none. */
export function faultPlan(options: FaultOptions = {}): fc.Arbitrary<FaultPlan> {
  const { callsMax = 20, usersMax = 6, tasksMax = 4 } = options;
  const call = fc.integer({ min: 1, max: callsMax });
  return fc.record({
    crash: fc.option(fc.record({ commit: call, when: fc.constantFrom('before' as const, 'after' as const) })),
    storeErrors: fc.array(
      fc.record({
        transaction: call,
        code: fc.constantFrom('StoreFailed' as const, 'StoreFull' as const, 'StoreLocked' as const),
      }),
      { maxLength: 3 },
    ),
    taskFaults: fc.array(
      fc.record({
        subject: fc.nat({ max: usersMax - 1 }),
        task: fc.nat({ max: tasksMax - 1 }),
        attempt: fc.integer({ min: 1, max: 3 }),
        does: fc.constantFrom(
          'throwsError' as const,
          'throwsNothing' as const,
          'failsAfterItsEffect' as const,
        ),
      }),
      { maxLength: 4 },
    ),
  });
}
