import { HANDLER_FAILED } from '../../model/failures.ts';
import type { TaskOutcome, UserRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Random } from '../../ports/random.ts';
import { retryDelayMs } from '../../rules/schedule/retry.ts';
import type { UserEvent } from '../../rules/status/user.ts';
import type { CallResult } from './call.ts';
import type { BoundTask } from './handlers.ts';

/** A call that has its result. */
export interface EndedCall {
  readonly bound: BoundTask;
  readonly result: Exclude<CallResult, { kind: 'throttled' | 'suspended' }>;
  readonly startedAtMs: EpochMs;
  readonly nowMs: EpochMs;
  /** Attempts of this task that failed before. */
  readonly failures: number;
  /** Whether another attempt may follow at all: not while the run is canceling. */
  readonly mayRetry: boolean;
  /** For the jitter. */
  readonly random: Random;
}

/** The event that a call's result causes; `null`: nothing is recorded, and the task will run once more. */
export function eventOf(call: EndedCall): UserEvent | null {
  const { result, bound, startedAtMs, nowMs } = call;
  const { continueOnError } = bound.task;
  switch (result.kind) {
    case 'completed': {
      const { processingInfo, changes } = result;
      if (processingInfo === null && changes === null) return completed(startedAtMs, nowMs, continueOnError);
      const outcome: TaskOutcome = {
        status: 'completed',
        startedAtMs,
        completedAtMs: nowMs,
        ...(processingInfo === null ? {} : { processingInfo }),
        ...(changes === null ? {} : { changes }),
      };
      return { kind: 'taskEnded', outcome, continueOnError };
    }
    case 'failed': {
      const { retry } = bound.handler;
      const attempt = call.failures + 1;
      if (result.mayRetry && call.mayRetry && attempt < retry.attempts) {
        const notBeforeMs = nowMs + retryDelayMs(retry, attempt + 1, call.random.next());
        return { kind: 'attemptFailed', notBeforeMs, reason: result.reason };
      }
      return {
        kind: 'taskEnded',
        outcome: failed(startedAtMs, nowMs, result.reason, result.code),
        continueOnError,
      };
    }
    case 'canceled':
      return { kind: 'cancel', atMs: nowMs, runningSinceMs: startedAtMs };
    case 'abandoned':
      return null;
  }
}

function failed(
  startedAtMs: EpochMs,
  completedAtMs: EpochMs,
  failureReason: string,
  code: string,
): TaskOutcome {
  const outcome = { status: 'failed', startedAtMs, completedAtMs, failureReason } as const;
  return code === HANDLER_FAILED ? outcome : { ...outcome, code };
}

type TaskEnded = Extract<UserEvent, { kind: 'taskEnded' }>;
let lastCompleted: TaskEnded | null = null;

/** Quick tasks end alike, many in a millisecond. Events are values, so equal ones share an object. */
function completed(startedAtMs: EpochMs, completedAtMs: EpochMs, continueOnError: boolean): TaskEnded {
  const isAlike =
    lastCompleted?.continueOnError === continueOnError &&
    lastCompleted.outcome.startedAtMs === startedAtMs &&
    lastCompleted.outcome.completedAtMs === completedAtMs;
  if (lastCompleted === null || !isAlike) {
    const outcome = { status: 'completed', startedAtMs, completedAtMs } as const;
    lastCompleted = { kind: 'taskEnded', outcome, continueOnError };
  }
  return lastCompleted;
}

/** Whether a task was interrupted so often that it is itself the likely cause. */
export function isWornOut(
  user: UserRecord,
  { interruptionsMax }: { readonly interruptionsMax: number },
): boolean {
  return (user.attempts?.interruptions ?? 0) > interruptionsMax;
}

/** The event that fails a task which was interrupted more often than is allowed. */
export function wornOut(user: UserRecord, { task }: BoundTask, nowMs: EpochMs): UserEvent {
  const failureReason = `Interrupted ${user.attempts?.interruptions ?? 0} times by the end of its process`;
  const outcome = failed(nowMs, nowMs, failureReason, 'Interrupted');
  return { kind: 'taskEnded', outcome, continueOnError: task.continueOnError };
}
