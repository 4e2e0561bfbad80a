/** When workflows run on demand at random: a Poisson process. */
import { type EpochMs, HOUR_MS } from '../../model/time.ts';
import { ln } from '../../system/virtual/exact-math.ts';
import { randomFor } from '../../system/virtual/random.ts';
import type { ReadWorkflow } from '../scenario/read-scenario.ts';

/** A moment at which a workflow runs for one person. */
export interface Arrival {
  readonly atMs: EpochMs;
  /** Which person, in [0, 1). */
  readonly draw: number;
}

/** The arrivals of a workflow in a time, by `arrivals` of the scenario; they depend on its key and the seed alone. */
export function arrivalsOf(
  { key, entry }: Pick<ReadWorkflow, 'key' | 'entry'>,
  startMs: EpochMs,
  endMs: EpochMs,
  seed: number,
): readonly Arrival[] {
  if (!entry.arrivals) return [];
  const meanMs = HOUR_MS / entry.arrivals.perHour;
  const random = randomFor(seed, `arrivals ${key}`);
  const arrivals: Arrival[] = [];
  // Moments are rounded, not gaps: rounding would change the rate of frequent arrivals.
  for (let atMs = startMs; ; ) {
    atMs -= meanMs * ln(1 - random.next());
    if (atMs >= endMs) return arrivals;
    arrivals.push({ atMs: Math.floor(atMs), draw: random.next() });
  }
}
