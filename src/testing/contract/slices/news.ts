import assert from 'node:assert/strict';
import type { RunNews } from '../../../model/slices.ts';
import type { StoreSlices } from '../../../ports/store.ts';
import { type ContractKit, turns } from '../kit.ts';
import { insertRunWith, runId, runRecord, userRecords } from '../records/records.ts';
import { SlicedRun, usersOfThree } from './sliced-run.ts';

/** News of runs. */
export function sliceNews({ describe, slicesTest }: ContractKit): void {
  describe('slices: news', () => {
    slicesTest('a watch tells of runs that are offered, canceled, answered and ended', async (context) => {
      const news = new Heard(context.slices);
      const run = await SlicedRun.publish(context.store, context.slices, usersOfThree(context.bounds));
      await news.until({ kind: 'offered', runId: run.run.id });
      await run.store.transaction((tx) => run.slices.answered(tx, run.run.id, 2));
      await news.until({ kind: 'answered', runId: run.run.id, ordinal: 2 });
      const claimed = await run.claimAll();
      await run.store.transaction((tx) => run.slices.cancel(tx, run.run.id));
      await news.until({ kind: 'canceling', runId: run.run.id });
      for (const slice of claimed) {
        assert.deepEqual(news.ofKind('ended'), []);
        await run.write({ ...slice, canceling: true }, ...run.endOf(slice, 'cancel'));
      }
      await news.until({ kind: 'ended', runId: run.run.id });
      news.close();
    });

    slicesTest('news come after the commit, and never of a rollback', async (context) => {
      const { store, slices } = context;
      const news = new Heard(slices);
      const inserted = runRecord(1, { totalUsersCount: 2 });
      const change = (isKept: boolean) =>
        store.transaction(async (tx) => {
          await insertRunWith(tx, inserted, userRecords(1, 2));
          await slices.insert(tx, inserted);
          await slices.cancel(tx, inserted.id);
          await slices.answered(tx, inserted.id, 1);
          await turns();
          assert.deepEqual(news.heard, []);
          if (!isKept) throw new Error('taken back');
        });
      await assert.rejects(change(false), /taken back/);
      await store.transaction((tx) => slices.answered(tx, 'a later one', 1));
      await news.until({ kind: 'answered', runId: 'a later one', ordinal: 1 });
      assert.deepEqual(news.heard, [{ kind: 'answered', runId: 'a later one', ordinal: 1 }]);
      news.heard.length = 0;
      await change(true);
      await news.until({ kind: 'canceling', runId: inserted.id });
      await news.until({ kind: 'answered', runId: inserted.id, ordinal: 1 });
      news.close();
    });

    slicesTest('an end whose commit is rolled back is no news', async (context) => {
      const run = await SlicedRun.publish(context.store, context.slices, 1);
      const [slice] = await run.claimAll();
      assert.ok(slice);
      const news = new Heard(context.slices);
      const commit = run.commitOf(slice, run.endOf(slice));
      const ended = async () => {
        throw new Error('no job to complete');
      };
      await assert.rejects(run.commit([commit], { ended }), /no job/);
      await context.store.transaction((tx) => context.slices.answered(tx, runId(9), 1));
      await news.until({ kind: 'answered', runId: runId(9), ordinal: 1 });
      assert.deepEqual(news.ofKind('ended'), []);
      await run.commit([commit]);
      await news.until({ kind: 'ended', runId: run.run.id });
      news.close();
    });

    slicesTest('every watch hears, until it is closed', async ({ store, slices }) => {
      const [closed, open] = [new Heard(slices), new Heard(slices)];
      const answer = (id: string) => store.transaction((tx) => slices.answered(tx, id, 1));
      await answer('first');
      for (const news of [closed, open]) await news.until({ kind: 'answered', runId: 'first', ordinal: 1 });
      closed.close();
      await answer('second');
      await open.until({ kind: 'answered', runId: 'second', ordinal: 1 });
      assert.equal(closed.heard.length, 1);
      open.close();
    });
  });
}

/** What a watch has heard. */
class Heard {
  readonly heard: RunNews[] = [];
  readonly #watch: { close(): void };
  #check = () => {};

  constructor(slices: StoreSlices) {
    this.#watch = slices.watch((news) => {
      this.heard.push(news);
      this.#check();
    });
  }

  ofKind(kind: RunNews['kind']): RunNews[] {
    return this.heard.filter((news) => news.kind === kind);
  }

  /** Resolves when it has been heard. The runner's time-out ends a wait for what never comes. */
  until(wanted: RunNews): Promise<void> {
    const text = textOf(wanted);
    return new Promise((resolve) => {
      this.#check = () => {
        if (this.heard.some((news) => textOf(news) === text)) resolve();
      };
      this.#check();
    });
  }

  close(): void {
    this.#watch.close();
  }
}

function textOf({ kind, runId: id, ...rest }: RunNews): string {
  return JSON.stringify([kind, id, 'ordinal' in rest ? rest.ordinal : null]);
}
