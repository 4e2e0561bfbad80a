/**
 * A checker of the invariants of domain §6.6, written from its text. It looks at snapshots only, so it
 * judges the model and production alike.
 */
import { isTerminal, RUN_EDGES, reachable, TASK_EDGES, USER_EDGES } from './edges.ts';
import { recountReports, sum } from './recount.ts';
import type { ReportSnapshot, RunSnapshot, TaskSnapshot, UserSnapshot } from './snapshot.ts';

/** Name of the rule (`I1` … `I12`, `edges`) and what is wrong. */
export interface ModelViolation {
  readonly rule: string;
  readonly what: string;
  /** Index of the user concerned; absent: the run. */
  readonly user?: number;
  /** It compares the run with its users, so it means nothing when not all of them are there. */
  readonly needsAllUsers: boolean;
}

/** How strict the checker is. */
export interface InvariantOptions {
  /** Moments of different rows may be out of order by this much (domain §2.6, I9). Default 0. */
  readonly toleranceMs?: number;
}

type Check = (rule: string, holds: boolean, what: string) => void;

/** Everything wrong with a run, and with its change since `before`. */
export function violationsOf(
  run: RunSnapshot,
  before: RunSnapshot | null = null,
  { toleranceMs = 0 }: InvariantOptions = {},
): ModelViolation[] {
  const violations: ModelViolation[] = [];
  const note =
    (needsAllUsers: boolean, user?: number): Check =>
    (rule, holds, what) => {
      const whose = user === undefined ? { what } : { what: `user ${user}: ${what}`, user };
      if (!holds) violations.push({ rule, ...whose, needsAllUsers });
    };
  const check = note(false);
  const checkSums = note(true);
  checkCounters(check, checkSums, run);
  checkReports(checkSums, run);
  checkRunStatus(check, checkSums, run);
  checkRunTimes(check, checkSums, run);
  for (const [index, user] of run.users.entries()) checkUser(note(false, index), run, user, toleranceMs);
  if (before) checkChange((user) => note(false, user), before, run);
  return violations;
}

/** Everything wrong with a task result by itself. */
export function violationsOfTask(task: TaskSnapshot): Pick<ModelViolation, 'rule' | 'what'>[] {
  const violations: Pick<ModelViolation, 'rule' | 'what'>[] = [];
  checkTask((rule, holds, what) => {
    if (!holds) violations.push({ rule, what });
  }, task);
  return violations;
}

/** As one line per violation; empty when there is none. */
export function describeViolations(violations: readonly Pick<ModelViolation, 'rule' | 'what'>[]): string {
  return violations.map(({ rule, what }) => `${rule}: ${what}`).join('\n');
}

/** I1, I2, I3 and the definitions of §6.5. `checkSums` is for what only all users together can show. */
function checkCounters(check: Check, checkSums: Check, run: RunSnapshot): void {
  checkI1(check, run);
  const { users } = run;
  const same = (name: string, shown: number, counted: number) =>
    checkSums('I2', shown === counted, `${name} is ${shown}, the users give ${counted}`);
  const total = sum(users.map((user) => user.totalTasksCount));
  const unprocessed = sum(users.map((user) => user.totalUnprocessedTasksCount));
  same('failedTasksCount', run.failedTasksCount, sum(users.map((user) => user.failedTasksCount)));
  const processed = run.totalTasksCount - run.totalUnprocessedTasksCount;
  same('totalTasksCount − totalUnprocessedTasksCount', processed, total - unprocessed);
  const isComplete = users.length === run.totalUsersCount;
  if (isComplete) same('totalTasksCount', run.totalTasksCount, total);
  else
    checkSums('I2', run.totalTasksCount >= total, `${total} tasks of users, ${run.totalTasksCount} declared`);
  const withStatus = (...statuses: readonly string[]) =>
    users.filter(({ status }) => statuses.includes(status)).length;
  check(
    'I2',
    users.length <= run.totalUsersCount,
    `${users.length} users of ${run.totalUsersCount} declared`,
  );
  same('successfulUsersCount', run.successfulUsersCount, withStatus('completed'));
  same('failedUsersCount', run.failedUsersCount, withStatus('failed', 'completedWithErrors'));
  const ended = run.successfulUsersCount + run.failedUsersCount;
  check('I3', ended <= run.totalUsersCount, `${ended} users succeeded or failed of ${run.totalUsersCount}`);
  const isOpen = withStatus('queued', 'inProgress', 'canceled', 'quarantined') > 0 || !isComplete;
  const what = 'all users succeeded or failed iff none is otherwise';
  checkSums('I3', (ended === run.totalUsersCount) === !isOpen, what);
}

