/** Result of a simulation: plain data that survives JSON unchanged. */
import type { Run } from '../model/resources/resources.ts';
import type { UnreadableSelection } from '../model/selection.ts';
import type { UserStatus, WorkflowCategory } from '../model/status.ts';
import type { DurationMs } from '../model/time.ts';
import type { Violation } from '../rules/invariants/invariants.ts';
import type { Bottleneck } from './metrics/bottleneck.ts';
import type { CalendarDay } from './metrics/calendar.ts';
import type { Delay } from './metrics/delay.ts';
import type { DurationFigures, HistogramBar } from './metrics/histogram.ts';
import type { StatusCounts } from './metrics/status-counts.ts';
import type { ScenarioHeading } from './scenario/heading.ts';

/** A run as callers see it, with the workflow that it belongs to. */
export interface SimulatedRun {
  /** Key of the workflow in the scenario. */
  readonly workflow: string;
  readonly run: Run;
}

/** Result of one person in one run. */
export interface SimulatedUser {
  readonly workflow: string;
  readonly runId: string;
  readonly subjectId: string;
  /** What caused it: the moment of the trigger's attribute, or the activation. The same on both sides of a comparison. */
  readonly drawKey: string;
  readonly status: UserStatus | 'unfinished';
  readonly failedTasks: number;
  /** Failure reason of the first task that failed. */
  readonly failureReason: string | null;
  /** From the trigger to the end; `null` when unfinished. */
  readonly latencyMs: DurationMs | null;
  /** When its run was scheduled. */
  readonly scheduledDateTime: string;
  /** `null` when unfinished. */
  readonly completedDateTime: string | null;
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
  /** As `latency`, with people who are unfinished: they count up to the end of the simulated time. */
  readonly latencySoFar: DurationFigures;
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
  /** Code of the failure; empty: of several, where there were too many reasons. */
  readonly code: string;
  readonly count: number;
}

/**
 * People that slots, or activations by rule, left out because an attribute cannot be read, or because no one has it.
 * Of unreadable values, the counts and the first ten are those of the selection with the most of them.
 */
export interface LeftOutFigures extends UnreadableSelection {
  readonly workflow: string;
  /** Number of slots and activations that left people out. */
  readonly selectionsCount: number;
}

/** Figures of a process. */
export interface ProcessFigures {
  /** From 1. */
  readonly no: number;
  /** Handler calls that it made, repeated ones included. */
  readonly calls: number;
  /** Sum of the virtual time of its calls. */
  readonly callsMs: DurationMs;
  /** Most of its calls at once. */
  readonly busyMax: number;
  /** `callsMs`, divided by its concurrency and the simulated time: 0..1. */
  readonly utilisation: number;
}

/** A bucket of time. */
export interface LoadBucket {
  readonly fromDateTime: string;
  /** Calls under way, divided by the concurrency of all processes: 0..1. */
  readonly utilisation: number;
  readonly busyMax: number;
  /** Average number of queued users. */
  readonly queuedMean: number;
  readonly queuedMax: number;
}

/** Result of a simulation. */
export interface SimulationResult {
  readonly scenario: ScenarioHeading & {
    readonly intervalHours: number;
    readonly processes: number;
    /** Of each process. */
    readonly concurrency: number;
  };
  readonly seed: number;
  readonly totals: {
    /** People in the directory, including those who start later: {@link SimulationResult.totals.startingLater}. */
    readonly peopleAtStart: number;
    /** People among them whose first day is still to come. */
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
  /** By workflow; workflows that left no one out because of attributes are omitted. */
  readonly leftOut: readonly LeftOutFigures[];
  readonly latency: DurationFigures;
  /** As `latency`, with people who are unfinished: they count up to the end of the simulated time. */
  readonly latencySoFar: DurationFigures;
  readonly latencyBars: readonly HistogramBar[];
  /** Most time first. */
  readonly delays: readonly Delay[];
  /** What delays people most; `null` when no one was due, or nothing took any time. */
  readonly bottleneck: Bottleneck | null;
  /** By their numbers. */
  readonly processes: readonly ProcessFigures[];
  readonly load: { readonly bucketMs: DurationMs; readonly buckets: readonly LoadBucket[] };
  readonly calendar: readonly CalendarDay[];
  /** The first runs by their end, at most `runsKeptMax`. */
  readonly runs: readonly SimulatedRun[];
  readonly runsDropped: number;
  /** Background failures, by activity and code. */
  readonly errors: readonly { readonly during: string; readonly code: string; readonly count: number }[];
  /** Broken invariants, when `check` was asked for; else `null`. */
  readonly violations: readonly Violation[] | null;
  readonly trace: { readonly sha256: string; readonly lines: number };
}

/** Result of a simulation without what happened when: small, whatever was simulated. */
export type SimulationFigures = Omit<SimulationResult, 'calendar' | 'load' | 'runs' | 'runsDropped'>;
