/**
 * The store port: what the ledger needs from a database, and nothing else.
 *
 * **Contract.** Every method takes and gives whole batches. A transaction is atomic, isolated and,
 * where `capabilities.durable`, on the disk before its promise resolves. It reads its own writes;
 * readers outside never see any of it before the commit. When `work` throws, nothing is kept and the
 * promise rejects with the same error. Transactions of one store run one after another. Records that go in are
 * never changed by the caller afterwards, and records that come out are never changed by the caller.
 * Every failure of the database itself is a `LifecycleError` with a `Store…` code.
 *
 * `tenure/testing` has the suite that checks a store against this contract.
 */
import type { FailureGroupRecord, RecordedFailure, RepairedCount, RepairedQuery } from '../model/failures.ts';
import type { Filter } from '../model/filter.ts';
import type { Admission, Note, RunRecord, UserRecord, WorkflowRecord } from '../model/records.ts';
import type { LeftRequest, StoreRequest } from '../model/request.ts';
import type { UserSummary } from '../model/resources/resources.ts';
import type {
  ClaimedSlice,
  HeldSlice,
  OpenSlice,
  RunNews,
  SliceAnswer,
  SliceClaim,
  SliceCommit,
  SliceKey,
} from '../model/slices.ts';
import type { UserStatus } from '../model/status.ts';
import type { DurationMs, EpochMs } from '../model/time.ts';
import type { Workflow } from '../model/workflow/workflow.ts';

/** What a store can do beyond the contract; `false` skips, by name, the tests that need it. */
export interface StoreCapabilities {
  /** Survives the end of the process. */
  readonly durable: boolean;
  /** Several processes may write at once. */
  readonly sharedWriters: boolean;
  /**
   * Answers on the calling thread: the host has no turn while it looks at many rows, so that the ledger asks for those in
   * stretches. Default `false`.
   */
  readonly synchronous?: boolean;
}

/** Order of a list. Nulls are lowest; equal values are ordered by key, in the same direction. */
export interface Order {
  /** A property of `model/resources/properties.ts` that is `orderable`, or `id`: by key alone, cursor value `null`. */
  readonly property: string;
  readonly descending: boolean;
}

/** The last row of the page before: its value of the order's property, and its key. */
export interface Cursor<Key extends string | number> {
  readonly value: string | number | null;
  readonly key: Key;
}

/** A page of a list: rows after `after`, in `order`, that match `where`; at most `limit`. */
export interface PageQuery<Key extends string | number> {
  readonly where: Filter | null;
  readonly order: Order;
  readonly after: Cursor<Key> | null;
  readonly limit: number;
}

/** A page of runs, key: run id. `workflowId` absent: of every workflow. Unpublished runs never show. */
export interface RunQuery extends PageQuery<string> {
  readonly workflowId?: string;
}

/** A stretch of the users of a run. */
export interface OrdinalRange {
  /** Its users have a higher `ordinal`. */
  readonly afterOrdinal: number;
  /** The last `ordinal` that it may have. */
  readonly toOrdinal: number;
}

/** A page of user results of one run, key: `ordinal`; of those in a range, where one is given. */
export interface UserQuery extends PageQuery<number>, Partial<OrdinalRange> {
  readonly runId: string;
}

/** Which users of a run are counted. */
export type UserCountQuery = Pick<UserQuery, 'runId' | 'where' | keyof OrdinalRange>;

/**
 * A page of the users of a workflow's published runs: the runs as `listRuns` has them by `scheduledDateTime`, newest
 * first, and the users of each by `ordinal`.
 */
export interface WorkflowUserQuery {
  readonly workflowId: string;
  /** Of which runs; `null`: of all. */
  readonly whereRun: Filter | null;
  /** Which users of them; `null`: all. */
  readonly where: Filter | null;
  /** `next` of the page before. */
  readonly after: Cursor<string> | null;
  /** At least 1. */
  readonly limit: number;
}

/** Users of a workflow, each with its run. */
export interface WorkflowUserPage {
  readonly rows: readonly { readonly run: RunRecord; readonly user: UserRecord }[];
  /**
   * Where the next page begins; `null`: nothing follows. `value` is the `scheduledAtMs` of a run; `key` is the id of the
   * last user result that was looked at, or that of the run before its first one. A page may be short, or empty, and
   * still have a next one: a store that blocks the process while it reads looks at a bounded number of rows.
   */
  readonly next: Cursor<string> | null;
}

/** A page of what runs have done for a subject: of all workflows, published runs only, the run created last first. */
export interface SubjectUserQuery {
  readonly subjectId: string;
  /** `next` of the page before; `null`: from the newest run. */
  readonly after: number | null;
  /** At least 1. */
  readonly limit: number;
}

