/**
 * Reads a slice's queued users ahead of the lanes, a batch at a time, with their subjects. A million
 * users are never in memory; only a batch is.
 */

import { objectOfRun, subjectOfObject } from '../../ledger/planning/provisioning-objects.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { SliceRecord } from '../../model/slices.ts';
import type { Subject } from '../../model/subject.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Directory } from '../../ports/directory.ts';
import type { StoreReader } from '../../ports/store.ts';
import { ActiveUser } from '../handlers/active-user.ts';
import { subjectsOf } from '../selection/subjects-of.ts';

/** The next batch is read when fewer than this are left of the one before. */
const LOW_WATER = LIMITS.usersReadAhead / 4;
const RETRY_MS = 1_000;

/** Dependencies of a {@link ReadAhead}. */
export interface ReadAheadDeps {
  readonly store: StoreReader;
  readonly directory: Directory;
  readonly clock: Clock;
  /** Called when there are users to take. */
  readonly changed: () => void;
  /** Called when a read failed; it will be retried. */
  readonly failed: (error: unknown) => void;
}

/** The queued users of one slice of a run, in their order. */
export class ReadAhead {
  readonly #deps: ReadAheadDeps;
  readonly #run: RunRecord;
  readonly #lastOrdinal: number;
  #users: ActiveUser[] = [];
  #head = 0;
  #afterOrdinal: number;
  #isExhausted = false;
  #isReading = false;
  #hasBegun = false;
  #isClosed = false;

  constructor(run: RunRecord, slice: SliceRecord, deps: ReadAheadDeps) {
    this.#run = run;
    this.#afterOrdinal = slice.firstOrdinal - 1;
    this.#lastOrdinal = slice.lastOrdinal;
    this.#deps = deps;
  }

  /** Whether `take` would return a user, or start the read that it needs. */
  get hasMore(): boolean {
    return this.#head < this.#users.length && !(this.#isReading && this.#isStale(this.#deps.clock.now()));
  }

  /** Whether there are no more users to take, now or later. */
  get isExhausted(): boolean {
    return this.#isExhausted && !this.#isReading && this.#head === this.#users.length;
  }

  /** Starts the first read, if it was not started yet. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    void this.#read(false);
  }

  /** Takes the next user; `undefined` when there is none now. Starts the next read when needed. */
  take(nowMs: EpochMs): ActiveUser | undefined {
    const stale = this.#isStale(nowMs);
    if (stale || this.#users.length - this.#head < LOW_WATER) void this.#read(stale);
    if (stale || this.#head === this.#users.length) return undefined;
    const active = this.#users[this.#head];
    this.#head += 1;
    return active;
  }

  /** Reads no more. */
  close(): void {
    this.#isClosed = true;
    this.#users = [];
    this.#head = 0;
  }

  /** Whether the next subject was fetched too long ago: users start with their subject as it is now. */
  #isStale(nowMs: EpochMs): boolean {
    const next = this.#users[this.#head];
    return next !== undefined && nowMs - next.fetchedAtMs > LIMITS.subjectAgeMsMax;
  }

  async #read(stale: boolean): Promise<void> {
    if (this.#isReading || this.#isClosed || (this.#isExhausted && !stale)) return;
    this.#isReading = true;
    try {
      const from = this.#head;
      const users = stale ? this.#users.slice(from).map(({ user }) => user) : await this.#readUsers();
      const activeUsers = await activeUsersOf(this.#run, users, this.#deps);
      if (this.#isClosed) return;
      // Lanes may have taken some of them meanwhile.
      this.#users = stale
        ? activeUsers.slice(this.#head - from)
        : this.#users.slice(this.#head).concat(activeUsers);
      this.#head = 0;
      this.#afterOrdinal = this.#users.at(-1)?.user.ordinal ?? this.#afterOrdinal;
      this.#isExhausted ||= !stale && users.length < LIMITS.usersReadAhead;
      this.#isReading = false;
      if (this.#users.length > 0) this.#deps.changed();
    } catch (error) {
      this.#deps.failed(error);
      this.#deps.clock.setTimer(RETRY_MS, () => {
        this.#isReading = false;
        void this.#read(stale);
      });
    }
  }

  #readUsers(): Promise<readonly UserRecord[]> {
    return this.#deps.store.listUsersByStatus(
      this.#run.id,
      'queued',
      this.#afterOrdinal,
      LIMITS.usersReadAhead,
      this.#lastOrdinal,
    );
  }
}

/**
 * Fetches the subjects of a run's users from the directory. A provisioning object need not be in the directory
 * (decision 14): then it is its own subject.
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
