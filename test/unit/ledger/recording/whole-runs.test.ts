/** Each run as one slice: the promises of slices, where there is no lease. */
import { describe, expect, it } from 'vitest';
import { wholeRuns } from '../../../../src/ledger/recording/whole-runs.ts';
import type { RunRecord } from '../../../../src/model/records.ts';
import type { SliceRecord } from '../../../../src/model/slices.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { runRecord, subjectId, T0, workflowId } from '../../../../src/testing/contract/records/records.ts';
import {
  claimedSlice,
  type Move,
  SlicedRun,
  stateOf,
  writtenSlice,
} from '../../../../src/testing/contract/slices/sliced-run.ts';

const USERS = 4;
const LIST = { leaseMs: 1_000, nowMs: T0, limit: 9 };

/** A published run of four users; `slices` has each run of its store as one slice. */
async function world(changes: Partial<RunRecord> & { n?: number } = {}, store = memoryStore()) {
  const slices = wholeRuns(store);
  return { store, slices, run: await SlicedRun.publish(store, slices, USERS, changes) };
}

async function claimedWorld(changes: Partial<RunRecord> = {}) {
  const made = await world(changes);
  return { ...made, slice: claimedSlice(await made.run.claim(1)) };
}

/** The kinds of the answers to one commit of `moves`. */
async function kindOf(run: SlicedRun, slice: SliceRecord, ...moves: readonly Move[]) {
  const [answer] = await run.commit([run.commitOf(slice, moves)]);
  return answer?.kind;
}

describe('a run as one slice', () => {
  it('is one slice of all its users', async () => {
    const { run, slice } = await claimedWorld();
    expect(run.keys).toEqual([{ runId: run.run.id, slice: 1 }]);
    expect(slice).toMatchObject({ firstOrdinal: 1, lastOrdinal: USERS, state: 'queued', claim: 1, seq: 0 });
  });

  it('is listed while it is published, not final, and the engine drives it', async () => {
    const store = memoryStore();
    const slices = wholeRuns(store);
    const runs = [
      runRecord(0),
      runRecord(1, { workflowExecutionType: 'scheduled' }),
      runRecord(2, { published: false }),
      runRecord(3, { processingStatus: 'completed' }),
      runRecord(4, { driver: 'external' }),
    ];
    await store.transaction(async (tx) => {
      for (const run of runs) await tx.insertRun(run);
    });
    const [onDemand, scheduled] = runs.map(({ id }, n) => ({ runId: id, slice: 1, isOnDemand: n === 0 }));
    expect(await slices.list(LIST)).toEqual([onDemand, scheduled]);
    expect(await slices.list({ ...LIST, limit: 1 })).toEqual([onDemand]);
    expect(await slices.list({ ...LIST, onDemand: false })).toEqual([scheduled]);
    expect(await slices.list({ ...LIST, runId: runs[1]?.id ?? '' })).toEqual([scheduled]);
    expect(await slices.list({ ...LIST, runId: runs[3]?.id ?? '' })).toEqual([]);
  });

  it('is gone when it is final, deleted or not published', async () => {
    const { store, slices, run, slice } = await claimedWorld();
    await run.write(slice, ...run.endOf(slice));
    expect(await run.claim(1)).toBe('gone');
    await store.transaction((tx) => tx.deleteRun(run.run.id));
    expect(await run.claim(1)).toBe('gone');
    await store.transaction((tx) => tx.insertRun(runRecord(1, { published: false })));
    const claim = { holder: 'p', leaseMs: 0, isNoOp: false, nowMs: T0 };
    expect(await slices.claim([{ runId: runRecord(1).id, slice: 1 }], claim)).toEqual(['gone']);
  });
});

