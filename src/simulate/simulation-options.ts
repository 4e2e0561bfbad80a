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
  /** Called about 400 times in all. */
  readonly onProgress?: (progress: SimulationProgress) => void;
  /** Called for each run when it ends, and for unfinished runs at the horizon. */
  readonly onRun?: (run: SimulatedRun) => void;
  /** Called for each person's result when it is final, and for unfinished ones at the horizon. */
  readonly onUser?: (user: SimulatedUser) => void;
  /** Called for each line of the trace (see `Trace`). */
  readonly onTrace?: (line: string) => void;
  /** Most runs that the result holds; `onRun` is called for all. Default 10,000. */
  readonly runsKeptMax?: number;
  /** Checks every run against the invariants before it is removed. Default `false`. */
  readonly check?: boolean;
  /** Streams all people at each slot, as a directory without an index would. Same outcome, slower. Default `false`. */
  readonly scansAllPeople?: boolean;
}
