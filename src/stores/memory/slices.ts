import type { RunRecord } from '../../model/records.ts';
import type { ClaimedSlice, SliceAnswer, SliceClaim, SliceCommit, SliceKey } from '../../model/slices.ts';
import type { CommitOptions, Store, StoreSlices, StoreTransaction } from '../../ports/store.ts';
import {
  cutRun,
  mayDoTasks,
  runAfterSlice,
  runStarted,
  type SliceBounds,
  sliceAfter,
} from '../../rules/status/slice.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { StoredSlice, Tables } from './reader.ts';

/** The slices of a memory store. Its transactions run one after another, so each method is one. */
export function memorySlices(
  tables: Tables,
  transaction: Store['transaction'],
  bounds: SliceBounds,
): StoreSlices {
  return {
    async insert(_, run) {
      tables.news.add({ kind: 'offered', runId: run.id });
      const slices = cutRun(run, bounds);
      tables.slices.set(
        run.id,
        slices.map((slice) => ({ slice, holder: '', heardAtMs: 0 })),
      );
      return slices.map(({ runId, slice }) => ({ runId, slice }));
    },
    async cancel(_, runId) {
      const stored = tables.slices.get(runId, true) ?? [];
      const open = stored.filter(({ slice }) => slice.state !== 'ended');
      for (const one of open) put(tables, { ...one, slice: { ...one.slice, canceling: true } });
      if (open.length > 0) tables.news.add({ kind: 'canceling', runId });
    },
    list: ({ runId, leaseMs, nowMs, onDemand, limit }) =>
      transaction(async () => {
        const open = [...tables.runs.values(true)].filter(
          (run) =>
            run.published &&
            !isTerminal(run.processingStatus) &&
            (runId === undefined || run.id === runId) &&
            isWanted(run, onDemand),
        );
        const found = open.flatMap((run) => {
          const isOnDemand = run.workflowExecutionType !== 'scheduled';
          return (tables.slices.get(run.id, true) ?? [])
            .filter(
              (one) => one.slice.state !== 'ended' && (runId !== undefined || isFree(one, leaseMs, nowMs)),
            )
            .map(({ slice: { slice } }) => ({ runId: run.id, slice, isOnDemand }));
        });
        return found.slice(0, limit);
      }),
    holders: ({ runIds, leaseMs, nowMs }) =>
      transaction(async () => {
        const held = runIds
          .flatMap((runId) => tables.slices.get(runId, true) ?? [])
          .filter((one) => one.slice.state !== 'ended' && !isFree(one, leaseMs, nowMs));
        return [...new Set(held.map(({ holder }) => holder))];
      }),
    claim: (keys, claim) =>
      transaction(async (tx) => {
        const claimed: (ClaimedSlice | 'held' | 'gone')[] = [];
        for (const key of keys) claimed.push(await claimOne(tables, tx, key, claim));
        return claimed;
      }),
    renew: (held, nowMs) =>
      transaction(async () =>
        held.map(({ runId, slice, claim }) => {
          const stored = storedAt(tables, { runId, slice });
          if (stored?.slice.claim !== claim) return 'lost';
          put(tables, { ...stored, heardAtMs: nowMs });
          return stored.slice.canceling ? 'canceling' : 'held';
        }),
      ),
    release: (held) =>
      transaction(async () => {
        for (const { runId, slice, claim } of held) {
          const stored = storedAt(tables, { runId, slice });
          if (stored?.slice.claim === claim)
            put(tables, { ...stored, slice: { ...stored.slice, inHand: false } });
        }
      }),
    commit: (commits, options) =>
      transaction(async (tx) => {
        const answers: SliceAnswer[] = [];
        for (const commit of commits) answers.push(await write(tables, tx, commit, options));
        return answers;
      }),
    answered: async (_, runId, ordinal) => tables.news.add({ kind: 'answered', runId, ordinal }),
    watch: (listener) => tables.news.watch(listener),
  };
}

function storedAt(tables: Tables, { runId, slice }: SliceKey): StoredSlice | undefined {
  return tables.slices.get(runId, true)?.[slice - 1];
}

function put(tables: Tables, stored: StoredSlice): void {
  const { runId, slice } = stored.slice;
  tables.slices.set(runId, tables.slices.get(runId, true)?.with(slice - 1, stored) ?? [stored]);
}

function isWanted({ workflowExecutionType: type }: RunRecord, onDemand: boolean | undefined): boolean {
  return onDemand === undefined || onDemand === (type !== 'scheduled');
}

function isFree({ slice, heardAtMs }: StoredSlice, leaseMs: number, nowMs: number): boolean {
  return !slice.inHand || nowMs - heardAtMs >= leaseMs;
}

async function claimOne(
  tables: Tables,
  tx: StoreTransaction,
  key: SliceKey,
  { holder, leaseMs, isNoOp, nowMs }: SliceClaim,
): Promise<ClaimedSlice | 'held' | 'gone'> {
  const stored = storedAt(tables, key);
  const row = tables.runs.get(key.runId, true);
  if (!stored || !row?.published || stored.slice.state === 'ended' || isTerminal(row.processingStatus))
    return 'gone';
  if (!isFree(stored, leaseMs, nowMs)) return 'held';
  const slice = { ...stored.slice, claim: stored.slice.claim + 1, inHand: true };
  put(tables, { slice, holder, heardAtMs: nowMs });
  if (isNoOp && !row.isNoOp && mayDoTasks(row))
    await tx.putRun({ ...row, isNoOp, lastUpdatedAtMs: Math.max(nowMs, row.lastUpdatedAtMs + 1) });
  const run = (await tx.getRun(key.runId)) ?? row;
  return { run, slice, wasInHand: stored.slice.inHand };
}

async function write(
  tables: Tables,
  tx: StoreTransaction,
  { slice: known, users, change, withdrawn, failures = [] }: SliceCommit,
  { nowMs, aggregation, ended }: CommitOptions,
): Promise<SliceAnswer> {
  const stored = storedAt(tables, known);
  const row = tables.runs.get(known.runId, true);
  if (stored?.slice.claim !== known.claim || row === undefined) return { kind: 'lost' };
  if (stored.slice.seq === known.seq + 1)
    return { kind: 'written', slice: stored.slice, before: null, after: await tx.getRun(row.id) };
  // A request that comes late: later commits of the same holder have been made since.
  if (stored.slice.seq !== known.seq || stored.slice.state === 'ended') return { kind: 'lost' };
  if (stored.slice.canceling !== known.canceling) return { kind: 'canceling' };
  const before = await tx.getRun(row.id);
  const slice = sliceAfter(stored.slice, change, nowMs);
  await tx.putUsers(users);
  if (failures.length > 0) await tx.addFailures(known, failures);
  if (withdrawn.length > 0) await tx.deleteAdmissions(row.workflowId, row.id, withdrawn);
  put(tables, { ...stored, slice, heardAtMs: nowMs });
  const hasEnded = slice.state === 'ended';
  const after = hasEnded ? runAfterSlice(row, slice, aggregation) : runStarted(row, slice);
  if (after === row) return { kind: 'written', slice, before: null, after: null };
  tables.runs.set(row.id, after);
  if (isTerminal(after.processingStatus)) tables.news.add({ kind: 'ended', runId: row.id });
  if (hasEnded) await ended?.(tx, [{ runId: row.id, slice: slice.slice }]);
  return { kind: 'written', slice, before, after: await tx.getRun(row.id) };
}
