import assert from 'node:assert/strict';
import type { RunRecord } from '../../../model/records.ts';
import { type SliceKey, sliceId } from '../../../model/slices.ts';
import { cutRun } from '../../../rules/status/slice.ts';
import type { ContractKit, SlicesContext } from '../kit.ts';
import { insertRunWith, runId, runRecord, T0, userRecords } from '../records/records.ts';
import { claimedSlice, LONG_MS, SlicedRun, stateOf, usersOfThree } from './sliced-run.ts';

/** Later than any claim of a test, for stores that measure leases by it. */
const OPEN = { leaseMs: LONG_MS, nowMs: T0 + LONG_MS / 2, limit: 1_000 };

/** Cutting a run, claims and leases. */
export function sliceClaims(kit: ContractKit): void {
  kit.describe('slices: claims', () => {
    cutting(kit);
    claiming(kit);
    gone(kit);
  });
  kit.describe('slices: leases', () => leases(kit));
  kit.describe('slices: open ones', () => open(kit));
}

function ofThree(
  { store, slices, bounds }: SlicesContext,
  changes: Partial<RunRecord> & { n?: number } = {},
) {
  return SlicedRun.publish(store, slices, usersOfThree(bounds), changes);
}

function cutting({ slicesTest }: ContractKit): void {
  slicesTest('a run is cut into consecutive shares within the bounds', async ({ store, slices, bounds }) => {
    for (const [n, count] of [1, bounds.min, bounds.min + 1, usersOfThree(bounds)].entries()) {
      const run = await SlicedRun.publish(store, slices, count, { n });
      const expected = cutRun(run.run, bounds);
      assert.deepEqual(
        run.keys.map(({ runId, slice }) => ({ runId, slice })),
        expected.map(({ runId, slice }) => ({ runId, slice })),
      );
      const claimed = await run.claimAll();
      assert.deepEqual(
        claimed.map((slice) => ({ ...slice, claim: 0, inHand: false })),
        expected,
      );
    }
  });
}

function claiming({ slicesTest }: ContractKit): void {
  slicesTest(
    'claims are answered in the order of their keys; a slice that is named twice is claimed once',
    async (context) => {
      const { keys } = await ofThree(context, { n: 1 });
      const { keys: others } = await ofThree(context, { n: 2 });
      const [first, second, third] = keys as [SliceKey, SliceKey, SliceKey];
      const named = [third, others[0] as SliceKey, first, third, { ...second, slice: 99 }];
      const claim = { holder: 'one', leaseMs: LONG_MS, isNoOp: false, nowMs: T0 + 60_000 };
      const answers = await context.slices.claim(named, claim);
      const given = answers.map((answer) => (typeof answer === 'object' ? sliceId(answer.slice) : answer));
      assert.deepEqual(given, [...named.slice(0, 3).map(sliceId), 'held', 'gone']);
      for (const answer of answers)
        if (typeof answer === 'object') assert.equal(answer.run.id, answer.slice.runId);
    },
  );

  slicesTest('a claim has the run as readers see it, and a claim number of its own', async (context) => {
    const run = await ofThree(context);
    const first = await run.claim(1);
    assert.ok(typeof first === 'object');
    assert.equal(first.wasInHand, false);
    assert.equal(first.slice.inHand, true);
    assert.deepEqual(first.run, await run.store.getRun(run.run.id));
    await run.write(first.slice, [1, 'start'], [1, 'fail']);
    const second = await run.claim(2);
    assert.ok(typeof second === 'object');
    assert.equal(second.run.failedTasksCount, 1);
    assert.deepEqual(second.run, await run.store.getRun(run.run.id));
    const again = claimedSlice(await run.claim(1, 0));
    assert.ok(again.claim > first.slice.claim, 'the claim number grows');
    assert.equal(again.seq, 1);
    assert.equal(again.moved.failedTasksCount, 1);
  });

  slicesTest('claims in one call are answered each by itself, in order', async (context) => {
    const run = await ofThree(context);
    await run.claim(2);
    const claim = { holder: 'another', leaseMs: LONG_MS, isNoOp: false, nowMs: run.nextMs() };
    const answers = await run.slices.claim([run.key(3), run.key(2), run.key(9), run.key(1)], claim);
    assert.deepEqual(
      answers.map((one) => (typeof one === 'object' ? one.slice.slice : one)),
      [3, 'held', 'gone', 1],
    );
  });

  slicesTest('of several claims at once of one slice, one is made', async (context) => {
    const run = await ofThree(context);
    const answers = await Promise.all([run.claim(1), run.claim(1), run.claim(1)]);
    assert.equal(answers.filter((one) => typeof one === 'object').length, 1);
    assert.equal(answers.filter((one) => one === 'held').length, 2);
  });

  slicesTest('a claim without handlers marks its run before anything is recorded', async (context) => {
    const run = await ofThree(context);
    const before = await run.store.getRun(run.run.id);
    const claimed = await run.claim(1, LONG_MS, true);
    assert.ok(typeof claimed === 'object' && before);
    assert.equal(claimed.run.isNoOp, true);
    const after = await run.expectCounted();
    assert.deepEqual(after, claimed.run);
    assert.ok(after.revision > before.revision, 'the revision grows');
    await run.claim(2);
    assert.equal((await run.expectCounted()).isNoOp, true);
  });

  slicesTest(
    'a claim without handlers marks no preview, and no run that is being canceled',
    async (context) => {
      const preview = await ofThree(context, { workflowExecutionType: 'preview' });
      await preview.claim(1, LONG_MS, true);
      assert.equal((await preview.expectCounted()).isNoOp, false);
      const canceling = await ofThree(context, { n: 1, processingStatus: 'canceling' });
      await canceling.claim(1, LONG_MS, true);
      assert.equal((await canceling.expectCounted()).isNoOp, false);
    },
  );

  slicesTest('the slices of several runs with the same numbers stay apart', async (context) => {
    const [one, other] = [await ofThree(context), await ofThree(context, { n: 1 })];
    await one.write(claimedSlice(await one.claim(1)), [1, 'start']);
    assert.equal(claimedSlice(await other.claim(1)).seq, 0);
    assert.deepEqual(await other.store.getRun(other.run.id), other.run);
  });
}

