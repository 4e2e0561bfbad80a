/**
 * Random scenarios of an engine: handlers of random latency and result, cancels, deletions, stops, crashes and
 * store failures at random moments, on virtual time and from a seed. At the end every run is final and
 * every counter equals a recount; every commit on the way is checked too.
 */
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { TaskHandler } from '../../../src/ports/task-handler.ts';
import { isTerminal } from '../../../src/rules/status/transitions.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { below, seededRandom } from '../../../src/system/virtual/random.ts';
import { expectNoUnhandledRejection } from '../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { type StoreHooks, watchedStore } from '../../helpers/watched-store.ts';
import { codeOf, expectRecount, idsOf, makeWorld, type World, workflowInput } from '../../helpers/world.ts';

expectNoUnhandledRejection();

interface Effect {
  readonly key: string;
  readonly attempt: number;
  readonly interruptions: number;
}

/** One scenario: everything in it follows from `seed`. */
async function runScenario(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const chance = (probability: number) => random.next() < probability;
  const clock = new VirtualClock();
  const inner: Store = memoryStore();
  const effects: Effect[] = [];
  const running = new Map<string, number>();
  const slots = { limited: 0, all: 0 };
  const concurrency = 1 + below(random, 6);

  /** A handler that works for a while and then does whatever comes to its mind. */
  const moody =
    (name: string): TaskHandler =>
    async (context) => {
      const { idempotencyKey: key, attempt, interruptions, signal } = context;
      effects.push({ key, attempt, interruptions });
      running.set(key, (running.get(key) ?? 0) + 1);
      slots.all += 1;
      if (name === 'limited') slots.limited += 1;
      try {
        expect(slots.limited).toBeLessThanOrEqual(2 * generations);
        expect(slots.all).toBeLessThanOrEqual(concurrency * generations);
        if (chance(0.6)) await clock.sleep(below(random, 4_000));
        if (chance(0.1)) signal.throwIfAborted();
        if (chance(0.15)) throw [new Error('no'), null, 'text', { message: 4 }][below(random, 4)];
        return chance(0.2) ? { processingInfo: 'already so' } : undefined;
      } finally {
        running.set(key, (running.get(key) ?? 0) - 1);
        slots.all -= 1;
        if (name === 'limited') slots.limited -= 1;
      }
    };
  const tasks: Record<string, TaskHandler> = {
    plain: moody('plain'),
    limited: { run: moody('limited') as never, concurrency: 2, timeoutMs: 3_000 },
    again: { run: moody('again') as never, retry: { attempts: 3, delayMs: 500 } },
  };

  let generations = 0;
  const faults: (readonly string[])[] = [];
  /** A process: its engine on the shared store, until it crashes or stops. */
  const begin = (): World & { crash: () => void } => {
    generations += 1;
    let isDead = false;
    const hooks: StoreHooks = {
      before: async () => {
        if (isDead) await new Promise(() => {});
        for (let left = below(random, 6); left > 0; left--) await clock.yield();
      },
      commit: () => {
        if (isDead) throw new LifecycleError('StoreFailed', 'Expected a living process, got a dead one');
        if (chance(0.05)) throw new LifecycleError('StoreFull', 'Expected room, got none');
      },
      after: async () => {
        if (isDead) await new Promise(() => {});
        for (let left = below(random, 6); left > 0; left--) await clock.yield();
      },
      read: async () => {
        if (isDead) await new Promise(() => {});
        if (chance(0.02)) throw new LifecycleError('StoreLocked', 'Expected the store, got a lock');
      },
    };
    const store = watchedStore(inner, hooks);
    faults.push(store.faults);
    const made = makeWorld({
      clock,
      store,
      tasks,
      concurrency,
      seed: seed * 100 + generations,
      subjects: 12,
    });
    return {
      ...made,
      crash: () => {
        isDead = true;
      },
    };
  };

  const insist = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      const promise = work();
      try {
        return await clock.until(promise);
      } catch (error) {
        if (!LifecycleError.is(error) || !error.retryable) throw error;
      }
    }
  };

  let world = begin();
  const setUp = makeWorld({ clock, store: inner, tasks, seed: seed * 100 });
  const workflows = await Promise.all(
    [
      ['plain', 'limited', 'again'],
      [{ id: 'plain', continueOnError: true }, { id: 'limited', continueOnError: true }, 'plain'],
      ['again'],
    ].map((list) => setUp.engine.workflows.create(workflowInput(list))),
  );
  const runs: { workflowId: string; id: string }[] = [];
  if (chance(0.8)) await insistStart();

  async function insistStart(): Promise<void> {
    while ((await clock.until(codeOf(world.engine.start()))) !== 'no error') {
      await clock.until(world.engine.stop());
      world = begin();
    }
  }

  for (let step = 0; step < 14; step++) {
    const pick = random.next();
    const workflow = workflows[below(random, workflows.length)];
    const run = runs[below(random, Math.max(1, runs.length))];
    if (pick < 0.4 && workflow) {
      const subjects = idsOf(1 + below(random, 8), 1 + below(random, 4));
      const code = await clock.until(
        world.engine.runs.activate(workflow.id, { subjects }).then(
          ({ id }) => {
            runs.push({ workflowId: workflow.id, id });
            return 'ok';
          },
          (error: { code?: string }) => error.code,
        ),
      );
      expect(['ok', 'StoreFull', 'StoreLocked']).toContain(code);
    } else if (pick < 0.6 && run) {
      const canceling = codeOf(world.engine.runs.cancel(run.id));
      if (chance(0.5)) await clock.until(canceling);
    } else if (pick < 0.68 && run) {
      const code = await clock.until(codeOf(world.engine.runs.delete(run.id)));
      expect(['no error', 'RunActive', 'StoreFull', 'NotFound', 'StoreLocked']).toContain(code);
      if (code === 'no error') runs.splice(runs.indexOf(run), 1);
    } else if (pick < 0.76) {
      const stopping = codeOf(world.engine.stop({ deadlineMs: below(random, 3_000) }));
      await clock.until(stopping);
      world = begin();
      await insistStart();
    } else if (pick < 0.84) {
      world.crash();
      world = begin();
      await insistStart();
    } else await clock.advance(below(random, 3_000));
    for (let left = below(random, 5); left > 0; left--)
      await new Promise<void>((resolve) => setImmediate(resolve));
  }

  // A fresh process with no more failures finishes everything.
  await clock.until(codeOf(world.engine.stop()));
  const last = makeWorld({ clock, store: inner, tasks: { '*': () => {} }, seed: seed * 100 + 99 });
  faults.push(last.store.faults);
  await clock.until(last.engine.start());
  for (const { workflowId, id } of runs) {
    const done = await clock.until(last.engine.runs.waitFor(id));
    expect(isTerminal(done.processingStatus)).toBe(true);
    const workflow = workflows.find((one) => one.id === workflowId);
    if (workflow) await expectRecount(last.engine, done);
  }
  const { checkStore } = await import('../../../src/ledger/check.ts');
  expect((await checkStore(inner)).violations).toEqual([]);
  expect(faults.flat()).toEqual([]);
  await clock.until(last.engine.stop());
  await insist(async () => {});
}

const FROM = Number(process.env.TENURE_SEED_FROM ?? 1);
const SEEDS = Number(process.env.TENURE_SEEDS ?? 120);

describe('random scenarios', () => {
  it.each(Array.from({ length: Math.ceil(SEEDS / 10) }, (_, index) => FROM + index * 10))(
    'ten scenarios from seed %i end with every run final and every counter right',
    async (from) => {
      for (let seed = from; seed < from + 10; seed++) {
        try {
          await runScenario(seed);
        } catch (error) {
          throw new Error(`Seed ${seed}: ${(error as Error).message}`, { cause: error });
        }
      }
    },
  );
});
