import type { UserRecord } from '../model/records.ts';
import type { UserSummary } from '../model/resources.ts';
import type { EpochMs } from '../model/time.ts';

/** The sums over nobody. */
export const NO_USERS: UserSummary = {
  failedTasks: 0,
  failedUsers: 0,
  successfulUsers: 0,
  totalTasks: 0,
  totalUsers: 0,
};

/** The sums over two groups that share nobody. */
export function addSums(left: UserSummary, right: UserSummary): UserSummary {
  return {
    failedTasks: left.failedTasks + right.failedTasks,
    failedUsers: left.failedUsers + right.failedUsers,
    successfulUsers: left.successfulUsers + right.successfulUsers,
    totalTasks: left.totalTasks + right.totalTasks,
    totalUsers: left.totalUsers + right.totalUsers,
  };
}

/** The sums over those users who began, or were scheduled when they never did, in the window, ends included. */
export function sumsOfUsers(users: Iterable<UserRecord>, fromMs: EpochMs, toMs: EpochMs): UserSummary {
  let [failedTasks, failedUsers, successfulUsers, totalTasks, totalUsers] = [0, 0, 0, 0, 0];
  for (const user of users) {
    const atMs = user.startedAtMs ?? user.scheduledAtMs;
    if (atMs < fromMs || atMs > toMs) continue;
    const { processingStatus: status } = user;
    failedTasks += user.failedTasksCount;
    failedUsers += status === 'failed' || status === 'completedWithErrors' ? 1 : 0;
    successfulUsers += status === 'completed' ? 1 : 0;
    totalTasks += user.totalTasksCount;
    totalUsers += 1;
  }
  return { failedTasks, failedUsers, successfulUsers, totalTasks, totalUsers };
}
