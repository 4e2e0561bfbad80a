/** Records for tests: plausible by default (domain §6.6 holds for every user), unless a test changes them. */
import { runIdFrom } from '../../../model/ids.ts';
import type { Attempts, RunRecord, TaskOutcome, UserRecord, WorkflowRecord } from '../../../model/records.ts';
import type { UserStatus } from '../../../model/status.ts';
import type { Workflow } from '../../../model/workflow/workflow.ts';
import type { Store, StoreTransaction } from '../../../ports/store.ts';

/** The moment at which the tests' time begins. */
export const T0 = Date.UTC(2026, 0, 1);

/** Ids whose order is not the order of their numbers. */
function scrambled(n: number): string {
  return (Math.imul(n + 1, 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
}

/** Id of test workflow `n`. */
export function workflowId(n: number): string {
  return `${scrambled(n)}-aaaa-4aaa-9aaa-00000000f10e`;
}

/** Id of test run `n`. */
export function runId(n: number): string {
  return runIdFrom(`${scrambled(n)}-bbbb-4bbb-8bbb-bbbbbbbbbbbb`);
}

/** Workflow `n`, created `n` minutes after {@link T0}. */
export function workflowRecord(
  n: number,
  changes: Partial<Workflow> = {},
  lastSlotAtMs: number | null = null,
): WorkflowRecord {
  const moment = new Date(T0 + n * 60_000).toISOString();
  const workflow: Workflow = {
    id: workflowId(n),
    version: 1,
    category: 'joiner',
    displayName: `Workflow ${n}`,
    description: null,
    isEnabled: true,
    isSchedulingEnabled: false,
    executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    tasks: [
      task(n, 1, { arguments: [{ name: 'text', value: 'Grüße, "you" & \'them\' \\ 🎈' }] }),
      task(n, 2),
    ],
    createdDateTime: moment,
    createdBy: null,
    lastModifiedDateTime: moment,
    lastModifiedBy: null,
    administrationScopeTargets: [],
    deletedDateTime: null,
    nextScheduleRunDateTime: null,
    settings: { quarantineConfiguration: null },
    quarantineDetails: {
      quarantineType: 'notQuarantined',
      quarantineReason: null,
      quarantinedDateTime: null,
    },
    ...changes,
  };
  return { workflow, lastSlotAtMs };
}

/** A task of workflow `n`. */
export function task(
  n: number,
  executionSequence: number,
  changes: Partial<Workflow['tasks'][number]> = {},
): Workflow['tasks'][number] {
  return {
    id: `${scrambled(n)}-0000-4000-8000-${String(executionSequence).padStart(12, '0')}`,
    taskDefinitionId: '70b29d51-b59a-4773-9280-8841dfd3f2ea',
    displayName: `Task ${executionSequence}`,
    description: null,
    category: ['joiner', 'leaver'],
    isEnabled: true,
    continueOnError: executionSequence % 2 === 0,
    executionSequence,
    arguments: [],
    ...changes,
  };
}

/** Run `n` of workflow 0: queued, published, empty, on demand, scheduled `n` seconds after {@link T0}. */
export function runRecord(n: number, changes: Partial<RunRecord> = {}): RunRecord {
  return {
    id: runId(n),
    workflowId: workflowId(0),
    workflowVersion: 1,
    workflowDisplayName: 'Workflow 0',
    createdBy: null,
    driver: 'engine',
    workflowExecutionType: 'onDemand',
    processingStatus: 'queued',
    scheduledAtMs: T0 + n * 1_000,
    startedAtMs: null,
    completedAtMs: null,
    lastUpdatedAtMs: T0 + n * 1_000,
    slotAtMs: null,
    totalUsersCount: 0,
    successfulUsersCount: 0,
    failedUsersCount: 0,
    totalTasksCount: 0,
    failedTasksCount: 0,
    totalUnprocessedTasksCount: 0,
    completedWithErrorsUsersCount: 0,
    canceledUsersCount: 0,
    knownUsersCount: 0,
    knownTasksCount: 0,
    lastUserEndAtMs: null,
    taskReports: [],
    claim: 0,
    seq: 0,
    revision: 0,
    inHand: false,
    published: true,
    isNoOp: false,
    activatedOnScope: null,
    ...changes,
  };
}

/** Subject of user `no` in the tests' runs. */
export function subjectId(ordinal: number): string {
  return `subject-${ordinal}`;
}

/** User `no` of run `n`: queued, with three tasks. */
export function userRecord(n: number, ordinal: number, changes: Partial<UserRecord> = {}): UserRecord {
  const totalTasksCount = changes.totalTasksCount ?? 3;
  return {
    runId: runId(n),
    ordinal,
    subjectId: subjectId(ordinal),
    processingStatus: 'queued',
    workflowVersion: 1,
    createdAtMs: T0,
    scheduledAtMs: T0 + n * 1_000,
    startedAtMs: null,
    completedAtMs: null,
    totalTasksCount,
    failedTasksCount: 0,
    totalUnprocessedTasksCount: totalTasksCount,
    outcomes: [],
    attempts: null,
    ...changes,
  };
}

/** Users 1 … `count` of run `n`. */
export function userRecords(n: number, count: number, changes: Partial<UserRecord> = {}): UserRecord[] {
  return Array.from({ length: count }, (_, index) => userRecord(n, index + 1, changes));
}

/** A task that succeeded, a second after it started. */
export function completed(startedAtMs: number, info?: string): TaskOutcome {
  const outcome = { status: 'completed', startedAtMs, completedAtMs: startedAtMs + 1_000 } as const;
  return info === undefined ? outcome : { ...outcome, processingInfo: info };
}

/** A task that failed, a second after it started. */
export function failed(startedAtMs: number, reason?: string): TaskOutcome {
  const outcome = { status: 'failed', startedAtMs, completedAtMs: startedAtMs + 1_000 } as const;
  return reason === undefined ? outcome : { ...outcome, failureReason: reason };
}

/** A task that was canceled before it began. */
export function canceled(completedAtMs: number): TaskOutcome {
  return { status: 'canceled', startedAtMs: null, completedAtMs };
}

/** The user, in progress since `startedAtMs`, with these outcomes and the counters that follow. */
export function activeUser(
  user: UserRecord,
  startedAtMs: number,
  outcomes: readonly TaskOutcome[] = [],
  attempts: Attempts | null = null,
): UserRecord {
  return {
    ...user,
    processingStatus: 'inProgress',
    startedAtMs,
    completedAtMs: null,
    attempts,
    ...counted(user, outcomes),
  };
}

/** The user, ended at `completedAtMs`; `outcomes` absent: those that the user has. */
export function ended(
  user: UserRecord,
  processingStatus: UserStatus,
  completedAtMs: number,
  outcomes: readonly TaskOutcome[] = user.outcomes ?? [],
): UserRecord {
  return { ...user, processingStatus, completedAtMs, attempts: null, ...counted(user, outcomes) };
}

function counted(user: UserRecord, outcomes: readonly TaskOutcome[]) {
  const failedTasksCount = outcomes.filter(({ status }) => status === 'failed').length;
  const done = failedTasksCount + outcomes.filter(({ status }) => status === 'completed').length;
  return { outcomes, failedTasksCount, totalUnprocessedTasksCount: user.totalTasksCount - done };
}

/** Puts workflow 0 and, of it, the run with its users. */
export async function seedRun(
  store: Store,
  run: RunRecord,
  users: readonly UserRecord[] = [],
): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.putWorkflow(workflowRecord(0));
    await insertRunWith(tx, run, users);
  });
}

/** Inserts the run and its users in an open transaction. */
export async function insertRunWith(tx: StoreTransaction, run: RunRecord, users: readonly UserRecord[]) {
  await tx.insertRun(run);
  if (users.length > 0) await tx.insertUsers(users);
}
