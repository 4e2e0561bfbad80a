/** Records for the tests of this folder. */
import type { RunRecord, TaskOutcome, UserRecord } from '../../../../src/model/records.ts';

export const AT = 1_760_000_000_000;

export function runId(no: number): string {
  return `00000000-0000-8${no.toString(16).padStart(3, '0')}-8000-000000000000`;
}

export const RUN = runId(1);

export function makeRun(change: Partial<RunRecord> = {}): RunRecord {
  return {
    id: RUN,
    workflowId: 'w1',
    workflowVersion: 1,
    workflowDisplayName: 'Workflow 1',
    createdBy: null,
    driver: 'engine',
    workflowExecutionType: 'scheduled',
    processingStatus: 'queued',
    scheduledAtMs: AT,
    startedAtMs: null,
    completedAtMs: null,
    lastUpdatedAtMs: AT,
    slotAtMs: null,
    knownUsersCount: 0,
    knownTasksCount: 0,
    lastUserEndAtMs: null,
    taskReports: [{ successfulUsersCount: 0, failedUsersCount: 0, totalUsersCount: 3 }],
    claim: 0,
    seq: 0,
    revision: 0,
    inHand: false,
    published: true,
    isNoOp: false,
    activatedOnScope: null,
    totalUsersCount: 3,
    successfulUsersCount: 0,
    failedUsersCount: 0,
    totalTasksCount: 6,
    failedTasksCount: 0,
    totalUnprocessedTasksCount: 6,
    completedWithErrorsUsersCount: 0,
    canceledUsersCount: 0,
    ...change,
  };
}

export function makeUser(no: number, change: Partial<UserRecord> = {}): UserRecord {
  return {
    runId: RUN,
    ordinal: no,
    subjectId: `subject-${no}`,
    processingStatus: 'queued',
    workflowVersion: 1,
    createdAtMs: AT,
    scheduledAtMs: AT,
    startedAtMs: null,
    completedAtMs: null,
    totalTasksCount: 2,
    failedTasksCount: 0,
    totalUnprocessedTasksCount: 2,
    outcomes: [],
    attempts: null,
    ...change,
  };
}

export function makeUsers(count: number, change: Partial<UserRecord> = {}): UserRecord[] {
  return Array.from({ length: count }, (_, index) => makeUser(index + 1, change));
}

/** The user with one more completed task, ended when it was the last. */
export function step(user: UserRecord): UserRecord {
  const startedAtMs = AT + 10 * (user.outcomes?.length ?? 0);
  const outcome: TaskOutcome = { status: 'completed', startedAtMs, completedAtMs: startedAtMs + 3 };
  const left = user.totalUnprocessedTasksCount - 1;
  return {
    ...user,
    processingStatus: left === 0 ? 'completed' : 'inProgress',
    startedAtMs: user.startedAtMs ?? startedAtMs,
    completedAtMs: left === 0 ? outcome.completedAtMs : null,
    totalUnprocessedTasksCount: left,
    outcomes: [...(user.outcomes ?? []), outcome],
  };
}