describe('a claim of a whole run', () => {
  it('takes it from its holder, and reports that it was in hand', async () => {
    const { run, slices, slice } = await claimedWorld();
    const taken = await run.claim(1);
    expect(taken).toMatchObject({ wasInHand: true, slice: { claim: 2, inHand: true } });
    expect(await slices.renew([slice, claimedSlice(taken)], T0)).toEqual(['lost', 'held']);
  });

  it('was not in hand after it was released, which an old claim cannot do', async () => {
    const { run, slices, slice } = await claimedWorld();
    const taken = claimedSlice(await run.claim(1));
    await slices.release([slice]);
    expect((await run.store.getRun(run.run.id))?.inHand).toBe(true);
    await slices.release([taken]);
    expect(await run.claim(1)).toMatchObject({ wasInHand: false, slice: { claim: 3 } });
  });

  it('marks a run whose handlers are not called, unless it does nothing in any case', async () => {
    const isMarked = async (changes: Partial<RunRecord>) => {
      const { run } = await world(changes);
      await run.claim(1, 0, true);
      return (await run.expectCounted()).isNoOp;
    };
    expect(await isMarked({})).toBe(true);
    expect(await isMarked({ workflowExecutionType: 'preview' })).toBe(false);
    expect(await isMarked({ processingStatus: 'canceling' })).toBe(false);
  });

  it('learns by renewal of a cancel, of the end and of a deletion', async () => {
    const { store, run, slices, slice } = await claimedWorld();
    const renewed = () => slices.renew([slice], T0);
    expect(await renewed()).toEqual(['held']);
    const canceling = { ...(await run.expectCounted()), processingStatus: 'canceling' } as const;
    await store.transaction((tx) => tx.putRun(canceling));
    expect(await renewed()).toEqual(['canceling']);
    await run.write({ ...slice, canceling: true }, ...run.endOf(slice, 'cancel'));
    expect(await renewed()).toEqual(['lost']);
    await store.transaction((tx) => tx.deleteRun(run.run.id));
    expect(await renewed()).toEqual(['lost']);
  });
});

