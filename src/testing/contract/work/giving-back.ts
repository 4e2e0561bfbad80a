import assert from 'node:assert/strict';
import { LIMITS } from '../../../model/limits.ts';
import { rejectionOf } from '../kit.ts';
import { namesOf, Worker, type WorkTest } from './work-kit.ts';

/** So long that what tests take of it does not count. */
const WAIT_MS = 3_600_000;

/** How engines are done with work. */
export function givingBack(test: WorkTest): void {
  test('what is given back can be taken again at once', async (work) => {
    const worker = await Worker.open(work);
    const { keys } = await worker.publish(1);
    const [claimed] = await worker.workOff();
    assert.ok(claimed);
    await worker.release(claimed, work.clock.now());
    await worker.source.sweep();
    assert.deepEqual(namesOf(await worker.workOff()), namesOf(keys));
  });

  test('what is given back for later is not taken before, and then again', async (work) => {
    const worker = await Worker.open(work);
    const { keys } = await worker.publish(1);
    const [claimed] = await worker.workOff();
    assert.ok(claimed);
    await worker.release(claimed, work.clock.now() + WAIT_MS);
    for (const byMs of [0, WAIT_MS / 2]) {
      await work.pass(byMs);
      await worker.source.sweep();
      assert.deepEqual(await worker.source.take(4), []);
    }
    worker.calls = 0;
    await work.pass(WAIT_MS);
    assert.ok(worker.calls > 0, 'Expected the engine to hear of it, got no call');
    assert.deepEqual(namesOf(await worker.workOff()), namesOf(keys));
  });

  test('what one engine gives back, another takes', async (work) => {
    const [here, there] = [await Worker.open(work), await Worker.open(work)];
    const { keys } = await here.publish(1);
    const [claimed] = await here.workOff();
    assert.ok(claimed);
    await here.release(claimed, work.clock.now());
    await work.pass(LIMITS.pollMs);
    assert.deepEqual(namesOf(await there.workOff()), namesOf(keys));
  });

  test('what has ended is offered no more', async (work) => {
    const worker = await Worker.open(work);
    const run = await worker.publish(1);
    const [claimed] = await worker.workOff();
    assert.ok(claimed);
    const { ticket, slice } = claimed;
    const [answer] = await run.commit([run.commitOf(slice, run.endOf(slice))], {
      ended: (tx) => worker.source.complete(tx, [ticket]),
    });
    assert.equal(answer?.kind, 'written');
    await worker.source.sweep();
    assert.deepEqual(await worker.source.take(4), []);
  });

  test('an end that is rolled back leaves the work with its holder, who can give it back', async (work) => {
    const worker = await Worker.open(work);
    const run = await worker.publish(1);
    const [claimed] = await worker.workOff();
    assert.ok(claimed);
    const { ticket, slice } = claimed;
    const fault = new Error('as the test wants it');
    const end = () =>
      run.commit([run.commitOf(slice, run.endOf(slice))], {
        ended: async (tx) => {
          await worker.source.complete(tx, [ticket]);
          throw fault;
        },
      });
    assert.equal(await rejectionOf(end), fault);
    await worker.renew([claimed]);
    await worker.release(claimed, work.clock.now());
    worker.source.published(null);
    assert.deepEqual(namesOf(await worker.workOff()), namesOf(run.keys));
  });

  test('what is gone is dropped, and offered no more', async (work) => {
    const worker = await Worker.open(work);
    const { run } = await worker.publish(1);
    await work.store.transaction((tx) => tx.deleteRun(run.id));
    for (const ticket of await worker.source.take(4)) {
      assert.equal(await worker.claim(ticket), 'gone');
      await worker.source.drop(ticket);
    }
    await worker.source.sweep();
    assert.deepEqual(await worker.source.take(4), []);
  });

  test('a lost answer to a taking costs time: what was taken and not used comes again', async (work) => {
    const worker = await Worker.open(work);
    const { keys } = await worker.publish(1);
    await worker.source.take(4);
    await work.pass(LIMITS.sliceLeaseMs + 3 * LIMITS.pollMs);
    assert.deepEqual(namesOf(await worker.workOff()), namesOf(keys));
  });
}