/** User results of a subject, each with its run. */
export interface SubjectUserPage {
  readonly rows: readonly { readonly run: RunRecord; readonly user: UserRecord }[];
  /** The number that the store gave the last run of this page when it was created; `null`: nothing follows. */
  readonly next: number | null;
}

/** Notes whose keys begin with `prefix` (ASCII; empty: all), after the key `after`; at most `limit`. */
export interface NoteQuery {
  readonly collection: string;
  readonly prefix: string;
  readonly after: string | null;
  readonly limit: number;
}

/** Admissions of a workflow, after the subject `after`; at most `limit`. */
export interface AdmissionQuery {
  readonly workflowId: string;
  readonly after: string | null;
  readonly limit: number;
}

/** Sums over the published runs of a workflow that are not previews. Source: domain §1.7, §6.7. */
export interface RunSums {
  readonly totalRuns: number;
  /** Runs in `completed`. */
  readonly successfulRuns: number;
  /** Runs in `failed` or `completedWithErrors`. */
  readonly failedRuns: number;
  readonly totalUsers: number;
  readonly totalTasks: number;
  readonly failedTasks: number;
}

/** Users of a run with an `ordinal` in `afterOrdinal + 1`..`toOrdinal`, whose moment is in `fromMs`..`toMs`. */
export interface UserSumQuery extends OrdinalRange {
  readonly runId: string;
  /** Window on `startedAtMs`, or on `scheduledAtMs` for a user that never started; both ends inclusive. */
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** Reads. Outside a transaction each call sees one committed state. */
export interface StoreReader {
  /** The workflow, also when it is deleted; `null` when it never existed or was purged. */
  getWorkflow(id: string): Promise<WorkflowRecord | null>;
  /** Every workflow, deleted ones included, by creation. There are few (`workflowsMax`). */
  listWorkflows(): Promise<readonly WorkflowRecord[]>;
  /** One version of a workflow. */
  getWorkflowVersion(id: string, version: number): Promise<Workflow | null>;
  /** All versions, newest first. */
  listWorkflowVersions(id: string): Promise<readonly Workflow[]>;

  /** The run, also when it is not published. */
  getRun(id: string): Promise<RunRecord | null>;
  /** @throws LifecycleError `InvalidFilter` for a filter that the store cannot answer exactly. */
  listRuns(query: RunQuery): Promise<readonly RunRecord[]>;
  /** Rows that match `where`. */
  countRuns(query: Pick<RunQuery, 'workflowId' | 'where'>): Promise<number>;
  /** Runs that are not terminal, and runs that are not published, oldest first. */
  listUnfinishedRuns(): Promise<readonly RunRecord[]>;
  /**
   * Window on `startedAtMs`, or on `scheduledAtMs` for a run that never started; both ends inclusive.
   */
  sumRuns(workflowId: string, fromMs: EpochMs, toMs: EpochMs): Promise<RunSums>;

  /** The user at an ordinal of a run; `null`: there is none. */
  getUser(runId: string, ordinal: number): Promise<UserRecord | null>;
  /** The user of a run that stands for a subject; `null`: there is none. */
  getUserBySubject(runId: string, subjectId: string): Promise<UserRecord | null>;
  /** @throws LifecycleError `InvalidFilter` for a filter that the store cannot answer exactly. */
  listUsers(query: UserQuery): Promise<readonly UserRecord[]>;
  /** How many users the query would give, over all pages. */
  countUsers(query: UserCountQuery): Promise<number>;
  /** @throws LifecycleError `InvalidFilter` for filters that the store cannot answer exactly. */
  listUsersOfWorkflow(query: WorkflowUserQuery): Promise<WorkflowUserPage>;
  /** An index finds them, whatever the number of runs, workflows and users. */
  listUsersOfSubject(query: SubjectUserQuery): Promise<SubjectUserPage>;
  /** Sums one range of ordinals: a million users at once would block the event loop for too long. */
  sumUsers(query: UserSumQuery): Promise<UserSummary>;
  /**
   * Users of a run in one status with an `ordinal` above `afterOrdinal`, by `ordinal`; at most `limit`, and none above
   * `toOrdinal` where it is given.
   */
  listUsersByStatus(
    runId: string,
    status: UserStatus,
    afterOrdinal: number,
    limit: number,
    toOrdinal?: number,
  ): Promise<readonly UserRecord[]>;

