import { readFlag } from '../../input/fields.ts';
import { readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import type { RunCounters } from '../../model/counters.ts';
import type { ProcessingStatus } from '../../model/status.ts';

/** How users' outcomes are aggregated to the status of a run. */
export interface AggregationOptions {
  /**
   * `false` (default): a run is `failed` when every user that was not canceled failed. `true`: only
   * when, besides, no task of the run completed (the literal reading of Microsoft's documentation).
   */
  readonly strictFailed: boolean;
}

const AGGREGATION = { strictFailed: withDefault(readFlag, false) } satisfies ShapeOf<AggregationOptions>;

/**
 * The checked options. @throws LifecycleError `InvalidArgument`.
 *
 * @param of the function that takes them.
 */
export function readAggregation(options: AggregationOptions | undefined, of: string): AggregationOptions {
  return readOptions(options, of, AGGREGATION);
}

/** Users that are terminal, by the counters. */
export function endedUsers(counters: RunCounters): number {
  return counters.successfulUsersCount + counters.failedUsersCount + counters.canceledUsersCount;
}

/**
 * The final status of a run whose users have all ended.
 *
 * @param wasCanceling the run was being canceled: by an administrator, or because its workflow was
 *   disabled or deleted.
 * Source: domain §6.4, rules 1–5 in their order.
 *
 * @example
 * ```ts
 * import { aggregateStatus, NO_COUNTERS } from 'tenure';
 *
 * const counters = { ...NO_COUNTERS, totalUsersCount: 2, successfulUsersCount: 1, failedUsersCount: 1 };
 * console.log(aggregateStatus(counters, false)); // → completedWithErrors
 * ```
 */
export function aggregateStatus(
  counters: RunCounters,
  wasCanceling: boolean,
  options?: AggregationOptions,
): ProcessingStatus {
  const { strictFailed } = readAggregation(options, 'aggregateStatus');
  const { totalUsersCount: users, canceledUsersCount: canceled } = counters;
  const failed = counters.failedUsersCount - counters.completedWithErrorsUsersCount;
  if (canceled === users) return wasCanceling ? 'canceled' : 'completedWithErrors';
  if (wasCanceling && canceled > 0) return 'canceled';
  if (counters.successfulUsersCount === users) return 'completed';
  const noneSucceeded = failed > 0 && failed + canceled === users;
  const completedTasks =
    counters.totalTasksCount - counters.failedTasksCount - counters.totalUnprocessedTasksCount;
  if (noneSucceeded && !(strictFailed && completedTasks > 0)) return 'failed';
  return 'completedWithErrors';
}