function checkI1(
  check: Check,
  counters: Omit<UserSnapshot, 'status' | 'tasks' | 'startedAt' | 'completedAt'>,
): void {
  const {
    totalTasksCount: total,
    failedTasksCount: failed,
    totalUnprocessedTasksCount: unprocessed,
  } = counters;
  check('I1', [total, failed, unprocessed].every(Number.isInteger), 'counters are whole');
  check(
    'I1',
    failed >= 0 && unprocessed >= 0 && failed + unprocessed <= total,
    `${failed} + ${unprocessed} <= ${total}`,
  );
}

/** I2 and I8a for task reports. */
function checkReports(check: Check, run: RunSnapshot): void {
  const { reports, users } = run;
  if (!reports) return;
  const unprocessed = (report: ReportSnapshot) =>
    report.totalUsersCount - report.successfulUsersCount - report.failedUsersCount;
  check(
    'I2',
    sum(reports.map((one) => one.totalUsersCount)) === run.totalTasksCount,
    'reports sum to the tasks',
  );
  check(
    'I2',
    sum(reports.map((one) => one.failedUsersCount)) === run.failedTasksCount,
    'reports sum to the failed',
  );
  check(
    'I2',
    sum(reports.map(unprocessed)) === run.totalUnprocessedTasksCount,
    'reports sum to the unprocessed',
  );
  check(
    'I8a',
    reports.every((report) => unprocessed(report) >= 0),
    'reports count no user twice',
  );
  const detailed = users.flatMap(({ tasks, ...user }) => (tasks ? [{ ...user, tasks }] : []));
  if (detailed.length !== users.length || run.areReportsInOrder === false) return;
  const recounted = recountReports(detailed, reports.length);
  const isSame = reports.every((report, index) => isSameReport(report, recounted[index]));
  check('I2', isSame, 'reports are those of the tasks');
}

function isSameReport(report: ReportSnapshot, other: ReportSnapshot | undefined): boolean {
  return (
    report.totalUsersCount === other?.totalUsersCount &&
    report.successfulUsersCount === other.successfulUsersCount &&
    report.failedUsersCount === other.failedUsersCount
  );
}

/** I6 and the run's half of I8a and I10. */
function checkRunStatus(check: Check, checkSums: Check, run: RunSnapshot): void {
  const { status, users } = run;
  if (status === 'completed') {
    check(
      'I6',
      run.failedTasksCount === 0 && run.totalUnprocessedTasksCount === 0,
      'completed: every task succeeded',
    );
    check('I6', run.successfulUsersCount === run.totalUsersCount, 'completed: every user succeeded');
  }
  if (status === 'failed') {
    check(
      'I6',
      run.successfulUsersCount === 0 && run.failedUsersCount >= 1,
      'failed: some failed, none succeeded',
    );
  }
  if (status === 'queued' || status === 'quarantined') {
    check('I6', run.totalUnprocessedTasksCount === run.totalTasksCount, `${status}: nothing is processed`);
    check('I6', run.startedAt === null, `${status}: not started`);
  }
  if (isTerminal(status)) {
    check(
      'I8a',
      users.every((user) => isTerminal(user.status)),
      `${status}: every user is terminal`,
    );
    checkSums('I8a', users.length === run.totalUsersCount, `${status}: every user is known`);
  }
  const areOver = users.length === run.totalUsersCount && users.every((user) => isTerminal(user.status));
  const isLeft = !isTerminal(status) && areOver && users.length > 0;
  checkSums('I8a', !isLeft, `${status}: every user is terminal, so the run is`); // r7, r8
  const isActive = users.some((user) => user.status === 'inProgress');
  check(
    'I10',
    !isActive || status === 'inProgress' || status === 'canceling',
    'a user in progress is in an active run',
  );
}

