import type { TaskFault } from '../faults/plan.ts';

/** Sizes of what is generated. */
export interface SizeOptions {
  /** Users, at most. Default 4. */
  readonly usersMax?: number;
  /** Tasks of a user, at most. Default 4. */
  readonly tasksMax?: number;
}

/** Options of `eventSequence`. */
export interface EventOptions extends SizeOptions {
  /** The run may be canceled. Default `true`. */
  readonly cancel?: boolean;
  /** Go on until the run is final. Default `false`: stop anywhere. */
  readonly toTheEnd?: boolean;
  /** Events, at most, before the rest is cut or, with `toTheEnd`, completed on the shortest way. Default 40. */
  readonly eventsMax?: number;
}

/** Bounds of a plan of faults. */
export interface FaultOptions {
  /** Commits and store calls that can be hit, at most. Default 20. */
  readonly callsMax?: number;
  /** Users that can be hit, at most. Default 6. */
  readonly usersMax?: number;
  /** Tasks of a user that can be hit, at most. Default 4. */
  readonly tasksMax?: number;
  /** Faults of processes happen so long after the beginning, at most, ms. Default: a day. */
  readonly horizonMs?: number;
  /** What handlers may do. Default: everything. Without a time-out, leave out `hang`, `ignore` and `linger`. */
  readonly does?: readonly TaskFault['does'][];
}

/** Bounds of a script. */
export interface ScriptOptions {
  /** Tasks of every user. Default 2. */
  readonly tasks?: number;
  /** Users of a run, at most. Default 3. */
  readonly usersMax?: number;
  /** Operations, at most. Default 30. */
  readonly operationsMax?: number;
}

/** Options of `population`. */
export interface PopulationOptions {
  /** People, at least. Default 1. */
  readonly peopleMin?: number;
  /** People, at most. Default 6. */
  readonly peopleMax?: number;
  /** Departments to choose from. Default: five invented ones. */
  readonly departments?: readonly string[];
  /** Middle of the hire dates, ISO 8601. Default 2026-01-05. */
  readonly around?: string;
  /** Hire dates lie at most so many days from `around`. Default 30. */
  readonly daysMax?: number;
}

/** Bounds of `scenario`. */
export interface ScenarioOptions {
  /** People at the start, at most. Default 40. */
  readonly headcountMax?: number;
  /** Default 3. */
  readonly workflowsMax?: number;
  /** Days of the horizon, at most. Default 6. */
  readonly daysMax?: number;
}

/** Options for tasks. */
export interface TaskOptions {
  /** Names of task definitions to choose from: keys of your handlers. Default: five invented ones. */
  readonly definitions?: readonly string[];
}

/** Options of `workflowInput`. */
export interface WorkflowOptions extends TaskOptions {
  /** Tasks, at most. Default 4. */
  readonly tasksMax?: number;
  /** `true`: only with a trigger and scheduled; `false`: only on demand. Default: either. */
  readonly scheduled?: boolean;
}
