/** What other processes ask of the engine whose process writes the store. */
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { LeftRequest, StoreRequest } from '../../../src/model/request.ts';
import type { Store, StoreRequests } from '../../../src/ports/store.ts';
import { wrapStore } from '../../../src/ports/wrap-store.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { gated } from '../../helpers/deferred.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { idsOf, makeWorld, type WorldOptions, workflowInput } from '../../helpers/world.ts';

/** Requests in memory. `leave` is what another process does. */
class Desk implements StoreRequests {
  readonly left: LeftRequest[] = [];
  failure: unknown = null;
  #no = 0;

  async leave(request: StoreRequest): Promise<void> {
    const at = this.left.findIndex(({ kind, id }) => kind === request.kind && id === request.id);
    if (at >= 0) this.left.splice(at, 1);
    this.#no += 1;
    this.left.push({ ...request, no: this.#no, refusal: null });
  }

  async find({ kind, id }: Pick<StoreRequest, 'kind' | 'id'>): Promise<LeftRequest | null> {
    return this.left.find((one) => one.kind === kind && one.id === id) ?? null;
  }

  async list(): Promise<readonly LeftRequest[]> {
    if (this.failure !== null) throw this.failure;
    return this.left.filter(({ refusal }) => refusal === null);
  }

  async refuse({ no }: LeftRequest, refusal: string): Promise<void> {
    const at = this.left.findIndex((one) => one.no === no);
    const request = this.left[at];
    if (request) this.left[at] = { ...request, refusal };
  }

  async remove({ no }: LeftRequest): Promise<void> {
    const at = this.left.findIndex((one) => one.no === no);
    if (at >= 0) this.left.splice(at, 1);
  }
}

function deskWorld(options: WorldOptions & { readonly inner?: Store; readonly desk?: Desk } = {}) {
  const { inner = memoryStore(), desk = new Desk(), ...rest } = options;
  const requests: StoreRequests = desk;
  const store = Object.assign(wrapStore(inner, {}, { requests }), { hooks: {}, faults: [], inner });
  return { ...makeWorld({ ...rest, store }), desk };
}

/** Interval in which the engine lists requests. */
const POLL_MS = 250;

const cancel = (id: string): StoreRequest => ({ kind: 'cancelRun', id, by: null });

describe('a request of another process', () => {
  it('cancels a run that the engine is driving: no further user starts, running tasks may end', async () => {
    const gate = gated();
    const { engine, clock, desk } = deskWorld({ concurrency: 2, tasks: { '*': gate.run } });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    await clock.settle();
    await desk.leave(cancel(run.id));
    await clock.advance(POLL_MS);
    expect((await engine.runs.get(run.id)).processingStatus).toBe('canceling');
    expect(desk.left).toEqual([]);
    for (const call of gate.calls) call.resolve();
    const done = await clock.until(engine.runs.waitFor(run.id));
    expect(done.processingStatus).toBe('canceled');
    expect(gate.calls).toHaveLength(2);
    await clock.until(engine.stop());
    expect(clock.timers).toBe(0);
  });

  it('that is left twice, or for a run that is canceled already, is carried out', async () => {
    const gate = gated();
    const { engine, clock, desk } = deskWorld({ tasks: { '*': gate.run } });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.settle();
    for (const isOver of [false, false, true, true]) {
      if (isOver) {
        gate.calls[0]?.reject(new DOMException('canceled', 'AbortError'));
        await clock.until(engine.runs.waitFor(run.id));
      }
      await desk.leave(cancel(run.id));
      await clock.advance(POLL_MS);
      expect(desk.left).toEqual([]);
    }
    expect((await engine.runs.get(run.id)).processingStatus).toBe('canceled');
  });

  it('that was left while no engine ran is carried out before unfinished runs resume', async () => {
    const clock = new VirtualClock();
    const inner = memoryStore();
    const desk = new Desk();
    const dead = deskWorld({ clock, inner, desk, tasks: { '*': () => new Promise(() => {}) } });
    const workflow = await dead.engine.workflows.create(workflowInput(['a']));
    await clock.until(dead.engine.start());
    const run = await dead.engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.settle();
    await desk.leave(cancel(run.id));
    const called: string[] = [];
    const tasks = { '*': ({ subject }: { subject: { id: string } }) => void called.push(subject.id) };
    const next = deskWorld({ clock, inner, desk, seed: 2, tasks });
    await clock.until(next.engine.start());
    expect((await next.engine.runs.get(run.id)).processingStatus).toBe('canceled');
    expect([called, desk.left]).toEqual([[], []]);
    await clock.until(next.engine.stop());
    await clock.until(dead.engine.stop());
  });

  it('disables, enables, deletes and restores a workflow, with the author of the request', async () => {
    const { engine, clock, desk } = deskWorld();
    const { id } = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const ask = async (kind: StoreRequest['kind']) => {
      await desk.leave({ kind, id, by: 'ada' });
      await clock.advance(POLL_MS);
      expect(desk.left).toEqual([]);
    };
    await ask('disableWorkflow');
    expect(await engine.workflows.get(id)).toMatchObject({ isEnabled: false, lastModifiedBy: { id: 'ada' } });
    await ask('enableWorkflow');
    expect(await engine.workflows.get(id)).toMatchObject({ isEnabled: true });
    await ask('deleteWorkflow');
    expect(await engine.workflows.listDeleted()).toHaveLength(1);
    await ask('restoreWorkflow');
    expect(await engine.workflows.get(id)).toMatchObject({ lastModifiedBy: { id: 'ada' } });
    await clock.until(engine.stop());
  });

  it('that cannot be carried out is refused with the reason, and later ones are carried out', async () => {
    const { engine, clock, desk, errors } = deskWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.start());
    await clock.until(engine.runs.waitFor(run.id));
    const other = await engine.runs.create(workflow.id, {
      scheduledDateTime: clock.iso(),
      workflowExecutionType: 'onDemand',
      totalUsersCount: 1,
      totalUnprocessedTasksCount: 1,
    });
    await desk.leave(cancel(run.id));
    await desk.leave(cancel('nothing'));
    await desk.leave({ kind: 'paint' as never, id: run.id, by: null });
    await desk.leave(cancel(other.id));
    await clock.advance(POLL_MS);
    expect(desk.left.map(({ refusal }) => refusal)).toEqual([
      expect.stringMatching(/completed/),
      'Expected the id of a run, got `nothing`: none',
      'Expected a request that this version of tenure knows, got `paint`',
    ]);
    expect((await engine.runs.get(other.id)).processingStatus).toBe('canceled');
    expect(errors()).toEqual([]);
    await clock.until(engine.stop());
  });

  it('waits while the store is unavailable; the engine reports that once and retries', async () => {
    const { engine, clock, desk, errors } = deskWorld();
    const { id } = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    desk.failure = new LifecycleError('StoreLocked', 'Expected the file, got a lock');
    await desk.leave({ kind: 'disableWorkflow', id, by: null });
    await clock.advance(POLL_MS);
    expect(errors()).toEqual([desk.failure]);
    await clock.advance(10 * POLL_MS);
    expect(errors()).toEqual([desk.failure]);
    desk.failure = null;
    await clock.advance(POLL_MS);
    expect((await engine.workflows.get(id)).isEnabled).toBe(false);
    await clock.until(engine.stop());
    expect(clock.timers).toBe(0);
  });

  it('is left alone by an engine that is stopped while it starts', async () => {
    const { engine, clock } = deskWorld();
    const started = engine.start();
    await clock.until(engine.stop());
    await clock.until(started);
    expect(clock.timers).toBe(0);
  });
});
