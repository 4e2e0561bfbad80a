/** What is called around tasks: it gives a context and cannot decide anything. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import type { AroundTask, TaskHandler } from '../../../../src/ports/task-handler.ts';
import { expectNoUnhandledRejection } from '../../../helpers/unhandled-rejections.ts';
import {
  allTasks,
  expectSound,
  makeWorld,
  type WorldOptions,
  workflowInput,
} from '../../../helpers/world.ts';

expectNoUnhandledRejection();

/** Runs `handler` for one user inside of `aroundTask`. */
async function runOne(aroundTask: AroundTask, handler: TaskHandler, options: WorldOptions = {}) {
  let calls = 0;
  const counted: TaskHandler = {
    ...(typeof handler === 'function' ? {} : handler),
    run: (context) => {
      calls += 1;
      return (typeof handler === 'function' ? handler : handler.run)(context as never);
    },
  };
  const { engine, clock, store, events } = makeWorld({ ...options, aroundTask, tasks: { work: counted } });
  const workflow = await engine.workflows.create(workflowInput(['work']));
  await clock.until(engine.start());
  const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
  const run = await clock.until(engine.runs.waitFor(id));
  await clock.settle();
  await expectSound(store);
  const [task] = await allTasks(engine, id);
  const errors = events.flatMap(({ name, payload }) => (name === 'engine.error' ? [payload] : []));
  return { run, task, errors, calls: () => calls };
}

const HANDLERS: readonly [string, TaskHandler, string][] = [
  ['completes at once', () => ({ processingInfo: 'done' }), 'completed'],
  ['completes later', async () => ({ processingInfo: 'done' }), 'completed'],
  [
    'throws',
    () => {
      throw new Error('no');
    },
    'failed',
  ],
  ['rejects', () => Promise.reject(new Error('no')), 'failed'],
];

describe.each(HANDLERS)('around a handler that %s', (_how, handler, status) => {
  it('a wrapper that passes everything on reports nothing, and the outcome is the handler’s', async () => {
    const { task, errors, calls } = await runOne((_call, next) => next(), handler);
    expect(task?.processingStatus).toBe(status);
    expect(status === 'completed' ? task?.processingInfo : task?.failureReason).toMatch(/done|no/);
    expect(errors).toEqual([]);
    expect(calls()).toBe(1);
  });

  it.each<[string, AroundTask, RegExp]>([
    [
      'throws before the call',
      () => {
        throw new Error('before');
      },
      /before/,
    ],
    [
      'throws after the call',
      (_call, next) => {
        void next();
        throw new Error('after');
      },
      /after/,
    ],
    [
      'rejects after the handler has ended',
      async (_call, next) => {
        await next().catch(() => {});
        throw new Error('after');
      },
      /after/,
    ],
    ['does not call the handler', () => {}, /has not called next/],
    ['calls it too late', (_call, next) => Promise.resolve().then(next), /has not called next/],
  ])('a wrapper that %s is reported, and the outcome is the handler’s', async (_what, around, message) => {
    const { task, errors, calls } = await runOne(around, handler);
    expect(task?.processingStatus).toBe(status);
    expect(calls()).toBe(1);
    expect(errors[0]).toMatchObject({
      during: 'wrappingTask',
      error: { message: expect.stringMatching(message) },
    });
  });

  it('a wrapper that calls it twice, or never settles, changes nothing', async () => {
    const around: AroundTask = (_call, next) => {
      void next();
      void next();
      return new Promise(() => {});
    };
    const { task, errors, calls } = await runOne(around, handler);
    expect([task?.processingStatus, calls(), errors]).toEqual([status, 1, []]);
  });
});

describe('aroundTask', () => {
  it('makes a context active in the handler, also after its first await', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    await runOne(
      (call, next) => storage.run(`${call.workflow.category} ${call.subject.id}`, next),
      async () => {
        seen.push(storage.getStore());
        await null;
        seen.push(storage.getStore());
      },
    );
    expect(seen).toEqual(['joiner u1', 'joiner u1']);
  });

  it('is called for each attempt, and learns how each ended', async () => {
    const ends: unknown[] = [];
    let isDown = true;
    await runOne(
      async ({ attempt }, next) => {
        try {
          ends.push([attempt, await next()]);
        } catch (error) {
          ends.push([attempt, (error as Error).message]);
          throw error;
        }
      },
      {
        run: async () => {
          if (isDown) {
            isDown = false;
            throw new Error('down');
          }
          return { processingInfo: 'up' };
        },
        retry: { attempts: 2 },
      },
    );
    expect(ends).toEqual([
      [1, 'down'],
      [2, { processingInfo: 'up' }],
    ]);
  });

  it('starts a lazy thenable once', async () => {
    let started = 0;
    const lazy = {
      // biome-ignore lint/suspicious/noThenProperty: query builders have one
      then: (resolve: (value: undefined) => void) => {
        started += 1;
        resolve(undefined);
      },
    };
    const { run } = await runOne((_call, next) => next(), (() => lazy) as never);
    expect([run.processingStatus, started]).toEqual(['completed', 1]);
  });

  it('leaves time-outs as they are: the attempt ends while its handler and its wrapper hang', async () => {
    const hang: TaskHandler = { run: () => new Promise(() => {}), timeoutMs: 1_000 };
    const { task, errors } = await runOne((_call, next) => next(), hang, { abortGraceMs: 10 });
    expect(task?.failureReason).toMatch(/^Timed out after 1000 ms/);
    expect(errors).toEqual([]);
  });
});

describe('a wrapper that says which calls it wraps', () => {
  const wrapping = (wraps: AroundTask['wraps'], wrapped: unknown[]) =>
    Object.assign(
      (call: Parameters<AroundTask>[0], next: Parameters<AroundTask>[1]) => {
        wrapped.push(call);
        return next();
      },
      { wraps },
    ) as AroundTask;

  it('is called for those, and the others are made without it', async () => {
    for (const isWanted of [true, false]) {
      const wrapped: unknown[] = [];
      const { task, errors, calls } = await runOne(
        wrapping(() => isWanted, wrapped),
        () => ({ processingInfo: 'done' }),
      );
      expect([task?.processingStatus, errors, calls()]).toEqual(['completed', [], 1]);
      expect(wrapped).toHaveLength(isWanted ? 1 : 0);
    }
  });

  it('gets the id of the subject, and no copy of the subject is made for it', async () => {
    const asked: unknown[] = [];
    let copied = 0;
    const person = {
      id: 'u1',
      get department() {
        copied += 1;
        return 'Sales';
      },
    };
    const { task } = await runOne(
      wrapping((call, subjectId) => asked.push([call.run.workflowExecutionType, subjectId]) === 0, []),
      () => {},
      { subjects: [person] },
    );
    expect([task?.processingStatus, asked]).toEqual(['completed', [['onDemand', 'u1']]]);
    expect(copied).toBe(0);
  });

  it('is left out of a call for which it throws, and that is reported', async () => {
    const wrapped: unknown[] = [];
    const throwing = () => {
      throw new Error('which?');
    };
    const { task, errors, calls } = await runOne(wrapping(throwing, wrapped), () => {});
    expect([task?.processingStatus, calls(), wrapped]).toEqual(['completed', 1, []]);
    expect(errors).toMatchObject([{ during: 'wrappingTask', error: new Error('which?') }]);
  });
});
