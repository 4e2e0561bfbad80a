/** Bugs that were found by attacking the engine; each stays as a regression test. */
import { afterEach, describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/index.ts';
import { readSettings } from '../../../src/engine/options.ts';
import { LifecycleError } from '../../../src/errors/index.ts';
import { assembleLedger } from '../../../src/ledger/index.ts';
import type { Subject } from '../../../src/model/subject.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { deferred, gated } from '../../helpers/deferred.ts';
import { below, seededIds, seededRandom } from '../../helpers/seeded.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { watchedStore } from '../../helpers/watched-store.ts';
import {
  codeOf,
  expectRecount,
  expectSound,
  idsOf,
  makeWorld,
  people,
  SILENT,
  scheduledInput,
  statusesOf,
  type World,
  workflowInput,
} from '../../helpers/world.ts';

const worlds: World[] = [];
const world = (...args: Parameters<typeof makeWorld>): World => {
  const made = makeWorld(...args);
  worlds.push(made);
  return made;
};
const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));

afterEach(async () => {
  worlds.length = 0;
  expect(unhandled.splice(0)).toEqual([]);
});

const full = () => new LifecycleError('StoreFull', 'Expected room on the disk, got none');
const DAY = 86_400_000;

describe('runs that are taken up', () => {
  it('a run that was activated before the start has one driver', async () => {
    const { engine, clock, store } = world();
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.until(engine.start());
    const done = await clock.until(engine.runs.finished(run.id));
    expect(done.processingStatus).toBe('completed');
    expect((await store.getRun(run.id))?.claim).toBe(1);
    await clock.settle();
    await expectSound(store);
  });

  it('300 runs that are canceled right after their claim do not use up the places for runs', async () => {
    const { engine, clock, store } = world({ subjects: 3 });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    store.hooks.read = async (method) => {
      if (method !== 'getWorkflowVersion') return;
      for (const run of await store.inner.listUnfinishedRuns()) {
        if (run.inHand && run.processingStatus === 'queued')
          await codeOf(engine.runs.cancel(workflow.id, run.id));
      }
    };
    for (let no = 0; no < 300; no++)
      await clock.until(engine.runs.activate(workflow.id, { subjects: ['u1'] }));
    await clock.settle();
    store.hooks.read = () => {};
    const last = await engine.runs.activate(workflow.id, { subjects: ['u2'] });
    expect((await clock.until(engine.runs.finished(last.id))).processingStatus).toBe('completed');
  });

  it('300 runs that are deleted right after their claim do not use up the places for runs', async () => {
    const { engine, clock, store } = world({ subjects: 3 });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    store.hooks.read = async (method) => {
      if (method !== 'getWorkflowVersion') return;
      for (const run of await store.inner.listUnfinishedRuns())
        if (run.inHand && run.processingStatus === 'queued')
          await codeOf(engine.runs.delete(workflow.id, run.id));
    };
    for (let no = 0; no < 300; no++)
      await clock.until(engine.runs.activate(workflow.id, { subjects: ['u1'] }));
    await clock.settle();
    store.hooks.read = () => {};
    const last = await engine.runs.activate(workflow.id, { subjects: ['u2'] });
    expect((await clock.until(engine.runs.finished(last.id))).processingStatus).toBe('completed');
  });

  it('a run whose handlers were missing at a start counts no interruption at the next', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const hold = gated();
    const first = world({ store: inner, clock, tasks: { a: () => {}, b: hold.run } });
    const workflow = await first.engine.workflows.create(workflowInput(['a', 'b', 'a']));
    await clock.until(first.engine.start());
    const run = await first.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const stopped = first.engine.stop();
    hold.calls[0]?.resolve();
    await clock.until(stopped);
    expect((await inner.getRun(run.id))?.inHand).toBe(false);

    const second = world({ store: inner, clock, tasks: { b: () => {} } });
    await clock.until(second.engine.start());
    expect(second.errors().map((error) => (error as LifecycleError).code)).toEqual(['HandlerMissing']);
    await clock.until(second.engine.stop());

    const interruptions: number[] = [];
    const third = world({
      store: inner,
      clock,
      tasks: { b: () => {}, a: (context) => void interruptions.push(context.interruptions) },
    });
    await clock.until(third.engine.start());
    await clock.until(third.engine.runs.finished(run.id));
    expect(interruptions).toEqual([0]);
  });

  it('a directory that fails while a cleanly stopped run is taken up counts no interruption', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const hold = gated();
    const first = world({ store: inner, clock, tasks: { a: hold.run, b: () => {} } });
    const workflow = await first.engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(first.engine.start());
    const run = await first.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const stopped = first.engine.stop();
    hold.calls[0]?.resolve();
    await clock.until(stopped);

    let failures = 1;
    const good = arrayDirectory(people(3));
    const directory: Directory = {
      ...good,
      get: async (ids) => {
        if (failures-- > 0) throw new Error('The directory is away');
        return good.get(ids);
      },
    };
    const interruptions: number[] = [];
    const second = world({
      store: inner,
      clock,
      directory,
      tasks: { a: () => {}, b: (context) => void interruptions.push(context.interruptions) },
    });
    await clock.until(second.engine.start());
    await clock.until(second.engine.runs.finished(run.id));
    expect(interruptions).toEqual([0]);
  });
});

