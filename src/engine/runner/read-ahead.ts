/**
 * Reads a run's queued users ahead of the lanes, a slice at a time, with their subjects. A million
 * users are never in memory; only a slice is.
 */

import { objectOfRun, subjectOfObject } from '../../ledger/planning/provisioning-objects.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { Subject } from '../../model/subject.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Directory } from '../../ports/directory.ts';
import type { StoreReader } from '../../ports/store.ts';
import { ActiveUser } from '../handlers/active-user.ts';
import { subjectsOf } from '../selection/subjects-of.ts';

/** The next slice is read when fewer than this are left of the one before. */
const LOW_WATER = LIMITS.usersReadAhead / 4;
const RETRY_MS = 1_000;

/** What a {@link ReadAhead} works with. */
export interface ReadAheadDeps {
  readonly store: StoreReader;
  readonly directory: Directory;
  readonly clock: Clock;
  /** There is somebody to take. */
  readonly changed: () => void;
  /** A read failed; it will be tried again. */
  readonly failed: (error: unknown) => void;
}

/** The queued users of one run, in their order. */
export class ReadAhead {
  readonly #deps: ReadAheadDeps;
  readonly #run: RunRecord;
  #flights: ActiveUser[] = [];
  #head = 0;
  #afterNo = 0;
  #isExhausted = false;
  #isReading = false;
  #isClosed = false;

  constructor(run: RunRecord, deps: ReadAheadDeps) {
    this.#run = run;
    this.#deps = deps;
  }

  /** Whether `take` would give a user, or start the read without which it cannot. */
  get hasMore(): boolean {
    return this.#head < this.#flights.length && !(this.#isReading && this.#isStale(this.#deps.clock.now()));
  }

  /** Nobody is left to take, now or later. */
  get isExhausted(): boolean {
    return this.#isExhausted && !this.#isReading && this.#head === this.#flights.length;
  }

  /** The next user; `undefined` when there is none now. Keeps the reads going. */
  take(nowMs: EpochMs): ActiveUser | undefined {
    const stale = this.#isStale(nowMs);
    if (stale || this.#flights.length - this.#head < LOW_WATER) void this.#read(stale);
    if (stale || this.#head === this.#flights.length) return undefined;
    const flight = this.#flights[this.#head];
    this.#head += 1;
    return flight;
  }

  /** Nothing is read any more. */
  close(): void {
    this.#isClosed = true;
    this.#flights = [];
    this.#head = 0;
  }

  /** Subjects are to be known as they are just before their user starts. */
  #isStale(nowMs: EpochMs): boolean {
    const next = this.#flights[this.#head];
    return next !== undefined && nowMs - next.fetchedAtMs > LIMITS.subjectAgeMaxMs;
  }

  async #read(stale: boolean): Promise<void> {
    if (this.#isReading || this.#isClosed || (this.#isExhausted && !stale)) return;
    this.#isReading = true;
    try {
      const from = this.#head;
      const users = stale ? this.#flights.slice(from).map(({ user }) => user) : await this.#readUsers();
      const flights = await activeUsersOf(this.#run, users, this.#deps);
      if (this.#isClosed) return;
      // Lanes may have taken some meanwhile.
      this.#flights = stale
        ? flights.slice(this.#head - from)
        : this.#flights.slice(this.#head).concat(flights);
      this.#head = 0;
      this.#afterNo = this.#flights.at(-1)?.user.ordinal ?? this.#afterNo;
      this.#isExhausted ||= !stale && users.length < LIMITS.usersReadAhead;
      this.#isReading = false;
      if (this.#flights.length > 0) this.#deps.changed();
    } catch (error) {
      this.#deps.failed(error);
      this.#deps.clock.setTimer(RETRY_MS, () => {
        this.#isReading = false;
        void this.#read(stale);
      });
    }
  }

  #readUsers(): Promise<readonly UserRecord[]> {
    return this.#deps.store.listUsersByStatus(this.#run.id, 'queued', this.#afterNo, LIMITS.usersReadAhead);
  }
}

/**
 * Users of a run with the subjects that the directory has for them now. A provisioning object need not be in the
 * directory (decision 14): then it is its own subject.
 */
export async function activeUsersOf(
  run: RunRecord,
  users: readonly UserRecord[],
  { store, directory, clock }: Pick<ReadAheadDeps, 'store' | 'directory' | 'clock'>,
): Promise<ActiveUser[]> {
  if (users.length === 0) return [];
  const ids = users.map((user) => user.subjectId);
  let subjects: readonly (Subject | null)[] = subjectsOf(ids, await directory.get(ids));
  if (subjects.includes(null)) {
    const object = await objectOfRun(store, run);
    if (object !== null)
      subjects = subjects.map(
        (one, index) => one ?? (ids[index] === object.id ? subjectOfObject(object) : null),
      );
  }
  const nowMs = clock.now();
  return users.map((user, index) => new ActiveUser(user, subjects[index] ?? null, nowMs));
}
