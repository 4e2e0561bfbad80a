import { describe, expect, it } from 'vitest';
import { overviewRoute } from '../../../../src/dashboard/data/overview.ts';
import { Params } from '../../../../src/dashboard/data/route.ts';
import type { Overview } from '../../../../src/dashboard/wire.ts';
import { idsOf, makeWorld, scheduledInput, type World, workflowInput } from '../../../helpers/world.ts';

function overviewOf({ engine, clock }: World) {
  const route = overviewRoute({ engine, clock, settings: {} as never });
  return () => route.answer({ params: new Params(new URLSearchParams(), []) } as never) as Promise<Overview>;
}

describe('the overview', () => {
  it('has what runs, what failed and was not reprocessed, and the people of each day', async () => {
    let isBroken = true;
    const world = makeWorld({
      tasks: {
        mail: ({ subject }) => {
          if (isBroken && subject.id === 'u2') throw new Error('The mailbox is gone');
        },
        waits: () => new Promise<void>(() => {}),
      },
    });
    const { engine, clock } = world;
    await engine.start();
    const read = overviewOf(world);
    const mail = await engine.workflows.create(workflowInput(['mail']));
    const waits = await engine.workflows.create(workflowInput(['waits']));
    const failed = await engine.runs.activate(mail.id, { subjects: idsOf(3) });
    await clock.until(engine.runs.waitFor(failed.id));
    const active = await engine.runs.activate(waits.id, { subjects: ['u1'] });
    const first = await read();
    expect(first.active.map(({ id }) => id)).toEqual([active.id]);
    expect([first.failedCount, first.failed.map(({ id }) => id)]).toEqual([1, [failed.id]]);
    expect(first.days).toHaveLength(30);
    expect(first.days.at(-1)).toEqual({
      day: clock.iso().slice(0, 10),
      runs: 2,
      successfulUsers: 2,
      failedUsers: 1,
      otherUsers: 1,
    });
    isBroken = false;
    const again = await engine.runs.reprocess(failed.id);
    await clock.until(engine.runs.waitFor(again.id));
    expect((await read()).failedCount).toBe(1); // of two seconds ago at most
    await clock.advance(2_000);
    expect((await read()).failedCount).toBe(0);
    await clock.until(engine.close({ deadlineMs: 0 }));
  });

  it('has the next slots, soonest first', async () => {
    const world = makeWorld();
    await world.engine.workflows.create(workflowInput(['a'], { displayName: 'On demand' }));
    const { category, executionConditions, tasks } = scheduledInput(['a']);
    await world.engine.workflows.create({
      category,
      executionConditions,
      tasks,
      displayName: 'Scheduled',
      isSchedulingEnabled: true,
    });
    const { next, workflowsCount, quarantined, paused } = await overviewOf(world)();
    expect(next.map(({ displayName }) => displayName)).toEqual(['Scheduled']);
    expect([workflowsCount, quarantined, paused]).toEqual([2, [], []]);
    await world.engine.close();
  });

  it('is made anew after it could not be read', async () => {
    const world = makeWorld();
    const read = overviewOf(world);
    const list = world.engine.runs.list;
    Object.assign(world.engine.runs, { list: () => Promise.reject(new Error('locked')) });
    await expect(read()).rejects.toThrow('locked');
    Object.assign(world.engine.runs, { list });
    expect((await read()).active).toEqual([]);
    await world.engine.close();
  });
});
