import type { Note, RunRecord } from '../../model/records.ts';
import type { WorkflowExecutionType } from '../../model/status.ts';
import type { EpochMs } from '../../model/time.ts';
import type { ActivationScope } from '../../model/workflow/activation.ts';
import type { Quarantine } from '../../model/workflow/quarantine.ts';
import type { UserReference, Workflow } from '../../model/workflow/workflow.ts';
import type { StoreTransaction } from '../../ports/store.ts';

/** Somebody to process. */
export interface Candidate {
  readonly subjectId: string;
  /** The trigger moment that made him due; `null` for a run on demand. */
  readonly dueAtMs: EpochMs | null;
  /** See `UserRecord.positions`. */
  readonly positions?: readonly number[];
}

/** Candidates as they are found. */
export type CandidateBatches = AsyncIterable<readonly Candidate[]> | Iterable<readonly Candidate[]>;

/** A run to be made. */
export interface RunPlan {
  readonly workflow: Workflow;
  readonly workflowExecutionType: WorkflowExecutionType;
  /** Who activated it; nobody for the schedule. */
  readonly createdBy?: UserReference | null;
  readonly scheduledAtMs: EpochMs;
  /** The schedule slot, for a scheduled run. */
  readonly slotAtMs: EpochMs | null;
  /** The workflow's scheduling must still be on when the run is made. */
  readonly onlyWhileScheduled?: boolean;
  /** Admissions for earlier moments can make nobody due again; they are forgotten with this plan. */
  readonly forgetAdmissionsBeforeMs?: EpochMs;
  readonly activatedOnScope?: ActivationScope;
  /** Why so many users are too many; `null` when they are not. */
  readonly quarantine?: (users: number) => Quarantine | null;
  /** Written with the commit that makes the run visible. */
  readonly notes?: (run: RunRecord) => readonly Note[];
  /** Done in the same commit. */
  readonly alongside?: (tx: StoreTransaction, run: RunRecord) => Promise<void>;
  /** Without repeats, in batches of any size: a promise a batch costs less than one a candidate. */
  readonly candidates: CandidateBatches;
}

/** What became of a plan. */
export type PlanOutcome =
  | { readonly kind: 'planned'; readonly run: RunRecord }
  /** There were too many; the run stays as it is, and so does the workflow. */
  | { readonly kind: 'quarantined'; readonly run: RunRecord }
  /** There was nobody to process; no run was made. */
  | { readonly kind: 'nobody' }
  /** Another scheduler has made this slot's run. */
  | { readonly kind: 'slotTaken' };
