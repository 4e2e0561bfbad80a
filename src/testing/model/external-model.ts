/**
 * A run driven by an external worker: totals are declared, results appended one by one; only the counts of its
 * users are known. Source: domain §2.9, §6.4–6.6.
 */
import type { ProcessingStatus, UserStatus } from '../../model/status.ts';
import { isTerminal, reachable, USER_EDGES } from './edges.ts';
import { aggregate, sum } from './recount.ts';
import type { RunSnapshot, UserSnapshot } from './snapshot.ts';

/** One user's result as it is reported. */
export interface ExternalResult {
  readonly status: UserStatus;
  readonly totalTasksCount: number;
  readonly failedTasksCount: number;
  readonly totalUnprocessedTasksCount: number;
  /** Whether the user's first task has started; matters for `canceled` only, the others follow. */
  readonly hasStarted?: boolean;
}

/** The run. `results` are in the order of their arrival. */
export interface ExternalRun {
  readonly totalUsersCount: number;
  readonly totalTasksCount: number;
  readonly strictFailed: boolean;
  readonly results: UserSnapshot[];
  now: number;
  status: ProcessingStatus;
  startedAt: number | null;
  completedAt: number | null;
}

/** Why a result is refused. */
export type Refusal =
  | 'the run is final'
  | 'more users than declared'
  | 'more tasks than declared'
  | 'the last user leaves declared tasks over'
  | 'counters contradict the status'
  | 'no such move';

/** A queued run with declared totals and no result yet. */
export function createExternalRun(
  totalUsersCount: number,
  totalTasksCount: number,
  strictFailed = false,
): ExternalRun {
  return {
    totalUsersCount,
    totalTasksCount,
    strictFailed,
    results: [],
    now: 0,
    status: 'queued',
    startedAt: null,
    completedAt: null,
  };
}

/** Why `result` cannot be appended now; `null`: it can. */
export function refusalOfAppend(run: ExternalRun, result: ExternalResult): Refusal | null {
  if (isTerminal(run.status)) return 'the run is final';
  if (run.results.length === run.totalUsersCount) return 'more users than declared';
  if (!isConsistent(result)) return 'counters contradict the status';
  const left =
    run.totalTasksCount - sum(run.results.map((one) => one.totalTasksCount)) - result.totalTasksCount;
  if (left < 0) return 'more tasks than declared';
  if (run.results.length === run.totalUsersCount - 1 && left > 0)
    return 'the last user leaves declared tasks over';
  return null;
}

/** I1 and I5 of one result by itself. */
export function isConsistent(result: ExternalResult): boolean {
  const {
    status,
    totalTasksCount: total,
    failedTasksCount: failed,
    totalUnprocessedTasksCount: unprocessed,
  } = result;
  const counts = [total, failed, unprocessed];
  if (!counts.every((count) => Number.isInteger(count) && count >= 0) || failed + unprocessed > total)
    return false;
  switch (status) {
    case 'quarantined':
      return false;
    case 'queued':
      return failed === 0 && unprocessed === total && result.hasStarted !== true;
    case 'inProgress':
      return result.hasStarted !== false && unprocessed >= 1;
    case 'completed':
      return result.hasStarted !== false && failed === 0 && unprocessed === 0;
    case 'completedWithErrors':
      return result.hasStarted !== false && failed > 0 && unprocessed === 0;
    case 'failed':
      return result.hasStarted !== false && failed >= 1;
    case 'canceled':
      return unprocessed >= 1 && (result.hasStarted !== false || (failed === 0 && unprocessed === total));
  }
}

/** Appends a result (r2 with the first that started, r7 with the last). Throws when it is refused. */
export function appendResult(run: ExternalRun, result: ExternalResult): void {
  const refusal = refusalOfAppend(run, result);
  if (refusal) throw new Error(refusal);
  run.now += 1;
  run.results.push(shown(run, result, null));
  settle(run);
}

