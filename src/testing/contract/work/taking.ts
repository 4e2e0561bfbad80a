import assert from 'node:assert/strict';
import { LIMITS } from '../../../model/limits.ts';
import { namesOf, Worker, type WorkTest } from './work-kit.ts';

const USERS = 120;
/** A moment after the holder of a slice is taken for dead. */
const DEAD_MS = LIMITS.sliceLeaseMs + 3 * LIMITS.pollMs;

/** Who gets which work. */
export function taking(test: WorkTest): void {
  test('of several engines that take at once, one claims a slice', async (work) => {
    const workers = [await Worker.open(work), await Worker.open(work), await Worker.open(work)];
    const { keys } = (await workers[0]?.publish(USERS)) ?? {};
    assert.ok(keys);
    for (const { source } of workers) source.published(null);
    const claimed = await Promise.all(workers.map((worker) => worker.workOff()));
    assert.deepEqual(namesOf(claimed.flat()), namesOf(keys));
  });

  test('at most as much is taken as there is room for', async (work) => {
    const worker = await Worker.open(work);
    for (const n of [1, 2, 3]) await worker.publish(1, { n });
    assert.equal((await worker.source.take(2)).length, 2);
    assert.equal((await worker.source.take(2)).length, 1);
    assert.equal((await worker.source.take(2)).length, 0);
  });

  test('on demand comes first, though a scheduled run has waited for longer', async (work) => {
    const worker = await Worker.open(work);
    await worker.publish(1, { n: 1, workflowExecutionType: 'scheduled' });
    await worker.publish(1, { n: 2 });
    const [first] = await worker.source.take(1);
    assert.equal(first?.isOnDemand, true);
    const [second] = await worker.source.take(1);
    assert.equal(second?.isOnDemand, false);
  });

  for (const room of [1, 5])
    test(`of five, one is scheduled while both kinds wait, taken ${room} at a time`, async (work) => {
      const worker = await Worker.open(work);
      for (let n = 0; n < 20; n += 1)
        await worker.publish(1, { n, workflowExecutionType: n % 2 === 0 ? 'onDemand' : 'scheduled' });
      const kinds: boolean[] = [];
      while (kinds.length < 10)
        kinds.push(...(await worker.source.take(room)).map(({ isOnDemand }) => isOnDemand));
      for (const start of [0, 5]) assert.equal(kinds.slice(start, start + 5).filter(Boolean).length, 4);
      assert.equal((await worker.source.take(100)).length, 10);
    });

  test('one kind alone has no limit', async (work) => {
    const worker = await Worker.open(work);
    for (const n of [1, 2, 3]) await worker.publish(1, { n, workflowExecutionType: 'scheduled' });
    assert.equal((await worker.source.take(3)).length, 3);
    for (const n of [4, 5, 6, 7, 8, 9]) await worker.publish(1, { n });
    assert.equal((await worker.source.take(6)).length, 6);
  });

  test('what is renewed is offered to no other, however long it takes', async (work) => {
    const [here, there] = [await Worker.open(work), await Worker.open(work)];
    await here.publish(USERS);
    const claimed = await here.workOff();
    for (let round = 0; round < 5; round += 1) {
      await work.pass(LIMITS.sliceLeaseMs / 2);
      await here.renew(claimed);
      assert.deepEqual(await there.source.take(100), []);
    }
  });

  test('an engine that dies leaves its work to the others, claimed or not', async (work) => {
    const [dead, heir] = [await Worker.open(work), await Worker.open(work)];
    const { keys } = await dead.publish(USERS);
    const [ticket] = await dead.source.take(1);
    assert.ok(ticket);
    assert.equal(typeof (await dead.claim(ticket)), 'object');
    await dead.source.take(100);
    await dead.source.close();
    await work.pass(DEAD_MS);
    assert.deepEqual(namesOf(await heir.workOff()), namesOf(keys));
  });

  test('a holder that was taken for dead changes nothing of its heir', async (work) => {
    const [stalled, heir] = [await Worker.open(work), await Worker.open(work)];
    const run = await stalled.publish(1);
    const [old] = await stalled.workOff();
    assert.ok(old);
    await work.pass(DEAD_MS);
    const [ours] = await heir.workOff();
    assert.ok(ours);
    await stalled.source.renew([old.ticket]);
    await stalled.source.giveBack(old.ticket, work.clock.now());
    await stalled.source.drop(old.ticket);
    await work.store.transaction((tx) => stalled.source.complete(tx, [old.ticket]));
    assert.deepEqual(await stalled.workOff(), []);
    await heir.renew([ours]);
    await heir.release(ours, work.clock.now());
    heir.source.published(null);
    assert.deepEqual(namesOf(await heir.workOff()), namesOf(run.keys));
  });
}
