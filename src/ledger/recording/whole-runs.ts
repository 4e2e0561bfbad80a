/**
 * Each run as one slice: the slices of a store that one process at a time writes, and of runs that external workers
 * drive in any store. The run's own record is that of its slice.
 */
import type { RunRecord } from '../../model/records.ts';
import type {
  ClaimedSlice,
  HeldSlice,
  OpenSlice,
  SliceAnswer,
  SliceClaim,
  SliceCommit,
  SliceKey,
  SliceRecord,
} from '../../model/slices.ts';
import type { CommitOptions, Store, StoreSlices, StoreTransaction } from '../../ports/store.ts';
import { NO_COUNTERS } from '../../rules/counters/counters.ts';
import { runAfter } from '../../rules/status/run.ts';
import { mayDoTasks } from '../../rules/status/slice.ts';
import { isTerminal } from '../../rules/status/transitions.ts';

/** The runs of `store`, each as one slice. There is no lease: a claim holds until the next one. */
export function wholeRuns(store: Pick<Store, 'transaction' | 'getRun' | 'listUnfinishedRuns'>): StoreSlices {
  return {
    insert: async (_, run) => [{ runId: run.id, slice: 1 }],
    cancel: async () => {},
    list: async ({ runId, onDemand, limit }) =>
      (await store.listUnfinishedRuns())
        .flatMap(openSliceOf)
        .filter(isWanted(runId, onDemand))
        .slice(0, limit),
    holders: async () => [], // only one process could be named: this one
    claim: (keys, claim) =>
      store.transaction(async (tx) => {
        const claimed: (ClaimedSlice | 'gone')[] = [];
        for (const { runId } of keys) claimed.push(await claimRun(tx, runId, claim));
        return claimed;
      }),
    renew: async (held) => {
      const runs = await Promise.all(held.map(({ runId }) => store.getRun(runId)));
      return held.map(({ claim }, index) => stateOf(runs[index] ?? null, claim));
    },
    release: (held) => (held.length === 0 ? Promise.resolve() : store.transaction((tx) => release(tx, held))),
    commit: (commits, options) =>
      store.transaction(async (tx) => {
        if (options.inBackground) tx.allowBackgroundCommit?.();
        const answers: SliceAnswer[] = [];
        for (const commit of commits) answers.push(await write(tx, commit, options));
        return answers;
      }),
    answered: async () => {},
    watch: () => ({ close: () => {} }),
  };
}

function openSliceOf(run: RunRecord): OpenSlice | [] {
  if (!run.published || run.driver !== 'engine') return [];
  return { runId: run.id, slice: 1, isOnDemand: run.workflowExecutionType !== 'scheduled' };
}

function isWanted(runId: string | undefined, onDemand: boolean | undefined): (one: OpenSlice) => boolean {
  return (one) =>
    (runId === undefined || one.runId === runId) && (onDemand === undefined || one.isOnDemand === onDemand);
}

async function claimRun(
  tx: StoreTransaction,
  runId: string,
  { isNoOp, nowMs }: SliceClaim,
): Promise<ClaimedSlice | 'gone'> {
  const before = await tx.getRun(runId);
  if (!before?.published || isTerminal(before.processingStatus)) return 'gone';
  const isMarked = isNoOp && !before.isNoOp && mayDoTasks(before);
  const moment = {
    lastUpdatedAtMs: Math.max(nowMs, before.lastUpdatedAtMs + 1),
    revision: before.revision + 1,
  };
  const run = {
    ...before,
    ...(isMarked ? { isNoOp, ...moment } : {}),
    claim: before.claim + 1,
    inHand: true,
  };
  await tx.putRun(run);
  return { run, slice: sliceOf(run), wasInHand: before.inHand };
}

function stateOf(run: RunRecord | null, claim: number): 'held' | 'canceling' | 'lost' {
  if (run?.claim !== claim || isTerminal(run.processingStatus)) return 'lost';
  return run.processingStatus === 'canceling' ? 'canceling' : 'held';
}

async function release(tx: StoreTransaction, held: readonly HeldSlice[]): Promise<void> {
  for (const { runId, claim } of held) {
    const run = await tx.getRun(runId);
    if (run?.claim === claim) await tx.putRun({ ...run, inHand: false });
  }
}

async function write(
  tx: StoreTransaction,
  { slice, users, change, withdrawn, failures = [] }: SliceCommit,
  { nowMs, aggregation, ended }: CommitOptions,
): Promise<SliceAnswer> {
  const before = await tx.getRun(slice.runId);
  if (before?.claim !== slice.claim) return { kind: 'lost' };
  if (before.seq === slice.seq + 1)
    return { kind: 'written', slice: sliceOf(before), before: null, after: before };
  // A request that comes late: later commits of the same holder have been made since.
  if (before.seq !== slice.seq || isTerminal(before.processingStatus)) return { kind: 'lost' };
  if ((before.processingStatus === 'canceling') !== slice.canceling) return { kind: 'canceling' };
  const moment = Math.max(nowMs, before.lastUpdatedAtMs);
  const after = { ...runAfter(before, change, moment, aggregation), seq: before.seq + 1 };
  await tx.putUsers(users);
  if (failures.length > 0) await tx.addFailures(slice, failures);
  await tx.putRun(after);
  if (withdrawn.length > 0) await tx.deleteAdmissions(before.workflowId, before.id, withdrawn);
  if (isTerminal(after.processingStatus)) await ended?.(tx, [keyOf(slice)]);
  return { kind: 'written', slice: sliceOf(after), before, after };
}

function keyOf({ runId, slice }: SliceKey): SliceKey {
  return { runId, slice };
}

/** The run as its only slice: what its users have moved is in the run itself. */
function sliceOf(run: RunRecord): SliceRecord {
  const { claim, seq, inHand, processingStatus: status, startedAtMs, lastUserEndAtMs, lastUpdatedAtMs } = run;
  return {
    runId: run.id,
    slice: 1,
    firstOrdinal: 1,
    lastOrdinal: run.knownUsersCount,
    state: isTerminal(status) ? 'ended' : startedAtMs === null ? 'queued' : 'active',
    claim,
    seq,
    inHand,
    canceling: status === 'canceling',
    moved: NO_COUNTERS,
    taskReports: [],
    startedAtMs,
    lastUserEndAtMs,
    lastUpdatedAtMs,
  };
}
