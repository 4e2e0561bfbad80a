import { LIMITS } from '../../model/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HostTurn } from '../../ports/directory.ts';

/** Steps between two readings of the clock. */
const STEPS_PER_LOOK = 64;

/**
 * For a loop of many small steps: called at each, it gives a promise of the host's turn when the loop has run for
 * `LIMITS.turnMs`, and else `null`. Clocks that stand still give none.
 */
export function hostTurns(clock: Pick<Clock, 'elapsed' | 'yield'>): HostTurn {
  let steps = 0;
  let startMs = clock.elapsed();
  return () => {
    steps += 1;
    if (steps % STEPS_PER_LOOK !== 0 || clock.elapsed() - startMs < LIMITS.turnMs) return null;
    return clock.yield().then(() => {
      startMs = clock.elapsed();
    });
  };
}
