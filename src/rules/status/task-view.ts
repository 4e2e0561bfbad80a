import { HANDLER_FAILED } from '../../model/failures.ts';
import type { TaskOutcome, UserRecord } from '../../model/records.ts';
import type { TaskStatus } from '../../model/status.ts';
import type { EpochMs } from '../../model/time.ts';
import { isTerminal } from './transitions.ts';

/** State of one task of one user. */
export interface TaskView {
  readonly status: TaskStatus;
  readonly startedAtMs: EpochMs | null;
  readonly completedAtMs: EpochMs | null;
  readonly failureReason: string | null;
  /** What kind of failure it is; `null`: it has not failed. */
  readonly code: string | null;
  readonly processingInfo: string | null;
  readonly changes: readonly string[];
}

const NOTHING: readonly string[] = Object.freeze([]);

/**
 * State of the user's `nth` task (1-based). A task without an outcome is canceled when the user is
 * final, in progress when it is the next one of a user in progress, else queued (decision 5).
 * `null` when the user's outcomes are not known (an external result that reported only counts).
 */
export function taskView(user: UserRecord, nth: number): TaskView | null {
  if (user.outcomes === null) return null;
  const outcome = user.outcomes[nth - 1];
  if (outcome) return fromOutcome(outcome);
  const isNext = nth === user.outcomes.length + 1;
  if (isTerminal(user.processingStatus)) return withoutOutcome('canceled', null, user.completedAtMs);
  if (user.processingStatus === 'inProgress' && isNext) {
    return withoutOutcome('inProgress', user.outcomes.at(-1)?.completedAtMs ?? user.startedAtMs, null);
  }
  return withoutOutcome('queued', null, null);
}

function fromOutcome(outcome: TaskOutcome): TaskView {
  return {
    status: outcome.status,
    startedAtMs: outcome.startedAtMs,
    completedAtMs: outcome.completedAtMs,
    failureReason: outcome.failureReason ?? null,
    code: outcome.status === 'failed' ? (outcome.code ?? HANDLER_FAILED) : null,
    processingInfo: outcome.processingInfo ?? null,
    changes: outcome.changes ?? NOTHING,
  };
}

function withoutOutcome(
  status: TaskStatus,
  startedAtMs: EpochMs | null,
  completedAtMs: EpochMs | null,
): TaskView {
  return {
    status,
    startedAtMs,
    completedAtMs,
    failureReason: null,
    code: null,
    processingInfo: null,
    changes: NOTHING,
  };
}
