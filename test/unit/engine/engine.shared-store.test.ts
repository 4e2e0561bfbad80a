/** Several engines on one store: they share runs, take over from each other, and hear of each other. */
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import type { Store, StoreSlices } from '../../../src/ports/store.ts';
import type { TaskContext } from '../../../src/ports/task-handler.ts';
import { wrapStore } from '../../../src/ports/wrap-store.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { gated } from '../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import {
  allUsers,
  expectRecount,
  expectSound,
  idsOf,
  makeWorld,
  type World,
  type WorldOptions,
  workflowInput,
} from '../../helpers/world.ts';

expectNoUnhandledRejection();

/** Engines on one store of slices of two users, each with the seed of its number. */
function cluster(bounds = { min: 2, max: 2 }) {
  const inner = memoryStore({ slices: bounds });
  const clock = new VirtualClock();
  let seed = 0;
  const engine = (options: WorldOptions = {}): World => {
    seed += 1;
    return makeWorld({ store: inner, clock, seed, subjects: 2_000, ...options });
  };
  return { inner, clock, engine };
}

/** The store for a process that can be stopped: its calls wait until it continues. */
function stoppable(inner: Store) {
  let gate: PromiseWithResolvers<void> | null = null;
  const pass = async <T>(run: () => Promise<T>): Promise<T> => {
    await gate?.promise;
    return run();
  };
  const store = wrapStore(inner, {
    transaction: (work, run) => pass(() => run(work)),
    read: (_, run) => pass(run),
    slices: (_, run) => pass(run),
  });
  return {
    store,
    halt: () => {
      gate = Promise.withResolvers();
    },
    proceed: () => gate?.resolve(),
  };
}

/** The store for an engine that never gets a slice. */
function idle(inner: Store): Store {
  const slices = inner.slices as StoreSlices;
  const claim: StoreSlices['claim'] = async (keys) => keys.map(() => 'held');
  return wrapStore(inner, {}, { slices: { ...slices, claim } });
}

/** A handler that takes `delayMs`, and the subjects and interruptions of its calls. */
function slow(clock: VirtualClock, delayMs: number) {
  const calls: { subject: string; interruptions: number }[] = [];
  const run = async ({ subject, interruptions }: TaskContext) => {
    calls.push({ subject: subject.id, interruptions });
    await clock.sleep(delayMs);
  };
  return { run, calls };
}

async function expectRecounted({ engine }: World, runId: string): Promise<void> {
  await expectRecount(engine, await engine.runs.get(runId));
}

const count = (world: World, name: string) => world.events.filter((event) => event.name === name).length;

