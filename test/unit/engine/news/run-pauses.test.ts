/** Runs of a workflow that is paused: no further task starts, and nothing else is held up. */
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { gated } from '../../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import {
  expectRecount,
  expectSound,
  idsOf,
  makeWorld,
  type WorldOptions,
  workflowInput,
} from '../../../helpers/world.ts';

expectNoUnhandledRejection();

/** A run of two tasks for ten users on three lanes, whose handlers settle when the test says so. */
async function begin(options: WorldOptions = {}) {
  const held = gated();
  const world = makeWorld({
    concurrency: 3,
    ...options,
    tasks: { a: held.run, b: () => {}, ...options.tasks },
  });
  const { engine, clock } = world;
  const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
  await clock.until(engine.start());
  const { id } = await engine.runs.activate(workflow.id, { subjects: idsOf(10) });
  await clock.settle();
  const settleAll = async () => {
    while (held.open().length > 0) {
      for (const call of held.open()) call.resolve();
      await clock.settle();
    }
  };
  return { ...world, held, workflow, id, settleAll };
}

describe('workflows.pauseRuns', () => {
  it('lets running handlers end, and starts no further task until resumeRuns', async () => {
    const { engine, clock, store, held, workflow, id, settleAll } = await begin();
    const paused = await engine.workflows.pauseRuns(workflow.id, { by: 'ops' });
    expect(paused).toMatchObject({ runsPausedDateTime: expect.any(String), lastModifiedBy: { id: 'ops' } });
    await settleAll();
    expect(held.calls).toHaveLength(3);
    await clock.advance(60_000);
    const run = await engine.runs.get(id);
    expect([run.processingStatus, run.successfulUsersCount, run.totalUnprocessedTasksCount]).toEqual([
      'inProgress',
      0,
      17,
    ]);
    await expectRecount(engine, run);
    expect(await engine.workflows.resumeRuns(workflow.id)).not.toHaveProperty('runsPausedDateTime');
    await clock.settle();
    await settleAll();
    expect((await engine.runs.get(id)).processingStatus).toBe('completed');
    expect(held.calls).toHaveLength(10);
    await expectSound(store);
  });

  it('changes nothing when they are paused already, and neither does resumeRuns when they are not', async () => {
    const { engine, workflow } = await begin();
    expect(await engine.workflows.resumeRuns(workflow.id)).toEqual(workflow);
    const paused = await engine.workflows.pauseRuns(workflow.id);
    expect(await engine.workflows.pauseRuns(workflow.id)).toEqual(paused);
  });

  it('leaves lanes, and the rate of a handler, to the runs of other workflows', async () => {
    const starts: string[] = [];
    const { engine, clock, workflow, settleAll } = await begin({
      tasks: {
        b: { run: ({ subject }) => void starts.push(subject.id), rate: { limit: 1, intervalMs: 1_000 } },
      },
    });
    await settleAll();
    await engine.workflows.pauseRuns(workflow.id);
    await clock.advance(1_000);
    const before = starts.length;
    const other = await engine.workflows.create(workflowInput(['b']));
    const { id } = await engine.runs.activate(other.id, { subjects: idsOf(2) });
    await clock.until(engine.runs.waitFor(id));
    expect(starts.slice(before)).toEqual(['u1', 'u2']);
  });

  it('holds for runs that are made meanwhile, and for new versions; previews go on', async () => {
    const { engine, clock, workflow, settleAll } = await begin();
    await engine.workflows.pauseRuns(workflow.id);
    await settleAll();
    const next = await engine.workflows.createNewVersion(workflow.id, workflowInput(['b']));
    expect(next.runsPausedDateTime).toBeDefined();
    expect((await engine.workflows.getVersion(workflow.id, 1)).runsPausedDateTime).toBeUndefined();
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const preview = await clock.until(engine.workflows.preview(workflow.id, { subjects: ['u1'] }));
    await clock.settle();
    expect((await engine.runs.get(id)).processingStatus).toBe('queued');
    expect((await engine.runs.get(preview.id)).processingStatus).toBe('completed');
    await engine.workflows.resumeRuns(workflow.id);
    await clock.settle();
    await settleAll();
    expect((await engine.runs.get(id)).processingStatus).toBe('completed');
  });

  it('survives a restart', async () => {
    const { engine, clock, store, workflow, id, settleAll } = await begin();
    await engine.workflows.pauseRuns(workflow.id);
    await settleAll();
    await clock.until(engine.stop());
    const next = makeWorld({ store, clock, seed: 2, tasks: { a: () => {}, b: () => {} } });
    await clock.until(next.engine.start());
    await clock.advance(60_000);
    expect((await next.engine.runs.get(id)).successfulUsersCount).toBe(0);
    await next.engine.workflows.resumeRuns(workflow.id);
    await clock.until(next.engine.runs.waitFor(id));
    expect((await next.engine.runs.get(id)).successfulUsersCount).toBe(10);
    await expectSound(store);
  });

  it('does not keep a run from being canceled', async () => {
    const { engine, clock, store, workflow, id, settleAll } = await begin();
    await engine.workflows.pauseRuns(workflow.id);
    await settleAll();
    await engine.runs.cancel(id);
    await clock.settle();
    const run = await engine.runs.get(id);
    expect([run.processingStatus, run.totalUnprocessedTasksCount]).toEqual(['canceled', 17]);
    await expectSound(store);
  });

  it('is retried when the store cannot say what is paused', async () => {
    const { engine, clock, store, held, workflow, settleAll, errors } = await begin();
    const read = store.getWorkflow.bind(store);
    store.getWorkflow = () => Promise.reject(new Error('down'));
    await engine.workflows.pauseRuns(workflow.id);
    await clock.settle();
    expect(errors()).toEqual([new Error('down')]);
    store.getWorkflow = read;
    await clock.advance(1_000);
    await settleAll();
    expect(held.calls).toHaveLength(3);
  });
});

it('runs that another process pauses or resumes follow within a second, in every process', async () => {
  const clock = new VirtualClock();
  const store = memoryStore({ slices: { min: 2, max: 2 } });
  const started: string[] = [];
  const engineOf = (seed: number) =>
    makeWorld({
      clock,
      store,
      seed,
      concurrency: 1,
      tasks: {
        a: async ({ subject }) => {
          started.push(subject.id);
          await clock.sleep(1_000);
        },
      },
    }).engine;
  const [one, two] = [engineOf(1), engineOf(2)];
  const workflow = await one.workflows.create(workflowInput(['a']));
  await clock.until(Promise.all([one.start(), two.start()]));
  const { id } = await one.runs.activate(workflow.id, { subjects: idsOf(10) });
  await clock.advance(1_500);
  await two.workflows.pauseRuns(workflow.id);
  await clock.advance(2_100);
  const { length } = started;
  expect(length).toBeLessThan(10);
  await clock.advance(120_000);
  expect(started).toHaveLength(length);
  await one.workflows.resumeRuns(workflow.id);
  await clock.until(two.runs.waitFor(id));
  expect(started.toSorted()).toEqual(idsOf(10).toSorted());
});
