import type { UserRecord } from '../../../model/records.ts';

/** The users of a run whose newest state is in the journal; the state of all others is in their rows. */
export interface ActiveUsers {
  readonly size: number;
  get(ordinal: number): UserRecord | undefined;
  values(): Iterable<UserRecord>;
}

/** No users. */
export const NO_ACTIVE_USERS: ActiveUsers = { size: 0, get: () => undefined, values: () => [] };

/** An active user: as committed, and as staged by the running transaction; `undefined`: not active. */
interface Place {
  readonly ordinal: number;
  committed: UserRecord | undefined;
  staged: UserRecord | undefined;
  /** Whether the running transaction has changed the user. */
  isTouched: boolean;
}

/**
 * The journal of one run in memory. Committed and staged states are kept in one map, so that a task costs one
 * look-up: `committed` is for all readers, the methods are for the running transaction.
 *
 * Readers of this process see `committed` beside the rows of the same commit, because a commit and
 * {@link commit} happen in one synchronous stretch, and so does every read.
 */
export class RunJournal implements ActiveUsers {
  readonly committed: ActiveUsers;
  readonly #places = new Map<number, Place>();
  #touched: Place[] = [];
  #committedSize = 0;
  #committedLengths = { length: 0, compactedLength: 0 };
  #size = 0;
  /** Characters of the run's rows in the table. */
  length = 0;
  /** The part of them that the last compaction wrote. */
  compactedLength = 0;

  constructor() {
    const sizeOf = (): number => this.#committedSize;
    this.committed = {
      get size() {
        return sizeOf();
      },
      get: (ordinal) => this.#places.get(ordinal)?.committed,
      values: () => this.#all('committed'),
    };
  }

  get size(): number {
    return this.#size;
  }

  get(ordinal: number): UserRecord | undefined {
    return this.#places.get(ordinal)?.staged;
  }

  values(): Iterable<UserRecord> {
    return this.#all('staged');
  }

  /** Stages an entry, which takes precedence over the user's row. */
  put(user: UserRecord): void {
    let place = this.#places.get(user.ordinal);
    if (place === undefined) {
      place = { ordinal: user.ordinal, committed: undefined, staged: undefined, isTouched: false };
      this.#places.set(user.ordinal, place);
    }
    this.#stage(place, user);
  }

  /** Stages the removal of an entry: the user's row is current. */
  remove(ordinal: number): void {
    const place = this.#places.get(ordinal);
    if (place) this.#stage(place, undefined);
  }

  /** Stages the removal of all entries: all rows are current. */
  clear(): void {
    if (this.#size > 0) for (const place of this.#places.values()) this.#stage(place, undefined);
    this.length = 0;
    this.compactedLength = 0;
  }

  /** Called after the commit. */
  commit(): void {
    for (const place of this.#touched) place.committed = place.staged;
    this.#committedSize = this.#size;
    const { length, compactedLength } = this;
    this.#committedLengths = { length, compactedLength };
    this.#settle();
  }

  /** Called after a rollback. */
  rollBack(): void {
    for (const place of this.#touched) place.staged = place.committed;
    this.#size = this.#committedSize;
    Object.assign(this, this.#committedLengths);
    this.#settle();
  }

  #stage(place: Place, user: UserRecord | undefined): void {
    this.#size += (user ? 1 : 0) - (place.staged ? 1 : 0);
    place.staged = user;
    if (place.isTouched) return;
    place.isTouched = true;
    this.#touched.push(place);
  }

  /** Committed and staged states are equal now: empty places can be deleted. */
  #settle(): void {
    if (this.#size === 0) this.#places.clear();
    for (const place of this.#touched) {
      place.isTouched = false;
      if (place.staged === undefined) this.#places.delete(place.ordinal);
    }
    this.#touched = [];
  }

  *#all(layer: 'committed' | 'staged'): Generator<UserRecord> {
    for (const place of this.#places.values()) {
      const user = place[layer];
      if (user) yield user;
    }
  }
}

/** The journals of all runs with active users, by `run_no`. */
export type Journals = Map<number, RunJournal>;
