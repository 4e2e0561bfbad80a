import type { AuditEntry } from './audit.ts';
import type { QuarantineDetails } from './quarantine.ts';
import type { Run, UserProcessingResult } from './resources.ts';
import type { Selection } from './selection.ts';
import type { EpochMs } from './time.ts';

/** A run, and the id of the workflow that it belongs to. */
export interface RunEventPayload {
  readonly workflowId: string;
  readonly run: Run;
}

/**
 * Everything that the engine tells, by name. All `run.…`, `user.…` and `task.…` events are told after
 * the commit that makes them true, in the order of the commits, and never before.
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
  /** It is terminal. */
  'run.finished': RunEventPayload;
  /** It was kept long enough (`retention`), and is gone. */
  'retention.purged': { readonly workflowId: string; readonly runId: string };
  /** One user's result is terminal. */
  'user.finished': {
    readonly workflowId: string;
    readonly runId: string;
    readonly result: UserProcessingResult;
  };
  /** A task of a user has failed for good: no attempt is left. */
  'task.failed': {
    readonly workflowId: string;
    readonly runId: string;
    readonly subjectId: string;
    /** 1-based position among the enabled tasks. */
    readonly position: number;
    readonly failureReason: string;
  };
  /** An attempt failed and will be repeated. */
  'task.retrying': {
    readonly workflowId: string;
    readonly runId: string;
    readonly subjectId: string;
    readonly position: number;
    /** The attempt that failed, 1-based. */
    readonly attempt: number;
    readonly failureReason: string;
    readonly notBeforeMs: EpochMs;
  };
  /** A schedule slot was evaluated. `runId` `null`: nobody was due. */
  'schedule.evaluated': {
    readonly workflowId: string;
    readonly slotAtMs: EpochMs;
    readonly runId: string | null;
    /** Who was in scope, who is in the run, and why the others are not. */
    readonly selection: Selection;
  };
  /**
   * People were left out of a slot, or of an activation by rule, for a reason that is worth a look: an attribute
   * cannot be read, or nobody has it. Told before a strict selection is refused, too. Without a listener it is a
   * warning in the logger.
   */
  'subjects.leftOut': {
    readonly workflowId: string;
    /** `null`: an activation by rule. */
    readonly slotAtMs: EpochMs | null;
    /** `null`: no run was made. */
    readonly runId: string | null;
    readonly selection: Selection;
  };
  /** A schedule slot was not evaluated because it was missed (the missed-slot policy). */
  'schedule.skipped': { readonly workflowId: string; readonly slotAtMs: EpochMs };
  /** A scheduled run had too many users; it and its workflow wait for `workflows.clearQuarantine`. */
  'workflow.quarantined': {
    readonly workflowId: string;
    readonly runId: string;
    readonly quarantineDetails: QuarantineDetails;
  };
  /** A line for an audit log. */
  audit: AuditEntry;
  /** Something failed that no caller is waiting for. The engine goes on. */
  'engine.error': { readonly error: unknown; readonly during: string; readonly runId?: string };
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
  'retention.purged': true,
  'user.finished': true,
  'task.failed': true,
  'task.retrying': true,
  'schedule.evaluated': true,
  'schedule.skipped': true,
  'subjects.leftOut': true,
  'workflow.quarantined': true,
  audit: true,
  'engine.error': true,
} satisfies Record<EngineEventName, true>) as readonly EngineEventName[];

/** Where the ledger and the engine tell events. Never throws. */
export interface EventSink {
  emit<Name extends EngineEventName>(name: Name, payload: EngineEventMap[Name]): void;
  /** Whether anybody listens: a payload that nobody reads is not made. */
  has(name: EngineEventName): boolean;
}
