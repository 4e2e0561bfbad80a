import assert from 'node:assert/strict';
import type { SliceAnswer, SliceRecord } from '../../../model/slices.ts';
import type { ContractKit, SlicesContext } from '../kit.ts';
import { subjectId, T0, workflowId } from '../records/records.ts';
import { claimedSlice, SlicedRun, stateOf, usersOfThree, writtenSlice } from './sliced-run.ts';

/** Commits of slices: their fence, and what they write. */
export function sliceCommits(kit: ContractKit): void {
  kit.describe('slices: commits', () => {
    written(kit);
    fenced(kit);
    repeated(kit);
  });
  kit.describe('slices: cancels', () => cancels(kit));
}

async function claimedRun({ store, slices, bounds }: SlicesContext): Promise<[SlicedRun, ...SliceRecord[]]> {
  const run = await SlicedRun.publish(store, slices, usersOfThree(bounds));
  return [run, ...(await run.claimAll())];
}

const kindsOf = (answers: readonly SliceAnswer[]) => answers.map(({ kind }) => kind);

function written({ slicesTest }: ContractKit): void {
  slicesTest(
    'a commit writes its users and counters, and answers with the slice after it',
    async (context) => {
      const [run, first] = await claimedRun(context);
      assert.ok(first);
      const commit = run.commitOf(first, [
        [1, 'start'],
        [2, 'start'],
        [1, 'fail'],
      ]);
      const [answer] = await run.commit([commit]);
      const slice = writtenSlice(answer);
      assert.deepEqual(
        { ...slice, moved: null, taskReports: null },
        {
          ...first,
          moved: null,
          taskReports: null,
          state: 'active',
          seq: 1,
          startedAtMs: run.users[0]?.startedAtMs,
          lastUserEndAtMs: run.users[0]?.completedAtMs,
          lastUpdatedAtMs: run.nowMs,
        },
      );
      assert.equal(slice.moved.failedUsersCount, 1);
      assert.equal((await run.expectCounted()).processingStatus, 'inProgress');
      assert.deepEqual(await run.store.getUser(run.run.id, 1), run.users[0]);
      assert.deepEqual(await run.store.getUserBySubject(run.run.id, subjectId(2)), run.users[1]);
      assert.deepEqual(await run.store.listUsersByStatus(run.run.id, 'inProgress', 0, 9), [run.users[1]]);
    },
  );

  slicesTest('the first start in any slice starts the run, once', async (context) => {
    const [run, first, second] = await claimedRun(context);
    assert.ok(first && second);
    const start = (slice: SliceRecord) => run.commit([run.commitOf(slice, [[slice.firstOrdinal, 'start']])]);
    const [one] = await start(first);
    assert.ok(one?.kind === 'written' && one.before && one.after);
    assert.equal(one.before.processingStatus, 'queued');
    assert.equal(one.after.processingStatus, 'inProgress');
    assert.deepEqual(one.after, await run.store.getRun(run.run.id));
    await start(second);
    const { startedAtMs, processingStatus } = await run.expectCounted();
    assert.equal(processingStatus, 'inProgress');
    assert.equal(startedAtMs, run.users[0]?.startedAtMs);
  });

  slicesTest('several commits in one call stand alone', async (context) => {
    const [run, first, second, third] = await claimedRun(context);
    assert.ok(first && second && third);
    await run.claim(2, 0);
    const commits = [first, second, third].map((slice) =>
      run.commitOf(slice, [[slice.firstOrdinal, 'start']]),
    );
    assert.deepEqual(kindsOf(await run.commit(commits)), ['written', 'lost', 'written']);
    await run.expectCounted();
    const untouched = run.users[second.firstOrdinal - 1];
    assert.deepEqual(await run.store.getUser(run.run.id, second.firstOrdinal), untouched);
    assert.deepEqual(await run.commit([]), []);
  });

  slicesTest('commits of several slices at the same time are all counted', async (context) => {
    const [run, ...slices] = await claimedRun(context);
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all(
        slices.map((slice) => run.commit([run.commitOf(slice, run.endOf(slice).slice(0, 1))])),
      );
      for (const [index, [answer]] of answers.entries()) slices[index] = writtenSlice(answer);
      await run.expectCounted();
    }
  });

  slicesTest(
    'admissions of subjects that were withdrawn are deleted, if they are of the run',
    async (context) => {
      const [run, first] = await claimedRun(context);
      assert.ok(first);
      const admission = (no: number, runId: string) => ({
        workflowId: workflowId(0),
        subjectId: subjectId(no),
        dueAtMs: T0,
        runId,
      });
      const admissions = [admission(1, run.run.id), admission(2, 'a newer run'), admission(3, run.run.id)];
      await run.store.transaction((tx) => tx.putAdmissions(admissions));
      const commit = run.commitOf(first, [[1, 'cancel']], [subjectId(1), subjectId(2)]);
      await run.commit([commit]);
      const left = await run.store.getAdmissions(workflowId(0), [1, 2, 3].map(subjectId));
      const bySubject = [...left].sort((a, b) => (a.subjectId < b.subjectId ? -1 : 1));
      assert.deepEqual(bySubject, admissions.slice(1));
    },
  );
}

