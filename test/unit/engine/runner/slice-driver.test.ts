/** Events that reach the record late, or past the end of their run. */

import { describe, expect, it } from 'vitest';
import { assembleLedger } from '../../../../src/ledger/ledger.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { below, seededIds, seededRandom } from '../../../../src/system/virtual/random.ts';
import { deferred, gated } from '../../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { type WatchedStore, watchedStore } from '../../../helpers/watched-store.ts';
import {
  codeOf,
  expectSound,
  idsOf,
  makeWorld,
  statusesOf,
  type World,
  workflowInput,
} from '../../../helpers/world.ts';

expectNoUnhandledRejection();

/** A ledger of another process on the same store. */
const ledgerOf = (store: WatchedStore, clock: VirtualClock) =>
  assembleLedger({
    store,
    clock,
    ids: seededIds(99),
    events: { emit: () => {}, has: () => false },
    aggregation: { strictFailed: false },
    planning: new Set(),
  });

let held = gated();
const hold = () => {
  held = gated();
  return held;
};
const lastHold = () => held;

describe('writes of a driver that is late', () => {
  it.each([1, 2, 3, 4, 5])(
    'a start that is queued when its run ends canceled changes nothing (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const clock = new VirtualClock();
      // The caller of a transaction learns of the commit after others may have begun, as with a server.
      const store = watchedStore(memoryStore(), {
        after: async () => {
          for (let left = below(random, 6); left > 0; left--) await clock.yield();
        },
      });
      const { engine } = makeWorld({ clock, store, concurrency: 2, seed });
      const workflow = await clock.until(engine.workflows.create(workflowInput(['a'])));
      await clock.until(engine.start());
      for (let round = 0; round < 40; round++) {
        const run = await clock.until(engine.runs.activate(workflow.id, { subjects: idsOf(8) }));
        for (let left = below(random, 20); left > 0; left--)
          await new Promise<void>((resolve) => setImmediate(resolve));
        await clock.until(codeOf(engine.runs.cancel(run.id)));
        await clock.until(engine.runs.waitFor(run.id));
        await clock.settle();
        expect(store.faults).toEqual([]);
      }
      await expectSound(store);
    },
  );

  it('outcomes that arrive after another process has canceled the run are refused', async () => {
    const { engine, clock, store } = makeWorld({ tasks: { '*': hold().run } });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.settle();
    const ledger = assembleLedger({
      store,
      clock,
      ids: seededIds(99),
      events: { emit: () => {}, has: () => false },
      aggregation: { strictFailed: false },
      planning: new Set(),
    });
    expect((await ledger.runs.cancel(run.id)).processingStatus).toBe('canceled');
    for (const call of lastHold().open()) call.resolve();
    await clock.settle();
    const after = await engine.runs.get(run.id);
    expect(after.processingStatus).toBe('canceled');
    expect(await statusesOf({ engine } as World, run.id)).toEqual(['canceled', 'canceled', 'canceled']);
    await expectSound(store);
  });

  it('a run that is canceled while a new engine resumes it is not written after its end', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const dead = makeWorld({ store: inner, clock, tasks: { '*': hold().run } });
    const workflow = await dead.engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(dead.engine.start());
    const run = await dead.engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.settle(); // in progress; its process dies now

    const store = watchedStore(inner);
    const isListed = deferred();
    const second = makeWorld({ store, clock, seed: 2 });
    let canceling: Promise<string> | undefined;
    store.hooks.read = async (method) => {
      if (method === 'listUsersByStatus') isListed.resolve();
      if (method !== 'getWorkflowVersion' || canceling) return;
      // Claimed, and without a driver yet. The drain will find that the run has no driver, and be slow.
      const isCanceling = deferred();
      store.hooks.after = async (_n, { runs, users }) => {
        if (runs.get(run.id)?.after.processingStatus === 'canceling') isCanceling.resolve();
        if (users.size === 0) store.hooks.before = () => isListed.promise;
        else for (let left = 8; left > 0; left--) await clock.yield();
      };
      canceling = codeOf(second.engine.runs.cancel(run.id));
      await isCanceling.promise;
    };
    await clock.until(second.engine.start());
    const done = await clock.until(second.engine.runs.waitFor(run.id));
    await clock.settle();
    expect(done.processingStatus).toBe('canceled');
    await expectSound(store);
  });

  it.each([1, 2, 3, 4, 5])(
    'an engine that resumes a run while it is canceled writes nothing after its end (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const inner = memoryStore();
      const clock = new VirtualClock();
      const first = makeWorld({ store: inner, clock, tasks: { '*': hold().run }, seed: 1_000 * seed });
      const workflow = await first.engine.workflows.create(workflowInput(['a', 'b']));
      for (let round = 0; round < 20; round++) {
        const dead = makeWorld({
          store: inner,
          clock,
          tasks: { '*': hold().run },
          seed: 1_000 * seed + 100 + round,
        });
        await clock.until(dead.engine.start());
        const run = await dead.engine.runs.activate(workflow.id, { subjects: idsOf(3) });
        await clock.settle(); // in progress; its process dies now
        const store = watchedStore(inner, {
          after: async () => {
            for (let left = below(random, 6); left > 0; left--) await clock.yield();
          },
        });
        const second = makeWorld({ store, clock, seed: 1_000 * seed + 200 + round });
        const started = second.engine.start();
        for (let left = below(random, 20); left > 0; left--)
          await new Promise<void>((resolve) => setImmediate(resolve));
        await clock.until(codeOf(second.engine.runs.cancel(run.id)));
        await clock.until(started);
        await clock.until(second.engine.runs.waitFor(run.id));
        await clock.settle();
        await expectSound(store);
        await clock.until(second.engine.stop());
      }
    },
  );

  it('a second cancel by another process fences the driver off as the first does', async () => {
    const gate = gated();
    const { engine, clock, store } = makeWorld({
      subjects: 1_200,
      concurrency: 2_000,
      tasks: { '*': gate.run },
    });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await clock.until(engine.runs.activate(workflow.id, { subjects: idsOf(1_200) }));
    await clock.settle();
    expect(gate.open()).toHaveLength(1_200);
    expect((await clock.until(engine.runs.cancel(run.id))).processingStatus).toBe('canceling');
    const batch = deferred();
    store.hooks.after = async (_n, { users }) => {
      if (users.size !== 1_000) return;
      store.hooks.after = () => {};
      for (const call of gate.open().slice(0, 50)) call.resolve();
      batch.resolve();
      for (let left = 10; left > 0; left--) await clock.yield();
    };
    const canceled = ledgerOf(store, clock).runs.cancel(run.id);
    await clock.until(canceled);
    await clock.settle();
    await expectSound(store);
  });
});
