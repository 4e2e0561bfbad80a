/**
 * What stores keep. Records are immutable values: a change is a new record.
 * Times are epoch milliseconds, `null` means "has not happened". Resources (what callers see) are
 * built from records in `ledger/resources.ts`.
 */

import type { RunCounters, TaskReportCounters, UserCounters } from './counters.ts';
import type { ProcessingStatus, UserStatus, WorkflowExecutionType } from './status.ts';
import type { EpochMs } from './time.ts';
import type { ActivationScope } from './workflow/activation.ts';
import type { Workflow } from './workflow/workflow.ts';

/** What drives a run: tenure's engine, or external workers through the ledger's methods. */
type RunDriver = 'engine' | 'external';

/** One run. Its user results are {@link UserRecord}s with the same `runId`. */
export interface RunRecord extends RunCounters {
  /** GUID whose last 16 hexadecimal digits are `8000…0` (decision 2). */
  readonly id: string;
  readonly workflowId: string;
  /** Version pinned at creation. */
  readonly workflowVersion: number;
  /** The workflow's name at creation. */
  readonly workflowDisplayName: string;
  /** Id of the caller that activated or created it; `null`: the schedule did, or no author was given. */
  readonly createdBy: string | null;
  readonly driver: RunDriver;
  readonly workflowExecutionType: WorkflowExecutionType;
  readonly processingStatus: ProcessingStatus;
  readonly scheduledAtMs: EpochMs;
  readonly startedAtMs: EpochMs | null;
  readonly completedAtMs: EpochMs | null;
  /** Never goes back; grows with each change of the run or of anything in it while one process drives it (I12). */
  readonly lastUpdatedAtMs: EpochMs;
  /** Changes of the run or of anything in it so far: grows with each of them (I12). */
  readonly revision: number;
  /** Start of the schedule slot that made this run; unique per workflow. `null`: not scheduled. */
  readonly slotAtMs: EpochMs | null;
  /** User results that exist. Below `totalUsersCount` only while an external run still receives results. */
  readonly knownUsersCount: number;
  /** Tasks of the user results that exist. */
  readonly knownTasksCount: number;
  /** Latest end of a user so far, which becomes the run's; `null`: none has ended. */
  readonly lastUserEndAtMs: EpochMs | null;
  /** One entry per enabled task of the pinned version, in execution order. */
  readonly taskReports: readonly TaskReportCounters[];
  /** Grows by one with each claim; a write with an older one is refused (a fencing token). */
  readonly claim: number;
  /** Commits of its drivers so far: a commit that is repeated because its answer was lost is recognised by it. */
  readonly seq: number;
  /**
   * `true` from a claim until the driver releases the run with no task running. `true` at startup means that
   * the driver died: tasks of users in progress were possibly running.
   */
  readonly inHand: boolean;
  /**
   * `false` while the users of the run are still being written. Such a run is invisible to lists and
   * gets, and is removed at the next start if the process that was creating it died (decision 3).
   */
  readonly published: boolean;
  /** An engine that calls no handler (`noOp`) has driven it: completed tasks may have done nothing. */
  readonly isNoOp: boolean;
  /** How it was activated with a scope; not `null` exactly for `activatedWithScope` (I13). */
  readonly activatedOnScope: ActivationScope | null;
}

/** Outcome of one task of one user. Recorded once, never changed. */
export interface TaskOutcome {
  readonly status: 'completed' | 'failed' | 'canceled';
  /** `null` for a task that was canceled before it began. */
  readonly startedAtMs: EpochMs | null;
  readonly completedAtMs: EpochMs;
  /** Why it failed. At most `LIMITS.reasonLengthMax` characters. */
  readonly failureReason?: string;
  /** What kind of failure it is. Absent from a failed one: `HandlerFailed`. */
  readonly code?: string;
  /** Key of its group of failures. Absent: it has not failed, or was recorded before there were groups. */
  readonly group?: string;
  /** Why it succeeded without doing anything. */
  readonly processingInfo?: string;
  /** What it has changed; not empty. At most `LIMITS.changesMax` texts of `LIMITS.changeLengthMax` characters. */
  readonly changes?: readonly string[];
}

/** Attempts at the user's current task: two budgets, kept apart (decision 6). */
export interface Attempts {
  /** Attempts of this task that failed and are to be retried. */
  readonly failures: number;
  /** Times this task was possibly running when its process died. */
  readonly interruptions: number;
  /** Earliest start of the next attempt; `0`: at once. */
  readonly notBeforeMs: EpochMs;
}

/** One user's result in one run. */
export interface UserRecord extends UserCounters {
  readonly runId: string;
  /** 1-based position in the run. With `runId` it is the key, and it makes the id (decision 2). */
  readonly ordinal: number;
  readonly subjectId: string;
  readonly processingStatus: UserStatus;
  readonly workflowVersion: number;
  readonly createdAtMs: EpochMs;
  readonly scheduledAtMs: EpochMs;
  readonly startedAtMs: EpochMs | null;
  readonly completedAtMs: EpochMs | null;
  /**
   * Outcomes in execution order. A task without an entry is queued, in progress (the next one of a
   * user in progress) or canceled (when the user is final). `null`: an external result that reported only
   * counts, so the outcomes of the single tasks are not known.
   */
  readonly outcomes: readonly TaskOutcome[] | null;
  /** `null`: the user's current task has not failed or been interrupted yet. */
  readonly attempts: Attempts | null;
  /**
   * Positions (1-based, ascending) of the user's tasks, when a reprocessing run repeats only some of them;
   * outcome `n` is that of the `n`th position. Absent: all tasks.
   */
  readonly positions?: readonly number[];
}

/** A workflow as stored: all versions share an id; the record is the newest version. */
export interface WorkflowRecord {
  readonly workflow: Workflow;
  /** Last schedule slot that was evaluated for this workflow. `null`: scheduling was never on. */
  readonly lastSlotAtMs: EpochMs | null;
}

/**
 * A small document that the ledger keeps for itself: what a trigger saw last, which run reprocesses
 * which. Keys are unique in their collection.
 */
export interface Note {
  readonly collection: string;
  readonly key: string;
  readonly body: string;
}

/** The last trigger moment for which a scheduled run admitted a subject (domain §3.2). */
export interface Admission {
  readonly workflowId: string;
  readonly subjectId: string;
  /** The trigger moment, offset included, that made the subject due. */
  readonly dueAtMs: EpochMs;
  /** The run that admitted the subject. Only it may withdraw the admission. */
  readonly runId: string;
}