function gone({ slicesTest }: ContractKit): void {
  slicesTest('slices that have ended, or whose run is deleted, are gone', async (context) => {
    const run = await ofThree(context);
    const [first] = await run.claimAll();
    assert.ok(first);
    await run.write(first, ...run.endOf(first));
    assert.equal(await run.claim(1, 0), 'gone');
    assert.equal(typeof (await run.claim(2, 0)), 'object');
    await run.store.transaction((tx) => tx.deleteRun(run.run.id));
    assert.equal(await run.claim(2, 0), 'gone');
    assert.deepEqual(await run.slices.list(OPEN), []);
  });

  slicesTest('all slices of a workflow that is deleted are gone', async (context) => {
    const run = await ofThree(context);
    await run.store.transaction((tx) => tx.deleteWorkflow(run.run.workflowId));
    assert.equal(await run.claim(1, 0), 'gone');
    assert.deepEqual(await run.slices.list(OPEN), []);
  });

  slicesTest('the slices of a run that is not published are gone', async ({ store, slices }) => {
    const run = runRecord(0, { published: false, totalUsersCount: 2 });
    await store.transaction(async (tx) => {
      await insertRunWith(tx, run, userRecords(0, 2));
      await slices.insert(tx, run);
    });
    const claim = { holder: 'a test', leaseMs: 0, isNoOp: false, nowMs: T0 };
    assert.deepEqual(await slices.claim([{ runId: run.id, slice: 1 }], claim), ['gone']);
    assert.deepEqual(await slices.list(OPEN), []);
  });

  slicesTest('slices that were inserted in a transaction that failed are gone', async (context) => {
    const { store, slices } = context;
    const run = runRecord(0, { totalUsersCount: 2 });
    const failed = store.transaction(async (tx) => {
      await insertRunWith(tx, run, userRecords(0, 2));
      await slices.insert(tx, run);
      throw new Error('taken back');
    });
    await assert.rejects(failed, /taken back/);
    assert.deepEqual(await slices.list({ ...OPEN, runId: run.id }), []);
    const again = await ofThree(context);
    assert.equal(claimedSlice(await again.claim(1)).seq, 0);
  });
}

function leases({ slicesTest }: ContractKit): void {
  slicesTest('a slice in hand is held while its lease lasts, and nothing of it changes', async (context) => {
    const run = await ofThree(context);
    const slice = claimedSlice(await run.claim(1));
    const before = await stateOf(run.store, run.run);
    assert.equal(await run.claim(1), 'held');
    assert.deepEqual(await stateOf(run.store, run.run), before);
    await run.write(slice, [1, 'start']);
    await run.expectCounted();
  });

  slicesTest(
    'a slice whose lease is over may be claimed, which tells that it was in hand',
    async (context) => {
      const run = await ofThree(context);
      const slice = claimedSlice(await run.claim(1));
      const taken = await run.claim(1, 0);
      assert.ok(typeof taken === 'object');
      assert.equal(taken.wasInHand, true);
      assert.deepEqual(await run.slices.renew([slice, taken.slice], run.nextMs()), ['lost', 'held']);
    },
  );

  slicesTest('a slice that was released is free at once, and was not in hand', async (context) => {
    const run = await ofThree(context);
    const slice = await run.write(claimedSlice(await run.claim(1)), [1, 'start']);
    await run.slices.release([slice]);
    await run.expectCounted();
    const taken = await run.claim(1);
    assert.ok(typeof taken === 'object');
    assert.equal(taken.wasInHand, false);
    assert.equal(taken.slice.seq, 1);
  });

  slicesTest('an old claim releases nothing', async (context) => {
    const run = await ofThree(context);
    const old = claimedSlice(await run.claim(1));
    const taken = claimedSlice(await run.claim(1, 0));
    await run.slices.release([old, { ...taken, slice: 9 }]);
    assert.equal(await run.claim(1), 'held');
  });

  slicesTest('renewing tells of each claim whether it is held, canceling or lost', async (context) => {
    const run = await ofThree(context);
    const [first, second, third] = await run.claimAll();
    assert.ok(first && second && third);
    await run.claim(2, 0);
    assert.deepEqual(await run.slices.renew([third, second, first], run.nextMs()), ['held', 'lost', 'held']);
    await run.store.transaction((tx) => run.slices.cancel(tx, run.run.id));
    assert.deepEqual(await run.slices.renew([second, first], run.nextMs()), ['lost', 'canceling']);
    await run.store.transaction((tx) => tx.deleteRun(run.run.id));
    assert.deepEqual(await run.slices.renew([first], run.nextMs()), ['lost']);
    assert.deepEqual(await run.slices.renew([], run.nextMs()), []);
  });

  slicesTest('a slice that its holder has just ended is not lost', async (context) => {
    const run = await ofThree(context);
    const slice = claimedSlice(await run.claim(1));
    await run.write(slice, ...run.endOf(slice));
    assert.deepEqual(await run.slices.renew([slice], run.nextMs()), ['held']);
  });
}

