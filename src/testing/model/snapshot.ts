/** What can be seen of a run at one moment: the common language of model, checker and production. */
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { ProcessingStatus, TaskStatus, UserStatus } from '../../model/status.ts';
import { isTerminal } from './edges.ts';

/** One task of one user. */
export interface TaskSnapshot {
  readonly status: TaskStatus;
  readonly startedAt: number | null;
  /** `null` also for a canceled task of a production record, which keeps no moment for those. */
  readonly completedAt: number | null;
}

/** One user. */
export interface UserSnapshot {
  readonly status: UserStatus;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly totalTasksCount: number;
  readonly failedTasksCount: number;
  readonly totalUnprocessedTasksCount: number;
  /** `null`: only the counts are known. */
  readonly tasks: readonly TaskSnapshot[] | null;
  /** Which tasks of the run (1-based) these are; absent: all, in their order. */
  readonly positions?: readonly number[];
}

/** The counters that a run shows. */
export interface CountersSnapshot {
  readonly totalUsersCount: number;
  readonly successfulUsersCount: number;
  readonly failedUsersCount: number;
  readonly totalTasksCount: number;
  readonly failedTasksCount: number;
  readonly totalUnprocessedTasksCount: number;
}

/** One task over all users. */
export interface ReportSnapshot {
  readonly totalUsersCount: number;
  readonly successfulUsersCount: number;
  readonly failedUsersCount: number;
}

/** A run with everything in it. */
export interface RunSnapshot extends CountersSnapshot {
  readonly status: ProcessingStatus;
  readonly scheduledAt: number;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly lastUpdatedAt: number;
  readonly users: readonly UserSnapshot[];
  /** One per task; `null` where what became of which task is not known. */
  readonly reports: readonly ReportSnapshot[] | null;
  /** `false`: the reports are not in the order of the tasks, so only their sums mean something. Default: they are. */
  readonly areReportsInOrder?: boolean;
  /** Of each task; `null`: not known when the snapshot was taken. */
  readonly continueOnError: readonly boolean[] | null;
}

/**
 * The snapshot of production's records; `users` are all user results of the run. `ofUser`: in place of
 * {@link snapshotOfUser}, for those who keep the snapshots of records that have not changed.
 */
export function snapshotOfRecords(
  run: RunRecord,
  users: readonly UserRecord[],
  continueOnError: readonly boolean[] | null = null,
  ofUser: (user: UserRecord) => UserSnapshot = snapshotOfUser,
): RunSnapshot {
  const isTold = users.length === run.totalUsersCount && users.every(({ outcomes }) => outcomes !== null);
  return {
    status: run.processingStatus,
    scheduledAt: run.scheduledAtMs,
    startedAt: run.startedAtMs,
    completedAt: run.completedAtMs,
    lastUpdatedAt: run.lastUpdatedAtMs,
    totalUsersCount: run.totalUsersCount,
    successfulUsersCount: run.successfulUsersCount,
    failedUsersCount: run.failedUsersCount,
    totalTasksCount: run.totalTasksCount,
    failedTasksCount: run.failedTasksCount,
    totalUnprocessedTasksCount: run.totalUnprocessedTasksCount,
    users: users.map((user) => ofUser(user)),
    reports: isTold ? run.taskReports : null,
    continueOnError,
  };
}

/** The snapshot of one user result. */
export function snapshotOfUser(user: UserRecord): UserSnapshot {
  return {
    status: user.processingStatus,
    startedAt: user.startedAtMs,
    completedAt: user.completedAtMs,
    totalTasksCount: user.totalTasksCount,
    failedTasksCount: user.failedTasksCount,
    totalUnprocessedTasksCount: user.totalUnprocessedTasksCount,
    tasks:
      user.outcomes &&
      Array.from({ length: user.totalTasksCount }, (_, index) => snapshotOfTask(user, index)),
    ...(user.positions === undefined ? {} : { positions: user.positions }),
  };
}

/** A task without an outcome is queued, in progress (the next of a user in progress), or canceled. */
function snapshotOfTask(user: UserRecord, index: number): TaskSnapshot {
  const outcome = user.outcomes?.[index];
  if (outcome)
    return { status: outcome.status, startedAt: outcome.startedAtMs, completedAt: outcome.completedAtMs };
  if (isTerminal(user.processingStatus)) return { status: 'canceled', startedAt: null, completedAt: null };
  const isRunning = user.processingStatus === 'inProgress' && index === user.outcomes?.length;
  return isRunning
    ? { status: 'inProgress', startedAt: user.startedAtMs, completedAt: null }
    : { status: 'queued', startedAt: null, completedAt: null };
}

/** The snapshot without moments: what model and production can be compared by. */
export function withoutTimes(run: RunSnapshot) {
  const {
    scheduledAt: _,
    lastUpdatedAt: __,
    startedAt,
    completedAt,
    continueOnError: ___,
    users,
    ...rest
  } = run;
  return {
    ...rest,
    hasStarted: startedAt !== null,
    hasCompleted: completedAt !== null,
    users: users.map(({ startedAt: started, completedAt: completed, tasks, ...user }) => ({
      ...user,
      hasStarted: started !== null,
      hasCompleted: completed !== null,
      tasks: tasks?.map(({ status }) => status) ?? null,
    })),
  };
}
