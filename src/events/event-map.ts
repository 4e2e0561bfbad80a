import type { AuditEntry } from '../model/resources/audit.ts';
import type { Run, UserProcessingResult } from '../model/resources/resources.ts';
import type { Selection } from '../model/selection.ts';
import type { QuarantineDetails } from '../model/workflow/quarantine.ts';
import type { EngineActivity } from './engine-activity.ts';

/** A run. */
export interface RunEventPayload {
  readonly workflowId: string;
  readonly runId: string;
  readonly run: Run;
}

/** A task of a user in a run. */
export interface TaskEventPayload {
  readonly workflowId: string;
  readonly runId: string;
  readonly subjectId: string;
  readonly taskId: string;
  readonly taskDefinitionId: string;
  /** 1-based position among the enabled tasks. */
  readonly position: number;
}

/**
 * Events of the engine, by name: what they are about, and what happened. All `run.…`, `user.…` and `task.…` events are
 * emitted after the commit that makes them true, in the order of the commits. Moments are ISO 8601, UTC.
 */
export interface EngineEventMap {
  /** A run exists, `queued`. */
  'run.created': RunEventPayload;
  /** Its first user has started. */
  'run.started': RunEventPayload;
  /**
   * Its counters have moved: at most four times a second per run (`LIMITS.progressIntervalMs`), with the newest
   * counters. The last one has the final counters and comes just before `run.finished`.
   */
  'run.progress': RunEventPayload;
  /** A cancel was accepted; running tasks are being awaited. */
  'run.canceling': RunEventPayload;
  /**
   * It is terminal. Once for each run, by the process that ended it; of several processes on one store a second one may
   * emit it too, when the answer to its last commit of the run was lost.
   */
  'run.finished': RunEventPayload;
  /** It was kept long enough (`retention`), and is gone. */
  'run.purged': { readonly workflowId: string; readonly runId: string };
  /** One user's result is terminal. */
  'user.finished': {
    readonly workflowId: string;
    readonly runId: string;
    readonly subjectId: string;
    readonly result: UserProcessingResult;
  };
  /** A task that the engine ran for a user has completed. */
  'task.completed': TaskEventPayload & {
    /** Why it had nothing to do. */
    readonly processingInfo: string | null;
    /** What it has changed. */
    readonly changes: readonly string[];
  };
  /** A task that the engine ran for a user has failed, without a further attempt. */
  'task.failed': TaskEventPayload & {
    readonly failureReason: string;
    /** What kind of failure it is: of a few, at most 64 characters. */
    readonly code: string;
    /** `null`: it failed before it began. */
    readonly startedDateTime: string | null;
    readonly completedDateTime: string;
  };
  /** An attempt failed and will be repeated. */
  'task.retrying': TaskEventPayload & {
    /** The attempt that failed, 1-based. */
    readonly attempt: number;
    readonly failureReason: string;
    /** Earliest start of the next attempt. */
    readonly notBeforeDateTime: string;
  };
  /** A handler has asked for its task to wait (`retryAfter`). It is no attempt, and nothing is stored of it. */
  'task.throttled': TaskEventPayload & {
    readonly failureReason: string;
    readonly code: string;
    /** Earliest moment of the next call. */
    readonly notBeforeDateTime: string;
  };
  /**
   * A handler has not settled within the grace of its abort (`abortGraceMs`). Its task is decided and its run goes
   * on, but the handler may still be working. Its lane serves other tasks meanwhile, unless `handlersUnsettledMax`
   * handlers are in this state already. Emitted once per attempt; without a listener it is a warning in the logger.
   */
  'handler.unsettled': TaskEventPayload & {
    /** 1-based. */
    readonly attempt: number;
    /** Start of the attempt. */
    readonly startedDateTime: string;
    /** Why it was aborted: its time-out, a cancel of its run, or a stop of the engine. */
    readonly cause: 'timeout' | 'cancel' | 'stop';
    /** `false`: the handler holds its lane until it settles, or until another one does. */
    readonly isLaneReplaced: boolean;
    /** Unsettled handlers of this engine, this one included. */
    readonly handlersUnsettled: number;
  };
  /**
   * As many handlers as `handlersUnsettledMax` are unsettled: from now on each further one costs the engine a lane,
   * and without lanes no run goes on. Find out why handlers ignore their `signal`, and restart the process. Emitted
   * each time that the bound is reached; without a listener it is an error in the logger.
   */
  'engine.stalled': { readonly handlersUnsettled: number; readonly handlersUnsettledMax: number };
  /** A schedule slot was evaluated. `runId` `null`: no subject was due. */
  'schedule.evaluated': {
    readonly workflowId: string;
    readonly slotDateTime: string;
    readonly runId: string | null;
    /** People in scope, people in the run, and why the others are not in it. */
    readonly selection: Selection;
  };
  /**
   * People were left out of a slot, or of an activation by rule, for a reason that needs attention: an attribute
   * cannot be read, or no subject has it. Also emitted before a strict selection is refused. Without a listener it is
   * a warning in the logger.
   */
  'workflow.subjectsLeftOut': {
    readonly workflowId: string;
    /** `null`: an activation by rule. */
    readonly slotDateTime: string | null;
    /** `null`: no run was made. */
    readonly runId: string | null;
    readonly selection: Selection;
  };
  /** A schedule slot was not evaluated because it was missed (the missed-slot policy). */
  'schedule.skipped': { readonly workflowId: string; readonly slotDateTime: string };
  /** A scheduled run had too many users; it and its workflow wait for `workflows.clearQuarantine`. */
  'workflow.quarantined': {
    readonly workflowId: string;
    readonly runId: string;
    readonly quarantineDetails: QuarantineDetails;
  };
  /** An entry for an audit log. */
  'audit.recorded': AuditEntry;
  /** A failure outside of any call. The engine continues. Without a listener it is an error in the logger. */
  'engine.error': {
    readonly error: unknown;
    readonly during: EngineActivity;
    readonly workflowId?: string;
    readonly runId?: string;
    /** The event whose listener failed (`during: 'listening'`). */
    readonly eventName?: EngineEventName;
  };
}

/** The name of an event. */
export type EngineEventName = keyof EngineEventMap;

/** All names of events. */
export const ENGINE_EVENTS = Object.keys({
  'run.created': true,
  'run.started': true,
  'run.progress': true,
  'run.canceling': true,
  'run.finished': true,
  'run.purged': true,
  'user.finished': true,
  'task.completed': true,
  'task.failed': true,
  'task.retrying': true,
  'task.throttled': true,
  'schedule.evaluated': true,
  'handler.unsettled': true,
  'engine.stalled': true,
  'schedule.skipped': true,
  'workflow.subjectsLeftOut': true,
  'workflow.quarantined': true,
  'audit.recorded': true,
  'engine.error': true,
} satisfies Record<EngineEventName, true>) as readonly EngineEventName[];

/** Where the ledger and the engine emit events. Never throws. */
export interface EventSink {
  emit<Name extends EngineEventName>(name: Name, payload: EngineEventMap[Name]): void;
  /** Whether there is a listener, of events about one person: one for that person. A payload that nothing reads is not made. */
  has(name: EngineEventName, runId?: string, subjectId?: string): boolean;
}
