/** A sizing of a queue whose answer is known: Erlang's formula C. */
import { durationFor } from '../../src/simulate/process/durations.ts';
import { arrivalsOf } from '../../src/simulate/world/arrivals.ts';
import { size } from '../../src/simulate.ts';
import { seededRandom } from '../../src/system/virtual/random.ts';
import { erlangWaitMs, MINUTE_MS, queueScenario, waitsOf } from '../../test/unit/simulate/sizing/queue.ts';
import type { Run } from '../child.ts';

/** Size of the sizing. */
export interface SizeInput {
  /** On average, of each seed. */
  readonly arrivals: number;
  readonly seeds: number;
  /** `alone`: customers are served in a loop, and nothing else. */
  readonly does: 'size' | 'alone';
}

const PER_HOUR = 60;
const MEAN_MS = MINUTE_MS;
/** Two lanes, half of whose time is used, have a mean time of 80 s; three, of 63 s. */
const GOAL = 'mean(latency) <= 70s';
const LANES = [2, 3];

export const run: Run<SizeInput> = async ({ arrivals, seeds, does }) => {
  const hours = Math.round(arrivals / PER_HOUR);
  const startMs = performance.now();
  if (does === 'alone') {
    const served = Array.from({ length: seeds }, (_, seed) => serve(hours, seed));
    const customers = served.reduce((sum, count) => sum + count, 0);
    return { perSecond: (customers / (performance.now() - startMs)) * 1_000, figures: {} };
  }
  const scenario = queueScenario(PER_HOUR, MEAN_MS, { horizon: `PT${hours}H` });
  const { answer, settings } = await size(scenario, {
    goals: [GOAL],
    vary: [`concurrency=${LANES.join(',')}`],
    seeds,
  });
  const ms = performance.now() - startMs;
  const errors = settings.map(({ values, goals }) => {
    const lanes = values.concurrency ?? 0;
    const waitMs = erlangWaitMs(PER_HOUR, MEAN_MS, lanes);
    const [time] = goals;
    if (!time) throw new Error('Expected a goal');
    return {
      [`${lanes} lanes, mean time: percent off`]: 100 * (time.value / (waitMs + MEAN_MS) - 1),
      [`${lanes} lanes, ± percent`]: (100 * (time.high - time.low)) / 2 / time.value,
    };
  });
  const all = (settings.length + 1) * seeds * hours * PER_HOUR; // and once as it is
  return {
    perSecond: (all / ms) * 1_000,
    figures: { 'lanes in the answer': answer?.values.concurrency ?? 0, ...Object.assign({}, ...errors) },
  };
};

function serve(hours: number, seed: number): number {
  const random = seededRandom(seed);
  const arrivals = arrivalsOf(
    { key: 'W', entry: { arrivals: { perHour: PER_HOUR } } },
    0,
    hours * 60 * MINUTE_MS,
    seed,
  );
  const customers = arrivals.map(({ atMs }) => ({
    atMs,
    takesMs: durationFor({ kind: 'exponential', meanMs: MEAN_MS }, random.next()),
  }));
  return LANES.reduce((count, lanes) => count + waitsOf(customers, lanes).length, 0);
}
