/** Handlers that do not settle after their abort: they are counted and reported, and their lanes replaced. */
import { describe, expect, it } from 'vitest';
import type { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { EngineEventMap, EngineEventName } from '../../../../src/events/event-map.ts';
import { gated } from '../../../helpers/deferred.ts';
import {
  expectSound,
  idsOf,
  makeWorld,
  type World,
  type WorldOptions,
  workflowInput,
} from '../../../helpers/world.ts';

/** An engine whose task `stuck` times out after a second, and settles when its gate says so. */
async function stuckWorld(options: WorldOptions = {}, stuck: object = {}) {
  const gate = gated();
  const world = makeWorld({
    concurrency: 2,
    tasks: { stuck: { run: gate.run, timeoutMs: 1_000, ...stuck }, good: () => {} },
    ...options,
  });
  const { engine, clock } = world;
  const bad = await engine.workflows.create(workflowInput(['good', 'stuck']));
  const good = await engine.workflows.create(workflowInput(['good']));
  await clock.until(engine.start());
  const run = (workflowId: string, count: number) =>
    clock.until(engine.runs.activate(workflowId, { subjects: idsOf(count) }));
  return { ...world, gate, bad, good, run };
}

const payloadsOf = <Name extends EngineEventName>({ events }: Pick<World, 'events'>, name: Name) =>
  events.flatMap((event) => (event.name === name ? [event.payload as EngineEventMap[Name]] : []));

describe('handlers that never settle', () => {
  it('on every lane do not keep a later run from completing', async () => {
    const { engine, clock, bad, good, run, store } = await stuckWorld();
    const first = await run(bad.id, 2);
    expect((await clock.until(engine.runs.waitFor(first.id))).processingStatus).toBe('failed');
    const later = await run(good.id, 5);
    expect((await clock.until(engine.runs.waitFor(later.id))).processingStatus).toBe('completed');
    expect(engine.handlersUnsettled).toBe(2);
    await expectSound(store);
  });

  it('are reported with their task, their user and why they were aborted', async () => {
    const world = await stuckWorld();
    const { engine, clock, bad, run } = world;
    const { id } = await run(bad.id, 1);
    await clock.until(engine.runs.waitFor(id));
    expect(payloadsOf(world, 'handler.unsettled')).toEqual([
      {
        workflowId: bad.id,
        runId: id,
        subjectId: 'u1',
        taskId: bad.tasks[1]?.id,
        taskDefinitionId: 'stuck',
        position: 2,
        attempt: 1,
        startedDateTime: expect.stringMatching(/^\d{4}-.*Z$/),
        cause: 'timeout',
        isLaneReplaced: true,
        handlersUnsettled: 1,
      },
    ]);
  });

  it('are reported after a cancel too', async () => {
    const world = await stuckWorld({}, { timeoutMs: undefined });
    const { engine, clock, bad, run } = world;
    const { id } = await run(bad.id, 1);
    await clock.settle();
    await engine.runs.cancel(id);
    await clock.until(engine.runs.waitFor(id));
    expect(payloadsOf(world, 'handler.unsettled').map(({ cause }) => cause)).toEqual(['cancel']);
  });

  it('are reported by a stop without calling the engine stalled', async () => {
    const world = await stuckWorld({}, { timeoutMs: undefined });
    const { engine, clock, bad, run } = world;
    await run(bad.id, 2);
    await clock.settle();
    await clock.until(engine.stop());
    expect(payloadsOf(world, 'handler.unsettled').map(({ cause }) => cause)).toEqual(['stop', 'stop']);
    expect(payloadsOf(world, 'engine.stalled')).toEqual([]);
  });

  it('take no more lanes than the bound allows: beyond it a later run waits, and the engine says it is stalled', async () => {
    const world = await stuckWorld({ handlersUnsettledMax: 1 });
    const { engine, clock, gate, bad, good, run } = world;
    await clock.until(engine.runs.waitFor((await run(bad.id, 1)).id));
    expect(engine.isStalled).toBe(true);
    await clock.until(engine.runs.waitFor((await run(bad.id, 2)).id));
    expect(payloadsOf(world, 'handler.unsettled').map((one) => one.isLaneReplaced)).toEqual([
      true,
      false,
      false,
    ]);
    expect(payloadsOf(world, 'engine.stalled')).toEqual([{ handlersUnsettled: 1, handlersUnsettledMax: 1 }]);
    const later = await run(good.id, 3);
    await clock.advance(3_600_000);
    expect((await engine.runs.get(later.id)).processingStatus).toBe('queued');

    // The one whose lane was replaced settles: its place under the bound passes to a lane that is held.
    gate.calls[0]?.resolve();
    expect((await clock.until(engine.runs.waitFor(later.id))).processingStatus).toBe('completed');
    expect(engine.handlersUnsettled).toBe(2);
    for (const call of gate.open()) call.resolve();
    await clock.settle();
    expect(engine.handlersUnsettled).toBe(0);
    expect(engine.isStalled).toBe(false);
  });

  it('that settle at last give their lanes back, and a new stall is reported again', async () => {
    const world = await stuckWorld({ concurrency: 3, handlersUnsettledMax: 0 });
    const { engine, clock, gate, bad, run } = world;
    for (let round = 1; round <= 4; round++) {
      const { id } = await run(bad.id, 2);
      await clock.until(engine.runs.waitFor(id));
      expect(engine.handlersUnsettled).toBe(2);
      for (const call of gate.open()) call.reject(new Error('late'));
      await clock.settle();
      expect(engine.handlersUnsettled).toBe(0);
      expect(payloadsOf(world, 'engine.stalled')).toHaveLength(round);
    }
  });

  it('never leave more lanes at work than `concurrency` after they have settled', async () => {
    const world = await stuckWorld();
    const { engine, clock, gate, bad, run } = world;
    await clock.until(engine.runs.waitFor((await run(bad.id, 2)).id));
    for (const call of gate.open()) call.resolve();
    await clock.settle();
    const before = gate.calls.length;
    await run(bad.id, 6);
    await clock.settle();
    expect(gate.calls.length - before).toBe(2);
  });

  it('keep their place under a concurrency of their own', async () => {
    const { engine, clock, gate, bad, run } = await stuckWorld({}, { concurrency: 1 });
    const { id } = await run(bad.id, 2);
    await clock.advance(3_600_000);
    expect(gate.calls).toHaveLength(1);
    expect((await engine.runs.get(id)).processingStatus).toBe('inProgress');
    gate.calls[0]?.resolve();
    await clock.settle();
    gate.calls[1]?.resolve();
    expect((await clock.until(engine.runs.waitFor(id))).processingStatus).toBe('completedWithErrors');
  });
});

it.each([-1, 0.5, 100_001, Number.NaN])('handlersUnsettledMax refuses %s', (handlersUnsettledMax) => {
  expect(() => makeWorld({ handlersUnsettledMax })).toThrow(
    expect.objectContaining({ code: 'InvalidArgument' } satisfies Partial<LifecycleError>),
  );
});
