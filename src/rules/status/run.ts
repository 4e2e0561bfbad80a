/**
 * Effects of user changes on their run. Pure: the run's record and a batch of user changes in, the new
 * record out. The ledger writes both in one commit.
 *
 * Source: domain §6.3 (r1–r11), §6.4, §6.5.
 */
import type { RunCounters, TaskReportCounters } from '../../model/counters.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { RunChange } from '../../model/slices.ts';
import type { ProcessingStatus } from '../../model/status.ts';
import type { EpochMs } from '../../model/time.ts';
import {
  addMove,
  type CounterEvent,
  countersPlus,
  NO_COUNTERS,
  reportsPlus,
  tallyOf,
  userEventOf,
} from '../counters/counters.ts';
import { type AggregationOptions, aggregateStatus, endedUsers } from './aggregate.ts';
import { positionOf } from './positions.ts';
import { isTerminal } from './transitions.ts';

/** An empty batch of changes of a run or a slice. */
export function changeOf({ taskReports }: Pick<RunRecord, 'taskReports'>): RunChange {
  return {
    tally: tallyOf(NO_COUNTERS),
    reports: taskReports.map(() => ({ ...NO_REPORT })),
    known: { users: 0, tasks: 0 },
    startedAtMs: null,
    latestMs: 0,
    lastUserEndAtMs: null,
  };
}

const NO_REPORT: TaskReportCounters = { successfulUsersCount: 0, failedUsersCount: 0, totalUsersCount: 0 };

/** Adds one decided event of a user, which leads from `before` to `after` and counts as `moves`. */
export function addUserMove(
  change: RunChange,
  before: UserRecord,
  after: UserRecord,
  moves: readonly CounterEvent[],
): void {
  for (const move of moves) addMove(change.tally, move);
  if (before.startedAtMs === null && after.startedAtMs !== null) noteStart(change, after.startedAtMs);
  if (after.completedAtMs !== null) noteEnd(change, after.completedAtMs);
  const nth = after.outcomes?.length ?? 0;
  if (nth > (before.outcomes?.length ?? 0)) countOutcome(change, after, nth);
}

/**
 * Adds a result that an external worker reports: the user, which counted as declared and queued, moves to
 * the status of the result.
 */
export function addReportedUser(change: RunChange, user: UserRecord): void {
  const processed = user.totalTasksCount - user.totalUnprocessedTasksCount;
  addMove(change.tally, 'taskFailed', user.failedTasksCount);
  addMove(change.tally, 'taskCompleted', processed - user.failedTasksCount);
  const event = userEventOf(user.processingStatus);
  if (event) addMove(change.tally, event);
  change.known.users += 1;
  change.known.tasks += user.totalTasksCount;
  if (user.startedAtMs !== null) noteStart(change, user.startedAtMs);
  if (user.completedAtMs !== null) noteEnd(change, user.completedAtMs);
  if (user.outcomes === null) return;
  for (const report of change.reports.slice(0, user.totalTasksCount)) report.totalUsersCount += 1;
  for (let nth = 1; nth <= user.outcomes.length; nth++) countOutcome(change, user, nth);
}

/** Cancels the declared users of a canceling external run that have no result. */
export function addUnreportedCanceled(run: RunRecord, change: RunChange): void {
  addMove(change.tally, 'userCanceled', run.totalUsersCount - run.knownUsersCount - change.known.users);
}

/** The run after the batch. `nowMs` is the commit's moment. Its counters and status always agree. */
export function runAfter(
  run: RunRecord,
  change: RunChange,
  nowMs: EpochMs,
  options: AggregationOptions,
): RunRecord {
  const started = run.startedAtMs === null && change.startedAtMs !== null;
  const counters = countersPlus(run, change.tally);
  const status = statusAfter(run.processingStatus, started, counters, options);
  const isDone = isTerminal(status) && !isTerminal(run.processingStatus);
  const lastUserEndAtMs = latestOf(run.lastUserEndAtMs, change.lastUserEndAtMs);
  // Commits may bring the ends of users in another order than that in which they ended.
  const latestMs = Math.max(change.latestMs, run.startedAtMs ?? 0, lastUserEndAtMs ?? 0);
  const completedAtMs = run.driver === 'external' ? Math.max(nowMs, latestMs) : latestMs;
  return {
    ...run,
    ...counters,
    processingStatus: status,
    startedAtMs: started ? change.startedAtMs : run.startedAtMs,
    completedAtMs: isDone ? completedAtMs : run.completedAtMs,
    lastUpdatedAtMs: Math.max(nowMs, latestMs, run.lastUpdatedAtMs + 1),
    revision: run.revision + 1,
    knownUsersCount: run.knownUsersCount + change.known.users,
    knownTasksCount: run.knownTasksCount + change.known.tasks,
    lastUserEndAtMs,
    taskReports: reportsPlus(run.taskReports, change.reports),
  };
}

/** The later of two moments that may not have come. */
export function latestOf(left: EpochMs | null, right: EpochMs | null): EpochMs | null {
  return left === null || right === null ? (left ?? right) : Math.max(left, right);
}

/** The status of a run that users have moved. @param started the first user has. */
function statusAfter(
  from: ProcessingStatus,
  started: boolean,
  counters: RunCounters,
  options: AggregationOptions,
): ProcessingStatus {
  if (isTerminal(from)) return from;
  if (endedUsers(counters) === counters.totalUsersCount) {
    return aggregateStatus(counters, from === 'canceling', options);
  }
  return from === 'queued' && started ? 'inProgress' : from;
}

function noteStart(change: RunChange, atMs: EpochMs): void {
  change.startedAtMs = change.startedAtMs === null ? atMs : Math.min(change.startedAtMs, atMs);
  change.latestMs = Math.max(change.latestMs, atMs);
}

function noteEnd(change: RunChange, atMs: EpochMs): void {
  change.lastUserEndAtMs = Math.max(change.lastUserEndAtMs ?? 0, atMs);
  change.latestMs = Math.max(change.latestMs, atMs);
}

function countOutcome(change: RunChange, user: UserRecord, nth: number): void {
  const outcome = user.outcomes?.[nth - 1];
  const report = change.reports[positionOf(user, nth) - 1];
  if (!outcome || !report) return;
  change.latestMs = Math.max(change.latestMs, outcome.completedAtMs);
  if (outcome.status === 'completed') report.successfulUsersCount += 1;
  if (outcome.status === 'failed') report.failedUsersCount += 1;
}
