/**
 * Checks the invariants of domain §6.6. It recounts from the rows and shares with the code that changes
 * the counters only the definition of what each status counts as.
 */
import type { TaskReportCounters } from '../../model/counters.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { NO_COUNTERS, recount } from '../counters/counters.ts';
import {
  type AggregationOptions,
  aggregateStatus,
  endedUsers,
  readAggregation,
} from '../status/aggregate.ts';
import { positionOf } from '../status/positions.ts';
import { isLegalMove, isTerminal, RUN_TRANSITIONS } from '../status/transitions.ts';

/** A rule that does not hold, and where. */
export interface Violation {
  /** `I1` … `I15` of domain §6.6, or `6.4` for a final status that contradicts the outcomes. */
  readonly invariant: string;
  readonly runId: string;
  /** Ordinal of the user; absent when the violation concerns the run. */
  readonly userOrdinal?: number;
  readonly message: string;
}

/** Violations beyond this many are counted, not kept. */
const VIOLATIONS_KEPT_MAX = 100;

/** Checks a run, given its users one at a time. */
export interface RunCheck {
  add(user: UserRecord): void;
  /** Returns the violations; empty when there are none. */
  end(): readonly Violation[];
}

/** Starts a check of `run`; add every one of its users, in any order, then call `end`. */
export function startRunCheck(run: RunRecord, options?: AggregationOptions): RunCheck {
  const aggregation = readAggregation(options, 'startRunCheck');
  const violations: Violation[] = [];
  const note: Note = (invariant, message, userOrdinal) => {
    if (violations.length >= VIOLATIONS_KEPT_MAX) return;
    violations.push({
      invariant,
      runId: run.id,
      message,
      ...(userOrdinal === undefined ? {} : { userOrdinal }),
    });
  };
  const seen: UserRecord[] = [];
  const totals = { users: 0, tasks: 0 };
  let counted = NO_COUNTERS;
  const reports = run.taskReports.map((report) => ({
    report,
    counted: { successfulUsersCount: 0, failedUsersCount: 0, totalUsersCount: 0 },
  }));
  const flush = () => {
    counted = sum(counted, recount(seen));
    seen.length = 0;
  };
  return {
    add(user) {
      checkUser(run, user, note);
      totals.users += 1;
      totals.tasks += user.totalTasksCount;
      countReports(reports, user);
      seen.push(user);
      if (seen.length === 1_000) flush();
    },
    end() {
      flush();
      checkTotals(run, totals, counted, note);
      checkReports(reports, note);
      checkRunAlone(run, aggregation, note);
      return violations;
    },
  };
}

/** The violations of a run with all its users. */
export function checkRunRecord(
  run: RunRecord,
  users: Iterable<UserRecord>,
  options?: AggregationOptions,
): readonly Violation[] {
  const check = startRunCheck(run, readAggregation(options, 'checkRunRecord'));
  for (const user of users) check.add(user);
  return check.end();
}

/** The violations of one committed change of a run (I4, I7, I12, the transition table). */
export function checkStep(before: RunRecord, after: RunRecord): readonly Violation[] {
  const violations: Violation[] = [];
  const expect = (holds: boolean, invariant: string, message: string) => {
    if (!holds) violations.push({ invariant, runId: after.id, message });
  };
  for (const counter of ['totalUsersCount', 'totalTasksCount'] as const) {
    expect(
      after[counter] === before[counter],
      'I4',
      `${counter} went from ${before[counter]} to ${after[counter]}`,
    );
  }
  for (const counter of ['failedTasksCount', 'successfulUsersCount', 'failedUsersCount'] as const) {
    expect(
      after[counter] >= before[counter],
      'I4',
      `${counter} fell from ${before[counter]} to ${after[counter]}`,
    );
  }
  expect(
    after.totalUnprocessedTasksCount <= before.totalUnprocessedTasksCount,
    'I4',
    `totalUnprocessedTasksCount rose from ${before.totalUnprocessedTasksCount} to ${after.totalUnprocessedTasksCount}`,
  );
  expect(after.lastUpdatedAtMs > before.lastUpdatedAtMs, 'I12', 'lastUpdatedDateTime did not grow');
  const from = before.processingStatus;
  const to = after.processingStatus;
  const direct = from === to || isLegalMove(RUN_TRANSITIONS, from, to);
  // One commit may move a run from queued through inProgress to its end.
  const through = from === 'queued' && isLegalMove(RUN_TRANSITIONS, 'inProgress', to);
  expect(direct || through, '6.3', `Expected a legal move from \`${from}\`, got \`${to}\``);
  return violations;
}

type Note = (invariant: string, message: string, userOrdinal?: number) => void;

