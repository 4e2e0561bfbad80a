/** Cancel at every moment; stop, crash and resume; who may write; failures of the store. */
import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/array-directory.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { Run } from '../../../src/model/resources/resources.ts';
import type { TaskHandler } from '../../../src/ports/task-handler.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { gated } from '../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { watchedStore } from '../../helpers/watched-store.ts';
import {
  allTasks,
  allUsers,
  codeOf,
  expectRecount,
  expectSound,
  idsOf,
  makeWorld,
  statusesOf,
  workflowInput,
} from '../../helpers/world.ts';

expectNoUnhandledRejection();

describe('canceling a run', () => {
  it('ends a run that waits for the engine at once', async () => {
    const { engine, clock, store } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    const canceled = await engine.runs.cancel(run.id);
    expect(canceled).toMatchObject({
      processingStatus: 'canceled',
      startedDateTime: null,
      totalUnprocessedTasksCount: 6,
    });
    await clock.until(engine.start());
    await clock.settle();
    expect(await engine.runs.get(run.id)).toEqual(canceled);
    await expectRecount(engine, canceled);
    await expectSound(store);
  });

  it.each(Array.from({ length: 30 }, (_, index) => index))(
    '%i rounds of the loop after the activation ends the run, counters right',
    async (rounds) => {
      const { engine, clock, store } = makeWorld({
        concurrency: 2,
        tasks: {
          '*': async () => {
            await clock.sleep(5);
          },
        },
      });
      const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
      await clock.until(engine.start());
      const run = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
      for (let left = rounds; left > 0; left--) await new Promise<void>((resolve) => setImmediate(resolve));
      await engine.runs.cancel(run.id);
      const done = await clock.until(engine.runs.waitFor(run.id));
      expect(done.processingStatus).toBe('canceled');
      await clock.settle();
      await expectRecount(engine, done);
      await expectSound(store);
    },
  );

  it('lets a running task that ignores the signal end, and records its outcome', async () => {
    const gate = gated();
    const { engine, clock, store } = makeWorld({ tasks: { '*': gate.run } });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.settle();
    const [first, second, third] = gate.calls;
    first?.resolve();
    await clock.settle();
    expect((await engine.runs.cancel(run.id)).processingStatus).toBe('canceling');
    second?.resolve();
    third?.reject(new Error('broken'));
    await clock.settle();
    expect((await engine.runs.get(run.id)).processingStatus).toBe('canceling');
    const done = await clock.until(engine.runs.waitFor(run.id));
    expect(done).toMatchObject({
      processingStatus: 'canceled',
      failedTasksCount: 1,
      failedUsersCount: 1,
      totalUnprocessedTasksCount: 3,
    });
    expect(await statusesOf({ engine } as never, run.id)).toEqual(['canceled', 'canceled', 'failed']);
    await expectRecount(engine, done);
    await expectSound(store);
  });

  it('that comes after the last outcome leaves the status that the outcomes give (r8)', async () => {
    const gate = gated();
    const { engine, clock, store } = makeWorld({ tasks: { a: gate.run } });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(2) });
    await clock.settle();
    await engine.runs.cancel(run.id);
    for (const call of gate.calls) call.resolve();
    expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
    await expectSound(store);
  });

  it('ends users that wait for a retry or for a place at once', async () => {
    const gate = gated();
    const { engine, clock, store } = makeWorld({
      tasks: {
        again: {
          run: () => {
            throw new Error('later');
          },
          retry: { attempts: 9, delayMs: 86_400_000, delayMsMax: 86_400_000 },
        },
        place: { run: gate.run, concurrency: 1 },
      },
    });
    const waiting = await engine.workflows.create(workflowInput(['again', 'again']));
    const placed = await engine.workflows.create(workflowInput(['place', 'place']));
    await clock.until(engine.start());
    const first = await engine.runs.activate(waiting.id, { subjects: idsOf(3) });
    const second = await engine.runs.activate(placed.id, { subjects: idsOf(3) });
    await clock.settle();
    await engine.runs.cancel(first.id);
    await clock.settle();
    expect((await engine.runs.get(first.id)).processingStatus).toBe('canceled');
    await engine.runs.cancel(second.id);
    await clock.settle();
    expect(await statusesOf({ engine } as never, second.id)).toEqual(['inProgress', 'canceled', 'canceled']);
    gate.calls[0]?.resolve();
    const done = await clock.until(engine.runs.waitFor(second.id));
    await expectRecount(engine, done);
    await expectSound(store);
  });

  it('may be repeated; for a final run it is refused', async () => {
    const gate = gated();
    const { engine, clock, store, events } = makeWorld({ tasks: { '*': gate.run } });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    await engine.runs.cancel(run.id);
    await Promise.all([engine.runs.cancel(run.id), engine.runs.cancel(run.id)]);
    expect(events.filter(({ name }) => name === 'run.canceling')).toHaveLength(1);
    await clock.until(engine.runs.waitFor(run.id));
    expect(await codeOf(engine.runs.cancel(run.id))).toBe('AlreadyFinal');
    expect(await codeOf(engine.runs.cancel('nobody'))).toBe('NotFound');
    expect(events.filter(({ name }) => name === 'run.finished')).toHaveLength(1);
    await expectSound(store);
  });

  it('cancels a task that honours the signal; its start stays recorded', async () => {
    const { engine, clock, store } = makeWorld({
      tasks: {
        a: ({ signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    await engine.runs.cancel(run.id);
    const done = await clock.until(engine.runs.waitFor(run.id));
    expect(done.processingStatus).toBe('canceled');
    const [task] = await allTasks(engine, run.id);
    expect(task).toMatchObject({ processingStatus: 'canceled' });
    expect(task?.startedDateTime).not.toBeNull();
    await expectSound(store);
  });

  it.each(['disable', 'delete'] as const)('is part of the %s of its workflow', async (how) => {
    const gate = gated();
    const { engine, clock, store } = makeWorld({ concurrency: 1, tasks: { '*': gate.run } });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const runs: Run[] = [];
    for (let no = 0; no < 3; no++) runs.push(await engine.runs.activate(workflow.id, { subjects: idsOf(2) }));
    await clock.settle();
    const waits = runs.map((run) => engine.runs.waitFor(run.id));
    if (how === 'disable') await clock.until(engine.workflows.update(workflow.id, { isEnabled: false }));
    else await clock.until(engine.workflows.delete(workflow.id));
    for (const wait of waits) expect((await clock.until(wait)).processingStatus).toBe('canceled');
    await expectSound(store);
  });
});

describe('waitFor()', () => {
  it('resolves at once for a final run, and rejects with NotFound for an unknown or deleted one', async () => {
    const { engine, clock } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const deleted = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const wait = codeOf(engine.runs.waitFor(deleted.id));
    await clock.settle();
    await engine.runs.delete(deleted.id);
    expect(await clock.until(wait)).toBe('NotFound');
    expect(await codeOf(engine.runs.waitFor(deleted.id))).toBe('NotFound');
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const [one, two] = await Promise.all([
      clock.until(engine.runs.waitFor(run.id)),
      engine.runs.waitFor(run.id),
    ]);
    expect(one).toEqual(two);
    expect(await engine.runs.waitFor(run.id)).toEqual(one);
    await clock.until(engine.stop());
    expect(await engine.runs.waitFor(run.id)).toEqual(one);
  });

  it('rejects with EngineStopped when the engine stops first, and for an unfinished run afterwards', async () => {
    const gate = gated();
    const { engine, clock } = makeWorld({ tasks: { '*': gate.run } });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const wait = codeOf(engine.runs.waitFor(run.id));
    await clock.settle();
    await clock.until(engine.stop({ deadlineMs: 10 }));
    expect(await wait).toBe('EngineStopped');
    expect(await codeOf(engine.runs.waitFor(run.id))).toBe('EngineStopped');
  });

  it('resolves for an external run with its last result', async () => {
    const { engine, clock } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const run = await engine.runs.create(workflow.id, {
      scheduledDateTime: clock.iso(),
      workflowExecutionType: 'onDemand',
      totalUsersCount: 1,
      totalUnprocessedTasksCount: 1,
    });
    const wait = engine.runs.waitFor(run.id);
    await engine.userProcessingResults.create(run.id, {
      processingStatus: 'completed',
      totalTasksCount: 1,
      failedTasksCount: 0,
      totalUnprocessedTasksCount: 0,
    });
    expect((await clock.until(wait)).processingStatus).toBe('completed');
  });
});

describe('stop and resume', () => {
  const noted =
    (list: string[]): TaskHandler =>
    ({ subject, task, attempt, interruptions }) =>
      void list.push(`${subject.id} ${task.taskDefinitionId} ${attempt} ${interruptions}`);

  it('a stop lets running tasks end and starts none; the next engine continues without an interruption', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const gate = gated();
    const first = makeWorld({ store: inner, clock, concurrency: 2, tasks: { '*': gate.run } });
    const workflow = await first.engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(first.engine.start());
    const run = await first.engine.runs.activate(workflow.id, { subjects: idsOf(4) });
    await clock.settle();
    const stopped = first.engine.stop();
    await clock.settle();
    for (const call of gate.calls) call.resolve();
    await clock.until(stopped);
    expect(gate.calls.map((call) => `${call.subjectId}${call.task}`)).toEqual(['u1a', 'u2a']);
    await expectSound(first.store);
    const list: string[] = [];
    const second = makeWorld({ store: inner, clock, seed: 2, tasks: { '*': noted(list) } });
    await clock.until(second.engine.start());
    const done = await clock.until(second.engine.runs.waitFor(run.id));
    expect(done.processingStatus).toBe('completed');
    expect(list.sort()).toEqual(['u1 b 1 0', 'u2 b 1 0', 'u3 a 1 0', 'u3 b 1 0', 'u4 a 1 0', 'u4 b 1 0']);
    await expectRecount(second.engine, done);
    await expectSound(second.store);
  });

  it('a stop aborts with half of its time left; an aborted task runs once more and counts an interruption, no attempt', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const first = makeWorld({
      store: inner,
      clock,
      tasks: {
        a: ({ signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    });
    const workflow = await first.engine.workflows.create(workflowInput(['a']));
    await clock.until(first.engine.start());
    const run = await first.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const before = clock.elapsed();
    await clock.until(first.engine.stop({ deadlineMs: 700 }));
    expect(clock.elapsed() - before).toBe(700 - 350 - 87);
    const list: string[] = [];
    const second = makeWorld({ store: inner, clock, seed: 2, tasks: { a: noted(list) } });
    await clock.until(second.engine.start());
    await clock.until(second.engine.runs.waitFor(run.id));
    expect(list).toEqual(['u1 a 1 1']);
  });

  it.each([
    [300, 700 - 87],
    [5_000, 700 - 87],
  ])(
    'a stop with tasks that ignore their abort ends before its deadline, with a grace of %i ms',
    async (abortGraceMs, ms) => {
      const { engine, clock } = makeWorld({ abortGraceMs, tasks: { a: () => new Promise(() => {}) } });
      const workflow = await engine.workflows.create(workflowInput(['a']));
      await clock.until(engine.start());
      await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
      await clock.settle();
      const before = clock.elapsed();
      await clock.until(Promise.all([engine.stop({ deadlineMs: 700 }), engine.stop()]));
      expect(clock.elapsed() - before).toBe(ms);
      expect(clock.timers).toBe(0);
    },
  );

  it('a stop does not wait for the grace of a task that timed out before', async () => {
    const { engine, clock } = makeWorld({
      abortGraceMs: 60_000,
      tasks: { a: { run: () => new Promise(() => {}), timeoutMs: 100 } },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    await clock.advance(100);
    const before = clock.elapsed();
    await clock.until(engine.stop({ deadlineMs: 800 }));
    expect(clock.elapsed() - before).toBe(700);
    const [task] = await allTasks(engine, run.id);
    expect(task?.failureReason).toBe(
      'Timed out after 100 ms, and the handler did not settle within 400 ms of being aborted',
    );
  });

  it('a second stop can bring the deadline forward, and cannot put it off', async () => {
    const { engine, clock } = makeWorld({ tasks: { a: () => new Promise(() => {}) } });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const before = clock.elapsed();
    const stops = [engine.stop({ deadlineMs: 60_000 }), engine.stop({ deadlineMs: 300 }), engine.stop()];
    await clock.until(Promise.all(stops));
    expect(clock.elapsed() - before).toBe(300 - 37);
    expect(clock.timers).toBe(0);
  });

  it('a run that is being claimed when the stop comes is handed back without starting a user', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const called: string[] = [];
    const first = makeWorld({ store: inner, clock, tasks: { '*': noted(called) } });
    const workflow = await first.engine.workflows.create(workflowInput(['a']));
    await clock.until(first.engine.start());
    const release = Promise.withResolvers<void>();
    first.store.hooks.after = async (_n, { runs }) => {
      if ([...runs.values()].some(({ after }) => after.inHand)) await release.promise;
    };
    const run = await first.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const stopped = first.engine.stop();
    await clock.settle();
    release.resolve();
    await clock.until(stopped);
    expect(called).toEqual([]);
    expect(await inner.getRun(run.id)).toMatchObject({ processingStatus: 'queued', inHand: false });
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 86_400_001, '300'])(
    'a stop with the deadline %s is refused, and the engine goes on',
    async (deadlineMs) => {
      const { engine, clock } = makeWorld();
      const workflow = await engine.workflows.create(workflowInput(['a']));
      await clock.until(engine.start());
      expect(await codeOf(engine.stop({ deadlineMs: deadlineMs as number }))).toBe('InvalidArgument');
      expect(await codeOf(engine.close({ deadlineMs: deadlineMs as number }))).toBe('InvalidArgument');
      const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
      expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
    },
  );

  it('close() ends by its deadline although the directory never closes, and reports that', async () => {
    const { engine, clock, errors } = makeWorld({
      directory: { ...arrayDirectory([{ id: 'u1' }]), close: () => new Promise(() => {}) },
      tasks: { a: () => new Promise(() => {}) },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const before = clock.elapsed();
    await clock.until(engine.close({ deadlineMs: 300 }));
    expect(clock.elapsed() - before).toBe(300);
    expect(errors().map(String)).toEqual(['Error: The store and the directory did not close within 300 ms']);
    expect(await codeOf(engine.workflows.list())).toBe('StoreClosed');
  });

  it('a crash repeats only running tasks, counts interruptions, and fences the dead engine out', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const gate = gated();
    const first = makeWorld({ store: inner, clock, concurrency: 3, tasks: { '*': gate.run } });
    const workflow = await first.engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(first.engine.start());
    const run = await first.engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    await clock.settle();
    gate.calls[0]?.resolve();
    await clock.settle();
    const list: string[] = [];
    const second = makeWorld({ store: inner, clock, seed: 2, tasks: { '*': noted(list) } });
    await clock.until(second.engine.start());
    const done = await clock.until(second.engine.runs.waitFor(run.id));
    expect(done.processingStatus).toBe('completed');
    expect(list).not.toContainEqual(expect.stringContaining('u1 a'));
    expect(list).toEqual(
      expect.arrayContaining(['u1 b 1 1', 'u2 a 1 1', 'u2 b 1 0', 'u3 a 1 1', 'u3 b 1 0']),
    );
    expect(list).toHaveLength(9);
    for (const call of gate.open()) call.resolve();
    await clock.settle();
    expect(await second.engine.runs.get(run.id)).toEqual(done);
    expect(first.errors().map((error) => (error as LifecycleError).code)).toEqual(['ClaimLost']);
    await expectSound(first.store);
    await expectSound(second.store);
  });

  it('the writes of an engine are refused from the moment that another claims its run', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const old = gated();
    const young = gated();
    const first = makeWorld({ store: inner, clock, tasks: { '*': old.run } });
    const workflow = await first.engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(first.engine.start());
    const run = await first.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const second = makeWorld({ store: inner, clock, seed: 2, tasks: { '*': young.run } });
    await clock.until(second.engine.start());
    await clock.settle();
    old.calls[0]?.reject(new Error('from the old one'));
    await clock.settle();
    expect((await allUsers(second.engine, run.id))[0]).toMatchObject({
      processingStatus: 'inProgress',
      failedTasksCount: 0,
    });
    young.calls[0]?.resolve();
    await clock.settle();
    young.calls[1]?.resolve();
    expect((await clock.until(second.engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
    expect(old.calls).toHaveLength(1);
    await clock.until(first.engine.stop());
    await expectSound(second.store);
  });

  it('a task that is interrupted too often fails with a reason; attempts are counted separately', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const setUp = makeWorld({ store: inner, clock });
    const workflow = await setUp.engine.workflows.create(workflowInput(['killer', 'b']));
    const run = await setUp.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    let starts = 0;
    for (let life = 1; life <= 4; life++) {
      const world = makeWorld({
        store: inner,
        clock,
        seed: 10 + life,
        interruptionsMax: 2,
        tasks: {
          '*': {
            run: () =>
              new Promise<void>(() => {
                starts += 1;
              }),
            retry: { attempts: 3 },
          },
        },
      });
      await clock.until(world.engine.start());
      await clock.settle();
    }
    expect(starts).toBe(3);
    const done = await setUp.engine.runs.get(run.id);
    expect(done.processingStatus).toBe('failed');
    expect((await allTasks(setUp.engine, run.id))[0]?.failureReason).toBe(
      'Interrupted 3 times by the end of its process',
    );
    await expectSound(setUp.store);
  });

  it('a user that waits for a retry during a crash waits only for the rest, and counts as possibly interrupted', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const task = {
      run: () => {
        throw new Error('no');
      },
      retry: { attempts: 2, delayMs: 10_000 },
    };
    const first = makeWorld({
      store: inner,
      clock,
      random: { next: () => 1 - 2 ** -32 },
      tasks: { a: task },
    });
    const workflow = await first.engine.workflows.create(workflowInput(['a']));
    await clock.until(first.engine.start());
    const run = await first.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    await clock.advance(6_000);
    const list: string[] = [];
    const second = makeWorld({
      store: inner,
      clock,
      seed: 2,
      tasks: { a: { run: noted(list) as never, retry: task.retry } },
    });
    await clock.until(second.engine.start());
    await clock.advance(3_900);
    expect(list).toEqual([]);
    await clock.advance(200);
    expect(list).toEqual(['u1 a 2 1']);
    expect((await clock.until(second.engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
  });

  it('a run that was being canceled when its process died ends at the next start', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const first = makeWorld({ store: inner, clock, tasks: { '*': () => new Promise(() => {}) } });
    const workflow = await first.engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(first.engine.start());
    const run = await first.engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.settle();
    await first.engine.runs.cancel(run.id);
    const second = makeWorld({ store: inner, clock, seed: 2 });
    await clock.until(second.engine.start());
    const done = await clock.until(second.engine.runs.waitFor(run.id));
    expect(done.processingStatus).toBe('canceled');
    await expectRecount(second.engine, done);
    await expectSound(second.store);
  });

  it('a run whose users were still being written when its process died is removed', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const store = watchedStore(inner);
    const first = makeWorld({ store, clock, subjects: 3_000 });
    const workflow = await first.engine.workflows.create(workflowInput(['a']));
    let batches = 0;
    store.hooks.after = (_n, { users }) =>
      users.size > 0 && ++batches === 2 ? new Promise(() => {}) : undefined;
    void first.engine.runs.activate(workflow.id, { subjects: idsOf(3_000) });
    await clock.settle();
    expect(await inner.listUnfinishedRuns()).toHaveLength(1);
    expect((await first.engine.runs.list(workflow.id)).value).toEqual([]);
    const second = makeWorld({ store: inner, clock, seed: 2 });
    await clock.until(second.engine.start());
    expect(await inner.listUnfinishedRuns()).toEqual([]);
  });

  it('an engine can be started once, and not after a stop', async () => {
    const { engine, clock } = makeWorld();
    await clock.until(engine.start());
    expect(await codeOf(engine.start())).toBe('EngineStopped');
    await clock.until(engine.stop());
    await clock.until(engine.stop());
    expect(await codeOf(engine.start())).toBe('EngineStopped');
    const other = makeWorld();
    await clock.until(other.engine.stop());
    expect(await codeOf(other.engine.start())).toBe('EngineStopped');
    await clock.until(other.engine.close());
    expect(await codeOf(other.engine.workflows.list())).toBe('StoreClosed');
  });
});

describe('a store that fails', () => {
  const failure = (code: 'StoreFull' | 'StoreFailed' | 'StoreReadOnly') =>
    new LifecycleError(code, 'Expected a store, got a failure');

  it.each([
    [1, 'StoreFull', 'commit'],
    [10, 'StoreFailed', 'commit'],
    [10, 'StoreFull', 'before'],
  ] as const)(
    '%i times in a row with %s (%s) loses nothing and counts nothing twice',
    async (times, code, where) => {
      const calls = new Map<string, number>();
      const { engine, clock, store, errors } = makeWorld({
        concurrency: 3,
        tasks: {
          '*': async ({ idempotencyKey }) => {
            calls.set(idempotencyKey, (calls.get(idempotencyKey) ?? 0) + 1);
            await clock.sleep(3);
          },
        },
      });
      const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
      await clock.until(engine.start());
      const run = await clock.until(engine.runs.activate(workflow.id, { subjects: idsOf(8) }));
      let left = times;
      let seen = 0;
      store.hooks[where] = () => {
        seen += 1;
        if (seen > 2 && left > 0) {
          left -= 1;
          throw failure(code);
        }
      };
      const done = await clock.until(engine.runs.waitFor(run.id));
      expect(done.processingStatus).toBe('completed');
      expect(left).toBe(0);
      expect(errors()).toHaveLength(times);
      expect([...calls.values()]).toEqual(Array.from({ length: 16 }, () => 1));
      await expectRecount(engine, done);
      await expectSound(store);
    },
  );

  it('permanently stops the run with engine.error, and keeps it for the next start', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const first = makeWorld({ store: inner, clock });
    const workflow = await first.engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(first.engine.start());
    const run = await first.engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    first.store.hooks.commit = (_n, { users }) => {
      if (users.size > 0) throw failure('StoreReadOnly');
    };
    await clock.settle();
    expect(first.errors().length).toBeGreaterThan(0);
    expect(first.errors().every((error) => (error as LifecycleError).code === 'StoreReadOnly')).toBe(true);
    await clock.until(codeOf(first.engine.stop()));
    const second = makeWorld({ store: inner, clock, seed: 2 });
    await clock.until(second.engine.start());
    expect((await clock.until(second.engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
    await expectSound(second.store);
  });

  it('at its n-th transaction, for every n, leaves every run able to end with right counters', async () => {
    for (let n = 1; n <= 25; n++) {
      const { engine, clock, store } = makeWorld({ concurrency: 2, seed: n });
      const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
      await clock.until(engine.start());
      const from = store.transactions;
      store.hooks.commit = (no) => {
        if (no === from + n) throw failure('StoreFailed');
      };
      const runs: Run[] = [];
      for (let no = 0; no < 2; no++) {
        const activation = await clock.until(
          engine.runs.activate(workflow.id, { subjects: idsOf(3) }).catch(() => null),
        );
        if (activation) runs.push(activation);
      }
      for (const run of runs) {
        const done = await clock.until(engine.runs.waitFor(run.id));
        expect(done.processingStatus).toBe('completed');
        await expectRecount(engine, done);
      }
      await expectSound(store);
      await clock.until(engine.stop());
      expect(clock.timers).toBe(0);
    }
  });

  it('after its n-th commit while the process dies, for every n, lets the next engine end every run', async () => {
    for (let n = 1; n <= 20; n++) {
      const inner = memoryStore();
      const clock = new VirtualClock();
      const first = makeWorld({ store: inner, clock, concurrency: 2, seed: n });
      const workflow = await first.engine.workflows.create(workflowInput(['a', 'b']));
      await clock.until(first.engine.start());
      const from = first.store.transactions;
      first.store.hooks.after = (no) => (no >= from + n ? new Promise(() => {}) : undefined);
      void first.engine.runs.activate(workflow.id, { subjects: idsOf(3) });
      await clock.settle();
      const second = makeWorld({ store: inner, clock, seed: 100 + n });
      await clock.until(second.engine.start());
      for (const run of (await second.engine.runs.list(workflow.id)).value)
        expect((await clock.until(second.engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
      await expectSound(second.store);
      await expectSound(first.store);
    }
  });
});
