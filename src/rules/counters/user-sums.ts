import type { UserRecord } from '../../model/records.ts';
import type { UserSummary } from '../../model/resources/resources.ts';
import type { EpochMs } from '../../model/time.ts';

/** The sums over no users. */
export const NO_USERS: UserSummary = {
  failedTasks: 0,
  failedUsers: 0,
  successfulUsers: 0,
  totalTasks: 0,
  totalUsers: 0,
};

/** The sums over two disjoint groups of users. */
export function addSums(left: UserSummary, right: UserSummary): UserSummary {
  return {
    failedTasks: left.failedTasks + right.failedTasks,
    failedUsers: left.failedUsers + right.failedUsers,
    successfulUsers: left.successfulUsers + right.successfulUsers,
    totalTasks: left.totalTasks + right.totalTasks,
    totalUsers: left.totalUsers + right.totalUsers,
  };
}

/** The sums over the users that started in the window (or, if never started, were scheduled in it), both ends included. */
export function userSums(users: Iterable<UserRecord>, fromMs: EpochMs, toMs: EpochMs): UserSummary {
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
