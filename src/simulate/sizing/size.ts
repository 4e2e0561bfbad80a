/** Finds the cheapest setting of a scenario that meets its goals, by many simulations. */
import { readArray, readFunction, readSignal, readString, readWhole } from '../../input/fields.ts';
import { optional, type ReadShape, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import { SimulationPool } from '../pool/simulation-pool.ts';
import { type ReadScenario, readScenario, SCENARIO_OPTIONS } from '../scenario/read-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { planOf } from './plan.ts';
import type { SizingProgress } from './simulator.ts';
import { sizeBy } from './size-by.ts';
import type { Sizing } from './sizing.ts';

/** Options of {@link size}. */
export interface SizeOptions {
  /** What is to be reached: `p95(latency) <= 2h`; several: all of them. */
  readonly goals: readonly string[];
  /** What may be varied: `concurrency=16..1024`, `interval=1,3,6`, `rate(addUserToGroups)=5..50/s`. */
  readonly vary: readonly string[];
  /** Prices by which settings are compared: `processes=40`, `concurrency=0.5`. Default: fewest lanes first. */
  readonly costs?: readonly string[];
  /** Number of seeds, 2..1000. Default 20. */
  readonly seeds?: number;
  /** The first of them, a safe integer. Default 1. */
  readonly seed?: number;
  /** Replaces the scenario's own horizon: an ISO 8601 duration. Default: the scenario's. */
  readonly horizon?: string;
  /** Base folder of relative paths in the scenario. Default: the working folder. */
  readonly folder?: string;
  /** Simulations at once, each in a thread. Default: one for each core. */
  readonly workers?: number;
  /** Called when a simulation has come further. Default: not at all. */
  readonly onProgress?: (progress: SizingProgress) => void;
  /** Ends the sizing. Default: nothing does. */
  readonly signal?: AbortSignal;
}

const TERMS_MAX = 16;
const SEEDS_MAX = 1_000;
const WORKERS_MAX = 256;

const READ_OPTIONS = {
  goals: (place: Place) => readTexts(place, 1),
  vary: (place: Place) => readTexts(place, 1),
  costs: optional((place: Place) => readTexts(place, 0)),
  seeds: withDefault((place: Place) => readWhole(place, 2, SEEDS_MAX), 20),
  seed: withDefault(
    (place: Place) => readWhole(place, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - SEEDS_MAX),
    1,
  ),
  workers: optional((place: Place) => readWhole(place, 1, WORKERS_MAX)),
  onProgress: optional(readFunction<NonNullable<SizeOptions['onProgress']>>),
  signal: optional(readSignal),
};
const OPTIONS = { ...READ_OPTIONS, ...SCENARIO_OPTIONS } satisfies ShapeOf<SizeOptions>;

function readTexts(place: Place, min: number): readonly string[] {
  const texts = readArray(place, TERMS_MAX).map(readString);
  if (texts.length < min) throw invalid(place, 'an array that is not empty');
  return texts;
}

/**
 * Finds the cheapest setting that meets all goals: simulates settings with the same seeds each, and counts a goal as met when
 * the upper end of its interval is. Dimensions in which more capacity cannot hurt are bisected.
 *
 * @throws LifecycleError `InvalidArgument`, `LimitExceeded`, before anything runs: a goal or a term that is not
 *   understood, or names nothing; as `simulate`. The reason of `signal`.
 */
export async function size(scenario: Scenario, options: SizeOptions): Promise<Sizing> {
  const { horizon, folder, ...others } = readOptions(options, 'size', OPTIONS);
  return run(readScenario(scenario, { ...(horizon === undefined ? {} : { horizon }), folder }), others);
}

/** As {@link size}, of a scenario that has been read. */
export async function sizeRead(
  read: ReadScenario,
  options: Omit<SizeOptions, 'horizon' | 'folder'>,
): Promise<Sizing> {
  return run(read, readOptions(options, 'sizeRead', READ_OPTIONS));
}

async function run(
  read: ReadScenario,
  { workers, onProgress, signal, ...texts }: ReadShape<typeof READ_OPTIONS>,
): Promise<Sizing> {
  const plan = planOf(read, texts);
  const pool = new SimulationPool(workers === undefined ? {} : { workers });
  try {
    return await sizeBy(pool, plan, { ...(onProgress ? { onProgress } : {}), ...(signal ? { signal } : {}) });
  } finally {
    await pool.close();
  }
}