/** I7, I8, I9 for the run. */
function checkRunTimes(check: Check, checkSums: Check, run: RunSnapshot): void {
  const { status, scheduledAt, startedAt, completedAt, lastUpdatedAt, users } = run;
  check(
    'I7',
    (completedAt === null) === (!isTerminal(status) || status === 'quarantined'),
    `${status}: completedAt`,
  );
  const hasStarted = users.some((user) => user.startedAt !== null);
  const isTold = users.length > 0 && users.every(({ tasks }) => tasks !== null);
  check('I8', startedAt !== null || !hasStarted, 'the run has started when a user has');
  checkSums('I8', startedAt === null || hasStarted || !isTold, 'a user has started when the run has');
  const mustHaveStarted = status === 'inProgress' || status === 'completed' || status === 'failed';
  check('I8', !mustHaveStarted || startedAt !== null, `${status}: started`);
  checkAscending(
    check,
    [scheduledAt, startedAt, completedAt, lastUpdatedAt],
    'scheduled, started, completed, updated',
  );
}

function checkAscending(check: Check, moments: readonly (number | null)[], what: string): void {
  const known = moments.filter((moment) => moment !== null);
  const isOrdered = known.every((moment, index) => index === 0 || moment >= (known[index - 1] ?? 0));
  check('I9', isOrdered, `expected ${what} in this order`);
}

function checkUser(check: Check, run: RunSnapshot, user: UserSnapshot, toleranceMs: number): void {
  checkI1(check, user);
  checkUserStatus(check, user);
  const { status, startedAt, completedAt, tasks } = user;
  check(
    'I7',
    (completedAt === null) === (!isTerminal(status) || status === 'quarantined'),
    `${status}: completedAt`,
  );
  const mustHaveStarted = status !== 'queued' && status !== 'canceled' && status !== 'quarantined';
  check('I8', !mustHaveStarted || startedAt !== null, `${status}: started`);
  checkAscending(check, [startedAt, completedAt], 'started, completed');
  const updatedAt = run.lastUpdatedAt + toleranceMs;
  checkAscending(check, [completedAt ?? startedAt, updatedAt], 'started, completed, run updated');
  const runEnd = run.completedAt === null ? null : run.completedAt + toleranceMs;
  check('I9', completedAt === null || runEnd === null || completedAt <= runEnd, 'ends no later than its run');
  if (tasks) checkTasks(check, user, tasks, toleranceMs);
  if (tasks && run.continueOnError) {
    const { positions = tasks.map((_, index) => index + 1) } = user;
    const flags = positions.map((position) => run.continueOnError?.[position - 1] ?? false);
    checkBlocker(check, user, tasks, flags);
  }
}

/** I5. */
function checkUserStatus(check: Check, user: UserSnapshot): void {
  const { status, failedTasksCount: failed, totalUnprocessedTasksCount: unprocessed } = user;
  const isCompleted = failed === 0 && unprocessed === 0 && isTerminal(status);
  check(
    'I5',
    (status === 'completed') === isCompleted,
    `${status} with ${failed} failed, ${unprocessed} unprocessed`,
  );
  const isPossible =
    (status !== 'completedWithErrors' || (failed > 0 && unprocessed === 0)) &&
    (status !== 'failed' || failed >= 1) &&
    (status !== 'inProgress' || unprocessed >= 1) && // u4–u6: a user ends with its last task
    (status !== 'canceled' || unprocessed >= 1);
  check('I5', isPossible, `${status} with ${failed} failed, ${unprocessed} unprocessed`);
  if (status === 'queued' || status === 'quarantined') {
    check('I5', failed === 0 && unprocessed === user.totalTasksCount, `${status}: nothing is processed`);
    check('I5', user.startedAt === null, `${status}: not started`);
  }
}

