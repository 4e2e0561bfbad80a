import { readFlag, readFunction, readWhole } from '../input/fields.ts';
import { optional, type ShapeOf, withDefault } from '../input/options.ts';
import type { Place } from '../input/refuse.ts';
import type { SimulatedRun, SimulatedUser } from './result.ts';

/** How far a simulation is. */
export interface SimulationProgress {
  /** The virtual present. */
  readonly dateTime: string;
  /** Of the horizon, 0..1. */
  readonly share: number;
  readonly runs: number;
  /** Handler calls. */
  readonly calls: number;
}

/** Whom a simulation tells, and what else it does. */
export interface SimulationOptions {
  /** Any whole number. Default 1. */
  readonly seed?: number;
  /** About 400 times in all. */
  readonly onProgress?: (progress: SimulationProgress) => void;
  /** Each run when it ends; at the horizon those that have not. */
  readonly onRun?: (run: SimulatedRun) => void;
  /** Each person's result when it is final; at the horizon those that are not. */
  readonly onUser?: (user: SimulatedUser) => void;
  /** Each line of the trace (see `Trace`). */
  readonly onTrace?: (line: string) => void;
  /** Runs that the result holds, at most; all are told to `onRun`. Default 10,000. */
  readonly runsKeptMax?: number;
  /** Checks every run against the invariants before it is removed. Default `false`. */
  readonly check?: boolean;
  /** At each slot everybody is looked at, as a directory without an index would. Same outcome; slower. */
  readonly scansEverybody?: boolean;
}

type Listener<Name extends 'onProgress' | 'onRun' | 'onUser' | 'onTrace'> = NonNullable<
  SimulationOptions[Name]
>;

/** Any whole number. @throws LifecycleError `InvalidArgument`. */
export function readSeed(place: Place): number {
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
  scansEverybody: withDefault(readFlag, false),
} satisfies ShapeOf<SimulationOptions>;
