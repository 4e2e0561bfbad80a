/**
 * Slices of runs, in a store that several processes write at once. A store without them has one driver a run at a time,
 * and the ledger treats each run as one slice.
 *
 * A slice is held by the claim that was made last. Its holder renews it within the lease, by a commit or by
 * {@link StoreSlices.renew}; after that anybody may claim it.
 *
 * Locks are taken in one order everywhere: slices by number, then their run.
 */
import type { RunRecord } from '../model/records.ts';
import type { ClaimedSlice, SliceAnswer, SliceCommit, SliceKey, SliceRecord } from '../model/slices.ts';
import type { DurationMs, EpochMs } from '../model/time.ts';
import type { StoreTransaction } from './store.ts';

/** Who claims, and for how long. */
export interface SliceClaim {
  /** Names the process in the store, for whoever looks there. */
  readonly holder: string;
  /** A slice that is in hand and whose holder was not heard for this long may be claimed. */
  readonly leaseMs: DurationMs;
  /** The engine calls no handlers; marked on the runs before anything is recorded in them. */
  readonly isNoOp: boolean;
  readonly nowMs: EpochMs;
}

/** How commits are made. */
export interface CommitOptions {
  readonly nowMs: EpochMs;
  /** As for `runAfter`. */
  readonly aggregation: { readonly strictFailed: boolean };
  /** Called in the transaction that ends slices, with their keys. */
  readonly ended?: (tx: StoreTransaction, keys: readonly SliceKey[]) => Promise<void>;
}

/** A claim that its holder renews or hands back. */
export type HeldSlice = Pick<SliceRecord, 'runId' | 'slice' | 'claim'>;

/** An open slice, as a source of work offers it. */
export interface OpenSlice extends SliceKey {
  readonly isOnDemand: boolean;
}

/** The slices of the runs that the engine drives. */
export interface StoreSlices {
  /** Cuts a run into slices, in the transaction that publishes it; returns their keys. */
  insert(tx: StoreTransaction, run: RunRecord): Promise<readonly SliceKey[]>;
  /** Marks the open slices of a run as `canceling`, by number, before the transaction changes the run. */
  cancel(tx: StoreTransaction, runId: string): Promise<void>;
  /**
   * Open slices of published runs, oldest first, at most `limit`: all of a run, or those that nobody holds.
   *
   * @param query.leaseMs of those that are in hand, the ones whose holder was not heard for this long.
   */
  list(query: {
    readonly runId?: string;
    readonly leaseMs: DurationMs;
    readonly onDemand?: boolean;
    readonly limit: number;
  }): Promise<readonly OpenSlice[]>;
  /** Claims slices, those that can be: another process may hold one, or it may have ended or be gone. */
  claim(keys: readonly SliceKey[], claim: SliceClaim): Promise<readonly (ClaimedSlice | 'held' | 'gone')[]>;
  /** Renews claims. Per claim, what its holder has to know. */
  renew(held: readonly HeldSlice[]): Promise<readonly ('held' | 'canceling' | 'lost')[]>;
  /** Hands back slices of which no task is running. A claim that is not the newest changes nothing. */
  release(held: readonly HeldSlice[]): Promise<void>;
  /**
   * Writes commits, each by itself: one may be written and another not. A commit that is repeated after a failure must
   * be the same; it is then written once, whatever had become of it.
   */
  commit(commits: readonly SliceCommit[], options: CommitOptions): Promise<readonly SliceAnswer[]>;
}
