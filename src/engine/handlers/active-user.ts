import type { TrackedUser } from '../../ledger/recording/recorder.ts';
import type { UserRecord } from '../../model/records.ts';
import type { Subject } from '../../model/subject.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Timer } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Semaphore } from '../lanes/semaphore.ts';
import type { AbortCause } from './abort-cause.ts';

/**
 * Where a user stands in the engine, from being read to being final:
 *
 * | state      | means                                        | leaves when                     |
 * |------------|----------------------------------------------|---------------------------------|
 * | read       | queued, read ahead from the store            | a lane is free: it is checked   |
 * | recording  | something is in line to be committed         | the commit                      |
 * | ready      | his next task may run                        | a lane takes him                |
 * | running    | a handler is at work for him                 | its verdict                     |
 * | waiting    | for a retry's moment, or for a handler place | the moment, the place           |
 * | done       | final, or out of the engine's hands          |                                 |
 */
export type ActiveUserState = 'read' | 'recording' | 'ready' | 'running' | 'waiting' | 'done';

/** A handler call that has not answered yet. */
export interface RunningCall {
  /** Aborts the handler's signal and gives it `graceMs` to settle (default: the engine's setting). */
  abort(cause: AbortCause, graceMs?: number): void;
}

/** A user in the engine's hands. */
export class ActiveUser implements TrackedUser {
  user: UserRecord;
  staged: UserRecord | null = null;
  state: ActiveUserState = 'read';
  /** As the directory knew him; `null`: the directory does not have him. */
  subject: Subject | null;
  /** What handlers see of `subject`; made when the first asks. */
  frozenSubject: Subject | null = null;
  /** When `subject` was fetched. */
  readonly fetchedAtMs: EpochMs;
  /** The running call, when it has not answered at once. */
  call: RunningCall | null = null;
  /** Start of the running call. */
  runningSinceMs: number | null = null;
  /** Since when his task waits for somebody outside. */
  suspendedSinceMs: number | null = null;
  /** He was woken while his handler was at work. */
  isWoken = false;
  /** The place of a handler with bounded concurrency that he holds. */
  place: Semaphore | null = null;
  /** Set while he waits for a retry. */
  timer: Timer | null = null;

  constructor(user: UserRecord, subject: Subject | null, fetchedAtMs: EpochMs) {
    this.user = user;
    this.subject = subject;
    this.fetchedAtMs = fetchedAtMs;
  }
}

/** Gives back the place that he holds, if he holds one. */
export function freePlace(flight: ActiveUser): void {
  const { place } = flight;
  flight.place = null;
  place?.free();
}

/** Says that something happened too late to be recorded. */
export function warnRefused(logger: Logger, { user }: ActiveUser, event: string, code: string): void {
  logger.warn('A late outcome was refused', { runId: user.runId, userNo: user.ordinal, event, code });
}
