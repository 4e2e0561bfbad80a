import { describe, expect, it } from 'vitest';
import { permanent, retryAfter } from '../../../../../src/engine/handlers/results/task-failure.ts';
import { LIMITS } from '../../../../../src/model/limits.ts';
import type { TaskHandler } from '../../../../../src/ports/task-handler.ts';
import {
  allTasks,
  expectRecount,
  expectSound,
  idsOf,
  makeWorld,
  statusesOf,
  type World,
  type WorldOptions,
  workflowInput,
} from '../../../../helpers/world.ts';

interface Started extends World {
  readonly id: string;
}

/** A run of one task, `call`, for `users` people. */
async function start(call: TaskHandler, users: number, more: WorldOptions = {}): Promise<Started> {
  const world = makeWorld({ tasks: { call }, ...more });
  const workflow = await world.engine.workflows.create(workflowInput(['call']));
  await world.engine.start();
  const { id } = await world.engine.runs.activate(workflow.id, { subjects: idsOf(users) });
  return { ...world, id };
}

async function endOf({ engine, clock, store, id }: Started) {
  const run = await clock.until(engine.runs.waitFor(id));
  await clock.settle();
  await expectRecount(engine, run);
  await expectSound(store);
  return { run, tasks: await allTasks(engine, id) };
}

describe.each([
  [
    'throws',
    (error: () => Error) => () => {
      throw error();
    },
  ],
  ['rejects with', (error: () => Error) => () => Promise.reject(error())],
] as const)('a handler that %s a permanent failure', (_how, failing) => {
  it('fails its task at once, whatever its retry policy', async () => {
    let calls = 0;
    const run = failing(() => {
      calls += 1;
      return permanent('no right to do it', { code: 'Http403' });
    });
    const world = await start({ run, retry: { attempts: 5 } }, 1);
    const { tasks } = await endOf(world);
    expect(tasks).toMatchObject([{ failureReason: 'no right to do it', code: 'Http403' }]);
    expect(calls).toBe(1);
    const failed = world.events.find(({ name }) => name === 'task.failed');
    expect(failed?.payload).toMatchObject({ code: 'Http403', failureReason: 'no right to do it' });
  });

  it('has the default code when it names none', async () => {
    const { tasks } = await endOf(
      await start(
        failing(() => permanent('no')),
        1,
      ),
    );
    expect(tasks).toMatchObject([{ failureReason: 'no', code: 'HandlerFailed' }]);
  });
});

