import { LifecycleError } from '../../errors/index.ts';
import type { UserRecord } from '../../model/records.ts';

/** The user results of one run, by `no`, with a staging layer as in {@link LayeredMap}. */
export class RunUsers {
  /** Index `no − 1`; dense, because the ledger numbers users without gaps. */
  readonly #base: UserRecord[] = [];
  readonly #noBySubject = new Map<string, number>();
  readonly #staged = new Map<number, UserRecord>();
  readonly #stagedNoBySubject = new Map<string, number>();

  get(no: number, staged: boolean): UserRecord | undefined {
    return (staged ? this.#staged.get(no) : undefined) ?? this.#base[no - 1];
  }

  getBySubject(subjectId: string, staged: boolean): UserRecord | undefined {
    const no =
      (staged ? this.#stagedNoBySubject.get(subjectId) : undefined) ?? this.#noBySubject.get(subjectId);
    return no === undefined ? undefined : this.get(no, staged);
  }

  insert(user: UserRecord): void {
    if (this.get(user.no, true) || this.getBySubject(user.subjectId, true)) {
      throw new LifecycleError(
        'Duplicate',
        `Expected subject \`${user.subjectId}\` (user ${user.no}) to be new in run ${user.runId}, got a second result`,
        { runId: user.runId, subjectId: user.subjectId, no: user.no },
      );
    }
    this.#staged.set(user.no, user);
    this.#stagedNoBySubject.set(user.subjectId, user.no);
  }

  put(user: UserRecord): void {
    if (!this.get(user.no, true)) {
      throw new LifecycleError('NotFound', `Expected run ${user.runId} to have a user ${user.no}, got none`, {
        runId: user.runId,
        no: user.no,
      });
    }
    this.#staged.set(user.no, user);
  }

  /** Users with `no` above `afterNo`, by `no`. */
  *after(afterNo: number, staged: boolean): Generator<UserRecord> {
    for (let index = afterNo; index < this.#base.length; index++) {
      const user = this.get(index + 1, staged);
      if (user) yield user;
    }
    if (!staged) return;
    const added = [...this.#staged.keys()].filter((no) => no > this.#base.length && no > afterNo);
    for (const no of added.sort((a, b) => a - b)) yield this.#staged.get(no) as UserRecord;
  }

  commit(): void {
    for (const [no, user] of this.#staged) this.#base[no - 1] = user;
    for (const [subjectId, no] of this.#stagedNoBySubject) this.#noBySubject.set(subjectId, no);
    this.rollback();
  }

  rollback(): void {
    this.#staged.clear();
    this.#stagedNoBySubject.clear();
  }
}
