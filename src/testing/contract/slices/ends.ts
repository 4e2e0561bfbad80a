import assert from 'node:assert/strict';
import type { RunRecord } from '../../../model/records.ts';
import type { SliceAnswer, SliceKey } from '../../../model/slices.ts';
import type { StoreTransaction } from '../../../ports/store.ts';
import { isTerminal } from '../../../rules/status/transitions.ts';
import { aggregate } from '../../model/recount.ts';
import type { ContractKit } from '../kit.ts';
import { SlicedRun, stateOf, usersOfThree, writtenSlice } from './sliced-run.ts';

/** The end of slices, and of the run with the last of them. */
export function sliceEnds(kit: ContractKit): void {
  kit.describe('slices: ends', () => {
    ends(kit);
    hooks(kit);
  });
}

/** Answers around which the run came to its end. */
function endings(answers: readonly SliceAnswer[]): { before: RunRecord; after: RunRecord }[] {
  return answers.flatMap((answer) => {
    if (answer.kind !== 'written' || !answer.before || !answer.after) return [];
    const { before, after } = answer;
    const isEnd = !isTerminal(before.processingStatus) && isTerminal(after.processingStatus);
    return isEnd ? [{ before, after }] : [];
  });
}

function ends({ slicesTest }: ContractKit): void {
  slicesTest(
    'the slice that ends last ends the run: one answer has the run around its end',
    async (context) => {
      const run = await SlicedRun.publish(context.store, context.slices, usersOfThree(context.bounds));
      const [first, second, third] = await run.claimAll();
      assert.ok(first && second && third);
      const answers: SliceAnswer[] = [];
      for (const slice of [second, third, first]) {
        const commit = run.commitOf(slice, run.endOf(slice));
        const [answer] = await run.commit([commit]);
        assert.equal(writtenSlice(answer).state, 'ended');
        answers.push(answer as SliceAnswer, ...(await run.commit([commit])));
        await run.expectCounted();
      }
      const [end, ...others] = endings(answers);
      assert.deepEqual(others, []);
      assert.equal(end?.after.processingStatus, 'completed');
      const after = await run.expectCounted();
      assert.deepEqual(after, end?.after);
      assert.equal(after.completedAtMs, after.lastUserEndAtMs);
      assert.equal(after.seq, 3);
    },
  );

  slicesTest('slices that end in one call, or at the same time, end the run once', async (context) => {
    for (const [n, isOneCall] of [true, false].entries()) {
      const run = await SlicedRun.publish(context.store, context.slices, usersOfThree(context.bounds), { n });
      const commits = (await run.claimAll()).map((slice) => run.commitOf(slice, run.endOf(slice)));
      const answers = isOneCall
        ? await run.commit(commits)
        : (await Promise.all(commits.map((commit) => run.commit([commit])))).flat();
      assert.equal(endings(answers).length, 1);
      assert.equal((await run.expectCounted()).processingStatus, 'completed');
      assert.deepEqual(endings(await run.commit(commits)), []);
    }
  });

  slicesTest('the final status is that of all users of all slices', async (context) => {
    const endings = ['complete', 'fail', 'cancel'] as const;
    let n = 0;
    for (const one of endings)
      for (const other of endings)
        for (const [wasCanceling, strictFailed] of [
          [false, false],
          [false, true],
          [true, false],
        ] as const) {
          n += 1;
          const run = await SlicedRun.publish(context.store, context.slices, 2 * context.bounds.min, {
            n,
            ...(wasCanceling ? { processingStatus: 'canceling' } : {}),
          });
          const [first, second] = await run.claimAll();
          assert.ok(first && second);
          // A task that succeeds before the failure: with `strictFailed` the run has not simply failed.
          const start = run.commitOf(first, [
            [1, 'start'],
            [1, 'complete'],
          ]);
          const [started] = await run.commit([start]);
          const options = { aggregation: { strictFailed } };
          await run.commit([run.commitOf(second, run.endOf(second, other))], options);
          const last = one === 'fail' ? [[1, 'fail'] as const] : [];
          const rest = run.endOf(first, one).filter(([ordinal]) => last.length === 0 || ordinal !== 1);
          await run.commit([run.commitOf(writtenSlice(started), [...last, ...rest])], options);
          const count = (status: string) =>
            run.users.filter(({ processingStatus }) => processingStatus === status).length;
          const expected = aggregate({
            C: count('completed'),
            E: count('completedWithErrors'),
            F: count('failed'),
            X: count('canceled'),
            wasCanceling,
            completedTasks: run.users.flatMap(({ outcomes }) => outcomes ?? []).filter(isDone).length,
            strictFailed,
          });
          const title = `${one}, ${other}, canceling: ${wasCanceling}, strictFailed: ${strictFailed}`;
          assert.equal((await run.expectCounted()).processingStatus, expected, title);
        }
  });
}

function isDone({ status }: { readonly status: string }): boolean {
  return status === 'completed';
}

function hooks({ slicesTest }: ContractKit): void {
  slicesTest('`ended` is called in the transaction that ends slices, with their keys', async (context) => {
    const run = await SlicedRun.publish(context.store, context.slices, usersOfThree(context.bounds));
    const [first, second, third] = await run.claimAll();
    assert.ok(first && second && third);
    const calls: { keys: readonly SliceKey[]; status: string | undefined }[] = [];
    const ended = async (tx: StoreTransaction, keys: readonly SliceKey[]) => {
      const seen = await tx.getRun(run.run.id);
      calls.push({ keys, status: seen?.processingStatus });
      await tx.putSetting(`ended ${calls.length}`, 'yes');
    };
    const start = run.commitOf(third, [[third.firstOrdinal, 'start']]);
    const [started] = await run.commit([start], { ended });
    assert.deepEqual(calls, []);
    const two = [first, second].map((slice) => run.commitOf(slice, run.endOf(slice)));
    await run.commit(two, { ended });
    assert.deepEqual(
      [...calls.flatMap(({ keys }): readonly SliceKey[] => keys)].sort((a, b) => a.slice - b.slice),
      [run.key(1), run.key(2)],
    );
    const last = run.commitOf(writtenSlice(started), run.endOf(third));
    await run.commit([last], { ended });
    assert.deepEqual(calls.at(-1), { keys: [run.key(3)], status: 'completed' });
    assert.equal(await run.store.getSetting(`ended ${calls.length}`), 'yes');
    const made = calls.length;
    await run.commit([last, ...two], { ended });
    assert.equal(calls.length, made, 'a commit that is repeated ends nothing');
  });

  slicesTest('an `ended` that fails takes the commit back, which may be repeated', async (context) => {
    const run = await SlicedRun.publish(context.store, context.slices, usersOfThree(context.bounds));
    const [first] = await run.claimAll();
    assert.ok(first);
    const before = await stateOf(run.store, run.run);
    const commit = run.commitOf(first, run.endOf(first));
    const error = new Error('no job to complete');
    const refused = run.commit([commit], {
      ended: async (tx) => {
        await tx.putSetting('ended', 'yes');
        throw error;
      },
    });
    await assert.rejects(refused, (thrown) => thrown === error);
    assert.deepEqual(await stateOf(run.store, run.run), before);
    assert.equal(await run.store.getSetting('ended'), null);
    const [answer] = await run.commit([commit], { ended: (tx) => tx.putSetting('ended', 'now') });
    assert.equal(writtenSlice(answer).state, 'ended');
    assert.equal(await run.store.getSetting('ended'), 'now');
    await run.expectCounted();
  });
}