describe('a run that several engines drive', () => {
  it('processes every user once, and ends once', async () => {
    const { clock, engine } = cluster();
    const handlers = [slow(clock, 100), slow(clock, 100), slow(clock, 100)];
    const worlds = handlers.map(({ run }) => engine({ tasks: { a: run }, concurrency: 4 }));
    const [first] = worlds as [World];
    const workflow = await first.engine.workflows.create(workflowInput(['a']));
    for (const world of worlds) await clock.until(world.engine.start());
    const run = await clock.until(first.engine.runs.activate(workflow.id, { subjects: idsOf(60) }));
    const done = await clock.until(first.engine.runs.waitFor(run.id));
    await clock.advance(LIMITS.pollMs);
    expect(done).toMatchObject({ processingStatus: 'completed', successfulUsersCount: 60 });
    const subjects = handlers.flatMap(({ calls }) => calls.map(({ subject }) => subject));
    expect(subjects.sort()).toEqual(idsOf(60).sort());
    for (const { calls } of handlers) expect(calls.length).toBeGreaterThan(0);
    const ended = worlds.map((world) => count(world, 'run.finished'));
    expect(ended.reduce((sum, one) => sum + one, 0)).toBe(1);
    expect(worlds.flatMap((world) => world.errors())).toEqual([]);
    await expectRecounted(first, run.id);
    await expectSound(first.store);
  });

  it('is left to the others where one has users for all of its lanes', async () => {
    const { inner, clock, engine } = cluster({ min: 20, max: 20 });
    const { run: a } = slow(clock, 1_000);
    const world = engine({ tasks: { a }, concurrency: 5 });
    const workflow = await world.engine.workflows.create(workflowInput(['a']));
    await clock.until(world.engine.start());
    await clock.until(world.engine.runs.activate(workflow.id, { subjects: idsOf(100) }));
    const free = async () =>
      (await inner.slices?.list({ leaseMs: LIMITS.sliceLeaseMs, nowMs: clock.now(), limit: 10 }))?.map(
        ({ slice }) => slice,
      );
    await clock.advance(1);
    expect(await free()).toEqual([2, 3, 4, 5]);
    await clock.advance(2_500); // 10 of 20 have ended
    expect(await free()).toEqual([2, 3, 4, 5]);
    await clock.advance(1_000);
    expect(await free()).toEqual([3, 4, 5]);
  });

  it('is waited for by an engine that drives none of it', async () => {
    const { inner, clock, engine } = cluster();
    const [waiting, driving] = [engine({ store: idle(inner) }), engine({ tasks: { a: () => {} } })];
    const workflow = await waiting.engine.workflows.create(workflowInput(['a']));
    for (const world of [waiting, driving]) await clock.until(world.engine.start());
    const run = await clock.until(waiting.engine.runs.activate(workflow.id, { subjects: idsOf(5) }));
    expect((await clock.until(waiting.engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
    expect(count(waiting, 'run.finished')).toBe(0);
    expect(count(driving, 'run.finished')).toBe(1);
  });

  it('does not hide other runs from an engine that has no handlers for it', async () => {
    const { clock, engine } = cluster({ min: 1, max: 1 });
    const other = engine({ tasks: { a: () => {}, b: () => {} } });
    const [unknown, known] = [
      await other.engine.workflows.create(workflowInput(['b'])),
      await other.engine.workflows.create(workflowInput(['a'])),
    ];
    const large = await clock.until(other.engine.runs.activate(unknown.id, { subjects: idsOf(600) }));
    const small = await clock.until(other.engine.runs.activate(known.id, { subjects: idsOf(3) }));
    const world = engine({ tasks: { a: () => {} } });
    await clock.until(world.engine.start());
    expect((await clock.until(world.engine.runs.waitFor(small.id))).processingStatus).toBe('completed');
    expect((await other.engine.runs.get(large.id))?.processingStatus).toBe('queued');
  });
});

describe('a cancel by an engine that does not drive the run', () => {
  it('is carried out by one that has no handlers for it, though the news of it was lost and the canceling engine died', async () => {
    const { inner, clock, engine } = cluster();
    const { slices } = inner as { slices: StoreSlices };
    const deaf = wrapStore(inner, {}, { slices: { ...slices, watch: () => ({ close() {} }) } });
    const canceling = engine({ store: idle(inner), tasks: { a: () => {} } });
    const workflow = await canceling.engine.workflows.create(workflowInput(['a']));
    const run = await clock.until(canceling.engine.runs.activate(workflow.id, { subjects: idsOf(9) }));
    const other = engine({ store: deaf, tasks: {} });
    await clock.until(other.engine.start());
    await clock.settle();
    await clock.until(canceling.engine.runs.cancel(run.id));
    expect((await other.engine.runs.get(run.id)).processingStatus).toBe('canceling');
    await clock.advance(LIMITS.sliceLeaseMs + 2 * LIMITS.pollMs);
    expect(await other.engine.runs.get(run.id)).toMatchObject({ processingStatus: 'canceled' });
    await expectSound(other.store);
  });

  it('reaches the holder, who records what it was doing', async () => {
    const { clock, engine } = cluster();
    const hold = gated();
    const [driving, canceling] = [
      engine({ tasks: { a: hold.run }, concurrency: 3 }),
      engine({ tasks: { a: hold.run } }),
    ];
    const workflow = await driving.engine.workflows.create(workflowInput(['a', 'a']));
    await clock.until(driving.engine.start());
    const run = await clock.until(driving.engine.runs.activate(workflow.id, { subjects: idsOf(9) }));
    await clock.settle();
    expect(hold.open()).toHaveLength(3);
    await clock.until(canceling.engine.runs.cancel(run.id));
    await clock.settle();
    expect(hold.calls.map(({ context }) => context.signal.aborted)).toEqual([true, true, true]);
    const during = await driving.engine.runs.get(run.id);
    expect(during).toMatchObject({ processingStatus: 'canceling' });
    const statuses = async () =>
      (await allUsers(driving.engine, run.id)).map(({ processingStatus }) => processingStatus);
    expect((await statuses()).filter((status) => status === 'inProgress')).toHaveLength(3);
    for (const call of hold.open()) call.resolve();
    const done = await clock.until(driving.engine.runs.waitFor(run.id));
    expect(done).toMatchObject({ processingStatus: 'canceled', totalUnprocessedTasksCount: 15 });
    expect(await statuses()).toEqual(Array.from({ length: 9 }, () => 'canceled'));
    expect(hold.calls).toHaveLength(3);
    expect([...driving.errors(), ...canceling.errors()]).toEqual([]);
    await expectRecounted(driving, run.id);
  });

  it('is carried out though the store fails on the way, and no engine is started', async () => {
    const { inner, clock, engine } = cluster();
    let failures = 1;
    const store = wrapStore(inner, {
      slices: async (method, run) => {
        if (method === 'commit' && failures-- > 0) throw new LifecycleError('StoreUnavailable', 'It is away');
        return run();
      },
    });
    const world = engine({ store });
    const workflow = await world.engine.workflows.create(workflowInput(['a']));
    const run = await clock.until(world.engine.runs.activate(workflow.id, { subjects: idsOf(7) }));
    expect((await clock.until(world.engine.runs.cancel(run.id))).processingStatus).toBe('canceling');
    await clock.advance(3 * LIMITS.sliceLeaseMs);
    expect((await world.engine.runs.get(run.id)).processingStatus).toBe('canceled');
    expect(clock.timers).toBe(0);
    await expectRecounted(world, run.id);
  });

  it('ends a run that no process drives at once', async () => {
    const { clock, engine } = cluster();
    const world = engine();
    const workflow = await world.engine.workflows.create(workflowInput(['a']));
    const run = await clock.until(world.engine.runs.activate(workflow.id, { subjects: idsOf(7) }));
    expect((await clock.until(world.engine.runs.cancel(run.id))).processingStatus).toBe('canceled');
    await expectRecounted(world, run.id);
  });

  it('is carried out when the lease of a holder who died is over, also by an engine without handlers', async () => {
    const { inner, clock, engine } = cluster();
    const dead = stoppable(inner);
    const hold = gated();
    const first = engine({ store: dead.store, tasks: { a: hold.run }, concurrency: 2 });
    const workflow = await first.engine.workflows.create(workflowInput(['a']));
    await clock.until(first.engine.start());
    const run = await clock.until(first.engine.runs.activate(workflow.id, { subjects: idsOf(9) }));
    await clock.settle();
    dead.halt();
    const other = engine({ tasks: {} });
    await clock.until(other.engine.start());
    await clock.until(other.engine.runs.cancel(run.id));
    const calls = hold.calls.length;
    const done = await clock.until(other.engine.runs.waitFor(run.id));
    expect(done.processingStatus).toBe('canceled');
    expect(hold.calls).toHaveLength(calls);
    await expectRecounted(other, run.id);
  });
});

describe('the slices of a holder who died', () => {
  it('are taken over when its lease is over, and their users in progress were interrupted', async () => {
    const { inner, clock, engine } = cluster();
    const dead = stoppable(inner);
    const hold = gated();
    const first = engine({ store: dead.store, tasks: { a: hold.run }, concurrency: 2 });
    const workflow = await first.engine.workflows.create(workflowInput(['a']));
    await clock.until(first.engine.start());
    const run = await clock.until(first.engine.runs.activate(workflow.id, { subjects: idsOf(12) }));
    await clock.settle();
    const begun = hold.calls.map(({ subjectId }) => subjectId);
    expect(begun).toHaveLength(2);
    const active = (await allUsers(first.engine, run.id)).filter(
      ({ processingStatus }) => processingStatus === 'inProgress',
    );
    const interrupted = active.map(({ subject }) => subject.id);
    expect(interrupted.length).toBeLessThan(12);
    dead.halt();
    const next = slow(clock, 10);
    const second = engine({ tasks: { a: next.run } });
    await clock.until(second.engine.start());
    await clock.advance(LIMITS.sliceLeaseMs - LIMITS.sliceLeaseMs / 4 - 1);
    expect(next.calls.filter(({ subject }) => begun.includes(subject))).toEqual([]);
    await clock.until(second.engine.runs.waitFor(run.id));
    const interruptions = Object.fromEntries(next.calls.map((call) => [call.subject, call.interruptions]));
    expect(interruptions).toEqual(
      Object.fromEntries(idsOf(12).map((id) => [id, interrupted.includes(id) ? 1 : 0])),
    );
    await expectRecounted(second, run.id);

    // It was only stopped: what it has to say now counts no more.
    dead.proceed();
    await clock.advance(LIMITS.sliceLeaseMs);
    expect(hold.calls.map(({ context }) => context.signal.aborted)).toEqual([true, true]);
    for (const call of hold.open()) call.resolve();
    await clock.advance(LIMITS.sliceLeaseMs);
    expect(first.errors().map((error) => (error as { code: string }).code)).toContain('ClaimLost');
    await expectRecounted(second, run.id);
    await expectSound(second.store);
  });
});

describe('a graceful stop beside another engine', () => {
  it('holds its slices while their handlers run, and gives them back without an interruption', async () => {
    const { clock, engine } = cluster();
    const hold = gated();
    const first = engine({ tasks: { a: hold.run, b: () => {} }, concurrency: 2 });
    const workflow = await first.engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(first.engine.start());
    const run = await clock.until(first.engine.runs.activate(workflow.id, { subjects: idsOf(4) }));
    await clock.settle();
    const begun = hold.calls.map(({ subjectId }) => subjectId);
    const stopping = first.engine.stop({ deadlineMs: 20 * LIMITS.sliceLeaseMs });
    const [repeated, next] = [slow(clock, 10), slow(clock, 10)];
    const second = engine({ tasks: { a: repeated.run, b: next.run } });
    await clock.until(second.engine.start());
    await clock.advance(5 * LIMITS.sliceLeaseMs);
    expect(next.calls.filter(({ subject }) => begun.includes(subject))).toEqual([]);
    for (const call of hold.open()) call.resolve();
    await clock.until(stopping);
    expect((await clock.until(second.engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
    const subjectsOf = (calls: readonly { subject: string }[]) => calls.map(({ subject }) => subject).sort();
    expect(subjectsOf(repeated.calls)).toEqual(idsOf(4).filter((id) => !begun.includes(id)));
    expect(subjectsOf(next.calls)).toEqual(idsOf(4));
    expect(next.calls.every(({ interruptions }) => interruptions === 0)).toBe(true);
    expect([...first.errors(), ...second.errors()]).toEqual([]);
    await expectRecounted(second, run.id);
  });

  it('leaves no timer behind', async () => {
    const { clock, engine } = cluster();
    const world = engine();
    await clock.until(world.engine.start());
    await clock.until(world.engine.stop());
    await clock.settle();
    expect(clock.timers).toBe(0);
  });
});

describe('an answer by callback that arrives in another engine', () => {
  const extension = {
    displayName: 'Waits',
    endpointConfiguration: { targetUrl: 'https://hooks.example/run' },
    callbackConfiguration: { timeoutDuration: 'PT5M' },
  };
  const DONE = { data: { operationStatus: 'Completed' }, source: 'sample', type: 'lifecycleEvent' };

  /** A run that waits for an answer, and how long it goes on waiting after another engine got it, ms. */
  async function waited(withNews: boolean): Promise<number> {
    const { inner, clock, engine } = cluster();
    const slices = inner.slices as StoreSlices;
    const watch: StoreSlices['watch'] = () => ({ close: () => {} });
    const store = withNews ? inner : wrapStore(inner, {}, { slices: { ...slices, watch } });
    const bodies: string[] = [];
    const callout = {
      post: async ({ body }: { body: string }) => {
        bodies.push(body);
        return { status: 202, body: '' };
      },
      secret: () => 'a secret of this store',
    };
    const driving = engine({ store, callout, tasks: {} });
    const other = engine({ store: idle(inner), callout, tasks: {} });
    const { id } = await driving.engine.customTaskExtensions.create(extension);
    const task = {
      id: 'runCustomTaskExtension',
      arguments: [{ name: 'customTaskExtensionID', value: id }],
    };
    const workflow = await driving.engine.workflows.create(workflowInput([task]));
    for (const world of [driving, other]) await clock.until(world.engine.start());
    const run = await clock.until(driving.engine.runs.activate(workflow.id, { subjects: idsOf(1) }));
    await clock.advance(1_000);
    const { taskProcessingResult } = JSON.parse(bodies[0] ?? '{}').data;
    await clock.until(
      other.engine.taskProcessingResults.resume(taskProcessingResult.id, DONE, { trusted: true }),
    );
    const answeredAtMs = clock.now();
    const done = await clock.until(driving.engine.runs.waitFor(run.id));
    expect(done.processingStatus).toBe('completed');
    expect(bodies).toHaveLength(1);
    return clock.now() - answeredAtMs;
  }

  it('is taken up at once', async () => {
    expect(await waited(true)).toBeLessThan(100);
  });

  it('is found by looking where no news of it come', async () => {
    expect(await waited(false)).toBeLessThanOrEqual(LIMITS.callbackPollMs);
  });
});
