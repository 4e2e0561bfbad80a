import fc from 'fast-check';
import { readOptions } from '../../input/options.ts';
import type { RunCounters, UserCounters } from '../../model/counters.ts';
import type { UserStatus } from '../../model/status.ts';
import { isConsistent } from '../model/external-model.ts';
import { SIZE } from './options.ts';
import { userStatus } from './statuses.ts';

/** A user's status with counters. */
export interface CountedUserResult extends UserCounters {
  readonly processingStatus: UserStatus;
}

/** Sizes of what is generated. */
export interface SizeOptions {
  /** Users, at most. Default 4. */
  readonly usersMax?: number;
  /** Tasks of a user, at most. Default 4. */
  readonly tasksMax?: number;
}

/** A status with counters that fit it (I1, I5). Shrinks to one queued task. */
export function userCounters(options?: SizeOptions): fc.Arbitrary<CountedUserResult> {
  const { tasksMax } = readOptions(options, 'userCounters', SIZE);
  return fc
    .tuple(userStatus(), fc.integer({ min: 1, max: tasksMax }), fc.nat(), fc.nat())
    .map(([status, total, a, b]) => fitting(status, total, a, b));
}

/** The counters that a status allows, chosen by two numbers. */
function fitting(processingStatus: UserStatus, total: number, a: number, b: number): CountedUserResult {
  const of = (failedTasksCount: number, totalUnprocessedTasksCount: number) => ({
    processingStatus,
    totalTasksCount: total,
    failedTasksCount,
    totalUnprocessedTasksCount,
  });
  switch (processingStatus) {
    case 'queued':
    case 'quarantined':
      return of(0, total);
    case 'completed':
      return of(0, 0);
    case 'completedWithErrors':
      return of(1 + (a % total), 0);
    case 'failed': {
      const failed = 1 + (a % total);
      return of(failed, b % (total - failed + 1));
    }
    case 'inProgress':
    case 'canceled': {
      const unprocessed = total - (a % total);
      return of(b % (total - unprocessed + 1), unprocessed);
    }
  }
}

/** A status with counters that contradict it or each other. */
export function inconsistentUserCounters(options?: SizeOptions): fc.Arbitrary<CountedUserResult> {
  const { tasksMax } = readOptions(options, 'inconsistentUserCounters', SIZE);
  const count = fc.integer({ min: -1, max: tasksMax + 1 });
  return fc
    .record({
      processingStatus: userStatus(),
      totalTasksCount: fc.integer({ min: 1, max: tasksMax }),
      failedTasksCount: count,
      totalUnprocessedTasksCount: count,
    })
    .filter(({ processingStatus: status, ...counts }) => {
      const isQuarantine = status === 'quarantined';
      return !isConsistent({ status: isQuarantine ? 'queued' : status, ...counts });
    });
}

/** Users, and the counters of a run that has exactly these (I1, I2, I3). Shrinks to one queued user. */
export function runCounters(
  options?: SizeOptions,
): fc.Arbitrary<{ readonly users: readonly CountedUserResult[]; readonly counters: RunCounters }> {
  const sizes = readOptions(options, 'runCounters', SIZE);
  return fc
    .array(userCounters(sizes), { minLength: 1, maxLength: sizes.usersMax })
    .map((users) => ({ users, counters: countersOf(users) }));
}

/** As {@link runCounters}, with one counter (`wrong`) off by `by` (not 0). */
export function inconsistentRunCounters(options?: SizeOptions): fc.Arbitrary<{
  readonly users: readonly CountedUserResult[];
  readonly counters: RunCounters;
  readonly wrong: keyof RunCounters;
}> {
  const sizes = readOptions(options, 'inconsistentRunCounters', SIZE);
  const names = Object.keys(countersOf([])) as (keyof RunCounters)[];
  const off = fc.constantFrom(1, -1, 2, -2);
  return fc
    .tuple(runCounters(sizes), fc.constantFrom(...names), off)
    .map(([{ users, counters }, wrong, by]) => ({
      users,
      counters: { ...counters, [wrong]: counters[wrong] + by },
      wrong,
    }));
}

function countersOf(users: readonly CountedUserResult[]): RunCounters {
  const withStatus = (...statuses: readonly UserStatus[]) =>
    users.filter((user) => statuses.includes(user.processingStatus)).length;
  const total = (pick: (user: CountedUserResult) => number) =>
    users.reduce((sum, user) => sum + pick(user), 0);
  return {
    totalUsersCount: users.length,
    successfulUsersCount: withStatus('completed'),
    failedUsersCount: withStatus('failed', 'completedWithErrors'),
    totalTasksCount: total((user) => user.totalTasksCount),
    failedTasksCount: total((user) => user.failedTasksCount),
    totalUnprocessedTasksCount: total((user) => user.totalUnprocessedTasksCount),
    completedWithErrorsUsersCount: withStatus('completedWithErrors'),
    canceledUsersCount: withStatus('canceled'),
  };
}
