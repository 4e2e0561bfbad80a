/** A second look, at what the first repairs brought and at the corners that they left. */
import { afterEach, describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/array-directory.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { assembleLedger } from '../../../src/ledger/ledger.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { deferred, gated } from '../../helpers/deferred.ts';
import { seededIds } from '../../helpers/seeded.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import type { WatchedStore } from '../../helpers/watched-store.ts';
import {
  codeOf,
  expectSound,
  idsOf,
  makeWorld,
  people,
  scheduledInput,
  workflowInput,
} from '../../helpers/world.ts';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));
afterEach(() => expect(unhandled.splice(0)).toEqual([]));

/** A ledger of another process on the same store. */
const ledgerOf = (store: WatchedStore, clock: VirtualClock) =>
  assembleLedger({
    store,
    clock,
    ids: seededIds(99),
    events: { emit: () => {}, has: () => false },
    aggregation: { strictFailed: false },
    planning: new Set(),
  });

const never = new Promise<never>(() => {});

describe('a stop', () => {
  // BUG: open
  it('ends within its deadline although the directory never answers an evaluation', async () => {
    const clock = new VirtualClock('2026-03-02T11:59:00Z');
    const directory: Directory = {
      get: () => never,
      // biome-ignore lint/correctness/useYield: it never gets there
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

  // BUG: open
  it('ends within its deadline although the directory never answers while a run is taken up', async () => {
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

  // BUG: open
  it('ends within its deadline although the first look at the schedule has not', async () => {
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
        // biome-ignore lint/correctness/useYield: it never gets there
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

describe('taking up', () => {
  // BUG: open
  it('a run whose take-up failed is tried again although others of its batch take long', async () => {
    const clock = new VirtualClock();
    const good = arrayDirectory(people(5));
    const inner = memoryStore();
    const first = makeWorld({ store: inner, clock, tasks: { '*': () => never } });
    const workflow = await first.engine.workflows.create(workflowInput(['a']));
    await clock.until(first.engine.start());
    const runs = [];
    for (let no = 1; no <= 3; no++)
      runs.push(await first.engine.runs.activate(workflow.id, { subjects: [`u${no}`] }));
    await clock.settle(); // all in progress; now the process dies
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
      expect((await clock.until(second.engine.runs.finished(run.id), 200)).processingStatus).toBe(
        'completed',
      );
  });
});

describe('waiting', () => {
  // BUG: open
  it('a store that cannot be read while a workflow changes is no unhandled rejection', async () => {
    const { engine, clock, store } = makeWorld({ tasks: { '*': () => never } });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const waiting = codeOf(engine.runs.finished(run.id));
    await clock.settle();
    store.hooks.read = (method) => {
      if (method === 'getRun') throw new LifecycleError('StoreLocked', 'Expected the store, got a lock');
    };
    await engine.workflows.update(workflow.id, { description: 'changed' });
    await clock.settle();
    store.hooks.read = () => {};
    await clock.until(engine.stop({ deadlineMs: 1 }));
    expect(await waiting).toBe('EngineStopped');
  });
});

describe('fences', () => {
  // BUG: open
  it('a second cancel from elsewhere fences the driver off as the first does', async () => {
    const gate = gated();
    const { engine, clock, store } = makeWorld({
      subjects: 1_200,
      concurrency: 2_000,
      tasks: { '*': gate.run },
    });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await clock.until(engine.runs.activate(workflow.id, { subjects: idsOf(1_200) }));
    await clock.settle();
    expect(gate.open()).toHaveLength(1_200);
    expect((await clock.until(engine.runs.cancel(workflow.id, run.id))).processingStatus).toBe('canceling');
    const batch = deferred();
    store.hooks.after = async (_n, { users }) => {
      if (users.size !== 1_000) return;
      store.hooks.after = () => {};
      for (const call of gate.open().slice(0, 50)) call.resolve();
      batch.resolve();
      for (let left = 10; left > 0; left--) await clock.yield();
    };
    const canceled = ledgerOf(store, clock).runs.cancel(workflow.id, run.id);
    await clock.until(canceled);
    await clock.settle();
    await expectSound(store);
  });
});

describe('handlers', () => {
  // BUG: open
  it('cannot change a date of the directory through their subject', async () => {
    const hired = new Date('2026-01-01T00:00:00Z');
    const { engine, clock } = makeWorld({
      subjects: [{ id: 'u1', employeeHireDate: hired }],
      tasks: {
        a: ({ subject }) => {
          (subject.employeeHireDate as Date).setFullYear(1999);
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.finished(run.id));
    expect(hired.toISOString()).toBe('2026-01-01T00:00:00.000Z');
  });
});

describe('runs and their places', () => {
  // BUG: open
  it('256 runs that wait for a retry do not keep the next one from running', async () => {
    const { engine, clock } = makeWorld({
      tasks: {
        later: {
          run: () => {
            throw new Error('later');
          },
          retry: { attempts: 2, delayMs: 86_400_000, delayMaxMs: 86_400_000 },
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
    await clock.until(engine.runs.finished(run.id));
    expect(clock.elapsed() - before).toBeLessThan(3_600_000);
  });

  // BUG: open
  it('a start that failed because the store was busy can be made again', async () => {
    const { engine, clock, store } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    store.hooks.read = () => {
      throw new LifecycleError('StoreLocked', 'Expected the store, got a lock');
    };
    expect(await clock.until(codeOf(engine.start()))).toBe('StoreLocked');
    store.hooks.read = () => {};
    expect(await clock.until(codeOf(engine.start()))).toBe('no error');
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.finished(run.id))).processingStatus).toBe('completed');
  });
});
