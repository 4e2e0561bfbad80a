/**
 * A run as domain §6 has it, as simple as it can be: plain objects that are changed in place, every
 * task with a status of its own, everything counted anew at each look. It shares no code with `src`.
 */
import type { ProcessingStatus, TaskStatus, UserStatus } from '../../model/status.ts';
import { isTerminal } from './edges.ts';
import { aggregate, recountReports, recountRun, recountUser } from './recount.ts';
import type { RunSnapshot } from './snapshot.ts';

/** One task of one user. */
export interface ModelTask {
  status: TaskStatus;
  readonly continueOnError: boolean;
  startedAt: number | null;
  completedAt: number | null;
}

/** One user with its tasks. */
export interface ModelUser {
  status: UserStatus;
  readonly tasks: ModelTask[];
  startedAt: number | null;
  completedAt: number | null;
}

/** A run. Its time is the number of things that have happened to it. */
export interface ModelRun {
  status: ProcessingStatus;
  readonly users: ModelUser[];
  readonly strictFailed: boolean;
  wasCanceling: boolean;
  now: number;
  startedAt: number | null;
  completedAt: number | null;
  /** Every status that the run has had, in order; `canceling` is there even when nothing was running. */
  readonly history: ProcessingStatus[];
}

/** What can happen. `user` is an index, from 0. */
export type ModelEvent =
  /** The re-check passes and the first task starts (u2, r2). */
  | { readonly kind: 'startUser'; readonly user: number }
  /** The running task ends (t3, t4). */
  | { readonly kind: 'taskSucceeds'; readonly user: number }
  | { readonly kind: 'taskFails'; readonly user: number }
  /** The running task is written off while the run is canceling (t6). */
  | { readonly kind: 'taskIsAbandoned'; readonly user: number }
  /** The re-check of a queued user fails, or the user alone is canceled (u3). */
  | { readonly kind: 'cancelUser'; readonly user: number }
  /** An administrator cancels the run, or its workflow is deleted or disabled (r5, r9). */
  | { readonly kind: 'cancelRun' };

/** What a run is made with. */
export interface ModelPlan {
  readonly users: number;
  /** One flag per enabled task, in order; at least one. */
  readonly continueOnError: readonly boolean[];
  readonly strictFailed?: boolean;
}

/** A queued run (r1) of queued users (u1) with queued tasks (t1). */
export function createRun({ users, continueOnError, strictFailed = false }: ModelPlan): ModelRun {
  if (!(users >= 1)) throw new RangeError(`Expected users to be at least 1, got \`${users}\``);
  if (continueOnError.length < 1)
    throw new RangeError('Expected continueOnError to be a flag for each task, got `[]`');
  const makeTask = (flag: boolean): ModelTask => ({
    status: 'queued',
    continueOnError: flag,
    startedAt: null,
    completedAt: null,
  });
  const makeUser = (): ModelUser => ({
    status: 'queued',
    tasks: continueOnError.map(makeTask),
    startedAt: null,
    completedAt: null,
  });
  return {
    status: 'queued',
    users: Array.from({ length: users }, makeUser),
    strictFailed,
    wasCanceling: false,
    now: 0,
    startedAt: null,
    completedAt: null,
    history: ['queued'],
  };
}

/** Everything that can happen next; nothing when the run is final. */
export function possibleEvents(run: ModelRun, options: { readonly abandon?: boolean } = {}): ModelEvent[] {
  if (isTerminal(run.status)) return [];
  const events: ModelEvent[] = [];
  for (const [user, { status }] of run.users.entries()) {
    if (status === 'queued') events.push({ kind: 'startUser', user }, { kind: 'cancelUser', user });
    if (status === 'inProgress') {
      events.push({ kind: 'taskSucceeds', user }, { kind: 'taskFails', user });
      if (options.abandon && run.status === 'canceling') events.push({ kind: 'taskIsAbandoned', user });
    }
  }
  if (run.status !== 'canceling') events.push({ kind: 'cancelRun' });
  return events;
}