/** Why the result at `index` cannot become `result`; `null`: it can. */
export function refusalOfMove(run: ExternalRun, index: number, result: ExternalResult): Refusal | null {
  const before = run.results[index];
  if (isTerminal(run.status)) return 'the run is final';
  if (!before || isTerminal(before.status)) return 'no such move';
  if (!isConsistent(result) || result.totalTasksCount !== before.totalTasksCount) {
    return 'counters contradict the status';
  }
  const isForward =
    result.failedTasksCount >= before.failedTasksCount &&
    result.totalUnprocessedTasksCount <= before.totalUnprocessedTasksCount;
  return isForward && reachable(USER_EDGES, before.status).has(result.status) ? null : 'no such move';
}

/**
 * An administrator cancels the run (r5, r6): who has not ended is canceled, those who were never reported on
 * too, and the run is over. Throws when it is over already.
 */
export function cancelExternalRun(run: ExternalRun): void {
  if (isTerminal(run.status)) throw new Error('the run is final' satisfies Refusal);
  run.now += 1;
  for (const [index, result] of run.results.entries()) {
    if (!isTerminal(result.status))
      run.results[index] = { ...result, status: 'canceled', completedAt: run.now };
  }
  end(run, true);
}

/** Lets a result that was appended in progress or queued move on. Throws when it is refused. */
export function moveResult(run: ExternalRun, index: number, result: ExternalResult): void {
  const refusal = refusalOfMove(run, index, result);
  if (refusal) throw new Error(refusal);
  run.now += 1;
  run.results[index] = shown(run, result, run.results[index]?.startedAt ?? null);
  settle(run);
}

function shown(run: ExternalRun, result: ExternalResult, startedAt: number | null): UserSnapshot {
  const { hasStarted, ...counts } = result;
  const isStarted =
    result.status === 'canceled'
      ? (hasStarted ?? result.totalUnprocessedTasksCount < result.totalTasksCount)
      : result.status !== 'queued';
  return {
    ...counts,
    startedAt: isStarted ? (startedAt ?? run.now) : startedAt,
    completedAt: isTerminal(result.status) ? run.now : null,
    tasks: null,
  };
}

function settle(run: ExternalRun): void {
  if (run.status === 'queued' && run.results.some(({ startedAt }) => startedAt !== null)) {
    run.status = 'inProgress';
    run.startedAt = run.now;
  }
  const isKnown = run.results.length === run.totalUsersCount;
  if (isKnown && run.results.every(({ status }) => isTerminal(status))) end(run, false);
}

/** §6.4. Users who are not known by now were canceled with the run. */
function end(run: ExternalRun, wasCanceling: boolean): void {
  const withStatus = (status: UserStatus) => run.results.filter((one) => one.status === status).length;
  const done = (one: UserSnapshot) =>
    one.totalTasksCount - one.failedTasksCount - one.totalUnprocessedTasksCount;
  run.status = aggregate({
    C: withStatus('completed'),
    E: withStatus('completedWithErrors'),
    F: withStatus('failed'),
    X: withStatus('canceled') + run.totalUsersCount - run.results.length,
    wasCanceling,
    completedTasks: sum(run.results.map(done)),
    strictFailed: run.strictFailed,
  });
  run.completedAt = run.now;
}

/** What can be seen of the run now. Tasks of users who are not known yet are unprocessed. */
export function snapshotOfExternal(run: ExternalRun): RunSnapshot {
  const { results } = run;
  const withStatus = (...statuses: readonly string[]) =>
    results.filter(({ status }) => statuses.includes(status)).length;
  const processed = results.map((one) => one.totalTasksCount - one.totalUnprocessedTasksCount);
  return {
    status: run.status,
    scheduledAt: 0,
    startedAt: run.startedAt,
    completedAt: run.completedAt,
    lastUpdatedAt: run.now,
    totalUsersCount: run.totalUsersCount,
    successfulUsersCount: withStatus('completed'),
    failedUsersCount: withStatus('failed', 'completedWithErrors'),
    totalTasksCount: run.totalTasksCount,
    failedTasksCount: sum(results.map((one) => one.failedTasksCount)),
    totalUnprocessedTasksCount: run.totalTasksCount - sum(processed),
    users: [...results],
    reports: null,
    continueOnError: null,
  };
}
