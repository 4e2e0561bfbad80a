/** Users that wait for the rate of their handler hold no lane, and everything that ends them frees their place. */
import { describe, expect, it } from 'vitest';
import { gated } from '../../../helpers/deferred.ts';
import { expectSound, idsOf, makeWorld, type WorldOptions, workflowInput } from '../../../helpers/world.ts';

const rate = { limit: 2, intervalMs: 1_000 };

/** A run of `slow`, which has a rate, for `users`. */
async function begin(users: number, options: WorldOptions = {}) {
  const starts: { id: string; atMs: number }[] = [];
  const world = makeWorld({
    concurrency: 3,
    ...options,
    tasks: {
      slow: {
        run: ({ subject }) => void starts.push({ id: subject.id, atMs: world.clock.elapsed() }),
        rate,
      },
      free: () => {},
      ...options.tasks,
    },
  });
  const { engine, clock } = world;
  const workflow = await engine.workflows.create(workflowInput(['slow']));
  const other = await engine.workflows.create(workflowInput(['free']));
  await clock.until(engine.start());
  const { id } = await engine.runs.activate(workflow.id, { subjects: idsOf(users) });
  await clock.settle();
  return { ...world, starts, id, workflow, other };
}

describe('a handler with a rate', () => {
  it('starts at most `limit` in any interval, over all runs, in order', async () => {
    const { engine, clock, store, starts, id, workflow } = await begin(6);
    const second = await engine.runs.activate(workflow.id, { subjects: ['u7'] });
    await clock.until(Promise.all([engine.runs.waitFor(id), engine.runs.waitFor(second.id)]));
    const from = starts[0]?.atMs ?? 0;
    expect(starts.map(({ id: user, atMs }) => [user, atMs - from])).toEqual([
      ['u1', 0],
      ['u2', 0],
      ['u3', 1_000],
      ['u4', 1_000],
      ['u5', 2_000],
      ['u6', 2_000],
      ['u7', 3_000],
    ]);
    await expectSound(store);
  });

  it('holds no lane for those who wait: other handlers go on', async () => {
    const { engine, clock, other, id } = await begin(10);
    const run = await engine.runs.activate(other.id, { subjects: idsOf(10) });
    await clock.settle();
    expect((await engine.runs.get(run.id)).processingStatus).toBe('completed');
    expect((await engine.runs.get(id)).processingStatus).toBe('inProgress');
    const { metrics } = await engine.metrics();
    expect(metrics.find(({ name }) => name === 'tenure.task.throttled')?.series).toContainEqual({
      labels: { task: 'slow' },
      value: 8,
    });
  });

  it('a cancel ends those who wait at once, and frees what they waited for', async () => {
    const { engine, clock, store, starts, id, workflow } = await begin(10);
    await engine.runs.cancel(id);
    await clock.settle();
    const canceled = await engine.runs.get(id);
    expect([canceled.processingStatus, canceled.successfulUsersCount]).toEqual(['canceled', 2]);
    const next = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(next.id));
    expect((starts[2]?.atMs ?? 0) - (starts[0]?.atMs ?? 0)).toBe(1_000);
    await expectSound(store);
  });

  it('a stop does not wait for the rate, and leaves no timer', async () => {
    const { engine, clock } = await begin(10, { tasks: {} });
    await clock.until(engine.stop());
    expect(clock.timers).toBe(0);
  });

  it('retries count as starts, and a bound on calls at once holds beside the rate', async () => {
    const held = gated();
    const { clock } = await begin(10, {
      tasks: {
        slow: {
          run: held.run,
          concurrency: 1,
          rate: { limit: 2, intervalMs: 100 },
          retry: { attempts: 2, delayMs: 0 },
        },
      },
    });
    expect(held.calls).toHaveLength(1);
    held.open()[0]?.reject(new Error('down'));
    await clock.settle();
    expect(held.calls).toHaveLength(2);
    held.open()[0]?.resolve();
    await clock.settle();
    expect(held.calls).toHaveLength(2);
    await clock.advance(100);
    expect([held.calls.length, held.peak()]).toEqual([3, 1]);
  });

  it('a preview does not use it up', async () => {
    const { engine, clock, starts, workflow } = await begin(2);
    await clock.until(engine.workflows.preview(workflow.id, { subjects: idsOf(5) }));
    await clock.advance(1_000);
    await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    expect(starts).toHaveLength(3);
  });
});

it.each([
  [{ limit: 0, intervalMs: 1 }, 'tasks.a.rate.limit'],
  [{ limit: 1, intervalMs: 0 }, 'tasks.a.rate.intervalMs'],
  [{ limit: 1, intervalMs: 1, per: 'cluster' }, 'tasks.a.rate.per'],
  [{ limit: 1 }, 'tasks.a.rate.intervalMs'],
])('the rate %j is refused', (bad, field) => {
  expect(() => makeWorld({ tasks: { a: { run: () => {}, rate: bad as never } } })).toThrow(
    expect.objectContaining({ code: 'InvalidArgument', details: expect.objectContaining({ field }) }),
  );
});
