/** Which runs get a driver, and what becomes of those that cannot have one. */

import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../../src/directory/array-directory.ts';
import { StoreSource } from '../../../../src/engine/runner/store-source.ts';
import type { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { Directory } from '../../../../src/ports/directory.ts';
import type { StoreSlices } from '../../../../src/ports/store.ts';
import type { WorkListener } from '../../../../src/ports/work-source.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { gated } from '../../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { codeOf, expectSound, idsOf, makeWorld, people, workflowInput } from '../../../helpers/world.ts';

expectNoUnhandledRejection();

const never = new Promise<never>(() => {});

describe('runs that are claimed', () => {
  it('a run that was activated before the start has one driver', async () => {
    const { engine, clock, store } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.until(engine.start());
    const done = await clock.until(engine.runs.waitFor(run.id));
    expect(done.processingStatus).toBe('completed');
    expect((await store.getRun(run.id))?.claim).toBe(1);
    await clock.settle();
    await expectSound(store);
  });

  it('300 runs that are canceled right after their claim do not use up the places for runs', async () => {
    const { engine, clock, store } = makeWorld({ subjects: 3 });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    store.hooks.read = async (method) => {
      if (method !== 'getWorkflowVersion') return;
      for (const run of await store.inner.listUnfinishedRuns()) {
        if (run.inHand && run.processingStatus === 'queued') await codeOf(engine.runs.cancel(run.id));
      }
    };
    for (let no = 0; no < 300; no++)
      await clock.until(engine.runs.activate(workflow.id, { subjects: ['u1'] }));
    await clock.settle();
    store.hooks.read = () => {};
    const last = await engine.runs.activate(workflow.id, { subjects: ['u2'] });
    expect((await clock.until(engine.runs.waitFor(last.id))).processingStatus).toBe('completed');
  });

  it('300 runs that are deleted right after their claim do not use up the places for runs', async () => {
    const { engine, clock, store } = makeWorld({ subjects: 3 });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    store.hooks.read = async (method) => {
      if (method !== 'getWorkflowVersion') return;
      for (const run of await store.inner.listUnfinishedRuns())
        if (run.inHand && run.processingStatus === 'queued') await codeOf(engine.runs.delete(run.id));
    };
    for (let no = 0; no < 300; no++)
      await clock.until(engine.runs.activate(workflow.id, { subjects: ['u1'] }));
    await clock.settle();
    store.hooks.read = () => {};
    const last = await engine.runs.activate(workflow.id, { subjects: ['u2'] });
    expect((await clock.until(engine.runs.waitFor(last.id))).processingStatus).toBe('completed');
  });

  it('a run whose handlers were missing at a start counts no interruption at the next', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const hold = gated();
    const first = makeWorld({ store: inner, clock, tasks: { a: () => {}, b: hold.run } });
    const workflow = await first.engine.workflows.create(workflowInput(['a', 'b', 'a']));
    await clock.until(first.engine.start());
    const run = await first.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    const stopped = first.engine.stop();
    hold.calls[0]?.resolve();
    await clock.until(stopped);
    expect((await inner.getRun(run.id))?.inHand).toBe(false);

    const second = makeWorld({ store: inner, clock, tasks: { b: () => {} } });
    await clock.until(second.engine.start());
    expect(second.errors().map((error) => (error as LifecycleError).code)).toEqual(['HandlerMissing']);
    await clock.until(second.engine.stop());

    const interruptions: number[] = [];
    const third = makeWorld({
      store: inner,
      clock,
      tasks: { b: () => {}, a: (context) => void interruptions.push(context.interruptions) },
    });
    await clock.until(third.engine.start());
    await clock.until(third.engine.runs.waitFor(run.id));
    expect(interruptions).toEqual([0]);
  });

  it('a directory that fails while a cleanly stopped run is resumed counts no interruption', async () => {
    const inner = memoryStore();
    const clock = new VirtualClock();
    const hold = gated();
    const first = makeWorld({ store: inner, clock, tasks: { a: hold.run, b: () => {} } });
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
    const second = makeWorld({
      store: inner,
      clock,
      directory,
      tasks: { a: () => {}, b: (context) => void interruptions.push(context.interruptions) },
    });
    await clock.until(second.engine.start());
    await clock.until(second.engine.runs.waitFor(run.id));
    expect(interruptions).toEqual([0]);
  });

  it('a run that could not be resumed is retried although others of its batch take long', async () => {
    const clock = new VirtualClock();
    const good = arrayDirectory(people(5));
    const inner = memoryStore();
    const first = makeWorld({ store: inner, clock, tasks: { '*': () => never } });
    const workflow = await first.engine.workflows.create(workflowInput(['a']));
    await clock.until(first.engine.start());
    const runs = [];
    for (let no = 1; no <= 3; no++)
      runs.push(await first.engine.runs.activate(workflow.id, { subjects: [`u${no}`] }));
    await clock.settle(); // all in progress; the process dies now
    let gets = 0;
    const directory: Directory = {
      ...good,
      get: async (ids) => {
        gets += 1;
        if (gets === 2) throw new Error('The directory is away');
        if (gets === 3) await clock.sleep(30_000);
        return good.get(ids);
      },
    };
    const second = makeWorld({ store: inner, clock, seed: 2, directory });
    await clock.until(second.engine.start());
    for (const run of runs)
      expect((await clock.until(second.engine.runs.waitFor(run.id), 200)).processingStatus).toBe('completed');
  });
});