/** Lets the event happen. Throws, and changes nothing, when it is not among the possible ones. */
export function apply(run: ModelRun, event: ModelEvent): void {
  const isPossible = possibleEvents(run, { abandon: true }).some(
    (other) => JSON.stringify(other) === JSON.stringify(event),
  );
  if (!isPossible) throw new Error(`Expected a possible event, got ${JSON.stringify(event)}`);
  run.now += 1;
  if (event.kind === 'cancelRun') cancelRun(run);
  else happen(run, run.users[event.user] as ModelUser, event.kind);
  if (run.users.every((user) => isTerminal(user.status))) finishRun(run);
}

function happen(run: ModelRun, user: ModelUser, kind: Exclude<ModelEvent['kind'], 'cancelRun'>): void {
  if (kind === 'startUser') startUser(run, user);
  else if (kind === 'cancelUser') endUser(run, user, 'canceled');
  else endTask(run, user, OUTCOME[kind]);
}

const OUTCOME = { taskSucceeds: 'completed', taskFails: 'failed', taskIsAbandoned: 'canceled' } as const;

function startUser(run: ModelRun, user: ModelUser): void {
  user.status = 'inProgress';
  user.startedAt = run.now;
  startNextTask(run, user);
  if (run.status === 'queued') {
    moveRun(run, 'inProgress');
    run.startedAt = run.now;
  }
}

function startNextTask(run: ModelRun, user: ModelUser): void {
  const next = user.tasks.find(({ status }) => status === 'queued') as ModelTask;
  next.status = 'inProgress';
  next.startedAt = run.now;
}

function endTask(run: ModelRun, user: ModelUser, status: 'completed' | 'failed' | 'canceled'): void {
  const running = user.tasks.find((task) => task.status === 'inProgress') as ModelTask;
  running.status = status;
  running.completedAt = run.now;
  const isBlocking = status === 'failed' && !running.continueOnError;
  const isLast = user.tasks.every((task) => isTerminal(task.status));
  if (isBlocking) endUser(run, user, 'failed');
  else if (status === 'canceled') endUser(run, user, 'canceled');
  else if (isLast) {
    const hasFailed = user.tasks.some((task) => task.status === 'failed');
    endUser(run, user, hasFailed ? 'completedWithErrors' : 'completed');
  } else if (run.status === 'canceling') endUser(run, user, 'canceled');
  else startNextTask(run, user);
}

/** The user ends, and its queued tasks are canceled (t5). */
function endUser(run: ModelRun, user: ModelUser, status: UserStatus): void {
  for (const task of user.tasks) {
    if (task.status === 'queued') {
      task.status = 'canceled';
      task.completedAt = run.now;
    }
  }
  user.status = status;
  user.completedAt = run.now;
}

/** Queued users are canceled; those in progress end when their running task does (u7, u8). */
function cancelRun(run: ModelRun): void {
  moveRun(run, 'canceling');
  run.wasCanceling = true;
  for (const user of run.users) if (user.status === 'queued') endUser(run, user, 'canceled');
}

function finishRun(run: ModelRun): void {
  const withStatus = (status: UserStatus) => run.users.filter((user) => user.status === status).length;
  const tasks = run.users.flatMap((user) => user.tasks);
  moveRun(
    run,
    aggregate({
      C: withStatus('completed'),
      E: withStatus('completedWithErrors'),
      F: withStatus('failed'),
      X: withStatus('canceled'),
      wasCanceling: run.wasCanceling,
      completedTasks: tasks.filter(({ status }) => status === 'completed').length,
      strictFailed: run.strictFailed,
    }),
  );
  run.completedAt = run.now;
}

function moveRun(run: ModelRun, status: ProcessingStatus): void {
  run.status = status;
  run.history.push(status);
}

/** What can be seen of the run now. */
export function snapshotOf(run: ModelRun): RunSnapshot {
  const [first] = run.users;
  return {
    status: run.status,
    scheduledAt: 0,
    startedAt: run.startedAt,
    completedAt: run.completedAt,
    lastUpdatedAt: run.now,
    ...recountRun(run.users),
    users: run.users.map(({ status, startedAt, completedAt, tasks }) => ({
      status,
      startedAt,
      completedAt,
      ...recountUser({ status, tasks }),
      tasks: tasks.map(({ continueOnError: _, ...task }) => task),
    })),
    reports: recountReports(run.users, first?.tasks.length ?? 0),
    continueOnError: first?.tasks.map((task) => task.continueOnError) ?? [],
  };
}
