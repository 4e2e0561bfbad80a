/** Hostile handlers: whatever one does, each task gets one outcome and the engine continues. */
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { Run, TaskProcessingResult } from '../../../../src/model/resources/resources.ts';
import type { TaskContext, TaskHandler } from '../../../../src/ports/task-handler.ts';
import { gated } from '../../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../../helpers/unhandled-rejections.ts';
import {
  allTasks,
  expectRecount,
  expectSound,
  idsOf,
  makeWorld,
  type World,
  type WorldOptions,
  workflowInput,
} from '../../../helpers/world.ts';

expectNoUnhandledRejection();

interface Ran extends World {
  readonly run: Run;
  readonly tasks: readonly TaskProcessingResult[];
}

/** Runs `handler`, then a task that completes, for one user, and checks that another run still works. */
async function runOne(
  handler: TaskHandler,
  options: WorldOptions = {},
  continueOnError = false,
): Promise<Ran> {
  const world = makeWorld({ ...options, tasks: { bad: handler, good: () => {} } });
  const { engine, clock, store } = world;
  const workflow = await engine.workflows.create(workflowInput([{ id: 'bad', continueOnError }, 'good']));
  await clock.until(engine.start());
  const started = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
  const run = await clock.until(engine.runs.waitFor(started.id));
  await clock.settle();
  await expectRecount(engine, run);
  const other = await engine.workflows.create(workflowInput(['good', 'good']));
  const next = await engine.runs.activate(other.id, { subjects: idsOf(3) });
  expect((await clock.until(engine.runs.waitFor(next.id))).processingStatus).toBe('completed');
  await expectSound(store);
  return { ...world, run, tasks: await allTasks(engine, run.id) };
}

const thrower =
  (value: unknown): TaskHandler =>
  () => {
    throw value;
  };
const rejecter =
  (value: unknown): TaskHandler =>
  () =>
    Promise.reject(value);
const trap = new Proxy(
  {},
  {
    get() {
      throw new Error('trap');
    },
    has() {
      throw new Error('trap');
    },
    getPrototypeOf() {
      throw new Error('trap');
    },
  },
);
const badError = Object.defineProperty(new Error('x'), 'message', {
  get() {
    throw new Error('trap');
  },
});

describe.each([
  ['throws', thrower],
  ['rejects with', rejecter],
] as const)('a handler that %s', (_how, make) => {
  it.each<[string, unknown, string | RegExp]>([
    ['an error', new Error('no mail'), 'no mail'],
    ['an error without a message', new TypeError(), 'TypeError'],
    ['a text', 'just so', 'just so'],
    ['an empty text', '', /empty/],
    ['null', null, /null/],
    ['undefined', undefined, /undefined/],
    ['a number', 42, /42/],
    ['a symbol', Symbol('s'), /Symbol\(s\)/],
    ['a bigint', 5n, /5/],
    ['a function', () => 1, /./],
    ['an object', { code: 7 }, /"code":7/],
    ['an object with a message', { message: 'hello' }, 'hello'],
    ['an object that is a circle', circle(), /./],
    ['an object whose getters throw', trap, /cannot be read/],
    ['an error whose message throws', badError, /cannot be read/],
    [
      'a message that is no text',
      {
        message: {
          toString: () => {
            throw new Error('t');
          },
        },
      },
      /cannot be read/,
    ],
    ['an object without a prototype', Object.create(null), /./],
    ['half a surrogate pair', `x${String.fromCharCode(0xd83d)}`, /^x/],
  ])('%s fails its task and cancels the rest', async (_what, value, reason) => {
    const { run, tasks } = await runOne(make(value));
    expect(run.processingStatus).toBe('failed');
    expect(tasks.map((task) => task.processingStatus)).toEqual(['failed', 'canceled']);
    if (typeof reason === 'string') expect(tasks[0]?.failureReason).toBe(reason);
    else expect(tasks[0]?.failureReason).toMatch(reason);
    expect(tasks[0]?.failureReason?.isWellFormed()).toBe(true);
  });

  it('a huge message has it cut', async () => {
    const { tasks } = await runOne(make(new Error('m'.repeat(3_000_000))));
    expect(tasks[0]?.failureReason).toHaveLength(LIMITS.reasonLengthMax);
  });
});

function circle(): object {
  const it: { self?: object } = {};
  it.self = it;
  return it;
}