/** §6.5 recounted, I7, I8a, I9, I10, I11 of a user's tasks. */
function checkTasks(
  check: Check,
  user: UserSnapshot,
  tasks: readonly TaskSnapshot[],
  toleranceMs: number,
): void {
  const count = (...statuses: readonly string[]) =>
    tasks.filter(({ status }) => statuses.includes(status)).length;
  check('I2', tasks.length === user.totalTasksCount, 'tasks are those of the user');
  check('I2', count('failed') === user.failedTasksCount, 'failed tasks are counted');
  const unprocessed = count('queued', 'inProgress', 'canceled');
  check('I2', unprocessed === user.totalUnprocessedTasksCount, 'unprocessed tasks are counted');
  check(
    'I8a',
    !isTerminal(user.status) || tasks.every(({ status }) => isTerminal(status)),
    'every task is terminal',
  );
  check('I10', count('inProgress') <= 1, 'at most one task is in progress');
  check(
    'I10',
    count('inProgress') === 0 || user.status === 'inProgress',
    'a task in progress is of a user in progress',
  );
  const isDone = ({ status }: TaskSnapshot) => status === 'completed' || status === 'failed';
  const done = tasks.filter(isDone).length;
  check('I11', tasks.slice(0, done).every(isDone), 'what is done precedes what is not');
  const endMs = user.completedAt === null ? null : user.completedAt + toleranceMs;
  for (const task of tasks) {
    checkTask(check, task);
    const endsInTime = task.completedAt === null || endMs === null || task.completedAt <= endMs;
    check('I9', endsInTime, 'a task ends no later than its user');
  }
}

/** I7, I8 and I9 of one task. */
function checkTask(check: Check, { status, startedAt, completedAt }: TaskSnapshot): void {
  const isOpen = status === 'queued' || status === 'inProgress';
  const isDone = status === 'completed' || status === 'failed';
  check('I7', !isOpen || completedAt === null, `${status} task: completedAt`);
  check('I7', !isDone || completedAt !== null, `${status} task: completedAt`);
  check('I8', status !== 'queued' || startedAt === null, `${status} task: startedAt`);
  check('I8', !isDone || startedAt !== null, `${status} task: startedAt`);
  checkAscending(check, [startedAt, completedAt], 'started, completed');
}

/** I5 with the flags: what is left is what stands after the task that blocked. */
function checkBlocker(
  check: Check,
  user: UserSnapshot,
  tasks: readonly TaskSnapshot[],
  continueOnError: readonly boolean[],
): void {
  const blocker = tasks.findIndex(({ status }, index) => status === 'failed' && !continueOnError[index]);
  check('I5', (user.status === 'failed') === blocker >= 0, `${user.status} with blocker ${blocker}`);
  const left = tasks.length - blocker - 1;
  check(
    'I5',
    blocker < 0 || user.totalUnprocessedTasksCount === left,
    'unprocessed are the tasks after the blocker',
  );
}

/** I4, I12 and the edges, between two moments; any number of moves may lie between them. */
function checkChange(checkOf: (user?: number) => Check, before: RunSnapshot, run: RunSnapshot): void {
  const check = checkOf();
  check('I4', before.totalUsersCount === run.totalUsersCount, 'users never change');
  check('I4', before.totalTasksCount === run.totalTasksCount, 'tasks never change');
  for (const name of ['failedTasksCount', 'successfulUsersCount', 'failedUsersCount'] as const) {
    check('I4', before[name] <= run[name], `${name} never decreases`);
  }
  check(
    'I4',
    before.totalUnprocessedTasksCount >= run.totalUnprocessedTasksCount,
    'unprocessed never increases',
  );
  const grows = before.lastUpdatedAt < run.lastUpdatedAt;
  check('I12', grows || isSame(before, run), 'lastUpdated grows with every change');
  check(
    'edges',
    reachable(RUN_EDGES, before.status).has(run.status),
    `run ${before.status} -> ${run.status}`,
  );
  for (const [index, old] of before.users.entries()) {
    const user = run.users[index];
    if (user) checkUserChange(checkOf(index), old, user);
    else check('edges', false, `user ${index} is gone`);
  }
}

function isSame(one: object, other: object): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function checkUserChange(check: Check, before: UserSnapshot, user: UserSnapshot): void {
  if (before === user) return;
  check('edges', reachable(USER_EDGES, before.status).has(user.status), `${before.status} -> ${user.status}`);
  if (isTerminal(before.status)) {
    check('edges', isSame(before, user), 'a terminal user never changes');
  }
  for (const [index, task] of (before.tasks ?? []).entries()) {
    const next = user.tasks?.[index]?.status;
    if (next)
      check(
        'edges',
        reachable(TASK_EDGES, task.status).has(next),
        `task ${index}: ${task.status} -> ${next}`,
      );
  }
}
