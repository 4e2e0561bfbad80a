import { readFlag, readFunction, readWhole } from '../input/fields.ts';
import { optional, type ShapeOf, withDefault } from '../input/options.ts';
import { readStore } from '../input/ports.ts';
import type { Place } from '../input/refuse.ts';
import type { Store } from '../ports/store.ts';
import type { SimulatedRun, SimulatedUser } from './result.ts';

/** Progress of a simulation. */
export interface SimulationProgress {
  /** Present virtual time. */
  readonly dateTime: string;
  /** Share of the horizon, 0..1. */
  readonly share: number;
  readonly runs: number;
  /** Handler calls. */
  readonly calls: number;
}

/** Options and listeners of a simulation. */
export interface SimulationOptions {
  /** Seed of all random draws: a safe integer. Default 1. */
  readonly seed?: number;
  /** Called about 400 times in all. Default: nothing is called. */
  readonly onProgress?: (progress: SimulationProgress) => void;
  /** Called for each run when it ends, and for unfinished runs at the horizon. Default: nothing is called. */
  readonly onRun?: (run: SimulatedRun) => void;
  /**
   * Called for each person's result when it is final, and for unfinished ones at the horizon. Default: nothing is
   * called.
   */
  readonly onUser?: (user: SimulatedUser) => void;
  /** Called for each line of the trace (see `Trace`). Default: nothing is called. */
  readonly onTrace?: (line: string) => void;
  /** Most runs that the result holds; `onRun` is called for all. Default 10,000. */
  readonly runsKeptMax?: number;
  /** Checks every run against the invariants before it is removed. Default `false`. */
  readonly check?: boolean;
  /**
   * An empty store that is given the workflows, and the runs that end within the horizon, as an engine would have left
   * them: a record to try other things on. Default: none.
   */
  readonly history?: Store;
  /** Streams all people at each slot, as a directory without an index would. Same outcome, slower. Default `false`. */
  readonly scansAllPeople?: boolean;
}

type Listener<Name extends 'onProgress' | 'onRun' | 'onUser' | 'onTrace'> = NonNullable<
  SimulationOptions[Name]
>;

/** Any whole number. @throws LifecycleError `InvalidArgument`. */
function readSeed(place: Place): number {
  return readWhole(place, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

/** What each of the options may be. */
export const SIMULATION_OPTIONS = {
  seed: withDefault(readSeed, 1),
  onProgress: optional(readFunction<Listener<'onProgress'>>),
  onRun: optional(readFunction<Listener<'onRun'>>),
  onUser: optional(readFunction<Listener<'onUser'>>),
  onTrace: optional(readFunction<Listener<'onTrace'>>),
  runsKeptMax: withDefault((place: Place) => readWhole(place, 0, Number.MAX_SAFE_INTEGER), 10_000),
  check: withDefault(readFlag, false),
  history: optional(readStore),
  scansAllPeople: withDefault(readFlag, false),
} satisfies ShapeOf<SimulationOptions>;