  /** The groups of failures of a run, by key, as plain text in the order of UTF-16. */
  listFailureGroups(runId: string): Promise<readonly FailureGroupRecord[]>;
  /**
   * Users in a group of failures with an `ordinal` above `afterOrdinal`, by `ordinal`; at most `limit`. An index finds
   * them: the others of the run are not read.
   */
  listUsersOfFailureGroup(
    runId: string,
    key: string,
    afterOrdinal: number,
    limit: number,
  ): Promise<readonly UserRecord[]>;
  /** Runs of a workflow with a group whose last failure is at or after `sinceMs`, latest failure first; at most `limit`. */
  listRunsWithFailures(workflowId: string, sinceMs: EpochMs, limit: number): Promise<readonly string[]>;
  /** Counts users of a group that are `completed` in one of other runs. */
  countRepaired(query: RepairedQuery): Promise<RepairedCount>;

  /** Admissions of these subjects; subjects without one are omitted. */
  getAdmissions(workflowId: string, subjectIds: readonly string[]): Promise<readonly Admission[]>;
  /** By subject, in the order of keys of {@link StoreReader.listNotes}. */
  listAdmissions(query: AdmissionQuery): Promise<readonly Admission[]>;

  /** Notes with these keys, in any order; missing keys are omitted. */
  getNotes(collection: string, keys: readonly string[]): Promise<readonly Note[]>;
  /** By key: keys of ASCII ascend; for others the store chooses an order that it never changes. */
  listNotes(query: NoteQuery): Promise<readonly Note[]>;

  /** A small named document of the host (the CLI keeps its job here). */
  getSetting(name: string): Promise<string | null>;
}

/** Writes, in a transaction. A `put` replaces; an `insert` of a key that exists is `Duplicate`. */
export interface StoreTransaction extends StoreReader {
  /** Also keeps `record.workflow` as the version it has. */
  putWorkflow(record: WorkflowRecord): Promise<void>;
  /** Removes a workflow with its versions, admissions, runs and everything in them. */
  deleteWorkflow(id: string): Promise<void>;

  /** @throws LifecycleError `Duplicate` for an id, or a (workflow, slot), that exists. */
  insertRun(run: RunRecord): Promise<void>;
  /**
   * The run must exist. Of one with slices that have not ended, its counters, task reports and `seq` stay: they are
   * the slices' to change.
   */
  putRun(run: RunRecord): Promise<void>;
  /** Removes the run, its user results and its groups of failures. Admissions stay: history may go, effects do not. */
  deleteRun(id: string): Promise<void>;

  /** @throws LifecycleError `Duplicate` for a (run, subject) that exists. All of one run. */
  insertUsers(users: readonly UserRecord[]): Promise<void>;
  /** All must exist. All of one run. The hot path: one call per run and commit. */
  putUsers(users: readonly UserRecord[]): Promise<void>;

  /**
   * Adds failed tasks of users, of one slice of a run, to the groups of the run; what a group has of its kind stays. The
   * users are put by the same transaction, and each is added to a group once.
   */
  addFailures(key: SliceKey, failures: readonly RecordedFailure[]): Promise<void>;

  /** Adds admissions, or puts them in the place of those with the same key. */
  putAdmissions(admissions: readonly Admission[]): Promise<void>;
  /** Deletes the admissions of these subjects that run `runId` made; newer ones of other runs stay. */
  deleteAdmissions(workflowId: string, runId: string, subjectIds: readonly string[]): Promise<void>;
  /** Deletes admissions of a workflow with `dueAtMs` below `beforeMs`. */
  purgeAdmissions(workflowId: string, beforeMs: EpochMs): Promise<void>;

  /** Adds notes, or puts them in the place of those with the same collection and key. */
  putNotes(notes: readonly Note[]): Promise<void>;
  /** Deletes notes by their keys; those that are not there do not matter. */
  deleteNotes(collection: string, keys: readonly string[]): Promise<void>;
  /** Removes all notes whose keys begin with `prefix` (ASCII; empty: all). */
  purgeNotes(collection: string, prefix: string): Promise<void>;

  /** Sets a setting, by its name. */
  putSetting(name: string, value: string): Promise<void>;

