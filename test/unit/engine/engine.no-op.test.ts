import { describe, expect, it } from 'vitest';
import type { Callout } from '../../../src/ports/callout.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import {
  allTasks,
  expectRecount,
  expectSound,
  idsOf,
  makeWorld,
  workflowInput,
} from '../../helpers/world.ts';

const TASKS = ['sendWelcomeEmail', 'own'] as const;

describe('an engine with noOp', () => {
  it('calls no handler, needs none, and marks the run and each task', async () => {
    let calls = 0;
    const own = () => {
      calls += 1;
    };
    const { engine, clock, store } = makeWorld({ noOp: true, tasks: { own } });
    const workflow = await engine.workflows.create(workflowInput(TASKS));
    await clock.until(engine.start());
    const { id, isNoOp } = await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    expect(isNoOp).toBe(false);
    const run = await clock.until(engine.runs.waitFor(id));
    expect(run).toMatchObject({ processingStatus: 'completed', isNoOp: true, successfulUsersCount: 3 });
    expect(calls).toBe(0);
    expect((await engine.runs.list(workflow.id)).value).toMatchObject([{ id, isNoOp: true }]);
    const tasks = await allTasks(engine, id);
    expect(tasks).toHaveLength(6);
    for (const task of tasks) expect(task.processingInfo).toBe('No-op: no handler was called');
    await expectRecount(engine, run);
    await expectSound(store);
  });

  it('makes no call for a custom task extension', async () => {
    let calls = 0;
    const callout: Callout = {
      post: async () => {
        calls += 1;
        return { status: 202, body: '' };
      },
      secret: () => 'a secret of this store',
    };
    const { engine, clock } = makeWorld({ noOp: true, tasks: {}, callout });
    const extension = await engine.customTaskExtensions.create({
      displayName: 'Told',
      endpointConfiguration: { targetUrl: 'https://hooks.example/run' },
    });
    const workflow = await engine.workflows.create(
      workflowInput([
        { id: 'runCustomTaskExtension', arguments: [{ name: 'customTaskExtensionID', value: extension.id }] },
      ]),
    );
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect(await clock.until(engine.runs.waitFor(id))).toMatchObject({ processingStatus: 'completed' });
    expect(calls).toBe(0);
  });

  it('marks a run that it resumes, but no preview', async () => {
    const store = memoryStore();
    const first = makeWorld({
      store,
      concurrency: 1,
      tasks: { '*': () => first.clock.sleep(10) },
    });
    const workflow = await first.engine.workflows.create(workflowInput(TASKS));
    await first.clock.until(first.engine.start());
    const { id } = await first.engine.runs.activate(workflow.id, { subjects: idsOf(4) });
    await first.clock.advance(25);
    await first.clock.until(first.engine.stop());
    expect(await first.engine.runs.get(id)).toMatchObject({
      processingStatus: 'inProgress',
      isNoOp: false,
    });
    const second = makeWorld({ store, noOp: true, tasks: {}, seed: 2 });
    await second.clock.until(second.engine.start());
    const run = await second.clock.until(second.engine.runs.waitFor(id));
    expect(run).toMatchObject({ processingStatus: 'completed', isNoOp: true });
    const done = (await allTasks(second.engine, id)).map(({ processingInfo }) => processingInfo);
    expect(new Set(done)).toEqual(new Set([null, 'No-op: no handler was called']));
    const preview = await second.engine.workflows.preview(workflow.id, { subjects: ['u1'] });
    expect(await second.clock.until(second.engine.runs.waitFor(preview.id))).toMatchObject({
      isNoOp: false,
    });
  });
});
