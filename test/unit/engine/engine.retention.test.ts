/** What is kept for a time only, on the clock. */
import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../src/model/time.ts';
import { codeOf, expectSound, makeWorld, type World, workflowInput } from '../../helpers/world.ts';

/** Advances day by day, so that every slot has its evaluation. */
async function pass(world: World, days: number): Promise<void> {
  for (let hour = 0; hour < days * 24; hour += 3) await world.clock.advance(3 * HOUR_MS);
}

describe('a deleted workflow', () => {
  it('can be restored for 30 days, and is purged with its runs afterwards', async () => {
    const world = makeWorld();
    const { engine } = world;
    await engine.start();
    const [gone, restored] = [
      await engine.workflows.create(workflowInput(['a'])),
      await engine.workflows.create(workflowInput(['a'])),
    ];
    const run = await engine.runs.activate(gone.id, { subjects: ['u1'] });
    await engine.runs.waitFor(run.id);
    for (const { id } of [gone, restored]) await engine.workflows.delete(id);
    await pass(world, 29);
    expect(await engine.workflows.listDeleted()).toHaveLength(2);
    await engine.workflows.restore(restored.id);
    await pass(world, 2);
    expect(await engine.workflows.listDeleted()).toEqual([]);
    expect(await world.store.inner.getRun(run.id)).toBeNull();
    expect(await codeOf(engine.workflows.restore(gone.id))).toBe('NotFound');
    expect((await engine.workflows.list()).map(({ id }) => id)).toEqual([restored.id]);
    await engine.stop();
  });

  it('stays when retention is off, and is purged earlier with a shorter retention', async () => {
    for (const [days, left] of [
      [null, 1],
      [5, 0],
    ] as const) {
      const world = makeWorld({ retention: { deletedWorkflowsDays: days } });
      await world.engine.start();
      const { id } = await world.engine.workflows.create(workflowInput(['a']));
      await world.engine.workflows.delete(id);
      await pass(world, 40);
      expect(await world.engine.workflows.listDeleted()).toHaveLength(left);
      await world.engine.stop();
    }
  });
});

describe('a run in a store with retention', () => {
  it('is kept by default, and purged when it was not changed for the configured days', async () => {
    for (const [days, kept] of [
      [undefined, 120],
      [30, 0],
    ] as const) {
      const world = makeWorld({
        subjects: 1,
        ...(days === undefined ? {} : { retention: { runsDays: days } }),
      });
      const { engine } = world;
      await engine.start();
      const { id } = await engine.workflows.create(workflowInput(['a']));
      for (let index = 0; index < 120; index++) {
        const run = await engine.runs.activate(id, { subjects: ['u1'] });
        await engine.runs.waitFor(run.id);
      }
      await pass(world, 29);
      expect((await engine.runs.list(id, { count: true, top: 1 })).count).toBe(120);
      await pass(world, 2);
      expect((await engine.runs.list(id, { count: true, top: 1 })).count).toBe(kept);
      const purged = world.events.filter(({ name }) => name === 'run.purged');
      expect(purged).toHaveLength(120 - kept);
      await expectSound(world.store);
      await engine.stop();
    }
  });

  it('that is not final stays, however old', async () => {
    const world = makeWorld({ retention: { runsDays: 1 } });
    const { id } = await world.engine.workflows.create(workflowInput(['a']));
    const run = await world.engine.runs.create(id, {
      scheduledDateTime: new Date(world.clock.now()).toISOString(),
      workflowExecutionType: 'onDemand',
      totalUsersCount: 1,
      totalTasksCount: 1,
    });
    await world.engine.start();
    await pass(world, 5);
    expect((await world.engine.runs.get(run.id)).processingStatus).toBe('queued');
    await world.engine.stop();
  });
});

describe('the settings of retention', () => {
  it('are whole days', () => {
    for (const runsDays of [0, 1.5, -1, Number.NaN, '1'])
      expect(() => makeWorld({ retention: { runsDays: runsDays as number } })).toThrow(/retention\.runsDays/);
  });
});
