/**
 * Creates runs that the engine will drive. A run appears atomically, with all its users: up to
 * `LIMITS.usersPerBatch` of them in one transaction; more in several, under a run that is not
 * published until the last (decision 3). A crash in between leaves an unpublished run, which
 * {@link removeUnpublished} removes.
 */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { runIdFrom } from '../../model/ids.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import type { Quarantine } from '../../model/workflow/quarantine.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import { NO_COUNTERS } from '../../rules/counters/counters.ts';
import type { LedgerContext } from '../context.ts';
import { announce } from '../recording/announce.ts';
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
import type { Candidate, PlanOutcome, RunPlan } from './run-plan.ts';

/** Creates a run, or returns why there is none. @throws LifecycleError of the directory or the store. */
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
      return { kind: 'noUsers' };
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

/** Removes a partly written run now, and retries for as long as the store fails. */
async function removeEventually(context: LedgerContext, draft: RunRecord): Promise<void> {
  try {
    await removeUnpublished(context, draft);
  } catch (error) {
    if (LifecycleError.is(error) && !error.retryable) return;
    context.clock.setTimer(REMOVE_RETRY_MS, () => void removeEventually(context, draft));
  }
}

/**
 * Removes a run that was never published, and its admissions. It is claimed first, so that
 * an engine that is still writing it cannot publish it; a published run is left unchanged.
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
  // A run on demand admits no subjects; admissions of its subjects belong to scheduled runs.
  for (let afterOrdinal = 0; draft.workflowExecutionType === 'scheduled'; ) {
    const users = await store.listUsersByStatus(draft.id, 'queued', afterOrdinal, LIMITS.usersPerBatch);
    const last = users.at(-1);
    if (!last) break;
    afterOrdinal = last.ordinal;
    const ids = users.map((user) => user.subjectId);
    await whileUnpublished((tx) => tx.deleteAdmissions(draft.workflowId, draft.id, ids));
    await clock.yield();
  }
  await whileUnpublished((tx) => tx.deleteRun(draft.id));
}

/** Wait before a failed removal is retried, ms. */
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
    revision: 0,
    slotAtMs: plan.slotAtMs,
    ...NO_COUNTERS,
    knownUsersCount: 0,
    knownTasksCount: 0,
    lastUserEndAtMs: null,
    taskReports: [],
    claim: 0,
    seq: 0,
    inHand: false,
    published: false,
    isNoOp: false,
    activatedOnScope: plan.activatedOnScope ?? null,
  };
}

/** Writes users under the unpublished run. */
async function writeBatch(
  { store, clock }: LedgerContext,
  plan: RunPlan,
  draft: RunRecord,
  batch: readonly Candidate[],
  totals: Totals,
  isWritten: boolean,
): Promise<void> {
  const after = await store.transaction(async (tx) => {
    if (!isWritten) await tx.insertRun(draft);
    else {
      const ours = await expectOurs(tx, draft);
      if (store.slices) await keepAlive(tx, ours, clock.now());
    }
    const fresh = await notAdmitted(tx, plan, batch);
    await insertCandidates(tx, plan, draft, fresh, totals.users);
    return withBatch(totals, fresh);
  });
  Object.assign(totals, after);
}

/** Shows other processes that the run is still being written: they remove it after `LIMITS.draftSilenceMs`. */
async function keepAlive(tx: StoreTransaction, draft: RunRecord, nowMs: number): Promise<void> {
  const lastUpdatedAtMs = Math.max(nowMs, draft.lastUpdatedAtMs);
  if (lastUpdatedAtMs > draft.lastUpdatedAtMs) await tx.putRun({ ...draft, lastUpdatedAtMs });
}

/**
 * Writes the last users and publishes the run; returns `null` when it has no users. When there are more
 * than the plan's quarantine allows, writes nothing and returns the reason.
 */
async function publish(
  { store, clock, slicesOffered }: LedgerContext,
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
    const slices = await store.slices?.insert(tx, run);
    await slicesOffered?.(tx, run, slices ?? [{ runId: run.id, slice: 1 }]);
    if (plan.notes) await tx.putNotes(plan.notes(run));
    await plan.alongside?.(tx, run);
    return run;
  });
}