describe('writes of a driver that is late', () => {
  it.each([1, 2, 3, 4, 5])(
    'a start that is in line when its run ends canceled changes nothing (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const clock = new VirtualClock();
      // The caller of a transaction hears of the commit when others may have begun, as with a server.
      const store = watchedStore(memoryStore(), {
        after: async () => {
          for (let left = below(random, 6); left > 0; left--) await clock.yield();
        },
      });
      const { engine } = world({ clock, store, concurrency: 2, seed });
      const workflow = await clock.until(engine.workflows.create(workflowInput(['a'])));
      await clock.until(engine.start());
      for (let round = 0; round < 40; round++) {
        const run = await clock.until(engine.runs.activate(workflow.id, { subjects: idsOf(8) }));
        for (let left = below(random, 20); left > 0; left--)
          await new Promise<void>((resolve) => setImmediate(resolve));
        await clock.until(codeOf(engine.runs.cancel(workflow.id, run.id)));
        await clock.until(engine.runs.finished(run.id));
        await clock.settle();
        expect(store.faults).toEqual([]);
      }
      await expectSound(store);
    },
  );

  it('outcomes that arrive after somebody else has canceled the run are refused', async () => {
    const { engine, clock, store } = world({ tasks: { '*': hold().run } });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.settle();
    const ledger = assembleLedger({
      store,
      clock,
      ids: seededIds(99),
      events: { emit: () => {}, has: () => false },
      aggregation: { strictFailed: false },
      planning: new Set(),
    });
    expect((await ledger.runs.cancel(workflow.id, run.id)).processingStatus).toBe('canceled');
    for (const call of lastHold().open()) call.resolve();
    await clock.settle();
    const after = await engine.runs.get(workflow.id, run.id);
    expect(after.processingStatus).toBe('canceled');
    expect(await statusesOf({ engine } as World, workflow.id, run.id)).toEqual([
      'canceled',
      'canceled',
      'canceled',
    ]);
    await expectSound(store);
  });

  it('a run that is canceled while a new engine takes it up is not written after its end', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const dead = world({ store: inner, clock, tasks: { '*': hold().run } });
    const workflow = await dead.engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(dead.engine.start());
    const run = await dead.engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.settle(); // in progress; now its process dies

    const store = watchedStore(inner);
    const isListed = deferred();
    const second = world({ store, clock, seed: 2 });
    let canceling: Promise<string> | undefined;
    store.hooks.read = async (method) => {
      if (method === 'listUsersByStatus') isListed.resolve();
      if (method !== 'getWorkflowVersion' || canceling) return;
      // Claimed, and no driver yet. The drain will find that nobody drives the run, and be slow.
      const isCanceling = deferred();
      store.hooks.after = async (_n, { runs, users }) => {
        if (runs.get(run.id)?.after.processingStatus === 'canceling') isCanceling.resolve();
        if (users.size === 0) store.hooks.before = () => isListed.promise;
        else for (let left = 8; left > 0; left--) await clock.yield();
      };
      canceling = codeOf(second.engine.runs.cancel(workflow.id, run.id));
      await isCanceling.promise;
    };
    await clock.until(second.engine.start());
    const done = await clock.until(second.engine.runs.finished(run.id));
    await clock.settle();
    expect(done.processingStatus).toBe('canceled');
    await expectSound(store);
  });

  it.each([1, 2, 3, 4, 5])(
    'an engine that takes a run up while it is canceled writes nothing after its end (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const inner = memoryStore();
      const clock = new VirtualClock();
      const first = world({ store: inner, clock, tasks: { '*': hold().run }, seed: 1_000 * seed });
      const workflow = await first.engine.workflows.create(workflowInput(['a', 'b']));
      for (let round = 0; round < 20; round++) {
        const dead = world({
          store: inner,
          clock,
          tasks: { '*': hold().run },
          seed: 1_000 * seed + 100 + round,
        });
        await clock.until(dead.engine.start());
        const run = await dead.engine.runs.activate(workflow.id, { subjects: idsOf(3) });
        await clock.settle(); // in progress; now its process dies
        const store = watchedStore(inner, {
          after: async () => {
            for (let left = below(random, 6); left > 0; left--) await clock.yield();
          },
        });
        const second = world({ store, clock, seed: 1_000 * seed + 200 + round });
        const started = second.engine.start();
        for (let left = below(random, 20); left > 0; left--)
          await new Promise<void>((resolve) => setImmediate(resolve));
        await clock.until(codeOf(second.engine.runs.cancel(workflow.id, run.id)));
        await clock.until(started);
        await clock.until(second.engine.runs.finished(run.id));
        await clock.settle();
        await expectSound(store);
        await clock.until(second.engine.stop());
      }
    },
  );
});

