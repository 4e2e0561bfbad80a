/** What a simulation comes to: plain data, as JSON gives it back. */
import type { Run } from '../model/resources.ts';
import type { ProcessingStatus, UserStatus, WorkflowCategory } from '../model/status.ts';
import type { DurationMs } from '../model/time.ts';
import type { Violation } from '../rules/index.ts';
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
    readonly peopleAtStart: number;
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
  readonly latency: DurationFigures;
  readonly latencyBars: readonly HistogramBar[];
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