describe('a commit of a whole run', () => {
  it('writes users, counters and withdrawn admissions', async () => {
    const { store, run, slice } = await claimedWorld();
    const admission = { workflowId: workflowId(0), subjectId: subjectId(2), dueAtMs: T0, runId: run.run.id };
    await store.transaction((tx) => tx.putAdmissions([admission]));
    const moves: Move[] = [
      [1, 'start'],
      [1, 'fail'],
      [2, 'cancel'],
    ];
    const [answer] = await run.commit([run.commitOf(slice, moves, [subjectId(2)])]);
    expect(writtenSlice(answer)).toMatchObject({ claim: 1, seq: 1, state: 'active' });
    const after = await run.expectCounted();
    expect(answer).toMatchObject({ before: { processingStatus: 'queued', revision: 0 }, after });
    expect(after).toMatchObject({ processingStatus: 'inProgress', seq: 1, revision: 1 });
    expect(await store.getUser(run.run.id, 1)).toEqual(run.users[0]);
    expect(await store.getAdmissions(workflowId(0), [subjectId(2)])).toEqual([]);
  });

  it('with an old claim, or one that was never made, is lost and writes nothing', async () => {
    const { run, slice } = await claimedWorld();
    const taken = claimedSlice(await run.claim(1));
    const before = await stateOf(run.store, run.run);
    expect(await kindOf(run, slice, [1, 'start'])).toBe('lost');
    expect(await kindOf(run, { ...taken, claim: 3 }, [1, 'start'])).toBe('lost');
    expect(await stateOf(run.store, run.run)).toEqual(before);
  });

  it('that is repeated is written once', async () => {
    const { store, run, slice } = await claimedWorld();
    const commit = run.commitOf(slice, [[1, 'start']], [subjectId(2)]);
    const [first] = await run.commit([commit]);
    const admission = { workflowId: workflowId(0), subjectId: subjectId(2), dueAtMs: T0, runId: run.run.id };
    await store.transaction((tx) => tx.putAdmissions([admission]));
    const before = await stateOf(store, run.run);
    const [again] = await run.commit([commit]);
    expect(writtenSlice(again)).toEqual(writtenSlice(first));
    expect(await stateOf(store, run.run)).toEqual(before);
  });

  it('that arrives after later ones of its holder, or ahead of them, is lost', async () => {
    const { run, slice } = await claimedWorld();
    const late = run.commitOf(slice, [[1, 'start']]);
    const second = await run.write(slice, [2, 'start']);
    const third = await run.write(second, [2, 'fail']);
    const before = await stateOf(run.store, run.run);
    expect((await run.commit([late]))[0]?.kind).toBe('lost');
    expect(await kindOf(run, { ...third, seq: 3 }, [1, 'start'])).toBe('lost');
    expect(await stateOf(run.store, run.run)).toEqual(before);
  });

  it('whose holder does not know of a cancel is answered with canceling, and writes nothing', async () => {
    const { store, run, slice } = await claimedWorld();
    const canceling = { ...(await run.expectCounted()), processingStatus: 'canceling' } as const;
    await store.transaction((tx) => tx.putRun(canceling));
    const before = await stateOf(store, run.run);
    expect(await kindOf(run, slice, [1, 'start'])).toBe('canceling');
    expect(await stateOf(store, run.run)).toEqual(before);
    expect(await kindOf(run, { ...slice, canceling: true }, [1, 'cancel'])).toBe('written');
    await run.expectCounted();
  });

  it('of a run that ended or was deleted is lost', async () => {
    const { store, run, slice } = await claimedWorld();
    const ended = await run.write(slice, ...run.endOf(slice));
    const before = await stateOf(store, run.run);
    const [answer] = await run.commit([{ ...run.commitOf(ended, []), users: [] }]);
    expect(answer?.kind).toBe('lost');
    expect(await stateOf(store, run.run)).toEqual(before);
    await store.transaction((tx) => tx.deleteRun(run.run.id));
    expect((await run.commit([run.commitOf(ended, [])]))[0]?.kind).toBe('lost');
  });

  it('stands alone among those of other runs', async () => {
    const { store, slices, run } = await world();
    const others = [1, 2].map((n) => world({ n }, store));
    const runs = [run, ...(await Promise.all(others)).map((one) => one.run)];
    const claimed: SliceRecord[] = [];
    for (const one of runs) claimed.push(claimedSlice(await one.claim(1)));
    await runs[1]?.claim(1);
    const commits = runs.map((one, n) => one.commitOf(claimed[n] as SliceRecord, [[1, 'start']]));
    const answers = await slices.commit(commits, { nowMs: T0, aggregation: { strictFailed: false } });
    expect(answers.map(({ kind }) => kind)).toEqual(['written', 'lost', 'written']);
    const statuses = await Promise.all(
      runs.map(async ({ run: { id } }) => (await store.getRun(id))?.processingStatus),
    );
    expect(statuses).toEqual(['inProgress', 'queued', 'inProgress']);
  });

  it('that ends the run calls `ended` in its transaction, once', async () => {
    const { store, run, slice } = await claimedWorld();
    const calls: unknown[] = [];
    const started = await run.write(slice, [1, 'start']);
    const commit = run.commitOf(started, run.endOf(started));
    const ended = async (tx: { getRun(id: string): Promise<RunRecord | null> }, keys: unknown) =>
      void calls.push([keys, (await tx.getRun(run.run.id))?.processingStatus]);
    const refused = run.commit([commit], {
      ended: async () => {
        throw new Error('no job to complete');
      },
    });
    await expect(refused).rejects.toThrow('no job to complete');
    expect((await store.getRun(run.run.id))?.processingStatus).toBe('inProgress');
    const [answer] = await run.commit([commit], { ended });
    expect(answer).toMatchObject({
      kind: 'written',
      slice: { state: 'ended' },
      before: { processingStatus: 'inProgress' },
      after: { processingStatus: 'completed' },
    });
    const [again] = await run.commit([commit], { ended });
    expect(again).toMatchObject({ kind: 'written', before: null, after: { processingStatus: 'completed' } });
    expect(calls).toEqual([[[run.key(1)], 'completed']]);
    await run.expectCounted();
  });

  it('never lets the moment of the last update go back, nor the revision stand', async () => {
    const { run, slice } = await claimedWorld();
    let known = slice;
    let seen = await run.expectCounted();
    for (const skewMs of [0, -5_000, -20_000, 3_000]) {
      run.nowMs += skewMs;
      known = await run.write(known, ...run.endOf(known).slice(0, 1));
      const next = await run.expectCounted();
      expect(next.revision).toBeGreaterThan(seen.revision);
      expect(next.lastUpdatedAtMs).toBeGreaterThanOrEqual(seen.lastUpdatedAtMs);
      seen = next;
    }
  });
});
