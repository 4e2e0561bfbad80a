import type { Note, RunRecord } from '../../model/records.ts';
import type { WorkflowExecutionType } from '../../model/status.ts';
import type { EpochMs } from '../../model/time.ts';
import type { ActivationScope } from '../../model/workflow/activation.ts';
import type { Quarantine } from '../../model/workflow/quarantine.ts';
import type { UserReference, Workflow } from '../../model/workflow/workflow.ts';
import type { StoreTransaction } from '../../ports/store.ts';

/** A subject to process. */
export interface Candidate {
  readonly subjectId: string;
  /** The trigger moment that made the subject due; `null` for a run on demand. */
  readonly dueAtMs: EpochMs | null;
  /** See `UserRecord.positions`. */
  readonly positions?: readonly number[];
}

/** Candidates as they are found. */
export type CandidateBatches = AsyncIterable<readonly Candidate[]> | Iterable<readonly Candidate[]>;

/** A run to create. */
export interface RunPlan {
  readonly workflow: Workflow;
  readonly workflowExecutionType: WorkflowExecutionType;
  /** The caller that activated it; absent for the schedule. */
  readonly createdBy?: UserReference | null;
  readonly scheduledAtMs: EpochMs;
  /** The schedule slot, for a scheduled run. */
  readonly slotAtMs: EpochMs | null;
  /** The workflow's scheduling must still be on when the run is created. */
  readonly onlyWhileScheduled?: boolean;
  /** Admissions for earlier moments are obsolete; they are deleted with this plan. */
  readonly forgetAdmissionsBeforeMs?: EpochMs;
  readonly activatedOnScope?: ActivationScope;
  /** The reason why `users` users are too many; `null` when they are not. */
  readonly quarantine?: (users: number) => Quarantine | null;
  /** Written with the commit that makes the run visible. */
  readonly notes?: (run: RunRecord) => readonly Note[];
  /** Further writes in the same commit. */
  readonly alongside?: (tx: StoreTransaction, run: RunRecord) => Promise<void>;
  /** Without repeats, in batches of any size: one promise per batch costs less than one per candidate. */
  readonly candidates: CandidateBatches;
}

/** Outcome of a plan. */
export type PlanOutcome =
  | { readonly kind: 'planned'; readonly run: RunRecord }
  /** There were too many users; the run and its workflow are in quarantine. */
  | { readonly kind: 'quarantined'; readonly run: RunRecord }
  /** There were no users to process; no run was created. */
  | { readonly kind: 'noUsers' }
  /** Another scheduler has created this slot's run. */
  | { readonly kind: 'slotTaken' };
