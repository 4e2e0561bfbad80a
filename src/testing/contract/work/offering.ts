import assert from 'node:assert/strict';
import { LIMITS } from '../../../model/limits.ts';
import { rejectionOf } from '../kit.ts';
import { SlicedRun } from '../slices/sliced-run.ts';
import { namesOf, Worker, type WorkTest } from './work-kit.ts';

/** Longer than any source goes without a sweep. */
const SWEPT_MS = 120_000;
/** Of every slice size: two slices or more. */
const USERS = 120;

/** How work comes to engines. */
export function offering(test: WorkTest): void {
  test('what was offered can be taken after the commit, by its engine and by others', async (work) => {
    const [here, there] = [await Worker.open(work), await Worker.open(work)];
    const first = await here.publish(USERS, { n: 1 });
    assert.deepEqual(namesOf(await here.workOff()), namesOf(first.keys));
    const second = await here.publish(USERS, { n: 2 });
    there.source.published(null);
    assert.deepEqual(namesOf(await there.workOff()), namesOf(second.keys));
  });

  test('of a transaction that is rolled back, nothing can be taken', async (work) => {
    const worker = await Worker.open(work);
    const fault = new Error('as the test wants it');
    const { slices } = work.store;
    assert.ok(slices);
    const publish = () =>
      SlicedRun.publish(work.store, slices, USERS, {}, async (tx, run, keys) => {
        await worker.source.offer(tx, run, keys);
        throw fault;
      });
    assert.equal(await rejectionOf(publish), fault);
    worker.source.published(null);
    assert.deepEqual(await worker.source.take(4), []);
    await worker.source.sweep();
    assert.deepEqual(await worker.source.take(4), []);
  });

  test('an engine hears of work that it or another one publishes, and looks for itself', async (work) => {
    const worker = await Worker.open(work);
    const { run } = await worker.publish(1);
    assert.equal(worker.calls > 0, true);
    for (const published of [run, null]) {
      worker.calls = 0;
      worker.source.published(published);
      assert.equal(worker.calls, 1);
    }
    worker.calls = 0;
    await work.pass(LIMITS.pollMs);
    assert.equal(worker.calls, 1);
  });

  test('a sweep finds what was never offered', async (work) => {
    const worker = await Worker.open(work);
    const { slices } = work.store;
    assert.ok(slices);
    const { keys } = await SlicedRun.publish(work.store, slices, USERS);
    await worker.source.sweep();
    assert.deepEqual(namesOf(await worker.workOff()), namesOf(keys));
  });

  test('what was never offered is found without a call, in time', async (work) => {
    const worker = await Worker.open(work);
    const { slices } = work.store;
    assert.ok(slices);
    const { keys } = await SlicedRun.publish(work.store, slices, USERS);
    await work.pass(SWEPT_MS);
    assert.deepEqual(namesOf(await worker.workOff()), namesOf(keys));
    assert.deepEqual(worker.failures, []);
  });

  test('what was published before the source is opened can be taken', async (work) => {
    const { slices } = work.store;
    assert.ok(slices);
    const { keys } = await SlicedRun.publish(work.store, slices, USERS);
    const worker = await Worker.open(work);
    assert.deepEqual(namesOf(await worker.workOff()), namesOf(keys));
  });

  test('sweeps offer nothing twice to an engine, and nothing that is worked on', async (work) => {
    const [here, there] = [await Worker.open(work), await Worker.open(work)];
    const { keys } = await here.publish(USERS);
    for (const { source } of [here, there, here]) await source.sweep();
    const tickets = await here.source.take(100);
    assert.deepEqual(namesOf(tickets), namesOf(keys));
    for (const ticket of tickets) assert.equal(typeof (await here.claim(ticket)), 'object');
    for (const { source } of [here, there]) await source.sweep();
    assert.deepEqual(await here.source.take(100), []);
    assert.deepEqual(await there.source.take(100), []);
  });

  test('a closed source tells of nothing, and can be opened again', async (work) => {
    const worker = await Worker.open(work);
    await worker.source.close();
    worker.calls = 0;
    await work.pass(SWEPT_MS);
    worker.source.published(null);
    assert.equal(worker.calls, 0);
    await worker.reopen();
    const { keys } = await worker.publish(USERS);
    assert.deepEqual(namesOf(await worker.workOff()), namesOf(keys));
  });
}
