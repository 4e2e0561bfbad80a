/** The steps of creating a run; `plan.ts` combines them. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { RunRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import { isAdmitted } from '../../rules/schedule/slots.ts';
import { queuedUser } from '../../rules/status/user.ts';
import { requireWorkflow } from '../context.ts';
import { enabledTasks } from '../resources.ts';
import type { Candidate, RunPlan } from './run-plan.ts';

/** Committed totals of a run that is being created. */
export interface Totals {
  users: number;
  tasks: number;
  /** Users per task. */
  readonly usersByTask: number[];
}

/** Totals of a run without users. */
export function totalsOf(workflow: Workflow): Totals {
  return { users: 0, tasks: 0, usersByTask: enabledTasks(workflow).map(() => 0) };
}

/** The totals with a batch. */
export function withBatch(totals: Totals, batch: readonly Candidate[]): Totals {
  const all = totals.usersByTask.length;
  const usersByTask = [...totals.usersByTask];
  let { tasks } = totals;
  let whole = 0;
  for (const { positions } of batch) {
    tasks += positions?.length ?? all;
    if (positions === undefined) whole += 1;
    else for (const position of positions) usersByTask[position - 1] = (usersByTask[position - 1] ?? 0) + 1;
  }
  return {
    users: totals.users + batch.length,
    tasks,
    usersByTask: usersByTask.map((users) => users + whole),
  };
}

/**
 * Refuses a slot that another scheduler on the same store has passed: that scheduler may have purged the
 * admissions of the slot.
 */
export async function expectNewSlot(tx: StoreTransaction, plan: RunPlan): Promise<void> {
  const { workflow, slotAtMs, onlyWhileScheduled } = plan;
  if (!onlyWhileScheduled || slotAtMs === null) return;
  const lastSlotAtMs = (await tx.getWorkflow(workflow.id))?.lastSlotAtMs ?? Number.NEGATIVE_INFINITY;
  if (slotAtMs > lastSlotAtMs) return;
  throw new LifecycleError(
    'Duplicate',
    `Expected slot ${slotAtMs} of workflow ${workflow.id} to be a future one, got one that another scheduler has already evaluated`,
    { workflowId: workflow.id, slotAtMs },
  );
}

/** The unpublished run still exists, and no other engine has claimed it for removal. */
export async function expectOurs(tx: StoreTransaction, draft: RunRecord): Promise<RunRecord> {
  const run = await tx.getRun(draft.id);
  if (run?.claim === draft.claim) return run;
  throw new LifecycleError(
    'ClaimLost',
    `Expected run ${draft.id} to be written by one engine, got a second one that is removing it`,
    {
      runId: draft.id,
    },
  );
}

/**
 * The candidates of a batch that have not been admitted for the same moment in the meantime: another
 * evaluation may have run since the candidates were selected.
 */
export async function notAdmitted(
  tx: StoreTransaction,
  { workflow }: RunPlan,
  batch: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const due = batch.filter(({ dueAtMs }) => dueAtMs !== null);
  if (due.length === 0) return batch;
  const admissions = await tx.getAdmissions(
    workflow.id,
    due.map(({ subjectId }) => subjectId),
  );
  const bySubject = new Map(admissions.map((one) => [one.subjectId, one]));
  return batch.filter(
    ({ subjectId, dueAtMs }) => dueAtMs === null || !isAdmitted(bySubject.get(subjectId), dueAtMs),
  );
}

/** Writes the users of a batch, in `status`; queued users are admitted. */
export async function insertCandidates(
  tx: StoreTransaction,
  plan: RunPlan,
  draft: RunRecord,
  batch: readonly Candidate[],
  usersBefore: number,
  status: 'queued' | 'quarantined' = 'queued',
): Promise<void> {
  if (batch.length === 0) return;
  const tasks = enabledTasks(plan.workflow).length;
  const rows = batch.map(({ subjectId, positions }, index) => {
    const count = positions?.length ?? tasks;
    const ordinal = usersBefore + index + 1;
    const user = queuedUser(draft, ordinal, subjectId, count, draft.lastUpdatedAtMs, positions);
    return status === 'queued' ? user : { ...user, processingStatus: status };
  });
  await tx.insertUsers(rows);
  if (status !== 'queued') return;
  const admissions = batch.flatMap(({ subjectId, dueAtMs }) =>
    dueAtMs === null ? [] : { workflowId: plan.workflow.id, subjectId, dueAtMs, runId: draft.id },
  );
  if (admissions.length > 0) await tx.putAdmissions(admissions);
}

/** Stores, in the same commit, that the slot has been evaluated. */
export async function markSlot(tx: StoreTransaction, plan: RunPlan): Promise<void> {
  const { workflow, slotAtMs, forgetAdmissionsBeforeMs: beforeMs } = plan;
  if (beforeMs !== undefined) await tx.purgeAdmissions(workflow.id, beforeMs);
  const record = slotAtMs === null ? null : await tx.getWorkflow(workflow.id);
  if (record && slotAtMs !== null && (record.lastSlotAtMs ?? Number.NEGATIVE_INFINITY) < slotAtMs) {
    await tx.putWorkflow({ ...record, lastSlotAtMs: slotAtMs });
  }
}

/** Checks that the workflow may still run. @throws LifecycleError `WorkflowDisabled`, `NotFound`. */
export async function expectRunnable(tx: StoreTransaction, plan: RunPlan): Promise<void> {
  const current = await requireWorkflow(tx, plan.workflow.id);
  if (!current.isEnabled || (plan.onlyWhileScheduled && !current.isSchedulingEnabled)) {
    const what = current.isEnabled ? 'scheduled' : 'enabled';
    throw new LifecycleError(
      'WorkflowDisabled',
      `Expected workflow \`${current.displayName}\` to be still ${what}, got a change while the run was created`,
      { workflowId: current.id },
    );
  }
}

/** The published run, with all its users written and queued. */
export function wholeRun(draft: RunRecord, { users, tasks, usersByTask }: Totals, nowMs: EpochMs): RunRecord {
  return {
    ...draft,
    lastUpdatedAtMs: Math.max(nowMs, draft.lastUpdatedAtMs),
    totalUsersCount: users,
    totalTasksCount: tasks,
    totalUnprocessedTasksCount: tasks,
    knownUsersCount: users,
    knownTasksCount: tasks,
    taskReports: usersByTask.map((count) => ({
      successfulUsersCount: 0,
      failedUsersCount: 0,
      totalUsersCount: count,
    })),
    published: true,
  };
}
