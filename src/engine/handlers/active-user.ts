import type { TrackedUser } from '../../ledger/recording/batch.ts';
import type { UserRecord } from '../../model/records.ts';
import type { Subject } from '../../model/subject.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Timer } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Semaphore } from '../lanes/semaphore.ts';
import type { AbortCause } from './abort-cause.ts';

/**
 * State of a user in the engine, from being read to being final:
 *
 * | state      | means                                        | ends with                       |
 * |------------|----------------------------------------------|---------------------------------|
 * | read       | queued, read ahead from the store            | a free lane, which checks it    |
 * | recording  | an event is queued for a commit              | the commit                      |
 * | ready      | its next task may run                        | a free lane                     |
 * | running    | a handler is running for it                  | the call's result               |
 * | waiting    | for a retry, or for its handler              | a moment, a place of the handler |
 * | done       | final, or released by the engine             |                                 |
 */
export type ActiveUserState = 'read' | 'recording' | 'ready' | 'running' | 'waiting' | 'done';

/** A handler call that has no result yet. */
export interface RunningCall {
  /** Aborts the handler's signal and gives it `graceMs` to settle (default: the engine's setting). */
  abort(cause: AbortCause, graceMs?: number): void;
}

/** A user that the engine works on. */
export class ActiveUser implements TrackedUser {
  user: UserRecord;
  staged: UserRecord | null = null;
  state: ActiveUserState = 'read';
  /** From the directory; `null`: the directory does not have it. */
  subject: Subject | null;
  /** The copy of `subject` that handlers get; made on first use. */
  frozenSubject: Subject | null = null;
  /** When `subject` was fetched. */
  readonly fetchedAtMs: EpochMs;
  /** The running call, unless it ended at once. */
  call: RunningCall | null = null;
  /** Start of the running call. */
  runningSinceMs: number | null = null;
  /** Since when its task waits for an answer from outside. */
  suspendedSinceMs: number | null = null;
  /** Whether it was woken while its handler was running. */
  isWoken = false;
  /** The place that it holds under the concurrency of a handler. */
  place: Semaphore | null = null;
  /** Waits that the handler of its current task has asked for so far, ms. */
  throttledMs = 0;
  /** Gives up its permit of the handler's gate, or its place in the queue before it; `null`: it has neither. */
  leaveGate: (() => void) | null = null;
  /** Set while it waits for a retry. */
  timer: Timer | null = null;

  constructor(user: UserRecord, subject: Subject | null, fetchedAtMs: EpochMs) {
    this.user = user;
    this.subject = subject;
    this.fetchedAtMs = fetchedAtMs;
  }
}

/** Releases the place and the permit that a user holds, if any. */
export function freePlace(active: ActiveUser): void {
  const { place, leaveGate } = active;
  active.place = null;
  active.leaveGate = null;
  place?.free();
  leaveGate?.();
}

/** Logs an event that came too late to be recorded. */
export function warnRefused(logger: Logger, { user }: ActiveUser, event: string, code: string): void {
  logger.warn('A late outcome was refused', { runId: user.runId, userOrdinal: user.ordinal, event, code });
}