function fenced({ slicesTest }: ContractKit): void {
  slicesTest('a commit with an old claim is lost and writes nothing', async (context) => {
    const [run, first] = await claimedRun(context);
    assert.ok(first);
    const taken = claimedSlice(await run.claim(1, 0));
    const before = await stateOf(run.store, run.run);
    const commit = run.commitOf(first, [[1, 'start']], [subjectId(1)]);
    assert.deepEqual(kindsOf(await run.commit([commit])), ['lost']);
    assert.deepEqual(await stateOf(run.store, run.run), before);
    await run.write(taken, [1, 'start']);
    assert.deepEqual(kindsOf(await run.commit([commit])), ['lost']);
    await run.expectCounted();
  });

  slicesTest('a commit with a claim that was never made is lost', async (context) => {
    const [run, first] = await claimedRun(context);
    assert.ok(first);
    const before = await stateOf(run.store, run.run);
    const commit = run.commitOf({ ...first, claim: first.claim + 1 }, [[1, 'start']]);
    assert.deepEqual(kindsOf(await run.commit([commit])), ['lost']);
    assert.deepEqual(await stateOf(run.store, run.run), before);
  });

  slicesTest(
    'a commit that arrives after two later ones of its holder is lost and writes nothing',
    async (context) => {
      const [run, first] = await claimedRun(context);
      assert.ok(first);
      const late = run.commitOf(first, [[1, 'start']]);
      await run.commit([late]);
      const second = await run.write({ ...first, seq: 1 }, [1, 'complete']);
      const third = await run.write(second, [2, 'start']);
      const before = await stateOf(run.store, run.run);
      for (const [slice, users] of [
        [late.slice, late.users],
        [{ ...second, seq: 1 }, []],
      ] as const) {
        const [answer] = await run.slices.commit([{ ...late, slice, users }], {
          nowMs: run.nextMs(),
          aggregation: { strictFailed: false },
        });
        assert.equal(answer?.kind, 'lost');
        assert.deepEqual(await stateOf(run.store, run.run), before);
      }
      await run.write(third, [2, 'fail']);
      await run.expectCounted();
    },
  );

  slicesTest('a commit that runs ahead of its slice is lost and writes nothing', async (context) => {
    const [run, first] = await claimedRun(context);
    assert.ok(first);
    const before = await stateOf(run.store, run.run);
    const commit = run.commitOf({ ...first, seq: 1 }, [[1, 'start']]);
    assert.deepEqual(kindsOf(await run.commit([commit])), ['lost']);
    assert.deepEqual(await stateOf(run.store, run.run), before);
  });

  slicesTest('a commit of a run that was deleted is lost', async (context) => {
    const [run, first] = await claimedRun(context);
    assert.ok(first);
    await run.store.transaction((tx) => tx.deleteRun(run.run.id));
    const commit = run.commitOf(first, [[1, 'start']]);
    assert.deepEqual(kindsOf(await run.commit([commit])), ['lost']);
    assert.equal(await run.store.getUser(run.run.id, 1), null);
  });
}