describe('a handler that returns', () => {
  it.each<[string, unknown, string | null]>([
    ['nothing', undefined, null],
    ['null', null, null],
    ['a number', 5, null],
    ['a text', 'done', null],
    ['a function', () => {}, null],
    ['a list', [1, 2], null],
    ['an info', { processingInfo: 'was so' }, 'was so'],
    ['an info that is a number', { processingInfo: 5 }, null],
    ['an info that is an object', { processingInfo: { a: 1 } }, null],
    ['an info that is null', { processingInfo: null }, null],
  ])('%s completes its task', async (_what, value, info) => {
    for (const handler of [() => value, async () => value]) {
      const { tasks } = await runOne(handler as TaskHandler);
      expect(tasks.map((task) => task.processingStatus)).toEqual(['completed', 'completed']);
      expect(tasks[0]?.processingInfo).toBe(info);
    }
  });

  it('a huge info has it cut', async () => {
    const { tasks } = await runOne(() => ({ processingInfo: 'i'.repeat(1_000_000) }));
    expect(tasks[0]?.processingInfo).toHaveLength(LIMITS.reasonLengthMax);
  });

  it('an object whose getters throw fails its task', async () => {
    for (const handler of [() => trap, async () => ({ ...trapInfo() })])
      expect((await runOne(handler as TaskHandler).catch(() => ({ run: null }))).run?.processingStatus).toBe(
        'failed',
      );
  });

  it.each<[string, (settle: { yes(value?: unknown): void; no(error: unknown): void }) => unknown, string]>([
    ['resolves twice', ({ yes }) => [yes(), yes()], 'completed'],
    ['resolves, then rejects', ({ yes, no }) => [yes(), no(new Error('late'))], 'completed'],
    ['rejects, then resolves', ({ yes, no }) => [no(new Error('first')), yes()], 'failed'],
    [
      'resolves, then throws',
      ({ yes }) => {
        yes();
        throw new Error('late');
      },
      'completed',
    ],
    [
      'throws',
      () => {
        throw new Error('then');
      },
      'failed',
    ],
    ['resolves to another one that rejects', ({ yes }) => yes(Promise.reject(new Error('inner'))), 'failed'],
    [
      'resolves twice, later',
      ({ yes, no }) =>
        void Promise.resolve().then(() => {
          yes();
          yes();
          no(0);
        }),
      'completed',
    ],
  ])('a thenable that %s comes to one outcome', async (_what, settle, status) => {
    let calls = 0;
    const handler = () => ({
      // biome-ignore lint/suspicious/noThenProperty: the point of the test
      then: (yes: (value?: unknown) => void, no: (error: unknown) => void) => {
        calls += 1;
        settle({ yes, no });
      },
    });
    const { tasks } = await runOne(handler as unknown as TaskHandler);
    expect(tasks[0]?.processingStatus).toBe(status);
    expect(calls).toBe(1);
  });

  it('a thenable whose then throws when it is read fails its task', async () => {
    const handler = () =>
      Object.defineProperty({}, 'then', {
        get() {
          throw new Error('no then');
        },
      });
    expect((await runOne(handler as TaskHandler)).run.processingStatus).toBe('failed');
  });
});

function trapInfo(): object {
  return Object.defineProperty({}, 'processingInfo', {
    enumerable: true,
    get() {
      throw new Error('trap');
    },
  });
}

