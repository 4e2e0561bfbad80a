/**
 * Counters change by a table. No other code adds to a counter.
 *
 * Source: domain §6.5.
 */
import type { RunCounters, TaskReportCounters, UserCounters } from '../../model/counters.ts';
import type { UserStatus } from '../../model/status.ts';

/** An event that changes counters. Queuing a user changes the totals: {@link countersWithUser}. */
export type CounterEvent =
  | 'taskStarted'
  | 'taskCompleted'
  | 'taskFailed'
  | 'taskCanceled'
  | 'userCompleted'
  | 'userCompletedWithErrors'
  | 'userFailed'
  | 'userCanceled';

/** The counters that an event can change. */
export type MovingCounter = Exclude<keyof RunCounters, 'totalUsersCount' | 'totalTasksCount'>;

/** Event → what it adds to which counter. */
export const COUNTER_MOVES = {
  taskStarted: {},
  taskCompleted: { totalUnprocessedTasksCount: -1 },
  taskFailed: { totalUnprocessedTasksCount: -1, failedTasksCount: +1 },
  taskCanceled: {}, // a canceled task stays unprocessed
  userCompleted: { successfulUsersCount: +1 },
  userCompletedWithErrors: { failedUsersCount: +1, completedWithErrorsUsersCount: +1 },
  userFailed: { failedUsersCount: +1 },
  userCanceled: { canceledUsersCount: +1 },
} as const satisfies Record<CounterEvent, Partial<Record<MovingCounter, number>>>;

const MOVES: Readonly<
  Record<CounterEvent, readonly { readonly counter: MovingCounter; readonly delta: number }[]>
> = Object.fromEntries(
  Object.entries(COUNTER_MOVES).map(([event, moves]) => [
    event,
    Object.entries(moves).map(([counter, delta]) => ({ counter, delta })),
  ]),
) as never;

/** The counters of a run with no users yet. */
export const NO_COUNTERS: RunCounters = Object.freeze({
  totalUsersCount: 0,
  successfulUsersCount: 0,
  failedUsersCount: 0,
  totalTasksCount: 0,
  failedTasksCount: 0,
  totalUnprocessedTasksCount: 0,
  completedWithErrorsUsersCount: 0,
  canceledUsersCount: 0,
});

/** Mutable counters that a batch is added up in. */
export type Tally = { -readonly [Counter in keyof RunCounters]: number };

/** A tally that starts from a run's counters. */
export function tallyOf(counters: RunCounters): Tally {
  return {
    totalUsersCount: counters.totalUsersCount,
    successfulUsersCount: counters.successfulUsersCount,
    failedUsersCount: counters.failedUsersCount,
    totalTasksCount: counters.totalTasksCount,
    failedTasksCount: counters.failedTasksCount,
    totalUnprocessedTasksCount: counters.totalUnprocessedTasksCount,
    completedWithErrorsUsersCount: counters.completedWithErrorsUsersCount,
    canceledUsersCount: counters.canceledUsersCount,
  };
}

/** The sum of two sets of counters. */
export function countersPlus(left: RunCounters, right: RunCounters): RunCounters {
  return {
    totalUsersCount: left.totalUsersCount + right.totalUsersCount,
    successfulUsersCount: left.successfulUsersCount + right.successfulUsersCount,
    failedUsersCount: left.failedUsersCount + right.failedUsersCount,
    totalTasksCount: left.totalTasksCount + right.totalTasksCount,
    failedTasksCount: left.failedTasksCount + right.failedTasksCount,
    totalUnprocessedTasksCount: left.totalUnprocessedTasksCount + right.totalUnprocessedTasksCount,
    completedWithErrorsUsersCount: left.completedWithErrorsUsersCount + right.completedWithErrorsUsersCount,
    canceledUsersCount: left.canceledUsersCount + right.canceledUsersCount,
  };
}

/** The sums of the reports of the same tasks. */
export function reportsPlus(
  left: readonly TaskReportCounters[],
  right: readonly TaskReportCounters[],
): readonly TaskReportCounters[] {
  return left.map((one, index) => {
    const other = right[index];
    if (other === undefined) return one;
    return {
      successfulUsersCount: one.successfulUsersCount + other.successfulUsersCount,
      failedUsersCount: one.failedUsersCount + other.failedUsersCount,
      totalUsersCount: one.totalUsersCount + other.totalUsersCount,
    };
  });
}

/** Applies `event` to the tally, `times` times. */
export function addMove(tally: Tally, event: CounterEvent, times = 1): void {
  for (const { counter, delta } of MOVES[event]) tally[counter] += delta * times;
}

/** The counters after `event`. */
export function countersAfter(counters: RunCounters, event: CounterEvent): RunCounters {
  const tally = tallyOf(counters);
  addMove(tally, event);
  return tally;
}

/** The counters after one more user with `tasks` tasks was queued (only before the run exists, I4). */
export function countersWithUser(counters: RunCounters, tasks: number): RunCounters {
  return {
    ...counters,
    totalUsersCount: counters.totalUsersCount + 1,
    totalTasksCount: counters.totalTasksCount + tasks,
    totalUnprocessedTasksCount: counters.totalUnprocessedTasksCount + tasks,
  };
}

const USER_EVENTS: Readonly<Partial<Record<UserStatus, CounterEvent>>> = {
  completed: 'userCompleted',
  completedWithErrors: 'userCompletedWithErrors',
  failed: 'userFailed',
  canceled: 'userCanceled',
};

/** The counter event of a user's arrival in `status`; `undefined` when no counter moves. */
export function userEventOf(status: UserStatus): CounterEvent | undefined {
  return USER_EVENTS[status];
}

/** What a recount needs of a user result. */
export interface CountedUser extends UserCounters {
  readonly processingStatus: UserStatus;
}

/**
 * Counts the counters from the rows; the result must equal the counters that the events led to. Users that an
 * external run has declared and not reported yet are not in `users`; add them with `declared`.
 */
export function recount(
  users: Iterable<CountedUser>,
  declared: { readonly users: number; readonly tasks: number; readonly canceled?: boolean } = {
    users: 0,
    tasks: 0,
  },
): RunCounters {
  const tally = tallyOf(NO_COUNTERS);
  tally.totalUsersCount = declared.users;
  tally.totalTasksCount = tally.totalUnprocessedTasksCount = declared.tasks;
  if (declared.canceled) tally.canceledUsersCount = declared.users;
  for (const user of users) {
    tally.totalUsersCount += 1;
    tally.totalTasksCount += user.totalTasksCount;
    tally.failedTasksCount += user.failedTasksCount;
    tally.totalUnprocessedTasksCount += user.totalUnprocessedTasksCount;
    const event = userEventOf(user.processingStatus);
    if (event) addMove(tally, event);
  }
  return tally;
}
