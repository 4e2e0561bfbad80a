import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { UserRecord } from '../../model/records.ts';
import type { UserStatus } from '../../model/status.ts';

/** The user results of one run, by `no`, with a staging layer as in {@link LayeredMap}. */
export class RunUsers {
  /** Index `no − 1`; dense, because the ledger numbers users without gaps. */
  readonly #base: UserRecord[] = [];
  /** What the running transaction has put, at the same index; and where. */
  readonly #staged: (UserRecord | undefined)[] = [];
  readonly #stagedNos: number[] = [];
  /** Also of those whom the running transaction has inserted: their records show who is in the base. */
  readonly #noBySubject = new Map<string, number>();

  get(no: number, staged: boolean): UserRecord | undefined {
    return (staged ? this.#staged[no - 1] : undefined) ?? this.#base[no - 1];
  }

  getBySubject(subjectId: string, staged: boolean): UserRecord | undefined {
    const no = this.#noBySubject.get(subjectId);
    return no === undefined ? undefined : this.get(no, staged);
  }

  insert(user: UserRecord): void {
    if (this.get(user.ordinal, true) || this.#noBySubject.has(user.subjectId)) {
      throw new LifecycleError(
        'Duplicate',
        `Expected subject \`${user.subjectId}\` (user ${user.ordinal}) to be new in run ${user.runId}, got a second result`,
        { runId: user.runId, subjectId: user.subjectId, no: user.ordinal },
      );
    }
    this.#stage(user);
    this.#noBySubject.set(user.subjectId, user.ordinal);
  }

  put(user: UserRecord): void {
    if (!this.get(user.ordinal, true)) {
      throw new LifecycleError(
        'NotFound',
        `Expected run ${user.runId} to have a user ${user.ordinal}, got none`,
        {
          runId: user.runId,
          no: user.ordinal,
        },
      );
    }
    this.#stage(user);
  }

  /** Users with an `ordinal` above `afterOrdinal`, by `ordinal`. */
  *after(afterOrdinal: number, staged: boolean): Generator<UserRecord> {
    const end = staged ? Math.max(this.#base.length, this.#staged.length) : this.#base.length;
    for (let index = afterOrdinal; index < end; index++) {
      const user = this.get(index + 1, staged);
      if (user) yield user;
    }
  }

  /** Users in one status with an `ordinal` above `afterOrdinal`, by `ordinal`; at most `limit`. */
  inStatus(status: UserStatus, afterOrdinal: number, limit: number, staged: boolean): UserRecord[] {
    const end = staged ? Math.max(this.#base.length, this.#staged.length) : this.#base.length;
    const found: UserRecord[] = [];
    for (let index = afterOrdinal; index < end && found.length < limit; index++) {
      const user = this.get(index + 1, staged);
      if (user?.processingStatus === status) found.push(user);
    }
    return found;
  }

  commit(): void {
    for (const no of this.#stagedNos) {
      this.#base[no - 1] = this.#staged[no - 1] as UserRecord;
      this.#staged[no - 1] = undefined;
    }
    this.#stagedNos.length = 0;
  }

  rollback(): void {
    for (const no of this.#stagedNos) {
      const { subjectId } = this.#staged[no - 1] as UserRecord;
      if (!this.#base[no - 1]) this.#noBySubject.delete(subjectId);
      this.#staged[no - 1] = undefined;
    }
    this.#stagedNos.length = 0;
  }

  #stage(user: UserRecord): void {
    if (this.#staged[user.ordinal - 1] === undefined) this.#stagedNos.push(user.ordinal);
    this.#staged[user.ordinal - 1] = user;
  }
}