function open({ slicesTest }: ContractKit): void {
  slicesTest('open slices are listed oldest first, at most `limit`, of either kind', async (context) => {
    const runs = [
      await ofThree(context),
      await ofThree(context, { n: 1, workflowExecutionType: 'scheduled' }),
      await ofThree(context, { n: 2 }),
    ];
    const { slices } = context;
    const all = runs.flatMap(({ keys }, n) => keys.map((key) => ({ ...key, isOnDemand: n !== 1 })));
    assert.deepEqual(await slices.list(OPEN), all);
    assert.deepEqual(await slices.list({ ...OPEN, limit: 4 }), all.slice(0, 4));
    assert.deepEqual(
      await slices.list({ ...OPEN, onDemand: true }),
      all.filter(({ isOnDemand }) => isOnDemand),
    );
    assert.deepEqual(await slices.list({ ...OPEN, onDemand: false, limit: 2 }), all.slice(3, 5));
    assert.deepEqual(await slices.list({ ...OPEN, runId: runId(2) }), all.slice(6));
    assert.deepEqual(await slices.list({ ...OPEN, runId: runId(8) }), []);
  });

  slicesTest('slices that are held are listed when their lease is over, or of their run', async (context) => {
    const run = await ofThree(context);
    const listed = async (query: object) =>
      (await run.slices.list({ ...OPEN, ...query })).map(({ slice }) => slice);
    const first = claimedSlice(await run.claim(1));
    const second = claimedSlice(await run.claim(2));
    await run.write(second, ...run.endOf(second));
    assert.deepEqual(await listed({}), [3]);
    assert.deepEqual(await listed({ leaseMs: 0 }), [1, 3]);
    assert.deepEqual(await listed({ runId: run.run.id }), [1, 3]);
    await run.slices.release([first]);
    assert.deepEqual(await listed({}), [1, 3]);
  });

  slicesTest('holders are those of open slices whose lease is not over, each once', async (context) => {
    const runs = [await ofThree(context), await ofThree(context, { n: 1 })] as const;
    const [run] = runs;
    const claim = (key: SliceKey, holder: string) =>
      run.slices.claim([key], { holder, leaseMs: LONG_MS, isNoOp: false, nowMs: run.nextMs() });
    const holders = async (n: readonly number[], leaseMs = LONG_MS) =>
      [
        ...(await run.slices.holders({ runIds: n.map((one) => runId(one)), leaseMs, nowMs: run.nextMs() })),
      ].sort();
    assert.deepEqual(await holders([0, 1]), []);
    const [first] = await claim(run.key(1), 'a');
    await claim(run.key(2), 'a');
    const [third] = await claim(run.key(3), 'b');
    await claim(runs[1].key(1), 'c');
    assert.deepEqual(await holders([0]), ['a', 'b']);
    assert.deepEqual(await holders([0, 1, 8]), ['a', 'b', 'c']);
    assert.deepEqual(await holders([0, 1], 0), []);
    const slice = claimedSlice(third);
    await run.write(slice, ...run.endOf(slice));
    assert.deepEqual(await holders([0]), ['a']);
    await run.slices.release([claimedSlice(first)]);
    assert.deepEqual(await holders([0]), ['a']);
  });

  slicesTest('of a run that has ended, no slice is listed', async (context) => {
    const run = await ofThree(context);
    for (const slice of await run.claimAll()) await run.write(slice, ...run.endOf(slice));
    assert.deepEqual(await run.slices.list({ ...OPEN, leaseMs: 0 }), []);
    assert.deepEqual(await run.slices.list({ ...OPEN, runId: run.run.id }), []);
  });
}
