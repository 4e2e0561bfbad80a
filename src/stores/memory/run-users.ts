import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { UserRecord } from '../../model/records.ts';
import type { UserStatus } from '../../model/status.ts';
import { LayeredMap } from './layered-map.ts';

/** The user results of one run, by `ordinal`, with a staging layer as in {@link LayeredMap}. */
export class RunUsers {
  /** Index `ordinal − 1`; dense, because the ledger numbers users without gaps. */
  readonly #base: UserRecord[] = [];
  /** Users put by the running transaction, at the same index; and their ordinals. */
  readonly #staged: (UserRecord | undefined)[] = [];
  readonly #stagedOrdinals: number[] = [];
  /** Of its run: later runs have higher ones. */
  readonly runNo: number;
  /** Includes users inserted by the running transaction; their records show whether they are in the base. */
  readonly #ordinalBySubject = new Map<string, number>();

  constructor(runNo: number) {
    this.runNo = runNo;
  }

  get(ordinal: number, staged: boolean): UserRecord | undefined {
    return (staged ? this.#staged[ordinal - 1] : undefined) ?? this.#base[ordinal - 1];
  }

  getBySubject(subjectId: string, staged: boolean): UserRecord | undefined {
    const ordinal = this.#ordinalBySubject.get(subjectId);
    return ordinal === undefined ? undefined : this.get(ordinal, staged);
  }

  insert(user: UserRecord): void {
    if (this.get(user.ordinal, true) || this.#ordinalBySubject.has(user.subjectId)) {
      throw new LifecycleError(
        'Duplicate',
        `Expected subject \`${user.subjectId}\` (user ${user.ordinal}) to be new in run ${user.runId}, got a second result`,
        { runId: user.runId, subjectId: user.subjectId, ordinal: user.ordinal },
      );
    }
    this.#stage(user);
    this.#ordinalBySubject.set(user.subjectId, user.ordinal);
  }

  put(user: UserRecord): void {
    if (!this.get(user.ordinal, true)) {
      throw new LifecycleError(
        'NotFound',
        `Expected run ${user.runId} to have a user ${user.ordinal}, got none`,
        {
          runId: user.runId,
          ordinal: user.ordinal,
        },
      );
    }
    this.#stage(user);
  }

  /** Users with an `ordinal` in `afterOrdinal + 1`..`toOrdinal`, by `ordinal`. */
  *within(afterOrdinal: number, toOrdinal: number, staged: boolean): Generator<UserRecord> {
    const all = staged ? Math.max(this.#base.length, this.#staged.length) : this.#base.length;
    const end = Math.min(all, toOrdinal);
    for (let index = afterOrdinal; index < end; index++) {
      const user = this.get(index + 1, staged);
      if (user) yield user;
    }
  }

  /** Users in one status with an `ordinal` in `afterOrdinal + 1`..`toOrdinal`, by `ordinal`; at most `limit`. */
  inStatus(
    status: UserStatus,
    afterOrdinal: number,
    limit: number,
    toOrdinal: number,
    staged: boolean,
  ): UserRecord[] {
    const all = staged ? Math.max(this.#base.length, this.#staged.length) : this.#base.length;
    const end = Math.min(all, toOrdinal);
    const found: UserRecord[] = [];
    for (let index = afterOrdinal; index < end && found.length < limit; index++) {
      const user = this.get(index + 1, staged);
      if (user?.processingStatus === status) found.push(user);
    }
    return found;
  }

  commit(): void {
    for (const ordinal of this.#stagedOrdinals) {
      this.#base[ordinal - 1] = this.#staged[ordinal - 1] as UserRecord;
      this.#staged[ordinal - 1] = undefined;
    }
    this.#stagedOrdinals.length = 0;
  }

  rollback(): void {
    for (const ordinal of this.#stagedOrdinals) {
      const { subjectId } = this.#staged[ordinal - 1] as UserRecord;
      if (!this.#base[ordinal - 1]) this.#ordinalBySubject.delete(subjectId);
      this.#staged[ordinal - 1] = undefined;
    }
    this.#stagedOrdinals.length = 0;
  }

  #stage(user: UserRecord): void {
    if (this.#staged[user.ordinal - 1] === undefined) this.#stagedOrdinals.push(user.ordinal);
    this.#staged[user.ordinal - 1] = user;
  }
}

/** The users of each run, by its id. */
export class UserTable extends LayeredMap<string, RunUsers> {
  #lastRunNo = 0;

  /** Adds a run without users. */
  add(runId: string): void {
    this.#lastRunNo += 1;
    this.set(runId, new RunUsers(this.#lastRunNo));
  }
}