function checkUser(run: RunRecord, user: UserRecord, note: Note): void {
  const { totalTasksCount: total, failedTasksCount: failed, totalUnprocessedTasksCount: unprocessed } = user;
  const status = user.processingStatus;
  const expect = (holds: boolean, invariant: string, message: string) => {
    if (!holds)
      note(
        invariant,
        `${message} (user ${user.ordinal}, ${status}, ${failed} failed + ${unprocessed} unprocessed of ${total})`,
        user.ordinal,
      );
  };
  expect(
    failed >= 0 && unprocessed >= 0 && failed + unprocessed <= total,
    'I1',
    'Task counters are out of range',
  );
  const isDone = isTerminal(status);
  if (status === 'completed')
    expect(failed === 0 && unprocessed === 0, 'I5', 'A completed user has no failed and no unprocessed task');
  if (status === 'completedWithErrors')
    expect(
      failed > 0 && unprocessed === 0,
      'I5',
      'A user completed with errors has a failed and no unprocessed task',
    );
  if (status === 'inProgress') expect(unprocessed > 0, 'I5', 'A user in progress has an unprocessed task');
  if (status === 'failed') expect(failed > 0, 'I5', 'A failed user has a failed task');
  if (status === 'canceled' || status === 'quarantined')
    expect(unprocessed > 0, 'I5', 'A canceled user has an unprocessed task');
  if (status === 'queued')
    expect(
      unprocessed === total && failed === 0 && user.startedAtMs === null,
      'I5',
      'A queued user has not begun',
    );
  if (status !== 'quarantined')
    expect(
      (user.completedAtMs !== null) === isDone,
      'I7',
      'completedDateTime is set exactly when the user is final',
    );
  if (user.startedAtMs === null)
    expect(
      unprocessed === total && status !== 'inProgress',
      'I8',
      'A user that never started has only unprocessed tasks',
    );
  expect(inOrder(user, run.lastUpdatedAtMs), 'I9', 'Expected scheduled ≤ started ≤ completed ≤ lastUpdated');
  const endsInTime =
    run.completedAtMs === null || user.completedAtMs === null || user.completedAtMs <= run.completedAtMs;
  expect(endsInTime, 'I9', 'Expected the user to end no later than its run');
  if (isTerminal(run.processingStatus)) expect(isDone, 'I8a', 'A final run has only final users');
  if (status === 'inProgress')
    expect(
      ['inProgress', 'canceling'].includes(run.processingStatus),
      'I10',
      `A user in progress needs a run in progress, got \`${run.processingStatus}\``,
    );
  expect(
    user.positions === undefined || user.positions.length === total,
    'I1',
    'A user has as many tasks as positions',
  );
  checkOutcomes(user, expect);
}

function checkOutcomes(
  user: UserRecord,
  expect: (holds: boolean, invariant: string, message: string) => void,
): void {
  if (user.outcomes === null) return;
  const processed = user.outcomes.filter((outcome) => outcome.status !== 'canceled');
  const failed = processed.filter((outcome) => outcome.status === 'failed').length;
  expect(failed === user.failedTasksCount, 'I1', `Expected ${failed} failed tasks by the outcomes`);
  expect(
    processed.length === user.totalTasksCount - user.totalUnprocessedTasksCount,
    'I1',
    `Expected ${processed.length} processed tasks by the outcomes`,
  );
  const firstCanceled = user.outcomes.findIndex((outcome) => outcome.status === 'canceled');
  expect(
    firstCanceled === -1 || firstCanceled === processed.length,
    'I11',
    'Processed tasks precede canceled ones',
  );
  let since = user.startedAtMs ?? user.createdAtMs;
  for (const { startedAtMs, completedAtMs } of user.outcomes) {
    expect(
      (startedAtMs ?? since) >= since && completedAtMs >= (startedAtMs ?? since),
      'I9',
      'Tasks of a user do not overlap',
    );
    since = completedAtMs;
  }
  if (user.completedAtMs !== null)
    expect(since <= user.completedAtMs, 'I9', 'A user ends with its last task');
}

function checkTotals(
  run: RunRecord,
  totals: { users: number; tasks: number },
  counted: typeof NO_COUNTERS,
  note: Note,
): void {
  const rest = { users: run.totalUsersCount - totals.users, tasks: run.totalTasksCount - totals.tasks };
  const isFed = run.driver === 'external' && rest.users > 0;
  const expect = (holds: boolean, message: string) => holds || note('I2', message);
  expect(
    totals.users === run.knownUsersCount && totals.tasks === run.knownTasksCount,
    `Expected ${run.knownUsersCount} users with ${run.knownTasksCount} tasks, got ${totals.users} with ${totals.tasks}`,
  );
  expect(
    isFed ? rest.tasks >= rest.users : rest.users === 0 && rest.tasks === 0,
    `Expected totals ${run.totalUsersCount} users, ${run.totalTasksCount} tasks, got ${totals.users} and ${totals.tasks}`,
  );
  const canceled = isTerminal(run.processingStatus);
  const expected = isFed ? sum(counted, recount([], { ...rest, canceled })) : counted;
  for (const counter of Object.keys(NO_COUNTERS) as (keyof typeof NO_COUNTERS)[]) {
    expect(
      run[counter] === expected[counter],
      `Expected ${counter} ${expected[counter]} by recount, got ${run[counter]}`,
    );
  }
}

