/**
 * Makes runs that the engine will drive. A run appears at once, with all its users: up to
 * `LIMITS.usersPerBatch` of them in one transaction; more in several, under a run that is not
 * published until the last (decision 3). A crash in between leaves an unpublished run, which
 * {@link removeUnpublished} clears away.
 */
import { LifecycleError } from '../errors/index.ts';
import { runIdFrom } from '../model/ids.ts';
import { LIMITS } from '../model/limits.ts';
import type { RunRecord } from '../model/records.ts';
import type { WorkflowExecutionType } from '../model/status.ts';
import type { EpochMs } from '../model/time.ts';
import type { Workflow } from '../model/workflow.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { NO_COUNTERS, queuedUser } from '../rules/index.ts';
import { announce } from './announce.ts';
import { type LedgerContext, requireWorkflow } from './context.ts';
import { enabledTasks } from './resources.ts';

/** Somebody to process. */
export interface Candidate {
  readonly subjectId: string;
  /** The trigger moment that made him due; `null` for a run on demand. */
  readonly dueAtMs: EpochMs | null;
}

/** A run to be made. */
export interface RunPlan {
  readonly workflow: Workflow;
  readonly workflowExecutionType: WorkflowExecutionType;
  readonly scheduledAtMs: EpochMs;
  /** The schedule slot, for a scheduled run. */
  readonly slotAtMs: EpochMs | null;
  /** The workflow's scheduling must still be on when the run is made. */
  readonly onlyWhileScheduled?: boolean;
  /** Admissions for earlier moments can make nobody due again; they are forgotten with this plan. */
  readonly forgetAdmissionsBeforeMs?: EpochMs;
  /** Without repeats. */
  readonly candidates: AsyncIterable<Candidate> | Iterable<Candidate>;
}

/** What became of a plan. */
export type PlanOutcome =
  | { readonly kind: 'planned'; readonly run: RunRecord }
  /** There was nobody to process; no run was made. */
  | { readonly kind: 'nobody' }
  /** Another scheduler has made this slot's run. */
  | { readonly kind: 'slotTaken' };

/** Makes a run, or says why there is none. @throws LifecycleError of the directory or the store. */
export async function planRun(context: LedgerContext, plan: RunPlan): Promise<PlanOutcome> {
  const draft = draftOf(context, plan);
  context.planning.add(draft.id);
  let batch: Candidate[] = [];
  let isWritten = false;
  let users = 0;
  try {
    for await (const candidate of plan.candidates) {
      batch.push(candidate);
      if (batch.length < LIMITS.usersPerBatch) continue;
      await writeBatch(context, plan, draft, batch, users, isWritten);
      isWritten = true;
      users += batch.length;
      batch = [];
      await context.clock.yield();
    }
    if (users + batch.length === 0) {
      await context.store.transaction((tx) => markSlot(tx, plan));
      return { kind: 'nobody' };
    }
    const run = await publish(context, plan, draft, batch, users, isWritten);
    announce(context, { before: null, after: run });
    return { kind: 'planned', run };
  } catch (error) {
    if (isWritten) await removeUnpublished(context, draft);
    if (
      LifecycleError.is(error) &&
      error.code === 'Duplicate' &&
      'slotAtMs' in error.details &&
      plan.slotAtMs !== null
    ) {
      return { kind: 'slotTaken' };
    }
    throw error;
  } finally {
    context.planning.delete(draft.id);
  }
}

/** Removes a run that was never published, and the admissions of its users. */
export async function removeUnpublished({ store, clock }: LedgerContext, draft: RunRecord): Promise<void> {
  let afterNo = 0;
  for (;;) {
    const users = await store.listUsersByStatus(draft.id, 'queued', afterNo, LIMITS.usersPerBatch);
    if (users.length === 0) break;
    afterNo = users.at(-1)?.no ?? afterNo;
    await store.transaction((tx) =>
      tx.deleteAdmissions(
        draft.workflowId,
        users.map((user) => user.subjectId),
      ),
    );
    await clock.yield();
  }
  await store.transaction((tx) => tx.deleteRun(draft.id));
}

