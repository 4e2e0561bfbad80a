/**
 * Makes runs that the engine will drive. A run appears at once, with all its users: up to
 * `LIMITS.usersPerBatch` of them in one transaction; more in several, under a run that is not
 * published until the last (decision 3). A crash in between leaves an unpublished run, which
 * {@link removeUnpublished} clears away.
 */
import { LifecycleError } from '../errors/index.ts';
import type { ActivationScope } from '../model/activation.ts';
import { runIdFrom } from '../model/ids.ts';
import { LIMITS } from '../model/limits.ts';
import type { Quarantine } from '../model/quarantine.ts';
import type { Note, RunRecord } from '../model/records.ts';
import type { WorkflowExecutionType } from '../model/status.ts';
import type { EpochMs } from '../model/time.ts';
import type { UserReference, Workflow } from '../model/workflow.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { NO_COUNTERS } from '../rules/index.ts';
import { announce } from './announce.ts';
import type { LedgerContext } from './context.ts';
import {
  expectNewSlot,
  expectOurs,
  expectRunnable,
  insertCandidates,
  markSlot,
  notAdmitted,
  type Totals,
  totalsOf,
  wholeRun,
  withBatch,
} from './plan-steps.ts';
import { quarantineRun } from './quarantine.ts';

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

/** Makes a run, or says why there is none. @throws LifecycleError of the directory or the store. */
export async function planRun(context: LedgerContext, plan: RunPlan): Promise<PlanOutcome> {
  const draft = draftOf(context, plan);
  context.planning.add(draft.id);
  const totals = totalsOf(plan.workflow);
  let batch: Candidate[] = [];
  let isWritten = false;
  try {
    for await (const found of plan.candidates) {
      for (const candidate of found) {
        batch.push(candidate);
        if (batch.length < LIMITS.usersPerBatch) continue;
        await writeBatch(context, plan, draft, batch, totals, isWritten);
        isWritten = true;
        batch = [];
        await context.clock.yield();
      }
    }
    const run = await publish(context, plan, draft, batch, totals, isWritten);
    if (run === null) {
      if (isWritten) await removeUnpublished(context, draft);
      return { kind: 'nobody' };
    }
    if ('quarantineType' in run) {
      const draftRun = { draft, batch, totals, isWritten };
      isWritten = true;
      const quarantined = await quarantineRun(context, plan, draftRun, run);
      announce(context, { before: null, after: quarantined });
      return { kind: 'quarantined', run: quarantined };
    }
    announce(context, { before: null, after: run });
    return { kind: 'planned', run };
  } catch (error) {
    if (isWritten) await removeEventually(context, draft);
    const isTaken = LifecycleError.is(error) && error.code === 'Duplicate' && 'slotAtMs' in error.details;
    if (isTaken && plan.slotAtMs !== null) return { kind: 'slotTaken' };
    throw error;
  } finally {
    context.planning.delete(draft.id);
  }
}

/** Removes a half-written run now or, when the store refuses that too, as soon as it does not. */
async function removeEventually(context: LedgerContext, draft: RunRecord): Promise<void> {
  try {
    await removeUnpublished(context, draft);
  } catch (error) {
    if (LifecycleError.is(error) && !error.retryable) return;
    context.clock.setTimer(REMOVE_RETRY_MS, () => void removeEventually(context, draft));
  }
}

/**
 * Removes a run that was never published, and the admissions that it made. It is claimed first, so that
 * an engine that is still writing it cannot publish it; one that has been published is left alone.
 */
export async function removeUnpublished({ store, clock }: LedgerContext, draft: RunRecord): Promise<void> {
  await store.transaction(async (tx) => {
    const run = await tx.getRun(draft.id);
    if (run && !run.published) await tx.putRun({ ...run, claim: run.claim + 1 });
  });
  const whileUnpublished = (work: (tx: StoreTransaction) => Promise<void>) =>
    store.transaction(async (tx) => {
      const run = await tx.getRun(draft.id);
      if (run && !run.published) await work(tx);
    });
  // A run on demand admits nobody; what is noted of its people was noted by a scheduled one.
  for (let afterNo = 0; draft.workflowExecutionType === 'scheduled'; ) {
    const users = await store.listUsersByStatus(draft.id, 'queued', afterNo, LIMITS.usersPerBatch);
    const last = users.at(-1);
    if (!last) break;
    afterNo = last.no;
    const ids = users.map((user) => user.subjectId);
    await whileUnpublished((tx) => tx.deleteAdmissions(draft.workflowId, draft.id, ids));
    await clock.yield();
  }
  await whileUnpublished((tx) => tx.deleteRun(draft.id));
}

/** Wait before a removal that failed is tried again. */
const REMOVE_RETRY_MS = 1_000;

function draftOf({ ids, clock }: LedgerContext, plan: RunPlan): RunRecord {
  const nowMs = Math.max(clock.now(), plan.scheduledAtMs);
  return {
    id: runIdFrom(ids.guid()),
    workflowId: plan.workflow.id,
    workflowVersion: plan.workflow.version,
    workflowDisplayName: plan.workflow.displayName,
    createdBy: plan.createdBy?.id ?? null,
    driver: 'engine',
    workflowExecutionType: plan.workflowExecutionType,
    processingStatus: 'queued',
    scheduledAtMs: plan.scheduledAtMs,
    startedAtMs: null,
    completedAtMs: null,
    lastUpdatedAtMs: nowMs,
    slotAtMs: plan.slotAtMs,
    ...NO_COUNTERS,
    knownUsersCount: 0,
    knownTasksCount: 0,
    taskReports: [],
    claim: 0,
    inHand: false,
    published: false,
    isNoOp: false,
    activatedOnScope: plan.activatedOnScope ?? null,
  };
}

/** Writes users under the unpublished run. */
async function writeBatch(
  { store }: LedgerContext,
  plan: RunPlan,
  draft: RunRecord,
  batch: readonly Candidate[],
  totals: Totals,
  isWritten: boolean,
): Promise<void> {
  const after = await store.transaction(async (tx) => {
    if (isWritten) await expectOurs(tx, draft);
    else await tx.insertRun(draft);
    const fresh = await notAdmitted(tx, plan, batch);
    await insertCandidates(tx, plan, draft, fresh, totals.users);
    return withBatch(totals, fresh);
  });
  Object.assign(totals, after);
}

/**
 * Writes the last users and makes the run visible; `null` when it has no users at all. When there are more
 * than the plan's quarantine allows, nothing is written, and why is what comes back.
 */
async function publish(
  { store, clock }: LedgerContext,
  plan: RunPlan,
  draft: RunRecord,
  batch: readonly Candidate[],
  totals: Totals,
  isWritten: boolean,
): Promise<RunRecord | Quarantine | null> {
  return store.transaction(async (tx) => {
    await expectRunnable(tx, plan);
    if (isWritten) await expectOurs(tx, draft);
    await expectNewSlot(tx, plan);
    const fresh = await notAdmitted(tx, plan, batch);
    const all = withBatch(totals, fresh);
    const quarantine = plan.quarantine?.(all.users) ?? null;
    if (quarantine !== null) return quarantine;
    await markSlot(tx, plan);
    if (all.users === 0) return null;
    const run = wholeRun(draft, all, clock.now());
    if (isWritten) await tx.putRun(run);
    else await tx.insertRun(run);
    await insertCandidates(tx, plan, draft, fresh, totals.users);
    if (plan.notes) await tx.putNotes(plan.notes(run));
    await plan.alongside?.(tx, run);
    return run;
  });
}
