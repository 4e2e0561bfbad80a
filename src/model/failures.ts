import { LIMITS } from './limits.ts';
import type { EpochMs } from './time.ts';

/** The code of a failure that says nothing more than that it is one. It is not stored. */
export const HANDLER_FAILED = 'HandlerFailed';

const FAILURE_CODE = /^[A-Za-z0-9][\w.:-]*$/;

/** Whether `code` can stand beside a failure reason. */
export function isFailureCode(code: unknown): code is string {
  return typeof code === 'string' && code.length <= LIMITS.failureCodeLengthMax && FAILURE_CODE.test(code);
}

/** What failures of one group share: the task, the code, and the reason without what differs from person to person. */
export interface FailureKind {
  /** Derived from the rest, so that a kind has the same key in every run: 1..32 letters, digits and hyphens. */
  readonly key: string;
  readonly taskId: string;
  readonly code: string;
  /** At most `LIMITS.maskedReasonLengthMax` characters, without control characters. */
  readonly reason: string;
}

/** A failed task result, for its group. */
export interface RecordedFailure extends FailureKind {
  /** The user whose task it is. A user is in a group once at most. */
  readonly ordinal: number;
  readonly atMs: EpochMs;
}

/** A group of failures of a run, as stores keep it. */
export interface FailureGroupRecord extends FailureKind {
  readonly runId: string;
  /** Users in it. */
  readonly usersCount: number;
  /** End of the first and of the last of these tasks. */
  readonly firstAtMs: EpochMs;
  readonly lastAtMs: EpochMs;
  /** Subjects of its first users, by ordinal; at most `LIMITS.failureSampleMax`. */
  readonly subjectIds: readonly string[];
}

/** How many of the users of a group have since completed. */
export interface RepairedQuery {
  readonly runId: string;
  readonly key: string;
  /** In any of these runs. */
  readonly byRunIds: readonly string[];
  /** Of the users with an ordinal above this one; at most `limit` of them. */
  readonly afterOrdinal: number;
  readonly limit: number;
}

/** A part of the count. */
export interface RepairedCount {
  readonly count: number;
  /** The last ordinal that was looked at; `null`: there are no more. */
  readonly lastOrdinal: number | null;
}
