/** Handlers of the host that wait for a callback. */
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../../../../src/index.ts';
import { HOUR_MS, MINUTE_MS } from '../../../../../src/model/time.ts';
import type { TaskCallback, TaskHandlerResult } from '../../../../../src/ports/task-handler.ts';
import {
  allTasks,
  codeOf,
  idsOf,
  makeWorld,
  type WorldOptions,
  workflowInput,
} from '../../../../helpers/world.ts';

const callout = {
  post: () => Promise.reject(new Error('not called')),
  secret: () => 'a secret of this store',
};
const done = (operationStatus = 'completed') => ({ data: { operationStatus } });

/** A world whose task launches, which gives `launches` in turn, and waits ten minutes. */
function waitingWorld(launches: (TaskHandlerResult | Error)[] = [], more: WorldOptions = {}) {
  const callbacks: (TaskCallback | undefined)[] = [];
  const launch = {
    callbackTimeoutMs: 10 * MINUTE_MS,
    retry: { attempts: 2, delayMs: 1_000 },
    run: ({ callback }: { readonly callback?: TaskCallback }) => {
      callbacks.push(callback);
      const result = launches.shift();
      if (result instanceof Error) throw result;
      return result;
    },
    preview: ({ callback }: { readonly callback?: TaskCallback }) => ({
      processingInfo: `callback: ${callback}`,
    }),
  };
  return { ...makeWorld({ callout, tasks: { launch, after: () => {} }, ...more }), callbacks };
}

async function started(world: ReturnType<typeof waitingWorld>, count = 1) {
  await world.engine.start();
  const workflow = await world.engine.workflows.create(workflowInput(['launch', 'after']));
  const run = await world.engine.runs.activate(workflow.id, { subjects: idsOf(count) });
  await world.clock.advance(1);
  return { workflow, run };
}

describe('a handler that waits for a callback', () => {
  it('keeps its task in progress until it is resumed, and its result is that of the launch', async () => {
    const world = waitingWorld([{ processingInfo: 'ticket 7', changes: ['ticket: opened'] }]);
    const { run, workflow } = await started(world);
    const { taskProcessingResults } = world.engine;
    const [waiting] = await allTasks(world.engine, run.id);
    const { value } = await taskProcessingResults.listWaiting();
    expect(value).toMatchObject([{ id: waiting?.id, extension: null, subject: { id: 'u1' } }]);
    const token = world.callbacks[0]?.token ?? '';
    expect(world.callbacks[0]?.path).toBe(
      `/identityGovernance/lifecycleWorkflows/workflows/${workflow.id}/tasks/${workflow.tasks[0]?.id}/taskProcessingResults/${waiting?.id}/resume?token=${token}`,
    );
    const id = waiting?.id ?? '';
    expect(await codeOf(taskProcessingResults.resume(id, done(), { token: `${token.slice(1)}x` }))).toBe(
      'CallbackRefused',
    );
    await taskProcessingResults.resume(id, done(), { token });
    expect(await codeOf(taskProcessingResults.resume(id, done(), { token }))).toBe('NotWaiting');
    expect((await world.engine.runs.waitFor(run.id)).processingStatus).toBe('completed');
    const [result] = await allTasks(world.engine, run.id);
    expect(result).toMatchObject({
      processingStatus: 'completed',
      processingInfo: 'ticket 7',
      changes: ['ticket: opened'],
    });
    expect(world.callbacks).toHaveLength(1);
    await world.engine.stop();
  });

  it('fails its task when the system says so, and when no callback comes in time', async () => {
    const world = waitingWorld();
    const { run } = await started(world, 2);
    const [first] = await allTasks(world.engine, run.id);
    await world.engine.taskProcessingResults.resume(first?.id ?? '', done('failed'), {
      token: world.callbacks[0]?.token ?? '',
    });
    await world.clock.advance(10 * MINUTE_MS);
    await world.engine.runs.waitFor(run.id);
    const failures = (await allTasks(world.engine, run.id)).filter(({ failureReason }) => failureReason);
    expect(failures.map(({ failureReason }) => failureReason)).toEqual([
      'The system that was called reported that it failed',
      'No callback came until 2026-03-02T00:10:00.000Z',
    ]);
    await world.engine.stop();
  });

  it('launches again when the launch fails, with the same token', async () => {
    const world = waitingWorld([new Error('busy')]);
    const { run } = await started(world);
    await world.clock.advance(HOUR_MS / 60);
    expect(world.callbacks).toHaveLength(2);
    expect(world.callbacks[0]).toEqual(world.callbacks[1]);
    const [task] = await allTasks(world.engine, run.id);
    await world.engine.taskProcessingResults.resume(task?.id ?? '', done(), {
      token: world.callbacks[1]?.token ?? '',
    });
    expect((await world.engine.runs.waitFor(run.id)).processingStatus).toBe('completed');
    await world.engine.stop();
  });

  it('does not launch again in another process', async () => {
    const store = memoryStore();
    const world = waitingWorld([], { store });
    const { run } = await started(world);
    await world.engine.stop();
    const next = waitingWorld([], { store });
    await next.engine.start();
    await next.clock.advance(1);
    const [task] = await allTasks(next.engine, run.id);
    await next.engine.taskProcessingResults.resume(task?.id ?? '', done(), {
      token: world.callbacks[0]?.token ?? '',
    });
    expect((await next.engine.runs.waitFor(run.id)).processingStatus).toBe('completed');
    expect(next.callbacks).toEqual([]);
    await next.engine.stop();
  });

  it('has no callback in a preview', async () => {
    const world = waitingWorld();
    await world.engine.start();
    const workflow = await world.engine.workflows.create(workflowInput(['launch']));
    const preview = await world.engine.workflows.preview(workflow.id, { subjects: ['u1'] });
    await world.engine.runs.waitFor(preview.id);
    expect(await allTasks(world.engine, preview.id)).toMatchObject([
      { processingInfo: 'callback: undefined' },
    ]);
    expect(world.callbacks).toEqual([]);
    await world.engine.stop();
  });

  it('is refused with a time that is none', () => {
    expect(() => makeWorld({ tasks: { launch: { run: () => {}, callbackTimeoutMs: 0 } } })).toThrow(
      'Expected tasks.launch.callbackTimeoutMs to be a number in 1..604800000',
    );
  });
});
