/** Compares two scenarios with the same people and the same random draws, person by person and over seeds. */
import { readFunction, readSignal, readWhole } from '../input/fields.ts';
import { optional, type ReadShape, readOptions, type ShapeOf, withDefault } from '../input/options.ts';
import type { Place } from '../input/refuse.ts';
import { compareOnce, PEOPLE_KEPT_MAX } from './comparison/compare-once.ts';
import type { Comparison } from './comparison/comparison.ts';
import { overSeeds } from './comparison/over-seeds.ts';
import { SimulationPool, type SimulationPoolRunOptions } from './pool/simulation-pool.ts';
import {
  FILE_OPTIONS,
  type ReadScenario,
  readScenario,
  readScenarioFile,
  SCENARIO_OPTIONS,
} from './scenario/read-scenario.ts';
import type { Scenario } from './scenario/scenario.ts';
import type { SimulateOptions } from './simulate.ts';
import { SIMULATION_OPTIONS, type SimulationProgress } from './simulation-options.ts';

/** Options of {@link compare}. */
export interface CompareOptions extends Pick<SimulateOptions, 'seed' | 'horizon' | 'folder' | 'check'> {
  /**
   * Number of seeds, 1..1,000: `seed`, `seed + 1` … The first is compared person by person; all of them give each figure's
   * difference with its confidence interval. Default 1, which cannot tell an effect from noise.
   */
  readonly seeds?: number;
  /** Most of the simulations with the other seeds at once, each in a thread, 1..256. Default: one for each core. */
  readonly workers?: number;
  /** Called about 400 times for each side of the first seed. Default: nothing is called. */
  readonly onProgress?: (side: 'a' | 'b', progress: SimulationProgress) => void;
  /** Called while the other seeds run, with the share of them that is done, 0..1. Default: nothing is called. */
  readonly onSeedsProgress?: (share: number) => void;
  /** Most people of each kind of difference that the result names. Default 500. */
  readonly peopleKeptMax?: number;
  /** Ends it, before the first seed and while the others run. Default: nothing ends it. */
  readonly signal?: AbortSignal;
}

const SEEDS_MAX = 1_000;
const WORKERS_MAX = 256;

const READ_OPTIONS = {
  seed: SIMULATION_OPTIONS.seed,
  check: SIMULATION_OPTIONS.check,
  seeds: withDefault((place: Place) => readWhole(place, 1, SEEDS_MAX), 1),
  workers: optional((place: Place) => readWhole(place, 1, WORKERS_MAX)),
  onProgress: optional(readFunction<NonNullable<CompareOptions['onProgress']>>),
  onSeedsProgress: optional(readFunction<NonNullable<CompareOptions['onSeedsProgress']>>),
  peopleKeptMax: withDefault((place: Place) => readWhole(place, 0, Number.MAX_SAFE_INTEGER), PEOPLE_KEPT_MAX),
  signal: optional(readSignal),
};
const OPTIONS = { ...READ_OPTIONS, ...SCENARIO_OPTIONS } satisfies ShapeOf<CompareOptions>;

/**
 * Runs both scenarios with the same seed and compares them. Draws belong to (workflow, person, draw key, task,
 * attempt), so both sides of a person have the same luck. Workflows are paired by their `key`.
 *
 * @throws LifecycleError as `simulate`; a scenario that is refused is refused before the other one runs.
 *
 * @example
 * ```ts
 * import { compare, SCENARIOS } from 'tenure/simulate';
 *
 * const before = SCENARIOS['onboarding-year'];
 * const after = { ...before, schedule: { ...before.schedule, intervalHours: 1 } };
 * const { differingParts, hasSamePeople } = await compare(before, after, { seed: 7, horizon: 'P7D' });
 * console.log(differingParts, hasSamePeople); // → [ 'schedule' ] true
 * ```
 */
export async function compare(a: Scenario, b: Scenario, options?: CompareOptions): Promise<Comparison> {
  const { horizon, folder, ...others } = readOptions(options, 'compare', OPTIONS);
  const given = { ...(horizon === undefined ? {} : { horizon }), folder };
  return run(readScenario(a, given), readScenario(b, given), others);
}

/** As {@link compare}, of two scenario files. */
export async function compareFiles(
  pathA: string,
  pathB: string,
  options?: Omit<CompareOptions, 'folder'>,
): Promise<Comparison> {
  const { horizon, ...others } = readOptions(options, 'compareFiles', { ...READ_OPTIONS, ...FILE_OPTIONS });
  const given = horizon === undefined ? {} : { horizon };
  return run(await readScenarioFile(pathA, given), await readScenarioFile(pathB, given), others);
}

/** As {@link compare}, of scenarios that have been read. */
export async function compareRead(
  a: ReadScenario,
  b: ReadScenario,
  options?: Omit<CompareOptions, 'horizon' | 'folder'>,
): Promise<Comparison> {
  return run(a, b, readOptions(options, 'compareRead', READ_OPTIONS));
}

async function run(
  a: ReadScenario,
  b: ReadScenario,
  { seeds, workers, signal, onSeedsProgress, ...options }: ReadShape<typeof READ_OPTIONS>,
): Promise<Comparison> {
  const { seed, check } = options;
  signal?.throwIfAborted();
  const first = await compareOnce(a, b, options);
  if (seeds === 1) return first;
  const others = Array.from({ length: seeds - 1 }, (_, at) => seed + 1 + at);
  const pool = new SimulationPool(workers === undefined ? {} : { workers });
  const progress: SimulationPoolRunOptions = {
    ...(signal === undefined ? {} : { signal }),
    onProgress: ({ share }) => onSeedsProgress?.(share),
  };
  const pairs = others.flatMap((other) => [a, b].map((read) => ({ read, seed: other, check })));
  const figures = await pool.run(pairs, progress).finally(() => pool.close());
  const side = (at: number) => figures.filter((_, index) => index % 2 === at);
  return { ...first, overSeeds: overSeeds([first.a, ...side(0)], [first.b, ...side(1)]) };
}
