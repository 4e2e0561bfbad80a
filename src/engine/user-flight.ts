import type { Flight } from '../ledger/recorder.ts';
import type { UserRecord } from '../model/records.ts';
import type { Subject } from '../model/subject.ts';
import type { Timer } from '../ports/clock.ts';
import type { PendingCall } from './call.ts';
import type { Slots } from './slots.ts';

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
export type FlightState = 'read' | 'recording' | 'ready' | 'running' | 'waiting' | 'done';

/** A user in the engine's hands. */
export class UserFlight implements Flight {
  user: UserRecord;
  staged: UserRecord | null = null;
  state: FlightState = 'read';
  /** As the directory knew him; `null`: the directory does not have him. */
  subject: Subject | null;
  /** What handlers see of `subject`; made when the first asks. */
  frozenSubject: Subject | null = null;
  /** The running call, when it has not answered at once. */
  call: PendingCall | null = null;
  /** Start of the running call. */
  runningSinceMs: number | null = null;
  /** The place of a handler with bounded concurrency that he holds. */
  place: Slots | null = null;
  /** Set while he waits for a retry. */
  timer: Timer | null = null;

  constructor(user: UserRecord, subject: Subject | null) {
    this.user = user;
    this.subject = subject;
  }
}

/** Gives back the place that he holds, if he holds one. */
export function freePlace(flight: UserFlight): void {
  const { place } = flight;
  flight.place = null;
  place?.free();
}
