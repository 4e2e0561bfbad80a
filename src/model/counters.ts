/**
 * The counters of a run. Graph's counters have Graph's names; the last two are added
 * because Graph's `failedUsersCount` sums two statuses, and a run's final status depends on each.
 *
 * Source: domain §1.2, §6.5.
 */
export interface RunCounters {
  /** Users in the run, canceled ones included. Never changes after creation (I4). */
  readonly totalUsersCount: number;
  /** Users with every task completed (status `completed`). */
  readonly successfulUsersCount: number;
  /** Users in `failed` or `completedWithErrors`: at least one of their tasks failed. */
  readonly failedUsersCount: number;
  /** Tasks in the run: the sum over its users. Never changes after creation (I4). */
  readonly totalTasksCount: number;
  /** Tasks in `failed`. */
  readonly failedTasksCount: number;
  /** Tasks in `queued`, `inProgress` or `canceled`. */
  readonly totalUnprocessedTasksCount: number;
  /** Of `failedUsersCount`: users in `completedWithErrors`. */
  readonly completedWithErrorsUsersCount: number;
  /** Users in `canceled`. Not on the wire. */
  readonly canceledUsersCount: number;
}

/** The counters of one user's result in one run. Source: domain §1.3, §6.5. */
export interface UserCounters {
  /** Enabled tasks of the pinned workflow version. */
  readonly totalTasksCount: number;
  /** Tasks in `failed`. */
  readonly failedTasksCount: number;
  /** Tasks in `queued`, `inProgress` or `canceled`. */
  readonly totalUnprocessedTasksCount: number;
}

/** The outcomes of one task over all users of a run. Source: domain §1.6. */
export interface TaskReportCounters {
  /** Users whose task completed. */
  readonly successfulUsersCount: number;
  /** Users whose task failed. */
  readonly failedUsersCount: number;
  /** Users that have the task. */
  readonly totalUsersCount: number;
}
