import type { UserRecord } from '../../../model/records.ts';

/** The users of a run whose newest state is in the journal; all others are as their rows say. */
export interface ActiveUsers {
  readonly size: number;
  get(no: number): UserRecord | undefined;
  values(): Iterable<UserRecord>;
}

/** Nobody. */
export const NO_ACTIVE_USERS: ActiveUsers = { size: 0, get: () => undefined, values: () => [] };

/** A user in flight: as committed, and as the running transaction has left him; `undefined`: not in flight. */
interface Place {
  readonly no: number;
  committed: UserRecord | undefined;
  staged: UserRecord | undefined;
  /** Whether the running transaction has changed him. */
  isTouched: boolean;
}

/**
 * The journal of one run in memory. Its two faces are kept in one map, so that a task costs one look-up:
 * `committed` is for everybody, the methods are for the running transaction.
 *
 * Readers of this process see `committed` beside the rows of the same commit, because a commit and
 * {@link commit} happen in one synchronous stretch, and so does every read.
 */
export class RunJournal implements ActiveUsers {
  readonly committed: ActiveUsers;
  readonly #places = new Map<number, Place>();
  #touched: Place[] = [];
  #committedSize = 0;
  #committedEntries = 0;
  #size = 0;
  /** Entries in the table: those of the last compaction, and those since. */
  entries = 0;

  constructor() {
    const sizeOf = (): number => this.#committedSize;
    this.committed = {
      get size() {
        return sizeOf();
      },
      get: (no) => this.#places.get(no)?.committed,
      values: () => this.#all('committed'),
    };
  }

  get size(): number {
    return this.#size;
  }

  get(no: number): UserRecord | undefined {
    return this.#places.get(no)?.staged;
  }

  values(): Iterable<UserRecord> {
    return this.#all('staged');
  }

  /** From now on his entry counts. */
  put(user: UserRecord): void {
    let place = this.#places.get(user.ordinal);
    if (place === undefined) {
      place = { no: user.ordinal, committed: undefined, staged: undefined, isTouched: false };
      this.#places.set(user.ordinal, place);
    }
    this.#stage(place, user);
  }

  /** From now on his row counts. */
  remove(no: number): void {
    const place = this.#places.get(no);
    if (place) this.#stage(place, undefined);
  }

  /** From now on all rows count. */
  clear(): void {
    if (this.#size > 0) for (const place of this.#places.values()) this.#stage(place, undefined);
    this.entries = 0;
  }

  /** After the commit. */
  commit(): void {
    for (const place of this.#touched) place.committed = place.staged;
    this.#committedSize = this.#size;
    this.#committedEntries = this.entries;
    this.#settle();
  }

  /** After the transaction has failed. */
  rollBack(): void {
    for (const place of this.#touched) place.staged = place.committed;
    this.#size = this.#committedSize;
    this.entries = this.#committedEntries;
    this.#settle();
  }

  #stage(place: Place, user: UserRecord | undefined): void {
    this.#size += (user ? 1 : 0) - (place.staged ? 1 : 0);
    place.staged = user;
    if (place.isTouched) return;
    place.isTouched = true;
    this.#touched.push(place);
  }

  /** Both faces are alike again: places that are empty can go. */
  #settle(): void {
    if (this.#size === 0) this.#places.clear();
    for (const place of this.#touched) {
      place.isTouched = false;
      if (place.staged === undefined) this.#places.delete(place.no);
    }
    this.#touched = [];
  }

  *#all(face: 'committed' | 'staged'): Generator<UserRecord> {
    for (const place of this.#places.values()) {
      const user = place[face];
      if (user) yield user;
    }
  }
}

/** The journals of all runs with users in flight, by `run_no`. */
export type Journals = Map<number, RunJournal>;
