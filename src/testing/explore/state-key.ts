import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { ExploredState } from './explored-run.ts';

/** Statuses are distinguished by these letters: a key is made for every move, so it is short. */
const LETTERS = {
  queued: 'q',
  inProgress: 'p',
  completed: 'c',
  completedWithErrors: 'e',
  canceled: 'x',
  failed: 'f',
  canceling: 'g',
  quarantined: 'n',
} as const;

/**
 * What distinguishes two states: everything but moments, and the order of users, who are alike. With the
 * counters in the key, a state that two orders of events reach with different counters is two states.
 */
export function keyOf(state: ExploredState): string {
  const users = state.users.map((user, index) => {
    const staged = state.stagedUsers[index];
    return staged === user || !staged ? userKey(user) : `${userKey(user)}>${userKey(staged)}`;
  });
  return `${runKey(state.run)}|${users.sort().join(' ')}|${state.crashesLeft}`;
}

function runKey(run: RunRecord): string {
  const reports = run.taskReports.map((one) => `${one.successfulUsersCount}.${one.failedUsersCount}`);
  return [
    LETTERS[run.processingStatus],
    run.startedAtMs === null ? '-' : '+',
    run.successfulUsersCount,
    run.failedUsersCount,
    run.completedWithErrorsUsersCount,
    run.canceledUsersCount,
    run.failedTasksCount,
    run.totalUnprocessedTasksCount,
    ...reports,
  ].join(',');
}

function userKey(user: UserRecord): string {
  let outcomes = '';
  for (const { status } of user.outcomes ?? []) outcomes += LETTERS[status];
  const { interruptions = 0 } = user.attempts ?? {};
  const started = user.startedAtMs === null ? '-' : '';
  return `${LETTERS[user.processingStatus]}${started}${outcomes}${user.failedTasksCount}${user.totalUnprocessedTasksCount}${interruptions || ''}`;
}