describe('a handler that never settles', () => {
  it('fails after its time and the grace, and is not repeated', async () => {
    let calls = 0;
    const world = makeWorld({
      concurrency: 2,
      tasks: {
        stuck: {
          run: () =>
            new Promise(() => {
              calls += 1;
            }),
          timeoutMs: 1_000,
          retry: { attempts: 5 },
        },
        good: () => {},
      },
    });
    const { engine, clock, store } = world;
    const workflow = await engine.workflows.create(workflowInput(['stuck', 'good']));
    const begun = clock.elapsed();
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const run = await clock.until(engine.runs.waitFor(id));
    expect(clock.elapsed() - begun).toBe(1_000 + LIMITS.abortGraceMs);
    expect(run.processingStatus).toBe('failed');
    expect(calls).toBe(1);
    const [task] = await allTasks(engine, id);
    expect(task?.failureReason).toMatch(/Timed out after 1000 ms.*did not settle/);
    const good = await engine.workflows.create(workflowInput(['good']));
    const next = await engine.runs.activate(good.id, { subjects: idsOf(4) });
    expect((await clock.until(engine.runs.waitFor(next.id))).processingStatus).toBe('completed');
    await expectSound(store);
  });

  it('without a time of its own ends with a cancel, after the grace', async () => {
    const { engine, clock, store } = makeWorld({
      tasks: { stuck: () => new Promise(() => {}), good: () => {} },
    });
    const workflow = await engine.workflows.create(workflowInput(['stuck', 'good']));
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: idsOf(2) });
    await clock.advance(86_400_000);
    expect((await engine.runs.get(id)).processingStatus).toBe('inProgress');
    expect((await engine.runs.cancel(id)).processingStatus).toBe('canceling');
    const run = await clock.until(engine.runs.waitFor(id));
    expect(run.processingStatus).toBe('canceled');
    await expectRecount(engine, run);
    await expectSound(store);
  });

  it('that settles at last changes nothing, and gives its lane back when it was not replaced', async () => {
    const gate = gated();
    const { engine, clock, store } = makeWorld({
      concurrency: 1,
      handlersUnsettledMax: 0,
      tasks: { stuck: { run: gate.run, timeoutMs: 10 }, good: () => {} },
    });
    const workflow = await engine.workflows.create(workflowInput(['stuck']));
    const good = await engine.workflows.create(workflowInput(['good']));
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const run = await clock.until(engine.runs.waitFor(id));
    const next = await engine.runs.activate(good.id, { subjects: ['u1'] });
    await clock.advance(3_600_000);
    expect((await engine.runs.get(next.id)).processingStatus).toBe('queued');
    gate.calls[0]?.resolve({ processingInfo: 'late' });
    expect((await clock.until(engine.runs.waitFor(next.id))).processingStatus).toBe('completed');
    expect(await engine.runs.get(id)).toEqual(run);
    await expectSound(store);
  });
});

