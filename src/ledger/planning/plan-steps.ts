/** The steps that a run is made in; `plan.ts` puts them together. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { RunRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import { queuedUser } from '../../rules/status/user.ts';
import { requireWorkflow } from '../context.ts';
import { enabledTasks } from '../resources.ts';
import type { Candidate, RunPlan } from './run-plan.ts';

/** What a run that is being made has come to, of what is committed. */
export interface Totals {
  users: number;
  tasks: number;
  /** Users per task. */
  readonly usersByTask: number[];
}

/** Of a run without users. */
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
 * A scheduler that lags behind another one on the same store makes no run any more: the other may have
 * forgotten whom it admitted that long ago.
 */
export async function expectNewSlot(tx: StoreTransaction, plan: RunPlan): Promise<void> {
  const { workflow, slotAtMs, onlyWhileScheduled } = plan;
  if (!onlyWhileScheduled || slotAtMs === null) return;
  const lastSlotAtMs = (await tx.getWorkflow(workflow.id))?.lastSlotAtMs ?? Number.NEGATIVE_INFINITY;
  if (slotAtMs > lastSlotAtMs) return;
  throw new LifecycleError(
    'Duplicate',
    `Expected slot ${slotAtMs} of workflow ${workflow.id} to be to come, got one that another scheduler has passed`,
    { workflowId: workflow.id, slotAtMs },
  );
}

/** The unpublished run is still there, and nobody has taken it for a left-over one. */
export async function expectOurs(tx: StoreTransaction, draft: RunRecord): Promise<void> {
  const run = await tx.getRun(draft.id);
  if (run?.claim === draft.claim) return;
  throw new LifecycleError(
    'ClaimLost',
    `Expected run ${draft.id} to be written by one engine, got a second one that removes it`,
    {
      runId: draft.id,
    },
  );
}

/**
 * Those of a batch who have not been admitted for the same moment meanwhile: another evaluation may
 * have run beside this one since the candidates were looked up.
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
  const dueBySubject = new Map(admissions.map(({ subjectId, dueAtMs }) => [subjectId, dueAtMs]));
  return batch.filter(
    ({ subjectId, dueAtMs }) => dueAtMs === null || dueBySubject.get(subjectId) !== dueAtMs,
  );
}

/** Writes the users of a batch, in `status`; those who are queued are admitted. */
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

/** Notes, in the same commit, that the slot has been evaluated. */
export async function markSlot(tx: StoreTransaction, plan: RunPlan): Promise<void> {
  const { workflow, slotAtMs, forgetAdmissionsBeforeMs: beforeMs } = plan;
  if (beforeMs !== undefined) await tx.purgeAdmissions(workflow.id, beforeMs);
  const record = slotAtMs === null ? null : await tx.getWorkflow(workflow.id);
  if (record && slotAtMs !== null && (record.lastSlotAtMs ?? Number.NEGATIVE_INFINITY) < slotAtMs) {
    await tx.putWorkflow({ ...record, lastSlotAtMs: slotAtMs });
  }
}

/** The workflow may be run still. @throws LifecycleError `WorkflowDisabled`, `NotFound`. */
export async function expectRunnable(tx: StoreTransaction, plan: RunPlan): Promise<void> {
  const current = await requireWorkflow(tx, plan.workflow.id);
  if (!current.isEnabled || (plan.onlyWhileScheduled && !current.isSchedulingEnabled)) {
    const what = current.isEnabled ? 'scheduled' : 'enabled';
    throw new LifecycleError(
      'WorkflowDisabled',
      `Expected workflow \`${current.displayName}\` to be ${what} still, got a change while the run was made`,
      { workflowId: current.id },
    );
  }
}

/** The run when all its users are written, visible and queued. */
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