/** A task's report in the run's record, and the same counted from its users. */
interface CountedReport {
  readonly report: TaskReportCounters;
  readonly counted: { -readonly [Counter in keyof TaskReportCounters]: number };
}

function checkReports(reports: readonly CountedReport[], note: Note): void {
  for (const [index, { report, counted }] of reports.entries()) {
    const same =
      report.totalUsersCount === counted.totalUsersCount &&
      report.successfulUsersCount === counted.successfulUsersCount &&
      report.failedUsersCount === counted.failedUsersCount;
    if (!same)
      note(
        'I2',
        `Expected the report of task ${index + 1} to be ${JSON.stringify(counted)}, got ${JSON.stringify(report)}`,
      );
  }
}

function checkRunAlone(run: RunRecord, options: AggregationOptions, note: Note): void {
  const expect = (holds: boolean, invariant: string, message: string) => holds || note(invariant, message);
  const status = run.processingStatus;
  const { totalTasksCount: tasks, failedTasksCount: failed, totalUnprocessedTasksCount: unprocessed } = run;
  expect(
    failed >= 0 && unprocessed >= 0 && failed + unprocessed <= tasks,
    'I1',
    'Task counters are out of range',
  );
  expect(
    run.successfulUsersCount + run.failedUsersCount <= run.totalUsersCount,
    'I3',
    'More users ended than there are',
  );
  if (status === 'completed')
    expect(
      failed === 0 && unprocessed === 0 && run.successfulUsersCount === run.totalUsersCount,
      'I6',
      'A completed run has only completed users',
    );
  if (status === 'failed')
    expect(
      run.successfulUsersCount === 0 && run.failedUsersCount > 0,
      'I6',
      'A failed run has failed users and no successful one',
    );
  if (status === 'queued' || status === 'quarantined')
    expect(unprocessed === tasks && run.startedAtMs === null, 'I6', 'A queued run has not begun');
  if (status !== 'quarantined')
    expect(
      (run.completedAtMs !== null) === isTerminal(status),
      'I7',
      'completedDateTime is set exactly when the run is final',
    );
  if (status === 'inProgress') expect(run.startedAtMs !== null, 'I8', 'A run in progress has started');
  expect(inOrder(run, run.lastUpdatedAtMs), 'I9', 'Expected scheduled ≤ started ≤ completed ≤ lastUpdated');
  const allEnded = endedUsers(run) === run.totalUsersCount;
  if (status !== 'quarantined')
    expect(
      allEnded === isTerminal(status),
      'I8a',
      `Expected a run to be final exactly when all users have ended, got \`${status}\` with ${endedUsers(run)} of ${run.totalUsersCount}`,
    );
  if (allEnded && isTerminal(status) && status !== 'quarantined') {
    const allowed = [aggregateStatus(run, false, options), aggregateStatus(run, true, options)];
    expect(
      allowed.includes(status),
      '6.4',
      `Expected the outcomes to give \`${allowed.join('` or `')}\`, got \`${status}\``,
    );
  }
}

function countReports(reports: readonly CountedReport[], user: UserRecord): void {
  if (user.outcomes === null) return;
  for (let nth = 1; nth <= user.totalTasksCount; nth++) {
    const counted = reports[positionOf(user, nth) - 1]?.counted;
    if (!counted) continue;
    const status = user.outcomes[nth - 1]?.status;
    counted.totalUsersCount += 1;
    counted.successfulUsersCount += status === 'completed' ? 1 : 0;
    counted.failedUsersCount += status === 'failed' ? 1 : 0;
  }
}

/** A row that never started may end before its schedule: it was canceled. */
function inOrder(
  row: Pick<RunRecord, 'scheduledAtMs' | 'startedAtMs' | 'completedAtMs'>,
  lastUpdatedAtMs: number,
): boolean {
  const { scheduledAtMs, startedAtMs, completedAtMs } = row;
  if (startedAtMs === null) return completedAtMs === null || completedAtMs <= lastUpdatedAtMs;
  const endMs = completedAtMs ?? startedAtMs;
  return scheduledAtMs <= startedAtMs && startedAtMs <= endMs && endMs <= lastUpdatedAtMs;
}

function sum(left: typeof NO_COUNTERS, right: typeof NO_COUNTERS): typeof NO_COUNTERS {
  const entries = (Object.keys(NO_COUNTERS) as (keyof typeof NO_COUNTERS)[]).map((counter) => [
    counter,
    left[counter] + right[counter],
  ]);
  return Object.fromEntries(entries) as typeof NO_COUNTERS;
}
