/** Starting and stopping, also when the store, the directory or the schedule fails. */

import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/array-directory.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { gated } from '../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import {
  codeOf,
  idsOf,
  makeWorld,
  people,
  scheduledInput,
  statusesOf,
  workflowInput,
} from '../../helpers/world.ts';

expectNoUnhandledRejection();

const full = () => new LifecycleError('StoreFull', 'Expected room on the disk, got none');

const never = new Promise<never>(() => {});

describe('a start', () => {
  it('that failed because the store was busy can be repeated', async () => {
    const { engine, clock, store } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    store.hooks.read = () => {
      throw new LifecycleError('StoreLocked', 'Expected the store, got a lock');
    };
    expect(await clock.until(codeOf(engine.start()))).toBe('StoreLocked');
    store.hooks.read = () => {};
    expect(await clock.until(codeOf(engine.start()))).toBe('no error');
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
  });
});

describe('a stop', () => {
  it('an attempt that fails while the engine drains keeps its retries', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const gate = gated();
    const first = makeWorld({
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
    expect(await statusesOf(first, run.id)).toEqual(['inProgress']);
    const attempts: number[] = [];
    const second = makeWorld({
      store: inner,
      clock,
      tasks: { a: (context) => void attempts.push(context.attempt) },
    });
    await clock.until(second.engine.start());
    expect((await clock.until(second.engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
    expect(attempts).toEqual([2]);
  });

  it('ends within its deadline although the store refuses every commit', async () => {
    const { engine, clock, store } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    store.hooks.before = () => {
      throw full();
    };
    await clock.settle();
    await clock.until(codeOf(engine.stop({ deadlineMs: 1_000 })), 1_000);
  });

  it('whose hand-back of runs fails still rejects waiting callers', async () => {
    const gate = gated();
    const { engine, clock, store } = makeWorld({ tasks: { '*': gate.run } });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const waiting = codeOf(engine.runs.waitFor(run.id));
    await clock.settle();
    const stopped = codeOf(engine.stop());
    gate.calls[0]?.resolve();
    store.hooks.commit = (_n, { users }) => {
      if (users.size === 0) throw full();
    };
    await clock.until(stopped);
    expect(await clock.until(waiting)).toBe('EngineStopped');
  });

  it('during the start leaves no timer and evaluates nothing', async () => {
    const clock = new VirtualClock('2026-03-02T10:00:00Z');
    const { engine, store, events } = makeWorld({
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

  it('ends within its deadline although the directory never answers an evaluation', async () => {
    const clock = new VirtualClock('2026-03-02T11:59:00Z');
    const directory: Directory = {
      get: () => never,
      // biome-ignore lint/correctness/useYield: it never gets that far
      async *query() {
        await never;
      },
    };
    const { engine } = makeWorld({ clock, directory });
    await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await clock.advance(120_000);
    await clock.until(engine.stop({ deadlineMs: 1_000 }));
  });

  it('ends within its deadline although the directory never answers while a run is resumed', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const dead = makeWorld({ store: inner, clock, tasks: { '*': () => never } });
    const workflow = await dead.engine.workflows.create(workflowInput(['a']));
    await clock.until(dead.engine.start());
    await dead.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const good = arrayDirectory(people(1));
    const second = makeWorld({ store: inner, clock, seed: 2, directory: { ...good, get: () => never } });
    await clock.until(second.engine.start());
    await clock.settle();
    await clock.until(second.engine.stop({ deadlineMs: 1_000 }));
  });

  it('ends within its deadline although the first evaluation of the schedule has not', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock('2026-03-02T11:00:00Z');
    const setUp = makeWorld({ store: inner, clock });
    await setUp.engine.workflows.create(scheduledInput(['a']));
    clock.jump(3 * 3_600_000);
    const good = arrayDirectory(people(1));
    const { engine } = makeWorld({
      store: inner,
      clock,
      seed: 2,
      directory: {
        ...good,
        // biome-ignore lint/correctness/useYield: it never gets that far
        async *query() {
          await never;
        },
      },
    });
    void engine.start();
    await clock.settle();
    await clock.until(engine.stop({ deadlineMs: 1_000 }));
  });
});
