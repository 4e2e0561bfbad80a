import { sum } from '../model/recount.ts';
import type { RunSnapshot, UserSnapshot } from '../model/snapshot.ts';

/** A canceled external run does not list the users that were never reported on: they were canceled with it. */
export function withUnreported(run: RunSnapshot): RunSnapshot {
  const missing = run.totalUsersCount - run.users.length;
  if (run.status !== 'canceled' || missing <= 0) return run;
  const tasks = run.totalTasksCount - sum(run.users.map((user) => user.totalTasksCount));
  const canceled = Array.from({ length: missing }, (_, index): UserSnapshot => {
    const own = index === 0 ? Math.max(1, tasks - missing + 1) : 1;
    return {
      status: 'canceled',
      startedAt: null,
      completedAt: run.completedAt,
      totalTasksCount: own,
      failedTasksCount: 0,
      totalUnprocessedTasksCount: own,
      tasks: null,
    };
  });
  return { ...run, users: [...run.users, ...canceled] };
}
