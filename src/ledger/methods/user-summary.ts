/** Sums over the users of a run. Source: domain §1.7, §6.7. */
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import type { UserSummary } from '../../model/resources/resources.ts';
import type { EpochMs } from '../../model/time.ts';
import { addSums, NO_USERS } from '../../rules/counters/user-sums.ts';
import type { LedgerContext } from '../context.ts';

/** Sums over the users that started in the window (or, if never started, were scheduled in it), both ends included. */
export async function summaryOf(
  { store, clock }: Pick<LedgerContext, 'store' | 'clock'>,
  run: RunRecord,
  [fromMs, toMs]: readonly [EpochMs, EpochMs],
): Promise<UserSummary> {
  const { id: runId, knownUsersCount } = run;
  const [firstMs, lastMs] = momentsOf(run);
  if (firstMs > toMs || lastMs < fromMs) return NO_USERS;
  if (firstMs >= fromMs && lastMs <= toMs) return countersOf(run);
  let sums = NO_USERS;
  for (let afterOrdinal = 0; afterOrdinal < knownUsersCount; afterOrdinal += LIMITS.usersPerSum) {
    if (afterOrdinal > 0) await clock.yield();
    const toOrdinal = afterOrdinal + LIMITS.usersPerSum;
    sums = addSums(sums, await store.sumUsers({ runId, afterOrdinal, toOrdinal, fromMs, toMs }));
  }
  return sums;
}

/** The range of start times that users of a run can have: within the run for the engine's, any for reported ones. */
function momentsOf({ driver, scheduledAtMs, completedAtMs }: RunRecord): readonly [EpochMs, EpochMs] {
  if (driver === 'external') return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return [scheduledAtMs, completedAtMs ?? Number.POSITIVE_INFINITY];
}

function countersOf(run: RunRecord): UserSummary {
  return {
    failedTasks: run.failedTasksCount,
    failedUsers: run.failedUsersCount,
    successfulUsers: run.successfulUsersCount,
    totalTasks: run.totalTasksCount,
    totalUsers: run.totalUsersCount,
  };
}
