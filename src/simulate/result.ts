/** What a simulation comes to: plain data, as JSON gives it back. */
import type { Run } from '../model/resources.ts';
import type { UnreadableSelection } from '../model/selection.ts';
import type { ProcessingStatus, UserStatus, WorkflowCategory } from '../model/status.ts';
import type { DurationMs } from '../model/time.ts';
import type { Violation } from '../rules/index.ts';
import type { Bottleneck } from './bottleneck.ts';
import type { CalendarDay } from './calendar.ts';
import type { DurationFigures, HistogramBar } from './histogram.ts';

/** A count for each status that occurred; `unfinished`: not terminal at the horizon. */
export type StatusCounts = Readonly<Partial<Record<ProcessingStatus | 'unfinished', number>>>;

/** A run as callers see it, with the workflow that it belongs to. */
export interface SimulatedRun {
  /** Of the scenario. */
  readonly workflow: string;
  readonly run: Run;
}

/** What became of one person in one run. */
export interface SimulatedUser {
  readonly workflow: string;
  readonly runId: string;
  readonly subjectId: string;
  /** What made it happen: the moment of the trigger's attribute, or the activation. Same in both of a comparison. */
  readonly occasion: string;
  readonly status: UserStatus | 'unfinished';
  readonly failedTasks: number;
  /** Of the first task that failed. */
  readonly failureReason: string | null;
  /** From the trigger to the end; `null` when unfinished. */
  readonly latencyMs: DurationMs | null;
}

/** Figures of a workflow. */
export interface WorkflowFigures {
  readonly key: string;
  readonly displayName: string;
  readonly category: WorkflowCategory;
  readonly runs: StatusCounts;
  readonly users: StatusCounts;
  /** From the trigger's moment (on demand: the activation) to the end of the last task. */
  readonly latency: DurationFigures;
  /** From the start of the first task to the end of the last one. */
  readonly processing: DurationFigures;
}

/** Figures of a task of a workflow. */
export interface TaskFigures {
  readonly workflow: string;
  /** 1-based, among the enabled tasks. */
  readonly position: number;
  readonly displayName: string;
  readonly definition: string;
  readonly completed: number;
  readonly failed: number;
  /** Canceled, or not reached because a task before it failed. */
  readonly notRun: number;
  readonly duration: DurationFigures;
}

/** How often a task failed for one reason. */
export interface FailureFigures {
  readonly workflow: string;
  readonly task: string;
  readonly reason: string;
  readonly count: number;
}

/**
 * People whom slots, or activations by rule, left out because an attribute cannot be read, or because nobody has it.
 * Of those whose values cannot be read, the counts and the first ten are of the selection with the most of them.
 */
export interface LeftOutFigures extends UnreadableSelection {
  readonly workflow: string;
  /** How many slots and activations. */
  readonly selectionsCount: number;
}

/**
 * What people wait for between the moment that they are due and the end of their last task.
 *
 * - `directory`: the directory had the date only after it was due, or it was due before the simulated time.
 * - `schedule`: the next slot.
 * - `process`: it was off or asleep.
 * - `concurrency`: a place among the calls at once of all tasks.
 * - `taskConcurrency`: a place among the calls at once of one task.
 * - `rate`: the calls a second of a service (`definition` `null`: of all tasks together).
 * - `retries`: the time between a failed attempt and the next.
 * - `tasks`: the calls themselves.
 */
export type DelayCause =
  | 'directory'
  | 'schedule'
  | 'process'
  | 'concurrency'
  | 'taskConcurrency'
  | 'rate'
  | 'retries'
  | 'tasks';

/** The time that people spent for one cause; of all people together, those included who have not ended. */
export interface Delay {
  readonly cause: DelayCause;
  /** The task's definition and display name; `null` for a cause that is no single task's. */
  readonly definition: string | null;
  readonly task: string | null;
  /** Calls at once (`concurrency`, `taskConcurrency`), or calls a second (`rate`). */
  readonly limit: number | null;
  readonly totalMs: DurationMs;
  /** Most people that it held up at one moment; 0 for what is over before a run begins. */
  readonly peopleMax: number;
  /** How long all calls at once were under way (`concurrency`, `taskConcurrency`). */
  readonly atLimitMs: DurationMs | null;
}

/** A bucket of time. */
export interface LoadBucket {
  readonly fromDateTime: string;
  /** Calls under way, divided by the concurrency: 0..1. */
  readonly utilisation: number;
  readonly busyMax: number;
  /** People in runs who have not started. */
  readonly queuedMean: number;
  readonly queuedMax: number;
}

/** What a simulation comes to. */
export interface SimulationResult {
  readonly scenario: {
    readonly name: string;
    readonly description: string | null;
    readonly startDateTime: string;
    readonly endDateTime: string;
    readonly horizon: string;
    readonly timeZone: string;
    readonly intervalHours: number;
    readonly concurrency: number;
  };
  readonly seed: number;
  readonly totals: {
    /** In the directory, those included who start later: {@link SimulationResult.totals.startingLater}. */
    readonly peopleAtStart: number;
    /** Of them: entered already, with a first day that is to come. */
    readonly startingLater: number;
    readonly peopleAtEnd: number;
    readonly entered: number;
    readonly moved: number;
    readonly leaving: number;
    readonly removed: number;
    readonly runs: StatusCounts;
    readonly runsCount: number;
    /** A user execution: a person in a run. */
    readonly users: StatusCounts;
    readonly usersCount: number;
    readonly tasksCompleted: number;
    readonly tasksFailed: number;
    readonly tasksNotRun: number;
    /** Handler calls, repeated ones included. */
    readonly calls: number;
    readonly retries: number;
    /** Sum of the virtual time of all calls. */
    readonly callsMs: DurationMs;
  };
  readonly workflows: readonly WorkflowFigures[];
  readonly tasks: readonly TaskFigures[];
  /** Most frequent first. */
  readonly failures: readonly FailureFigures[];
  /** By workflow; those that left nobody out for their attributes are not in it. */
  readonly leftOut: readonly LeftOutFigures[];
  readonly latency: DurationFigures;
  readonly latencyBars: readonly HistogramBar[];
  /** Most time first. */
  readonly delays: readonly Delay[];
  /** What delays people most; `null` when no one was due, or nothing took any time. */
  readonly bottleneck: Bottleneck | null;
  readonly load: { readonly bucketMs: DurationMs; readonly buckets: readonly LoadBucket[] };
  readonly calendar: readonly CalendarDay[];
  /** The first runs, by their end; `runsKeptMax` of them. */
  readonly runs: readonly SimulatedRun[];
  readonly runsDropped: number;
  /** What failed and nobody was waiting for, by where and code. */
  readonly errors: readonly { readonly during: string; readonly code: string; readonly count: number }[];
  /** Broken invariants, when `check` was asked for; else `null`. */
  readonly violations: readonly Violation[] | null;
  readonly trace: { readonly sha256: string; readonly lines: number };
}