  /**
   * The caller has other work until the commit is made, so it may be made in the background, by a thread for instance.
   * Called before all other methods. A store without it makes commits in one way only.
   */
  allowBackgroundCommit?(): void;
}

/**
 * Requests of other processes to the one that writes the store, kept beside it. A store has them when one process
 * at a time can write it; where all can (`sharedWriters`), each makes its changes itself.
 */
export interface StoreRequests {
  /** Leaves a request; it is on the disk when this resolves. It takes the place of one like it, waiting or refused. */
  leave(request: StoreRequest): Promise<void>;
  /** The request of this kind for this id; `null`: there is none, or it was carried out. */
  find(request: Pick<StoreRequest, 'kind' | 'id'>): Promise<LeftRequest | null>;
  /** Those that wait, oldest first. */
  list(): Promise<readonly LeftRequest[]>;
  /** Stores why a request was refused, for the process that left it. */
  refuse(request: LeftRequest, reason: string): Promise<void>;
  /** The request was carried out, or is given up. One that has taken its place stays. */
  remove(request: LeftRequest): Promise<void>;
}

/** How commits are made. */
export interface CommitOptions {
  /** As {@link StoreTransaction.allowBackgroundCommit}. Default: `false`. */
  readonly inBackground?: boolean;
  /** The moment of the commit. */
  readonly nowMs: EpochMs;
  /** As for `runAfter`. */
  readonly aggregation: { readonly strictFailed: boolean };
  /** Called in the transaction that ends slices, with their keys. Default: nothing is called. */
  readonly ended?: (tx: StoreTransaction, keys: readonly SliceKey[]) => Promise<void>;
}

/**
 * Slices of the runs that the engine drives, in a store that several processes write at once. A store without them has
 * one driver a run at a time, and the ledger treats each run as one slice.
 *
 * A slice is held by the claim that was made last. Its holder renews it within the lease, by a commit or by
 * {@link StoreSlices.renew}; after that any process may claim it.
 *
 * Locks are taken in one order everywhere: slices by number, then their run.
 */
export interface StoreSlices {
  /** Cuts a run into slices, in the transaction that publishes it; returns their keys. */
  insert(tx: StoreTransaction, run: RunRecord): Promise<readonly SliceKey[]>;
  /** Marks the open slices of a run as `canceling`, by number, before the transaction changes the run. */
  cancel(tx: StoreTransaction, runId: string): Promise<void>;
  /**
   * Open slices of published runs, oldest first, at most `limit`: all of a run, or those that no process holds.
   *
   * @param query.leaseMs of those that are in hand, the ones whose holder was not heard for this long.
   * @param query.nowMs as in {@link SliceClaim}.
   */
  list(query: {
    readonly runId?: string;
    readonly leaseMs: DurationMs;
    readonly nowMs: EpochMs;
    readonly onDemand?: boolean;
    readonly limit: number;
  }): Promise<readonly OpenSlice[]>;
  /** Names of the processes that hold open slices of these runs and were heard within `leaseMs`, in any order. */
  holders(query: {
    readonly runIds: readonly string[];
    readonly leaseMs: DurationMs;
    readonly nowMs: EpochMs;
  }): Promise<readonly string[]>;
  /** Claims slices, those that can be: another process may hold one, or it may have ended or be gone. */
  claim(keys: readonly SliceKey[], claim: SliceClaim): Promise<readonly (ClaimedSlice | 'held' | 'gone')[]>;
  /**
   * Renews claims. Per claim, what its holder has to know; `lost`: another process has claimed the slice, or its run is
   * deleted. That a slice has ended, its holder knows from its own commit.
   */
  renew(held: readonly HeldSlice[], nowMs: EpochMs): Promise<readonly ('held' | 'canceling' | 'lost')[]>;
  /** Hands back slices of which no task is running. A claim that is not the newest changes nothing. */
  release(held: readonly HeldSlice[]): Promise<void>;
  /**
   * Writes commits, each by itself: one may be written and another not. A commit that is repeated after a failure must
   * be the same; it is then written once, whatever had become of it. One that arrives late, after a further commit of
   * its holder, is `lost`. Rejects when at least one has failed, and none is being written any more.
   */
  commit(commits: readonly SliceCommit[], options: CommitOptions): Promise<readonly SliceAnswer[]>;
  /** Publishes that an answer has come, with the transaction that stores it. */
  answered(tx: StoreTransaction, runId: string, ordinal: number): Promise<void>;
  /**
   * Calls `listener` soon after a commit of any process, this one included, that published a run, canceled one, ended
   * one or stored an answer. News may be lost: engines look for themselves every `LIMITS.pollMs`.
   */
  watch(listener: (news: RunNews) => void): { close(): void };
}

/** An open store. */
export interface Store extends StoreReader {
  readonly capabilities: StoreCapabilities;
  /** Absent: no other process can ask for anything. */
  readonly requests?: StoreRequests;
  /** Absent: one process at a time drives a run. Present where several processes may (`sharedWriters`). */
  readonly slices?: StoreSlices;
  /**
   * Does `work` as one commit: all of it is recorded, or nothing when it throws. One transaction runs at a time.
   */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;
  /** Waits for the running transaction. Afterwards every call is refused with `StoreClosed`. */
  close(): Promise<void>;
}