let held = gated();
const hold = () => {
  held = gated();
  return held;
};
const lastHold = () => held;

describe('stopping', () => {
  it('an attempt that fails while the engine drains keeps its retries', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const gate = gated();
    const first = world({
      store: inner,
      clock,
      tasks: { a: { run: gate.run, retry: { attempts: 3, delayMs: 1_000 } } },
    });
    const workflow = await first.engine.workflows.create(workflowInput(['a']));
    await clock.until(first.engine.start());
    const run = await first.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const stopped = first.engine.stop();
    await clock.settle();
    gate.calls[0]?.reject(new Error('The network went away with the deploy'));
    await clock.until(stopped);
    expect(await statusesOf(first, workflow.id, run.id)).toEqual(['inProgress']);
    const attempts: number[] = [];
    const second = world({
      store: inner,
      clock,
      tasks: { a: (context) => void attempts.push(context.attempt) },
    });
    await clock.until(second.engine.start());
    expect((await clock.until(second.engine.runs.finished(run.id))).processingStatus).toBe('completed');
    expect(attempts).toEqual([2]);
  });

  it('a stop ends within its deadline although the store refuses every commit', async () => {
    const { engine, clock, store } = world();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    store.hooks.before = () => {
      throw full();
    };
    await clock.settle();
    await clock.until(codeOf(engine.stop({ deadlineMs: 1_000 })), 1_000);
  });

  it('a stop whose hand-back fails still tells those who wait', async () => {
    const gate = gated();
    const { engine, clock, store } = world({ tasks: { '*': gate.run } });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const waiting = codeOf(engine.runs.finished(run.id));
    await clock.settle();
    const stopped = codeOf(engine.stop());
    gate.calls[0]?.resolve();
    store.hooks.commit = (_n, { users }) => {
      if (users.size === 0) throw full();
    };
    await clock.until(stopped);
    expect(await clock.until(waiting)).toBe('EngineStopped');
  });

  it('a stop during the start leaves no timer and evaluates nothing', async () => {
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    const { engine, store, events } = world({
      clock,
      subjects: people(2, () => ({ department: 'Sales', employeeHireDate: '2026-03-02T10:30:00Z' })),
    });
    await engine.workflows.create(scheduledInput(['a']));
    const started = engine.start();
    const stopped = engine.stop();
    await clock.until(Promise.all([started.catch(() => {}), stopped]));
    await clock.settle();
    expect(clock.timers).toBe(0);
    await clock.advance(4 * 3_600_000);
    expect(await store.listUnfinishedRuns()).toEqual([]);
    expect(events.filter(({ name }) => name === 'schedule.evaluated')).toEqual([]);
  });
});