function repeated({ slicesTest }: ContractKit): void {
  slicesTest('a commit that is repeated is written once', async (context) => {
    const [run, first] = await claimedRun(context);
    assert.ok(first);
    const moves = [[1, 'start'] as const, [1, 'complete'] as const, [2, 'cancel'] as const];
    const commit = run.commitOf(first, moves, [subjectId(2)]);
    const once = writtenSlice((await run.commit([commit]))[0]);
    // Of a later run of the same subject: repeated, the commit would delete it.
    const admission = { workflowId: workflowId(0), subjectId: subjectId(2), dueAtMs: T0, runId: run.run.id };
    await run.store.transaction((tx) => tx.putAdmissions([admission]));
    const before = await stateOf(run.store, run.run);
    for (let again = 0; again < 3; again += 1) {
      const [answer] = await run.commit([commit]);
      assert.deepEqual(writtenSlice(answer), once);
      assert.deepEqual(await stateOf(run.store, run.run), before);
    }
    await run.write(once, [1, 'complete']);
    await run.expectCounted();
  });

  slicesTest('a commit that is made several times at once is written once', async (context) => {
    const [run, first] = await claimedRun(context);
    assert.ok(first);
    const commit = run.commitOf(first, [
      [1, 'start'],
      [1, 'fail'],
    ]);
    const answers = await Promise.all([run.commit([commit]), run.commit([commit]), run.commit([commit])]);
    assert.deepEqual(kindsOf(answers.flat()), ['written', 'written', 'written']);
    await run.expectCounted();
    assert.equal(writtenSlice(answers[2]?.[0]).seq, 1);
  });

  slicesTest('of several commits that are repeated, each is written once', async (context) => {
    const [run, first, second] = await claimedRun(context);
    assert.ok(first && second);
    const one = run.commitOf(first, [[1, 'start']]);
    const other = run.commitOf(second, [[second.firstOrdinal, 'start']]);
    await run.commit([one]);
    assert.deepEqual(kindsOf(await run.commit([one, other])), ['written', 'written']);
    assert.deepEqual(kindsOf(await run.commit([one, other])), ['written', 'written']);
    const { seq } = await run.expectCounted();
    assert.equal(seq, 2);
  });

  slicesTest(
    'a commit that is repeated after a cancel, or after its slice ended, is written once',
    async (context) => {
      const [run, first, second] = await claimedRun(context);
      assert.ok(first && second);
      const end = run.commitOf(first, run.endOf(first));
      const start = run.commitOf(second, [[second.firstOrdinal, 'start']]);
      await run.commit([end, start]);
      await run.store.transaction((tx) => run.slices.cancel(tx, run.run.id));
      const before = await stateOf(run.store, run.run);
      const answers = await run.commit([end, start]);
      assert.deepEqual(kindsOf(answers), ['written', 'written']);
      assert.equal(writtenSlice(answers[0]).state, 'ended');
      assert.equal(writtenSlice(answers[1]).canceling, true);
      assert.deepEqual(await stateOf(run.store, run.run), before);
    },
  );
}

function cancels({ slicesTest }: ContractKit): void {
  const cancel = ({ store, slices, run }: SlicedRun) =>
    store.transaction(async (tx) => {
      await slices.cancel(tx, run.id);
      const before = await tx.getRun(run.id);
      assert.ok(before);
      await tx.putRun({ ...before, processingStatus: 'canceling', revision: before.revision + 1 });
    });

  slicesTest(
    'the commit of a holder that does not know of a cancel is refused as canceling',
    async (context) => {
      const [run, first] = await claimedRun(context);
      assert.ok(first);
      const slice = await run.write(first, [1, 'start']);
      await cancel(run);
      const before = await stateOf(run.store, run.run);
      const stale = run.commitOf(slice, [
        [1, 'complete'],
        [2, 'start'],
      ]);
      assert.deepEqual(kindsOf(await run.commit([stale])), ['canceling']);
      assert.deepEqual(kindsOf(await run.commit([stale])), ['canceling']);
      assert.deepEqual(await stateOf(run.store, run.run), before);
      const informed = { ...slice, canceling: true };
      const after = await run.write(informed, [1, 'complete'], [2, 'cancel']);
      assert.equal(after.canceling, true);
      assert.equal((await run.expectCounted()).processingStatus, 'canceling');
    },
  );

  slicesTest('a cancel marks every slice that has not ended, held or not', async (context) => {
    const { store, slices, bounds } = context;
    const run = await SlicedRun.publish(store, slices, usersOfThree(bounds));
    const first = claimedSlice(await run.claim(1));
    await run.write(first, ...run.endOf(first));
    const second = claimedSlice(await run.claim(2));
    await cancel(run);
    await cancel(run);
    assert.deepEqual(await slices.renew([second], run.nextMs()), ['canceling']);
    assert.equal(claimedSlice(await run.claim(3)).canceling, true);
    assert.equal(claimedSlice(await run.claim(2, 0)).canceling, true);
    await run.expectCounted();
  });

  slicesTest('a cancel that is rolled back marks nothing', async (context) => {
    const [run, first] = await claimedRun(context);
    assert.ok(first);
    const failed = run.store.transaction(async (tx) => {
      await run.slices.cancel(tx, run.run.id);
      throw new Error('taken back');
    });
    await assert.rejects(failed, /taken back/);
    assert.deepEqual(await run.slices.renew([first], run.nextMs()), ['held']);
    await run.write(first, [1, 'start']);
  });

  slicesTest('a cancel leaves other runs, and passes over a run without slices', async (context) => {
    const [run, first] = await claimedRun(context);
    assert.ok(first);
    const other = await SlicedRun.publish(run.store, run.slices, 1, { n: 1 });
    await run.store.transaction((tx) => run.slices.cancel(tx, other.run.id));
    await run.store.transaction((tx) => run.slices.cancel(tx, 'no such run'));
    assert.deepEqual(await run.slices.renew([first], run.nextMs()), ['held']);
    assert.equal(claimedSlice(await other.claim(1)).canceling, true);
  });
}
