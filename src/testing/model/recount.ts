/** Counters and final status, recounted from the tasks each time. Source: domain §6.4, §6.5. */
import type { ProcessingStatus, TaskStatus, UserStatus } from '../../model/status.ts';
import type { CountersSnapshot, ReportSnapshot } from './snapshot.ts';

/** What can be counted: users with their tasks. */
export interface Counted {
  readonly status: UserStatus;
  readonly tasks: readonly { readonly status: TaskStatus }[];
  /** Which tasks of the run (1-based) these are; absent: all, in their order. */
  readonly positions?: readonly number[];
}

/** Tasks of one user by class: F are failed, P are queued, in progress or canceled. */
export function recountUser({ tasks }: Counted) {
  return {
    totalTasksCount: tasks.length,
    failedTasksCount: tasks.filter(({ status }) => status === 'failed').length,
    totalUnprocessedTasksCount: tasks.filter(({ status }) =>
      ['queued', 'inProgress', 'canceled'].includes(status),
    ).length,
  };
}

/** The counters of a run, from its users. */
export function recountRun(users: readonly Counted[]): CountersSnapshot {
  const counts = users.map(recountUser);
  const withStatus = (...statuses: UserStatus[]) =>
    users.filter((user) => statuses.includes(user.status)).length;
  return {
    totalUsersCount: users.length,
    successfulUsersCount: withStatus('completed'),
    failedUsersCount: withStatus('failed', 'completedWithErrors'),
    totalTasksCount: sum(counts.map((count) => count.totalTasksCount)),
    failedTasksCount: sum(counts.map((count) => count.failedTasksCount)),
    totalUnprocessedTasksCount: sum(counts.map((count) => count.totalUnprocessedTasksCount)),
  };
}

/** One report per task, from the users. */
export function recountReports(users: readonly Counted[], tasks: number): ReportSnapshot[] {
  return Array.from({ length: tasks }, (_, index) => {
    const having = users.filter(({ positions }) => positions?.includes(index + 1) ?? true);
    const statuses = having.map(
      ({ tasks: own, positions }) => own[positions ? positions.indexOf(index + 1) : index]?.status,
    );
    return {
      totalUsersCount: statuses.length,
      successfulUsersCount: statuses.filter((status) => status === 'completed').length,
      failedUsersCount: statuses.filter((status) => status === 'failed').length,
    };
  });
}

/** How many users ended how, and what else the final status depends on. */
export interface Ending {
  /** Users in `completed`, `completedWithErrors`, `failed` and `canceled`. */
  readonly C: number;
  readonly E: number;
  readonly F: number;
  readonly X: number;
  /** The run had been `canceling`, for whatever reason. */
  readonly wasCanceling: boolean;
  readonly completedTasks: number;
  readonly strictFailed: boolean;
}

/** The final status of a run whose users have all ended: the rows of §6.4 in order. */
export function aggregate({
  C,
  E,
  F,
  X,
  wasCanceling,
  completedTasks,
  strictFailed,
}: Ending): ProcessingStatus {
  const N = C + E + F + X;
  if (X === N) return wasCanceling ? 'canceled' : 'completedWithErrors';
  if (wasCanceling && X > 0) return 'canceled';
  if (C === N) return 'completed';
  if (C === 0 && E === 0 && F > 0 && (!strictFailed || completedTasks === 0)) return 'failed';
  return 'completedWithErrors';
}

/** The sum. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