describe('waiting for a run', () => {
  it('finished() rejects when the workflow is purged while the run drains', async () => {
    const gate = gated();
    const { engine, clock } = world({ tasks: { '*': gate.run } });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const waiting = codeOf(engine.runs.finished(run.id));
    await clock.until(engine.workflows.delete(workflow.id));
    await engine.workflows.purge(workflow.id);
    expect(await clock.until(waiting)).toBe('NotFound');
  });

  it('finished() takes the id in any letter case', async () => {
    const { engine, clock } = world();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const done = clock.until(engine.runs.finished(workflow.id, run.id.toUpperCase()));
    expect((await done).processingStatus).toBe('completed');
  });

  it('finished() of a run that another workflow has is NotFound', async () => {
    const { engine, clock } = world();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const other = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect(await clock.until(codeOf(engine.runs.finished(other.id, run.id)))).toBe('NotFound');
  });
});

describe('events', () => {
  it('a listener of once() hears once', async () => {
    const { engine, clock } = world();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const heard: string[] = [];
    engine.once('run.finished', ({ run }) => void heard.push(run.id));
    await clock.until(engine.start());
    const first = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.finished(first.id));
    const second = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.finished(second.id));
    expect(heard).toEqual([first.id]);
  });

  it('task.retrying is told after the commit of the failed attempt', async () => {
    const { engine, clock, store } = world({
      tasks: {
        a: {
          run: () => {
            throw new Error('not yet');
          },
          retry: { attempts: 2, delayMs: 10 },
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const seen: unknown[] = [];
    engine.on('task.retrying', ({ runId }) => {
      void store.inner.getUser(runId, 1).then((user) => seen.push(user?.attempts?.failures));
    });
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.finished(run.id));
    expect(seen).toEqual([1]);
  });

  it('run.finished is the last event of a run', async () => {
    const { engine, clock, events } = world({
      tasks: {
        a: () => {
          throw new Error('no');
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.finished(run.id));
    await clock.settle();
    const names = events.map(({ name }) => name).filter((name) => !name.startsWith('schedule'));
    expect(names.at(-1)).toBe('run.finished');
    expect(names).toContain('task.failed');
  });

  it('run.finished comes after user.finished of the users whom a cancel ends', async () => {
    const { engine, clock, events } = world();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(2) });
    await engine.runs.cancel(workflow.id, run.id);
    await clock.settle();
    expect(events.map(({ name }) => name).filter((name) => name !== 'run.progress')).toEqual([
      'run.created',
      'run.canceling',
      'user.finished',
      'user.finished',
      'run.finished',
    ]);
  });

  it('user.finished never comes before run.started', async () => {
    const { engine, clock, events } = world();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const run = await engine.runs.create(workflow.id, {
      scheduledDateTime: clock.iso(),
      workflowExecutionType: 'onDemand',
      totalUsersCount: 1,
      totalUnprocessedTasksCount: 1,
    });
    await engine.userProcessingResults.create(workflow.id, run.id, {
      processingStatus: 'completed',
      totalTasksCount: 1,
      failedTasksCount: 0,
      totalUnprocessedTasksCount: 0,
    });
    const names = events.map(({ name }) => name);
    expect(names.indexOf('run.started')).toBeLessThan(names.indexOf('user.finished'));
  });

  it('an error of a listener reaches the logger when nobody listens to engine.error', async () => {
    const logged: string[] = [];
    const { assembleEngine } = await import('../../../src/engine/engine.ts');
    const clock = new VirtualClock();
    const engine = assembleEngine(
      {
        store: memoryStore(),
        clock,
        directory: arrayDirectory(people(1)),
        random: { next: () => 0 },
        ids: seededIds(5),
        logger: { ...SILENT, error: (message) => void logged.push(message) },
      },
      readSettings({ tasks: { '*': () => {} } }),
    );
    const workflow = await engine.workflows.create(workflowInput(['a']));
    engine.on('run.created', () => {
      throw new Error('the listener is broken');
    });
    await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect(logged).toHaveLength(1);
  });
});

describe('a logger that throws', () => {
  const broken = () => {
    throw new Error('the log is full');
  };
  const logger = { debug: broken, info: broken, warn: broken, error: broken };

  it('does not stop the engine when a commit fails', async () => {
    const { assembleEngine } = await import('../../../src/engine/engine.ts');
    const clock = new VirtualClock();
    const store = watchedStore(memoryStore());
    const engine = assembleEngine(
      {
        store,
        clock,
        directory: arrayDirectory(people(3)),
        random: { next: () => 0 },
        ids: seededIds(5),
        logger,
      },
      readSettings({ tasks: { '*': () => {} } }),
    );
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    let failures = 1;
    store.hooks.commit = (_n, { users }) => {
      if (users.size > 0 && failures-- > 0) throw full();
    };
    expect((await clock.until(engine.runs.finished(run.id))).processingStatus).toBe('completed');
    await expectSound(store);
  });

  it('does not leak the lane of a handler that is written off', async () => {
    const gate = gated();
    const { engine, clock, store } = world({
      logger,
      concurrency: 1,
      abortGraceMs: 10,
      tasks: { a: { run: gate.run, timeoutMs: 10 }, b: () => {} },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const other = await engine.workflows.create(workflowInput(['b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.finished(run.id))).processingStatus).toBe('failed');
    gate.calls[0]?.resolve();
    const next = await engine.runs.activate(other.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.finished(next.id))).processingStatus).toBe('completed');
    await expectSound(store);
  });

  it('does not fail a task that logs', async () => {
    const { engine, clock } = world({ logger, tasks: { a: (context) => context.log.info('at work') } });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.finished(run.id))).processingStatus).toBe('completed');
  });
});

describe('lanes', () => {
  it('a run that had no room goes on when other runs have made room', async () => {
    let at = 0;
    const { engine, clock } = world({
      subjects: 5_000,
      concurrency: 2,
      tasks: {
        short: {
          run: ({ attempt }) => {
            if (attempt === 1) throw new Error('later');
          },
          retry: { attempts: 2, delayMs: 3_600_000, delayMaxMs: 3_600_000 },
        },
        long: {
          run: ({ attempt, subject }) => {
            if (subject.id === 'u2') at = clock.elapsed();
            if (attempt === 1 && subject.id === 'u1') throw new Error('much later');
          },
          retry: { attempts: 2, delayMs: 36_000_000, delayMaxMs: 36_000_000 },
        },
      },
    });
    const many = await engine.workflows.create(workflowInput(['short']));
    const few = await engine.workflows.create(workflowInput(['long']));
    await clock.until(engine.start());
    await clock.until(engine.runs.activate(many.id, { subjects: idsOf(4_500) }));
    await clock.settle();
    const run = await clock.until(engine.runs.activate(few.id, { subjects: ['u1', 'u2'] }));
    await clock.until(engine.runs.finished(run.id), 10_000);
    // The first run has made room after an hour; the second must not wait for its own retry.
    expect(at).toBeLessThan(4 * 3_600_000);
  });
});

describe('clocks', () => {
  it('a retry is not put off by a clock that is set back', async () => {
    const { engine, clock } = world({
      tasks: {
        a: {
          run: ({ attempt }) => {
            if (attempt === 1) throw new Error('again');
          },
          retry: { attempts: 2, delayMs: 1_000 },
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    clock.jump(-DAY);
    await clock.advance(10_000);
    expect((await engine.runs.get(workflow.id, run.id)).processingStatus).toBe('completed');
  });
});

describe('schedule', () => {
  const hired = (id: string, employeeHireDate: string): Subject => ({
    id,
    department: 'Sales',
    employeeHireDate,
  });

  it('a tick skips a workflow whose tasks are all disabled', async () => {
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    const { engine, store } = world({ clock, subjects: [hired('u1', '2026-03-02T11:00:00Z')] });
    await engine.workflows.create(scheduledInput([{ id: 'a', isEnabled: false }]));
    await clock.until(engine.start());
    await clock.advance(4 * 3_600_000);
    expect(await store.listUnfinishedRuns()).toEqual([]);
  });

  it('no scheduled run appears after its scheduling went off', async () => {
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    const gate = deferred();
    const asked = deferred();
    const good = arrayDirectory([hired('u1', '2026-03-02T11:00:00Z')]);
    const directory: Directory = {
      ...good,
      async *query(rule) {
        asked.resolve();
        await gate.promise;
        yield* good.query(rule);
      },
    };
    const effects: string[] = [];
    const { engine, store } = world({
      clock,
      directory,
      tasks: { a: (context) => void effects.push(context.subject.id) },
    });
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    const passing = clock.advance(3 * 3_600_000);
    await asked.promise;
    await engine.workflows.update(workflow.id, { isSchedulingEnabled: false });
    gate.resolve();
    await passing;
    await clock.settle();
    expect(effects).toEqual([]);
    expect(await store.listUnfinishedRuns()).toEqual([]);
  });

  it('an on-demand run in which a subject has vanished does not let him be processed twice', async () => {
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    let isThere = true;
    const good = arrayDirectory([hired('u1', '2026-03-02T11:00:00Z')]);
    let gets = 0;
    const directory: Directory = {
      ...good,
      get: async (ids) => {
        gets += 1;
        return isThere || gets === 1 ? good.get(ids) : [];
      },
    };
    const effects: string[] = [];
    const { engine } = world({
      clock,
      directory,
      tasks: { a: (context) => void effects.push(context.run.workflowExecutionType) },
    });
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await clock.advance(3 * 3_600_000);
    expect(effects).toEqual(['scheduled']);
    isThere = false;
    gets = 0;
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.finished(run.id))).processingStatus).toBe('completedWithErrors');
    isThere = true;
    await clock.advance(12 * 3_600_000);
    expect(effects).toEqual(['scheduled']);
  });

  it('a catch-up of 0 days is refused, or still picks up who is due at the slot', async () => {
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    const effects: string[] = [];
    let engine: World['engine'];
    try {
      engine = world({
        clock,
        catchUpDays: 0,
        subjects: [hired('u1', '2026-03-02T12:00:00Z')],
        tasks: { a: (context) => void effects.push(context.subject.id) },
      }).engine;
    } catch (error) {
      expect((error as LifecycleError).code).toBe('InvalidArgument');
      return;
    }
    await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await clock.advance(6 * 3_600_000);
    expect(effects).toEqual(['u1']);
  });
});

describe('handlers', () => {
  it('a promise whose own then throws fails its task', async () => {
    const { engine, clock } = world({
      tasks: {
        a: () => {
          const promise = Promise.resolve();
          Object.defineProperty(promise, 'then', {
            value: () => {
              throw new Error('no then');
            },
          });
          return promise;
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.finished(run.id))).processingStatus).toBe('failed');
  });

  it('arguments that a schema made are not shared between calls in a way that one can change', async () => {
    const seen: number[] = [];
    const { engine, clock } = world({
      concurrency: 1,
      tasks: {
        a: {
          run: ({ arguments: args }: { arguments: { groups: string[] } }) => {
            seen.push(args.groups.length);
            try {
              args.groups.push('intruder');
            } catch {
              // Frozen: as it should be.
            }
          },
          argumentsSchema: {
            '~standard': {
              version: 1,
              vendor: 'test',
              validate: () => ({ value: { groups: ['one'] } }),
            },
          },
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.until(engine.runs.finished(run.id));
    expect(seen).toEqual([1, 1, 1]);
  });

  it('a schema may give a value that cannot be frozen', async () => {
    const { engine, clock } = world({
      tasks: {
        a: {
          run: () => {},
          argumentsSchema: {
            '~standard': { version: 1, vendor: 'test', validate: () => ({ value: new Uint8Array(4) }) },
          },
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    expect(await clock.until(codeOf(engine.runs.activate(workflow.id, { subjects: ['u1'] })))).toBe(
      'no error',
    );
  });

  it('a handler under a GUID in capitals serves the tasks of that GUID', async () => {
    const guid = 'ABCDEF01-2345-4678-9ABC-DEF012345678';
    const { engine, clock } = world({ tasks: { [guid]: () => {} } });
    const workflow = await engine.workflows.create(workflowInput([guid]));
    await clock.until(engine.start());
    const run = await clock.until(engine.runs.activate(workflow.id, { subjects: ['u1'] }));
    expect((await clock.until(engine.runs.finished(run.id))).processingStatus).toBe('completed');
  });

  it('a concurrency that is no whole number is refused', async () => {
    expect(() => makeWorld({ tasks: { a: { run: () => {}, concurrency: 1.5 } } })).toThrow(/whole number/);
  });

  it('a subject that refers to itself does not fail its task', async () => {
    const loop: Record<string, unknown> = { id: 'u1' };
    loop.manager = { reports: [loop] };
    const { engine, clock } = world({
      subjects: [loop as Subject],
      tasks: { a: ({ subject }) => void subject.id },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const done = await clock.until(engine.runs.finished(run.id));
    expect(done.processingStatus).toBe('completed');
    await expectRecount(engine, workflow, done);
  });
});