function draftOf({ ids, clock }: LedgerContext, plan: RunPlan): RunRecord {
  const nowMs = Math.max(clock.now(), plan.scheduledAtMs);
  return {
    id: runIdFrom(ids.guid()),
    workflowId: plan.workflow.id,
    workflowVersion: plan.workflow.version,
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
  };
}

async function writeBatch(
  { store }: LedgerContext,
  plan: RunPlan,
  draft: RunRecord,
  batch: readonly Candidate[],
  usersBefore: number,
  isWritten: boolean,
): Promise<void> {
  await store.transaction(async (tx) => {
    if (!isWritten) await tx.insertRun(draft);
    await insertCandidates(tx, plan, draft, batch, usersBefore);
  });
}

async function publish(
  { store, clock }: LedgerContext,
  plan: RunPlan,
  draft: RunRecord,
  batch: readonly Candidate[],
  usersBefore: number,
  isWritten: boolean,
): Promise<RunRecord> {
  const tasks = enabledTasks(plan.workflow).length;
  const users = usersBefore + batch.length;
  const run: RunRecord = {
    ...draft,
    lastUpdatedAtMs: Math.max(clock.now(), draft.lastUpdatedAtMs),
    totalUsersCount: users,
    totalTasksCount: users * tasks,
    totalUnprocessedTasksCount: users * tasks,
    knownUsersCount: users,
    knownTasksCount: users * tasks,
    taskReports: enabledTasks(plan.workflow).map(() => ({
      successfulUsersCount: 0,
      failedUsersCount: 0,
      totalUsersCount: users,
    })),
    published: true,
  };
  await store.transaction(async (tx) => {
    const current = await requireWorkflow(tx, plan.workflow.id);
    if (!current.isEnabled || (plan.onlyWhileScheduled && !current.isSchedulingEnabled)) {
      const what = current.isEnabled ? 'scheduled' : 'enabled';
      throw new LifecycleError(
        'WorkflowDisabled',
        `Expected workflow \`${current.displayName}\` to be ${what} still, got a change while the run was made`,
        { workflowId: current.id },
      );
    }
    if (isWritten) await tx.putRun(run);
    else await tx.insertRun(run);
    await insertCandidates(tx, plan, draft, batch, usersBefore);
    await markSlot(tx, plan);
  });
  return run;
}

async function insertCandidates(
  tx: StoreTransaction,
  plan: RunPlan,
  draft: RunRecord,
  batch: readonly Candidate[],
  usersBefore: number,
): Promise<void> {
  const tasks = enabledTasks(plan.workflow).length;
  const rows = batch.map(({ subjectId }, index) =>
    queuedUser(draft, usersBefore + index + 1, subjectId, tasks, draft.lastUpdatedAtMs),
  );
  await tx.insertUsers(rows);
  const admissions = batch.flatMap(({ subjectId, dueAtMs }) =>
    dueAtMs === null ? [] : { workflowId: plan.workflow.id, subjectId, dueAtMs },
  );
  if (admissions.length > 0) await tx.putAdmissions(admissions);
}

/** Notes, in the same commit, that the slot has been evaluated. */
async function markSlot(tx: StoreTransaction, plan: RunPlan): Promise<void> {
  const { workflow, slotAtMs, forgetAdmissionsBeforeMs: beforeMs } = plan;
  if (beforeMs !== undefined) await tx.purgeAdmissions(workflow.id, beforeMs);
  const record = slotAtMs === null ? null : await tx.getWorkflow(workflow.id);
  if (record && slotAtMs !== null && (record.lastSlotAtMs ?? Number.NEGATIVE_INFINITY) < slotAtMs) {
    await tx.putWorkflow({ ...record, lastSlotAtMs: slotAtMs });
  }
}
