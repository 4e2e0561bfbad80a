/**
 * The state machine of one user's result. Pure: a record and an event in, a record out.
 *
 * Source: domain §6.1 (t1–t7), §6.2 (u1–u11).
 */
import type { Attempts, TaskOutcome, UserRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { CounterEvent } from '../counters/counters.ts';
import { isTerminal } from './transitions.ts';

/** An event of a user or of its current task. */
export type UserEvent =
  /** The first task starts (u2). */
  | { readonly kind: 'start'; readonly atMs: EpochMs }
  /** The current task has completed or failed (t3, t4). */
  | {
      readonly kind: 'taskEnded';
      readonly outcome: TaskOutcome;
      /** A failure of this task does not stop the following ones. */
      readonly continueOnError: boolean;
    }
  /** An attempt failed and will be repeated. */
  | { readonly kind: 'attemptFailed'; readonly notBeforeMs: EpochMs; readonly reason: string }
  /** The process died while the task was possibly running. */
  | { readonly kind: 'interrupted' }
  /** No further task may run (u3, u7). `runningSinceMs`: start of the running task that is canceled (t6), if any. */
  | { readonly kind: 'cancel'; readonly atMs: EpochMs; readonly runningSinceMs: EpochMs | null };

/** The new record and its counter events, or why the event was refused. */
export type UserDecision =
  | { readonly kind: 'moved'; readonly user: UserRecord; readonly moves: readonly CounterEvent[] }
  | { readonly kind: 'refused'; readonly code: 'AlreadyFinal' | 'IllegalTransition' };

const ALREADY_FINAL: UserDecision = { kind: 'refused', code: 'AlreadyFinal' };
const ILLEGAL: UserDecision = { kind: 'refused', code: 'IllegalTransition' };

// Constants, so that a decision allocates nothing but the record itself.
const NOTHING: readonly CounterEvent[] = [];
const STARTED: readonly CounterEvent[] = ['taskStarted'];
const CANCELED: readonly CounterEvent[] = ['taskCanceled', 'userCanceled'];
const ENDED = {
  completed: {
    inProgress: ['taskCompleted'],
    completed: ['taskCompleted', 'userCompleted'],
    completedWithErrors: ['taskCompleted', 'userCompletedWithErrors'],
    canceled: ['taskCompleted', 'taskCanceled', 'userCanceled'],
    failed: NOTHING,
  },
  failed: {
    inProgress: ['taskFailed'],
    completed: NOTHING,
    completedWithErrors: ['taskFailed', 'userCompletedWithErrors'],
    canceled: ['taskFailed', 'taskCanceled', 'userCanceled'],
    failed: ['taskFailed', 'userFailed'],
  },
} as const satisfies Record<string, Record<string, readonly CounterEvent[]>>;

/** Outcomes of queued users, shared. */
const NO_OUTCOMES: readonly TaskOutcome[] = Object.freeze([]);

/** Creates a queued user with `tasks` ≥ 1 tasks (u1, t1); `positions` selects them. */
export function queuedUser(
  run: {
    readonly id: string;
    readonly workflowVersion: number;
    readonly scheduledAtMs: EpochMs;
  },
  ordinal: number,
  subjectId: string,
  tasks: number,
  atMs: EpochMs,
  positions?: readonly number[],
): UserRecord {
  const user: UserRecord = {
    runId: run.id,
    ordinal,
    subjectId,
    processingStatus: 'queued',
    workflowVersion: run.workflowVersion,
    createdAtMs: atMs,
    scheduledAtMs: run.scheduledAtMs,
    startedAtMs: null,
    completedAtMs: null,
    totalTasksCount: tasks,
    failedTasksCount: 0,
    totalUnprocessedTasksCount: tasks,
    outcomes: NO_OUTCOMES,
    attempts: null,
  };
  return positions === undefined ? user : { ...user, positions };
}

/**
 * Applies `event` to `user`. Times before the latest recorded one are raised to it (I9).
 *
 * @param canceling the run is being canceled: no user starts, and when a task ends the remaining
 *   tasks of its user are canceled (u7), unless there are none (u8).
 */
export function decideUser(user: UserRecord, event: UserEvent, canceling = false): UserDecision {
  if (isTerminal(user.processingStatus)) return ALREADY_FINAL;
  switch (event.kind) {
    case 'start':
      return user.processingStatus === 'queued' && !canceling ? start(user, event.atMs) : ILLEGAL;
    case 'cancel':
      return cancel(user, event.atMs, event.runningSinceMs);
    case 'taskEnded':
      return user.processingStatus === 'inProgress' ? taskEnded(user, event, canceling) : ILLEGAL;
    case 'attemptFailed':
      return user.processingStatus === 'inProgress' ? repeat(user, 1, 0, event.notBeforeMs) : ILLEGAL;
    case 'interrupted':
      return user.processingStatus === 'inProgress'
        ? repeat(user, 0, 1, user.attempts?.notBeforeMs ?? 0)
        : ILLEGAL;
  }
}

function start(user: UserRecord, atMs: EpochMs): UserDecision {
  const startedAtMs = Math.max(atMs, user.scheduledAtMs, user.createdAtMs);
  return { kind: 'moved', user: { ...user, processingStatus: 'inProgress', startedAtMs }, moves: STARTED };
}

function taskEnded(
  user: UserRecord,
  event: Extract<UserEvent, { kind: 'taskEnded' }>,
  canceling: boolean,
): UserDecision {
  const { outcomes } = user;
  if (outcomes === null || outcomes.length >= user.totalTasksCount) return ILLEGAL;
  const outcome = inOrder(event.outcome, lastMoment(user));
  const failed = outcome.status === 'failed';
  const failedTasksCount = user.failedTasksCount + (failed ? 1 : 0);
  const isLast = outcomes.length + 1 === user.totalTasksCount;
  const blocked = failed && !event.continueOnError;
  const status = blocked
    ? 'failed'
    : isLast
      ? failedTasksCount > 0
        ? 'completedWithErrors'
        : 'completed'
      : canceling
        ? 'canceled'
        : 'inProgress';
  return {
    kind: 'moved',
    user: {
      ...user,
      processingStatus: status,
      completedAtMs: status === 'inProgress' ? null : outcome.completedAtMs,
      failedTasksCount,
      totalUnprocessedTasksCount: user.totalUnprocessedTasksCount - 1,
      outcomes: withOutcome(outcomes, outcome),
      attempts: null,
    },
    moves: ENDED[failed ? 'failed' : 'completed'][status],
  };
}

function cancel(user: UserRecord, atMs: EpochMs, runningSinceMs: EpochMs | null): UserDecision {
  const since = lastMoment(user);
  const completedAtMs = Math.max(atMs, runningSinceMs ?? since, since);
  const outcomes =
    runningSinceMs === null || user.outcomes === null
      ? user.outcomes
      : withOutcome(
          user.outcomes,
          inOrder({ status: 'canceled', startedAtMs: runningSinceMs, completedAtMs }, since),
        );
  return {
    kind: 'moved',
    user: { ...user, processingStatus: 'canceled', completedAtMs, outcomes, attempts: null },
    moves: CANCELED,
  };
}

function repeat(
  user: UserRecord,
  failures: number,
  interruptions: number,
  notBeforeMs: EpochMs,
): UserDecision {
  const attempts: Attempts = {
    failures: (user.attempts?.failures ?? 0) + failures,
    interruptions: (user.attempts?.interruptions ?? 0) + interruptions,
    notBeforeMs,
  };
  return { kind: 'moved', user: { ...user, attempts }, moves: NOTHING };
}

/** Appends an outcome. A spread would reserve room for 16 more in every record in memory. */
function withOutcome(outcomes: readonly TaskOutcome[], outcome: TaskOutcome): readonly TaskOutcome[] {
  const all = new Array<TaskOutcome>(outcomes.length + 1);
  for (let index = 0; index < outcomes.length; index++) all[index] = outcomes[index] as TaskOutcome;
  all[outcomes.length] = outcome;
  return all;
}

/** The latest recorded moment of the user. */
function lastMoment(user: UserRecord): EpochMs {
  return user.outcomes?.at(-1)?.completedAtMs ?? user.startedAtMs ?? user.createdAtMs;
}

/** The outcome with times that do not run backwards, even when the clock did. */
function inOrder(outcome: TaskOutcome, since: EpochMs): TaskOutcome {
  const startedAtMs = Math.max(outcome.startedAtMs ?? since, since);
  const completedAtMs = Math.max(outcome.completedAtMs, startedAtMs);
  if (startedAtMs === outcome.startedAtMs && completedAtMs === outcome.completedAtMs) return outcome;
  return { ...outcome, startedAtMs, completedAtMs };
}