describe('a handler that asks to be called later', () => {
  /** Fails with `retryAfter` on the first `times` calls of each person. */
  const busy = (times: number, ms: number, options?: Parameters<typeof retryAfter>[2]) => {
    const calls: string[] = [];
    const run: TaskHandler = async ({ subject, attempt }) => {
      calls.push(`${subject.id}/${attempt}`);
      if (calls.filter((call) => call.startsWith(`${subject.id}/`)).length <= times)
        throw retryAfter(ms, 'too many requests', options);
    };
    return { calls, run };
  };

  it('is called after that time, as the same attempt, and completes', async () => {
    const { calls, run } = busy(2, 60_000);
    const world = await start(run, 1);
    const startMs = world.clock.now();
    const { tasks } = await endOf(world);
    expect(tasks).toMatchObject([{ processingStatus: 'completed', code: null }]);
    expect(calls).toEqual(['u1/1', 'u1/1', 'u1/1']);
    expect(world.clock.now() - startMs).toBe(120_000);
  });

  it('says so in an event', async () => {
    const world = await start(busy(1, 60_000, { code: 'Http429' }).run, 1);
    const heard: unknown[] = [];
    world.engine.on('task.throttled', (payload) => heard.push(payload));
    const notBeforeDateTime = world.clock.iso(60_000);
    await endOf(world);
    const failureReason = 'too many requests';
    expect(heard).toMatchObject([
      { subjectId: 'u1', position: 1, failureReason, code: 'Http429', notBeforeDateTime },
    ]);
  });

  it('frees its lane: the others of the run go on', async () => {
    const done: string[] = [];
    const first = busy(1, 60_000);
    const run: TaskHandler = async (context) => {
      if (context.subject.id === 'u1') await (first.run as (c: typeof context) => Promise<void>)(context);
      done.push(context.subject.id);
    };
    const world = await start({ run, concurrency: 1 }, 3, { concurrency: 1 });
    await endOf(world);
    expect(done).toEqual(['u2', 'u3', 'u1']);
  });

  it('is given up, with its code, when its waits come to more than an hour', async () => {
    const { calls, run } = busy(99, 1_200_000, { code: 'Http429' });
    const { tasks } = await endOf(await start({ run, retry: { attempts: 9 } }, 1));
    expect(calls).toHaveLength(4);
    expect(tasks).toMatchObject([
      {
        processingStatus: 'failed',
        code: 'Http429',
        failureReason: `too many requests; its waits would come to more than ${LIMITS.throttleMsMax} ms`,
      },
    ]);
  });

  it('fails at once with a wait of more than an hour, with the code `Throttled`', async () => {
    const { calls, run } = busy(1, LIMITS.throttleMsMax + 1);
    const { tasks } = await endOf(await start(run, 1));
    expect(calls).toHaveLength(1);
    expect(tasks).toMatchObject([{ processingStatus: 'failed', code: 'Throttled' }]);
  });

  it('has a budget for each of its tasks', async () => {
    const calls = new Map<string, number>();
    const run: TaskHandler = ({ task }) => {
      const times = (calls.get(task.id) ?? 0) + 1;
      calls.set(task.id, times);
      if (times <= 3) throw retryAfter(LIMITS.throttleMsMax / 3, 'busy');
    };
    const { engine, clock } = makeWorld({ tasks: { call: run } });
    const workflow = await engine.workflows.create(workflowInput(['call', 'call']));
    await engine.start();
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.waitFor(id))).processingStatus).toBe('completed');
  });

  it('is not called for ever without a pause: a wait of 0 takes 100 ms', async () => {
    const world = await start(busy(1, 0).run, 1);
    const startMs = world.clock.now();
    await endOf(world);
    expect(world.clock.now() - startMs).toBe(LIMITS.throttleMsMin);
  });

  it('is canceled with its run while it waits', async () => {
    const world = await start(busy(1, 3_000_000).run, 2);
    await world.clock.settle();
    await world.engine.runs.cancel(world.id);
    const { run } = await endOf(world);
    expect(run.processingStatus).toBe('canceled');
    expect(await statusesOf(world, world.id)).toEqual(['canceled', 'canceled']);
  });

  it('is tried at once by the next engine, as the same attempt', async () => {
    const { calls, run } = busy(1, 3_000_000);
    const first = await start(run, 1);
    await first.clock.settle();
    await first.clock.until(first.engine.stop());
    const { engine, clock } = makeWorld({ tasks: { call: run }, store: first.store, clock: first.clock });
    const startMs = clock.now();
    await engine.start();
    await clock.until(engine.runs.waitFor(first.id));
    expect(calls).toEqual(['u1/1', 'u1/1']);
    expect(clock.now()).toBe(startMs);
  });
});

describe('a handler that asks for all its calls to wait', () => {
  it('is called for no one until then, without holding a lane', async () => {
    const calls: [string, number][] = [];
    const other: string[] = [];
    const { engine, clock } = makeWorld({
      concurrency: 1,
      tasks: {
        call: ({ subject }) => {
          calls.push([subject.id, clock.now()]);
          if (calls.length === 1) throw retryAfter(60_000, 'busy', { scope: 'handler' });
        },
        other: ({ subject }) => {
          other.push(subject.id);
        },
      },
    });
    const startMs = clock.now();
    const paused = await engine.workflows.create(workflowInput(['call']));
    const free = await engine.workflows.create(workflowInput(['other']));
    await engine.start();
    const first = await engine.runs.activate(paused.id, { subjects: idsOf(4) });
    await clock.settle();
    const second = await engine.runs.activate(free.id, { subjects: idsOf(2) });
    await clock.settle();
    expect(calls).toEqual([['u1', startMs]]);
    expect(other).toEqual(['u1', 'u2']);
    expect((await engine.runs.get(second.id)).processingStatus).toBe('completed');
    expect((await clock.until(engine.runs.waitFor(first.id))).processingStatus).toBe('completed');
    expect(calls.slice(1).map(([, atMs]) => atMs - startMs)).toEqual([60_000, 60_000, 60_000, 60_000]);
  });
});

describe('what a handler can throw', () => {
  it.each([
    [() => permanent(''), 'Expected reason to be'],
    [() => permanent('no', { code: 'no right' }), 'Expected code to be a code of at most 64 characters'],
    [() => permanent('no', { kode: 'x' } as never), 'did you mean `code`?'],
    [() => retryAfter(Number.NaN, 'busy'), 'Expected ms to be'],
    [() => retryAfter(-1, 'busy'), 'Expected ms to be'],
    [() => retryAfter(86_400_001, 'busy'), 'Expected ms to be'],
    [() => retryAfter(1, 'busy', { scope: 'all' as never }), 'Expected scope to be one of task, handler'],
  ])('is refused when it is not allowed (%#)', (make, message) => {
    expect(make).toThrow(message);
  });
});