describe('the signal of a handler', () => {
  it.each(['AbortError', 'TimeoutError'])('a %s of its own, without an abort, is a failure', async (name) => {
    const { run, tasks } = await runOne(rejecter(new DOMException('of its own', name)));
    expect(run.processingStatus).toBe('failed');
    expect(tasks[0]?.failureReason).toBe('of its own');
  });

  it('is aborted at the time-out with a TimeoutError; the task fails although the handler then completes', async () => {
    const reasons: unknown[] = [];
    const { tasks } = await runOne({
      run: ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            reasons.push((signal.reason as DOMException).name);
            resolve({ processingInfo: 'after all' });
          });
        }),
      timeoutMs: 500,
    });
    expect(reasons).toEqual(['TimeoutError']);
    expect(tasks[0]).toMatchObject({ processingStatus: 'failed', failureReason: 'Timed out after 500 ms' });
  });

  it('is aborted also when it is first read after the abort', async () => {
    let context: TaskContext | undefined;
    let release: () => void = () => {};
    const { engine, clock } = makeWorld({
      tasks: {
        a: (given) => {
          context = given;
          return new Promise<void>((resolve) => {
            release = resolve;
          });
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    await engine.runs.cancel(id);
    await clock.settle();
    expect(context?.signal.aborted).toBe(true);
    expect(context?.signal.reason).toMatchObject({ name: 'AbortError' });
    release();
    // It was the last task, and it completed (u8).
    expect((await clock.until(engine.runs.waitFor(id))).processingStatus).toBe('completed');
  });
});

describe('a handler that interferes', () => {
  it('with its subject, arguments, run and workflow changes nothing for the others', async () => {
    const seen: string[] = [];
    const subjects = [
      { id: 'u1', department: 'Sales', nested: { list: ['one'] } },
      { id: 'u2', department: 'Sales', nested: { list: ['one'] } },
    ];
    const meddle = (work: () => void) => {
      try {
        work();
      } catch {
        // Frozen: as it should be.
      }
    };
    const world = makeWorld({
      subjects,
      concurrency: 1,
      tasks: {
        '*': (context) => {
          const {
            subject,
            arguments: args,
            run,
            workflow,
            task,
          } = context as unknown as Record<string, Record<string, unknown>>;
          seen.push(
            JSON.stringify({
              ...subject,
              id: '',
              args,
              run,
              workflow: workflow?.displayName,
              task: task?.displayName,
            }),
          );
          meddle(() => Object.assign(subject ?? {}, { id: 'intruder', department: 'X' }));
          meddle(() => (subject as unknown as { nested: { list: string[] } }).nested.list.push('two'));
          meddle(() => Object.assign(args ?? {}, { more: '1' }));
          meddle(() => Object.assign(run ?? {}, { id: 'x' }));
          meddle(() => Object.assign(workflow ?? {}, { displayName: 'x' }));
          meddle(() => Object.assign(task ?? {}, { displayName: 'x' }));
          meddle(() => Object.assign(context, { attempt: 99 }));
        },
      },
    });
    const { engine, clock } = world;
    const workflow = await engine.workflows.create(
      workflowInput([
        { id: 'a', arguments: [{ name: 'to', value: 'them' }] },
        { id: 'a', arguments: [{ name: 'to', value: 'them' }] },
      ]),
    );
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1', 'u2'] });
    expect((await clock.until(engine.runs.waitFor(id))).processingStatus).toBe('completed');
    expect(new Set(seen).size).toBe(1);
    expect(subjects[0]).toEqual({ id: 'u1', department: 'Sales', nested: { list: ['one'] } });
  });

  it('by calling the engine from inside: canceling its own run', async () => {
    const made = makeWorld({
      tasks: {
        a: async ({ run }) => {
          await made.engine.runs.cancel(run.id);
        },
        b: () => {},
      },
    });
    const { engine, clock, store } = made;
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    const run = await clock.until(engine.runs.waitFor(id));
    expect(run.processingStatus).toBe('canceled');
    await expectRecount(engine, run);
    await expectSound(store);
  });

  it('by stopping the engine from inside does not lock it', async () => {
    const made = makeWorld({ tasks: { a: () => made.engine.stop({ deadlineMs: 100 }) } });
    const { engine, clock } = made;
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    await clock.until(engine.stop());
  });
});

describe('retries', () => {
  it('come after jittered, growing delays on the clock, and stop at the number of attempts', async () => {
    const at: number[] = [];
    const attempts: number[] = [];
    const keys = new Set<string>();
    const made = makeWorld({
      random: { next: () => 0.5 },
      tasks: {
        bad: {
          run: (context) => {
            at.push(made.clock.elapsed());
            attempts.push(context.attempt);
            keys.add(context.idempotencyKey);
            throw new Error(`attempt ${context.attempt}`);
          },
          retry: { attempts: 5, delayMs: 1_000, factor: 3, delayMsMax: 10_000 },
        },
      },
    });
    const { engine, clock, events, store } = made;
    const workflow = await engine.workflows.create(workflowInput(['bad']));
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const run = await clock.until(engine.runs.waitFor(id));
    expect(attempts).toEqual([1, 2, 3, 4, 5]);
    const waits = at.slice(1).map((ms, index) => ms - (at[index] ?? 0));
    expect(waits).toEqual([750, 2_250, 6_750, 7_500]);
    expect(keys.size).toBe(1);
    expect(run.failedTasksCount).toBe(1);
    expect((await allTasks(engine, id))[0]?.failureReason).toBe('attempt 5');
    expect(events.filter(({ name }) => name === 'task.retrying')).toHaveLength(4);
    expect(events.filter(({ name }) => name === 'task.failed')).toHaveLength(1);
    await expectSound(store);
  });

  it('of one task do not count for the next', async () => {
    const attempts: string[] = [];
    const { engine, clock } = makeWorld({
      tasks: {
        '*': {
          run: ({ attempt, task }) => {
            attempts.push(`${task.taskDefinitionId}${attempt}`);
            if (attempt < 3) throw new Error('again');
          },
          retry: { attempts: 3, delayMs: 10 },
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.waitFor(id))).processingStatus).toBe('completed');
    expect(attempts).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3']);
  });

  it('an attempt that timed out and settled is repeated', async () => {
    let calls = 0;
    const { run } = await runOne({
      run: ({ signal }) => {
        calls += 1;
        if (calls > 1) return;
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
      timeoutMs: 100,
      retry: { attempts: 2 },
    });
    expect(run.processingStatus).toBe('completed');
    expect(calls).toBe(2);
  });

  it('one user who waits for a retry does not hold the others up', async () => {
    const done: string[] = [];
    const { engine, clock } = makeWorld({
      concurrency: 1,
      tasks: {
        a: {
          run: ({ subject, attempt }) => {
            if (subject.id === 'u1' && attempt === 1) throw new Error('later');
            done.push(subject.id);
          },
          retry: { attempts: 2, delayMs: 3_600_000 },
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: idsOf(4) });
    await clock.until(engine.runs.waitFor(id));
    expect(done).toEqual(['u2', 'u3', 'u4', 'u1']);
  });
});
