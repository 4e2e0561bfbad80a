import type { UserRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Random } from '../../ports/random.ts';
import { retryDelayMs } from '../../rules/schedule/retry.ts';
import type { UserEvent } from '../../rules/status/user.ts';
import type { CallResult } from './call.ts';
import type { BoundTask } from './handlers.ts';

/** A call that has its result. */
export interface EndedCall {
  readonly bound: BoundTask;
  readonly result: CallResult;
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
      const { processingInfo } = result;
      if (processingInfo === null) return completed(startedAtMs, nowMs, continueOnError);
      const outcome = { status: 'completed', startedAtMs, completedAtMs: nowMs, processingInfo } as const;
      return { kind: 'taskEnded', outcome, continueOnError };
    }
    case 'failed': {
      const { retry } = bound.handler;
      const attempt = call.failures + 1;
      // A handler that may still be running is not retried: two calls would run at once.
      if (result.isOver && call.mayRetry && attempt < retry.attempts) {
        const notBeforeMs = nowMs + retryDelayMs(retry, attempt + 1, call.random.next());
        return { kind: 'attemptFailed', notBeforeMs, reason: result.reason };
      }
      const failureReason = result.reason;
      return {
        kind: 'taskEnded',
        outcome: { status: 'failed', startedAtMs, completedAtMs: nowMs, failureReason },
        continueOnError,
      };
    }
    case 'canceled':
      return { kind: 'cancel', atMs: nowMs, runningSinceMs: startedAtMs };
    case 'suspended': // the driver keeps the user waiting
    case 'abandoned':
      return null;
  }
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
  const outcome = { status: 'failed', startedAtMs: nowMs, completedAtMs: nowMs, failureReason } as const;
  return { kind: 'taskEnded', outcome, continueOnError: task.continueOnError };
}
