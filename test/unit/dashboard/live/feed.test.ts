import { describe, expect, it } from 'vitest';
import { LiveFeed } from '../../../../src/dashboard/live/feed.ts';
import type { Run } from '../../../../src/model/resources/resources.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { idsOf, makeWorld, type World, workflowInput } from '../../../helpers/world.ts';

/** Handlers that take 100 ms each, one after the other. */
function slowWorld(): World {
  const world: World = makeWorld({
    concurrency: 1,
    tasks: { slow: () => world.clock.sleep(100) },
  });
  return world;
}

function feedOf({ engine, clock }: World, failed: (error: unknown) => void = () => {}) {
  const frames: { readonly atMs: number; readonly runs: readonly Run[] }[] = [];
  const feed = new LiveFeed({ engine, clock, failed });
  const stop = feed.subscribe((runs) => frames.push({ atMs: clock.now(), runs }));
  return { feed, frames, stop };
}

describe('the feed', () => {
  it('gives whole counters, at most every 250 ms, and the last ones', async () => {
    const world = slowWorld();
    await world.engine.start();
    const { id } = await world.engine.workflows.create(workflowInput(['slow']));
    const { frames, stop } = feedOf(world);
    const run = await world.engine.runs.activate(id, { subjects: idsOf(10) });
    await world.clock.until(world.engine.runs.waitFor(run.id));
    await world.clock.advance(1_000);
    const gaps = frames.slice(1).map(({ atMs }, at) => atMs - (frames[at]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(250);
    expect(frames.length).toBeGreaterThan(3);
    const last = frames.at(-1)?.runs.at(-1);
    expect(last).toEqual(await world.engine.runs.get(run.id));
    expect(last?.successfulUsersCount).toBe(10);
    stop();
    await world.engine.close();
  });

  it('begins with the runs that are not finished', async () => {
    const world = slowWorld();
    const { id } = await world.engine.workflows.create(workflowInput(['slow']));
    const run = await world.engine.runs.activate(id, { subjects: ['u1'] });
    const { frames, stop } = feedOf(world);
    await world.clock.advance(250);
    expect(frames.map(({ runs }) => runs.map((one) => one.id))).toEqual([[run.id]]);
    stop();
    await world.engine.close();
  });

  it('sees what other processes do within a second, and the end of their runs', async () => {
    const store = memoryStore();
    const here = makeWorld({ store, schedule: false });
    const { clock } = here;
    const there = makeWorld({ store, clock, tasks: { slow: () => clock.sleep(3_000) } });
    const { frames, stop } = feedOf(here);
    await there.engine.start();
    const { id } = await there.engine.workflows.create(workflowInput(['slow']));
    const run = await there.engine.runs.activate(id, { subjects: ['u1'] });
    await clock.advance(6_000);
    const statuses = frames.flatMap(({ runs }) =>
      runs.flatMap((one) => (one.id === run.id ? one.processingStatus : [])),
    );
    expect([...new Set(statuses)]).toEqual(['inProgress', 'completed']);
    stop();
    await there.engine.close();
  });

  it('leaves no timer and no listener behind', async () => {
    const world = makeWorld();
    const before = world.clock.timers;
    const { feed, stop } = feedOf(world);
    const second = feed.subscribe(() => {});
    await world.clock.settle();
    stop();
    second();
    second();
    await world.clock.settle();
    expect(world.clock.timers).toBe(before);
    await world.engine.close();
  });

  it('goes on a second after the store could not be read', async () => {
    const world = slowWorld();
    const { id } = await world.engine.workflows.create(workflowInput(['slow']));
    await world.engine.runs.activate(id, { subjects: ['u1'] });
    const failures: unknown[] = [];
    let isBroken = true;
    const list: typeof world.engine.runs.list = (...args: never[]) =>
      isBroken ? Promise.reject(new Error('locked')) : world.engine.runs.list(...(args as [never]));
    const engine = {
      on: world.engine.on.bind(world.engine),
      off: world.engine.off.bind(world.engine),
      runs: { ...world.engine.runs, list },
    };
    const frames: number[] = [];
    const feed = new LiveFeed({ engine, clock: world.clock, failed: (error) => failures.push(error) });
    const stop = feed.subscribe((runs) => frames.push(runs.length));
    await world.clock.advance(500);
    expect([failures.length, frames.length]).toEqual([1, 0]);
    isBroken = false;
    await world.clock.advance(1_500);
    expect([failures.length, frames]).toEqual([1, [1]]);
    stop();
    await world.engine.close();
  });
});
