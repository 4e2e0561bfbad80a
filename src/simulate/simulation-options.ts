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
