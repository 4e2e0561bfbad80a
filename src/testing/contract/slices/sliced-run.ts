import assert from 'node:assert/strict';
import type { RunRecord, UserRecord } from '../../../model/records.ts';
import type { ClaimedSlice, SliceAnswer, SliceCommit, SliceKey, SliceRecord } from '../../../model/slices.ts';
import type { CommitOptions, Store, StoreReader, StoreSlices } from '../../../ports/store.ts';
import type { WorkSource } from '../../../ports/work-source.ts';
import { addUserMove, changeOf } from '../../../rules/status/run.ts';
import type { SliceBounds } from '../../../rules/status/slice.ts';
import { decideUser, type UserEvent } from '../../../rules/status/user.ts';
import { type Counted, recountReports, recountRun } from '../../model/recount.ts';
import { insertRunWith, runRecord, T0, userRecords, workflowRecord } from '../records/records.ts';

const TASKS = 2;
/** No test takes as long as that: what is in hand is held. With 0, it is free. */
export const LONG_MS = 3_600_000;

/** What a user does in a commit: starts, ends its next task, or is canceled. */
export type Move = readonly [ordinal: number, what: 'start' | 'complete' | 'fail' | 'cancel'];

/** Users that these bounds cut into three slices, the last of them shorter. */
export function usersOfThree({ min }: SliceBounds): number {
  return 2 * min + Math.ceil(min / 2);
}

/** The slice of a claim that was made. */
export function claimedSlice(claimed: ClaimedSlice | 'held' | 'gone' | undefined): SliceRecord {
  assert.ok(typeof claimed === 'object', `Expected a claimed slice, got ${claimed}`);
  return claimed.slice;
}

/** The slice after a commit that was written. */
export function writtenSlice(answer: SliceAnswer | undefined): SliceRecord {
  assert.ok(answer?.kind === 'written', `Expected the commit to be written, got ${answer?.kind}`);
  return answer.slice;
}

/** Everything of a run that a commit can change, to see that one has changed nothing. */
export async function stateOf(store: StoreReader, { id, workflowId }: RunRecord): Promise<object> {
  const where = { where: null, order: { property: 'id', descending: false }, after: null, limit: 1_000 };
  const users = await store.listUsers({ runId: id, ...where });
  const subjects = users.map(({ subjectId }) => subjectId);
  return { run: await store.getRun(id), users, admissions: await store.getAdmissions(workflowId, subjects) };
}

/** A run in slices whose holders the test plays, each user of two tasks. */
export class SlicedRun {
  /** As it was published. */
  readonly run: RunRecord;
  readonly store: Store;
  readonly slices: StoreSlices;
  readonly keys: readonly SliceKey[];
  /** As committed. */
  readonly users: UserRecord[];
  nowMs = T0 + 60_000;
  /** As first seen; it stays. */
  #startedAtMs: number | null = null;

  private constructor(
    store: Store,
    slices: StoreSlices,
    run: RunRecord,
    users: UserRecord[],
    keys: readonly SliceKey[],
  ) {
    this.store = store;
    this.slices = slices;
    this.run = run;
    this.users = users;
    this.keys = keys;
  }

  /** Publishes run `n` with this many users; `offer` is called in the same transaction. */
  static async publish(
    store: Store,
    slices: StoreSlices,
    count: number,
    { n = 0, ...changes }: Partial<RunRecord> & { n?: number } = {},
    offer?: WorkSource['offer'],
  ): Promise<SlicedRun> {
    const users = userRecords(n, count, { totalTasksCount: TASKS });
    const report = { successfulUsersCount: 0, failedUsersCount: 0, totalUsersCount: count };
    const run = runRecord(n, {
      totalUsersCount: count,
      knownUsersCount: count,
      totalTasksCount: TASKS * count,
      totalUnprocessedTasksCount: TASKS * count,
      knownTasksCount: TASKS * count,
      taskReports: Array.from({ length: TASKS }, () => report),
      ...changes,
    });
    const keys = await store.transaction(async (tx) => {
      await tx.putWorkflow(workflowRecord(0));
      await insertRunWith(tx, run, users);
      const inserted = await slices.insert(tx, run);
      await offer?.(tx, run, inserted);
      return inserted;
    });
    return new SlicedRun(store, slices, run, users, keys);
  }

  /** The next moment of the test's clock. */
  nextMs(): number {
    this.nowMs += 1_000;
    return this.nowMs;
  }

  key(slice: number): SliceKey {
    return { runId: this.run.id, slice };
  }

  async claim(slice: number, leaseMs = LONG_MS, isNoOp = false): Promise<ClaimedSlice | 'held' | 'gone'> {
    const claim = { holder: 'a test', leaseMs, isNoOp, nowMs: this.nextMs() };
    const [claimed] = await this.slices.claim([this.key(slice)], claim);
    assert.ok(claimed, 'Expected an answer for each claim, got none');
    return claimed;
  }

