/**
 * Slices of runs, so that many processes drive one run: what a commit makes of a slice, what readers see of a run whose
 * slices are at work, and what becomes of the run when a slice ends. Pure.
 */
import type { RunCounters } from '../../model/counters.ts';
import type { RunRecord } from '../../model/records.ts';
import type { RunChange, SliceMoves, SliceRecord } from '../../model/slices.ts';
import type { EpochMs } from '../../model/time.ts';
import { countersPlus, NO_COUNTERS, reportsPlus } from '../counters/counters.ts';
import { type AggregationOptions, endedUsers } from './aggregate.ts';
import { changeOf, latestOf, runAfter } from './run.ts';

/** Users of a slice, at least and at most. */
export interface SliceBounds {
  readonly min: number;
  readonly max: number;
}

/** Enough users for a lane each, and few enough for many processes to share a run. */
export const SLICE_BOUNDS: SliceBounds = { min: 50, max: 1_000 };
/** A run is cut into this many slices, where the bounds allow it. */
const SLICES_WANTED = 64;

/** The slices of a new run: its users in their order, in equal shares. */
export function cutRun(run: RunRecord, { min, max }: SliceBounds = SLICE_BOUNDS): readonly SliceRecord[] {
  const { totalUsersCount: users } = run;
  const each = Math.min(Math.max(Math.ceil(users / SLICES_WANTED), min), max);
  const slices: SliceRecord[] = [];
  for (let first = 1; first <= users; first += each) {
    const ordinals = { firstOrdinal: first, lastOrdinal: Math.min(first + each - 1, users) };
    slices.push({ ...newSlice(run), slice: slices.length + 1, ...ordinals });
  }
  return slices;
}

function newSlice(run: RunRecord): Omit<SliceRecord, 'slice' | 'firstOrdinal' | 'lastOrdinal'> {
  const { reports } = changeOf(run);
  return {
    runId: run.id,
    state: 'queued',
    claim: 0,
    seq: 0,
    inHand: false,
    canceling: false,
    moved: NO_COUNTERS,
    taskReports: reports,
    startedAtMs: null,
    lastUserEndAtMs: null,
    lastUpdatedAtMs: 0,
  };
}

/** Users of the slice that have not ended. */
export function usersLeft({ firstOrdinal, lastOrdinal, moved }: SliceRecord): number {
  return lastOrdinal - firstOrdinal + 1 - endedUsers(moved);
}

/**
 * Whether an engine that drives the run records tasks as completed, which one without handlers has to be marked for:
 * previews do nothing in any case, and a canceling run runs no further task.
 */
export function mayDoTasks({ workflowExecutionType, processingStatus }: RunRecord): boolean {
  return workflowExecutionType !== 'preview' && processingStatus !== 'canceling';
}

/** The slice after a commit. `nowMs` is the commit's moment. */
export function sliceAfter(slice: SliceRecord, change: RunChange, nowMs: EpochMs): SliceRecord {
  const moved = countersPlus(slice.moved, change.tally);
  return {
    ...slice,
    state: usersLeft({ ...slice, moved }) === 0 ? 'ended' : 'active',
    seq: slice.seq + 1,
    moved,
    taskReports: reportsPlus(slice.taskReports, change.reports),
    startedAtMs: slice.startedAtMs ?? change.startedAtMs,
    lastUserEndAtMs: latestOf(slice.lastUserEndAtMs, change.lastUserEndAtMs),
    lastUpdatedAtMs: Math.max(nowMs, change.latestMs, slice.lastUpdatedAtMs),
  };
}

/** The run when the first of its users starts, in `slice`. */
export function runStarted(run: RunRecord, slice: SliceRecord): RunRecord {
  if (slice.startedAtMs === null || run.startedAtMs !== null) return run;
  const isQueued = run.processingStatus === 'queued';
  return {
    ...run,
    processingStatus: isQueued ? 'inProgress' : run.processingStatus,
    startedAtMs: slice.startedAtMs,
    lastUpdatedAtMs: Math.max(run.lastUpdatedAtMs, slice.lastUpdatedAtMs),
    revision: run.revision + 1,
  };
}

/** What readers see of a run: its record, and what its slices that have not ended have moved so far. */
export function runWithSlices(run: RunRecord, open: readonly SliceMoves[]): RunRecord {
  if (open.length === 0) return run;
  let { lastUpdatedAtMs, revision, seq, lastUserEndAtMs, taskReports } = run;
  let counters: RunCounters = run;
  for (const slice of open) {
    counters = countersPlus(counters, slice.moved);
    lastUpdatedAtMs = Math.max(lastUpdatedAtMs, slice.lastUpdatedAtMs);
    revision += slice.seq;
    seq += slice.seq;
    lastUserEndAtMs = latestOf(lastUserEndAtMs, slice.lastUserEndAtMs);
    taskReports = reportsPlus(taskReports, slice.taskReports);
  }
  return { ...run, ...counters, lastUpdatedAtMs, revision, seq, lastUserEndAtMs, taskReports };
}

/**
 * The row of a run with open slices when `put` is written over it: the counters of `put` were summed up with what the
 * slices had moved, which is theirs to keep.
 */
export function runPut(row: RunRecord, put: RunRecord): RunRecord {
  return {
    ...put,
    ...countersPlus(row, NO_COUNTERS),
    taskReports: row.taskReports,
    lastUserEndAtMs: row.lastUserEndAtMs,
    seq: row.seq,
    revision: row.revision + 1,
    lastUpdatedAtMs: Math.max(row.lastUpdatedAtMs, put.lastUpdatedAtMs),
  };
}

/**
 * The run when `slice` has ended: it takes over what the slice has moved, and has its final status when that was the
 * last one. In the commit that ends the slice.
 */
export function runAfterSlice(run: RunRecord, slice: SliceRecord, options: AggregationOptions): RunRecord {
  const { moved, taskReports, startedAtMs, lastUserEndAtMs, lastUpdatedAtMs } = slice;
  const change: RunChange = {
    tally: { ...moved },
    reports: [...taskReports],
    known: { users: 0, tasks: 0 },
    startedAtMs,
    latestMs: 0, // nothing is later than the end of its last user, which `runAfter` takes into account
    lastUserEndAtMs,
  };
  const after = runAfter(run, change, lastUpdatedAtMs, options);
  return {
    ...after,
    lastUpdatedAtMs: Math.max(run.lastUpdatedAtMs, lastUpdatedAtMs, after.completedAtMs ?? 0),
    revision: run.revision + slice.seq,
    seq: run.seq + slice.seq,
  };
}
