import type { RunCounters, TaskReportCounters } from './counters.ts';
import type { RecordedFailure } from './failures.ts';
import type { RunRecord, UserRecord } from './records.ts';
import type { DurationMs, EpochMs } from './time.ts';

/** Consecutive users of a run, which one process at a time works on: the `slice`th part of it, from 1. */
export interface SliceKey {
  readonly runId: string;
  readonly slice: number;
}

/** The key as one text, for maps and queues: `<runId>/<slice>`. */
export function sliceId({ runId, slice }: SliceKey): string {
  return `${runId}/${slice}`;
}

/**
 * One slice of a run. A store that several processes write keeps a row for each; elsewhere a run is one slice, and its
 * own record says all of this.
 */
export interface SliceRecord extends SliceKey {
  /** Its users: `firstOrdinal`..`lastOrdinal`, both included. */
  readonly firstOrdinal: number;
  readonly lastOrdinal: number;
  /** `active` from the first start or cancel of a user; `ended` when all of its users are terminal. */
  readonly state: 'queued' | 'active' | 'ended';
  /** Grows with each claim; a commit with an older one is refused: it stops a stalled holder. */
  readonly claim: number;
  /** Commits so far, under all claims: a commit that is repeated because its answer was lost is recognised by it. */
  readonly seq: number;
  /** `true` from a claim until its holder releases it with no task running. */
  readonly inHand: boolean;
  /** Its run is being canceled: no user starts any more. */
  readonly canceling: boolean;
  /** What its users have changed in the run's counters since the run was created. */
  readonly moved: RunCounters;
  /** As `moved`, for the run's task reports. */
  readonly taskReports: readonly TaskReportCounters[];
  /** Start of its first user; `null`: none has started. */
  readonly startedAtMs: EpochMs | null;
  readonly lastUserEndAtMs: EpochMs | null;
  /** Moment of its last commit; `0`: none yet. */
  readonly lastUpdatedAtMs: EpochMs;
}

/** What slices of a run have changed in it; of one slice, or summed up over several. */
export type SliceMoves = Pick<
  SliceRecord,
  'seq' | 'moved' | 'taskReports' | 'lastUserEndAtMs' | 'lastUpdatedAtMs'
>;

/** A slice that was claimed, with its run as readers see it. */
export interface ClaimedSlice {
  readonly run: RunRecord;
  readonly slice: SliceRecord;
  /** Its last holder died: tasks of users in progress were possibly running. */
  readonly wasInHand: boolean;
}

/** A batch of user changes, being added up: what it adds to the counters of a run or a slice. */
export interface RunChange {
  readonly tally: { -readonly [Counter in keyof RunCounters]: number };
  readonly reports: { -readonly [Counter in keyof TaskReportCounters]: number }[];
  /** Users and tasks of results that an external worker reports; see `RunRecord.knownUsersCount`. */
  readonly known: { users: number; tasks: number };
  /** Start of the first user that started in this batch. */
  startedAtMs: EpochMs | null;
  /** Latest moment that the batch records. */
  latestMs: EpochMs;
  /** Latest end of a user in this batch. */
  lastUserEndAtMs: EpochMs | null;
}

/** One commit of a slice's holder. */
export interface SliceCommit {
  /** The slice as its holder knows it: the commit holds if claim, seq and canceling are still so. */
  readonly slice: SliceRecord;
  /** The users that change, whole. */
  readonly users: readonly UserRecord[];
  readonly change: RunChange;
  /** Subjects of a scheduled run that were canceled before they started: their admissions are withdrawn. */
  readonly withdrawn: readonly string[];
  /** Tasks that failed in this commit. Absent: none. */
  readonly failures?: readonly RecordedFailure[];
}

/** What became of a {@link SliceCommit}. */
export type SliceAnswer =
  /**
   * It is written; or had been, by an earlier call whose answer was lost. `before` and `after` are the run around the
   * commit, or `null` where that would have cost a further read and the run's status did not change. Of a commit that
   * had been written, `before` is `null` and `after` is the run as it is now.
   */
  | {
      readonly kind: 'written';
      readonly slice: SliceRecord;
      readonly before: RunRecord | null;
      readonly after: RunRecord | null;
    }
  /** Nothing is written: its run is being canceled, which the holder did not know. */
  | { readonly kind: 'canceling' }
  /** Nothing is written: another process holds the slice, or it has ended, or is gone. */
  | { readonly kind: 'lost' };

/** Who claims, and for how long. */
export interface SliceClaim {
  /** Names the process in the store, for its operators. */
  readonly holder: string;
  /** A slice that is in hand and whose holder was not heard for this long may be claimed. */
  readonly leaseMs: DurationMs;
  /** The engine calls no handlers; marked on the runs before anything is recorded in them. */
  readonly isNoOp: boolean;
  /** The present. A store with a clock that all processes share measures leases by that. */
  readonly nowMs: EpochMs;
}

/** A claim that its holder renews or hands back. */
export type HeldSlice = Pick<SliceRecord, 'runId' | 'slice' | 'claim'>;

/** An open slice, as a source of work offers it. */
export interface OpenSlice extends SliceKey {
  readonly isOnDemand: boolean;
}

/** What has happened to a run, for the engines of other processes: see `StoreSlices.watch`. */
export type RunNews =
  | { readonly kind: 'offered' | 'canceling' | 'ended'; readonly runId: string }
  /** The answer that a task of the user at `ordinal` waits for has come. */
  | { readonly kind: 'answered'; readonly runId: string; readonly ordinal: number };
