/** Reads what a sizing is asked for, and checks that it can be done, before anything runs. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Place } from '../../input/refuse.ts';
import { duration } from '../../text/numbers.ts';
import { type ReadScenario, withParts } from '../scenario/read-scenario.ts';
import { type Goal, readGoal } from './goal.ts';
import { readPrices } from './price.ts';
import type { Space } from './search.ts';
import {
  compareCosts,
  costOf,
  type Prices,
  partsOf,
  type Setting,
  valuesOf,
  whyItCanHurt,
} from './setting.ts';
import { type Dimension, readDimensions } from './vary.ts';

/** What a sizing is asked for, as it is written. */
export interface SizingTexts {
  readonly goals: readonly string[];
  readonly vary: readonly string[];
  readonly costs?: readonly string[];
  /** Number of seeds. */
  readonly seeds: number;
  /** The first of them. */
  readonly seed: number;
}

/** What a sizing does. */
export interface SizingPlan {
  readonly read: ReadScenario;
  readonly dimensions: readonly Dimension[];
  readonly goals: readonly Goal[];
  readonly prices: Prices;
  readonly space: Space;
  /** By dimension: why all its values are tried; `null`: it is bisected. */
  readonly triedAllBecause: readonly (string | null)[];
  readonly seeds: number;
  readonly seed: number;
}

/** Most simulations of a sizing. */
export const SIMULATIONS_MAX = 100_000;
/** So many times the limit of a goal has to be simulated: people who are due at the end are seen for a part of it. */
const HORIZON_BY_LIMIT_MIN = 5;

/** Reads a plan. @throws LifecycleError `InvalidArgument`, `LimitExceeded`. */
export function planOf(
  read: ReadScenario,
  { goals, vary, costs = [], seeds, seed }: SizingTexts,
): SizingPlan {
  const { scenario } = read;
  const dimensions = readDimensions(placesOf('vary', vary), read);
  const prices = readPrices(placesOf('costs', costs), dimensions, read);
  const triedAllBecause = dimensions.map((one) => whyItCanHurt(one, scenario));
  const costAt = (setting: Setting): readonly number[] =>
    costOf(scenario, dimensions, valuesOf(dimensions, setting), prices);
  const space: Space = {
    sizes: dimensions.map(({ values }) => values.length),
    canBisect: triedAllBecause.map((why) => why === null),
    compareCosts: (a, b) => compareCosts(costAt(a), costAt(b)),
  };
  checkEffort(space, seeds);
  checkEnds(read, dimensions);
  return {
    read,
    dimensions,
    goals: readGoals(placesOf('goals', goals), read),
    prices,
    space,
    triedAllBecause,
    seeds,
    seed,
  };
}

function placesOf(field: 'goals' | 'vary' | 'costs', texts: readonly string[]): readonly Place[] {
  return texts.map((value, at) => ({ path: `${field}[${at}]`, value }));
}

function readGoals(places: readonly Place[], read: ReadScenario): readonly Goal[] {
  const keys = read.workflows.map(({ key }) => key);
  const goals = places.map((place) => readGoal(place, keys));
  const simulatedMs = read.endMs - read.startMs;
  for (const { text, measure, limit } of goals) {
    if (measure !== 'latency' || limit * HORIZON_BY_LIMIT_MIN <= simulatedMs) continue;
    throw new LifecycleError(
      'InvalidArgument',
      `Expected the simulated time to be at least ${HORIZON_BY_LIMIT_MIN} times the limit of ${text}, got ${duration(simulatedMs)}: most people would not be seen for so long`,
      { field: 'horizon' },
    );
  }
  return goals;
}

/** Refuses a search that could take too many simulations. @throws LifecycleError `LimitExceeded`. */
function checkEffort({ sizes, canBisect }: Space, seeds: number): void {
  const all = sizes.reduce((product, size) => product * size, 1);
  const longest = Math.max(1, ...sizes.filter((_, at) => canBisect[at]));
  // A line of a bisection: its top, then a halving each.
  const simulations = (all / longest) * Math.min(longest, 1 + Math.ceil(Math.log2(longest))) * seeds;
  if (simulations > SIMULATIONS_MAX)
    throw new LifecycleError(
      'LimitExceeded',
      `Expected at most ${SIMULATIONS_MAX} simulations, got up to ${simulations}; vary less, fewer values, or with fewer seeds`,
      { limit: 'simulations', max: SIMULATIONS_MAX },
    );
}

/** Refuses settings that the scenario cannot have. @throws LifecycleError `InvalidArgument`. */
function checkEnds(read: ReadScenario, dimensions: readonly Dimension[]): void {
  for (const setting of [dimensions.map(() => 0), dimensions.map(({ values }) => values.length - 1)])
    withParts(read, partsOf(read.scenario, dimensions, setting));
}