  /** Claims slices that nothing holds. */
  async claimAll(): Promise<SliceRecord[]> {
    const claim = { holder: 'a test', leaseMs: LONG_MS, isNoOp: false, nowMs: this.nextMs() };
    return (await this.slices.claim(this.keys, claim)).map(claimedSlice);
  }

  /** The commit of a holder who knows `slice` and the users as they were committed last. */
  commitOf(
    slice: SliceRecord,
    moves: readonly Move[],
    withdrawn: SliceCommit['withdrawn'] = [],
  ): SliceCommit {
    const change = changeOf(this.run);
    const moved = new Map<number, UserRecord>();
    for (const [ordinal, what] of moves) {
      const before = moved.get(ordinal) ?? this.users[ordinal - 1];
      assert.ok(before, `Expected a user ${ordinal}, got none`);
      const decision = decideUser(before, eventOf(what, this.nextMs()), slice.canceling);
      assert.ok(decision.kind === 'moved', `Expected user ${ordinal} to ${what}, got a refusal`);
      addUserMove(change, before, decision.user, decision.moves);
      moved.set(ordinal, decision.user);
    }
    return { slice, users: [...moved.values()], change, withdrawn };
  }

  /** Makes commits in one call, and keeps the users of those that are written. */
  async commit(
    commits: readonly SliceCommit[],
    options: Partial<CommitOptions> = {},
  ): Promise<readonly SliceAnswer[]> {
    const fixed = { nowMs: this.nextMs(), aggregation: { strictFailed: false } };
    const answers = await this.slices.commit(commits, { ...fixed, ...options });
    assert.equal(answers.length, commits.length, 'one answer for each commit');
    for (const [index, { kind }] of answers.entries())
      if (kind === 'written')
        for (const user of commits[index]?.users ?? []) this.users[user.ordinal - 1] = user;
    return answers;
  }

  /** One commit that is written; returns the slice after it. */
  async write(slice: SliceRecord, ...moves: readonly Move[]): Promise<SliceRecord> {
    const [answer] = await this.commit([this.commitOf(slice, moves)]);
    return writtenSlice(answer);
  }

  /** Moves that end all users of a slice that have not ended. */
  endOf(
    { firstOrdinal, lastOrdinal }: SliceRecord,
    how: 'complete' | 'fail' | 'cancel' = 'complete',
  ): Move[] {
    return this.users.slice(firstOrdinal - 1, lastOrdinal).flatMap((user): Move[] => {
      if (user.completedAtMs !== null) return [];
      const { ordinal } = user;
      if (how === 'cancel') return [[ordinal, how]];
      const start: Move[] = user.startedAtMs === null ? [[ordinal, 'start']] : [];
      const tasks = how === 'fail' ? 1 : TASKS - (user.outcomes?.length ?? 0);
      return [...start, ...Array.from({ length: tasks }, (): Move => [ordinal, how])];
    });
  }

  /** What readers have to see of the run, recounted from the users as committed. */
  recount(): Partial<RunRecord> {
    const counted = this.users.map(countedOf);
    const withStatus = (status: string) => counted.filter((one) => one.status === status).length;
    const ends = this.users.flatMap(({ completedAtMs }) => completedAtMs ?? []);
    return {
      ...recountRun(counted),
      completedWithErrorsUsersCount: withStatus('completedWithErrors'),
      canceledUsersCount: withStatus('canceled'),
      taskReports: recountReports(counted, TASKS),
      lastUserEndAtMs: ends.length === 0 ? null : Math.max(...ends),
    };
  }

  /** Fails unless the run reads as recounted. */
  async expectCounted(reader: StoreReader = this.store): Promise<RunRecord> {
    const run = await reader.getRun(this.run.id);
    assert.ok(run, 'Expected the run to exist, got none');
    const expected = this.recount();
    const seen = Object.fromEntries(Object.keys(expected).map((key) => [key, run[key as keyof RunRecord]]));
    assert.deepEqual(seen, expected);
    // That of the first commit, which is not the earliest where clocks differ.
    const starts = this.users.map(({ startedAtMs }) => startedAtMs);
    const isStarted = starts.some((startedAtMs) => startedAtMs !== null);
    if (isStarted) assert.ok(run.startedAtMs !== null && starts.includes(run.startedAtMs));
    assert.equal(run.startedAtMs, this.#startedAtMs ?? (isStarted ? run.startedAtMs : null));
    this.#startedAtMs = run.startedAtMs;
    return run;
  }
}

function eventOf(what: Move[1], atMs: number): UserEvent {
  if (what === 'start') return { kind: 'start', atMs };
  if (what === 'cancel') return { kind: 'cancel', atMs, runningSinceMs: null };
  const status = what === 'complete' ? 'completed' : 'failed';
  const outcome = { status, startedAtMs: atMs, completedAtMs: atMs } as const;
  return { kind: 'taskEnded', outcome, continueOnError: false };
}

function countedOf({ processingStatus, outcomes, totalTasksCount }: UserRecord): Counted {
  const tasks = Array.from({ length: totalTasksCount }, (_, index) => ({
    status: outcomes?.[index]?.status ?? ('queued' as const),
  }));
  return { status: processingStatus, tasks };
}