describe('room for runs and users', () => {
  it('256 runs that wait for a retry do not keep the next one from running', async () => {
    const { engine, clock } = makeWorld({
      tasks: {
        later: {
          run: () => {
            throw new Error('later');
          },
          retry: { attempts: 2, delayMs: 86_400_000, delayMsMax: 86_400_000 },
        },
        now: () => {},
      },
    });
    const slow = await engine.workflows.create(workflowInput(['later']));
    const quick = await engine.workflows.create(workflowInput(['now']));
    await clock.until(engine.start());
    for (let no = 0; no < 256; no++) await engine.runs.activate(slow.id, { subjects: ['u1'] });
    await clock.settle();
    const before = clock.elapsed();
    const run = await engine.runs.activate(quick.id, { subjects: ['u2'] });
    await clock.until(engine.runs.waitFor(run.id));
    expect(clock.elapsed() - before).toBeLessThan(3_600_000);
  });

  it('a run that had no room continues when other runs have made room', async () => {
    let at = 0;
    const { engine, clock } = makeWorld({
      subjects: 5_000,
      concurrency: 2,
      tasks: {
        short: {
          run: ({ attempt }) => {
            if (attempt === 1) throw new Error('later');
          },
          retry: { attempts: 2, delayMs: 3_600_000, delayMsMax: 3_600_000 },
        },
        long: {
          run: ({ attempt, subject }) => {
            if (subject.id === 'u2') at = clock.elapsed();
            if (attempt === 1 && subject.id === 'u1') throw new Error('much later');
          },
          retry: { attempts: 2, delayMs: 36_000_000, delayMsMax: 36_000_000 },
        },
      },
    });
    const many = await engine.workflows.create(workflowInput(['short']));
    const few = await engine.workflows.create(workflowInput(['long']));
    await clock.until(engine.start());
    await clock.until(engine.runs.activate(many.id, { subjects: idsOf(4_500) }));
    await clock.settle();
    const run = await clock.until(engine.runs.activate(few.id, { subjects: ['u1', 'u2'] }));
    await clock.until(engine.runs.waitFor(run.id), 10_000);
    // The first run has made room after an hour; the second must not wait for its own retry.
    expect(at).toBeLessThan(4 * 3_600_000);
  });
});

describe('a source of work of its own', () => {
  it('is opened and closed with the engine, which reports what fails in it', async () => {
    const clock = new VirtualClock();
    const store = memoryStore({ slices: true });
    const inner = new StoreSource({ slices: store.slices as StoreSlices, clock, isShared: true });
    const failures = [new Error('The monitor failed'), new Error('The end failed')] as const;
    let listener: WorkListener | null = null;
    inner.open = async (given) => {
      listener = given;
      given.failed(failures[0]);
    };
    inner.close = () => Promise.reject(failures[1]);
    const { engine, events } = makeWorld({ clock, store, work: inner });
    await clock.until(engine.start());
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const run = await clock.until(engine.runs.activate(workflow.id, { subjects: ['u1'] }));
    (listener as WorkListener | null)?.mayBeWork();
    expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
    await clock.until(engine.close());
    await clock.settle();
    const errors = events.flatMap((event) => (event.name === 'engine.error' ? [event.payload] : []));
    expect(errors.map(({ error, during }) => [during, error])).toEqual([
      ['findingWork', failures[0]],
      ['closing', failures[1]],
    ]);
  });
});
