import { describe, expect, it } from 'vitest';
import type { Lanes } from '../../../../src/engine/lanes/lanes.ts';
import { type DriverDeps, startRoom, wakeStarved } from '../../../../src/engine/runner/driver-deps.ts';
import { LIMITS } from '../../../../src/model/limits.ts';

type Driver = Parameters<typeof startRoom>[1];
const DRIVER = { runId: 'r', slice: 1 } as Driver;
const NOTHING = { busy: 0, ready: 0, active: 0 };

function world(lanes: Partial<Lanes>, activeUsers = 0, uncommitted = 0) {
  const load: DriverDeps['load'] = { activeUsers, starved: new Set() };
  const woken: unknown[] = [];
  const whole = {
    concurrency: 16,
    busy: 0,
    clients: 1,
    wake: (driver: unknown) => void woken.push(driver),
    ...lanes,
  } as Lanes;
  return { lanes: whole, load, woken, recorder: { uncommitted } as DriverDeps['recorder'] };
}

describe('the number of users that a driver may start', () => {
  it('is as many as free lanes could serve', () => {
    expect(startRoom(world({}), DRIVER, NOTHING)).toBe(16);
    expect(startRoom(world({ busy: 10 }), DRIVER, { ...NOTHING, busy: 10, active: 10 })).toBe(6);
  });

  it('is its share of the lanes when other runs hold all of them', () => {
    expect(startRoom(world({ busy: 16, clients: 4 }), DRIVER, NOTHING)).toBe(4);
    expect(startRoom(world({ busy: 16, clients: 4 }), DRIVER, { busy: 3, ready: 0, active: 3 })).toBe(1);
    expect(startRoom(world({ busy: 16, clients: 100 }), DRIVER, NOTHING)).toBe(1);
  });

  it('is lower by the users that are ready already', () => {
    expect(startRoom(world({}), DRIVER, { busy: 0, ready: 12, active: 12 })).toBe(4);
    expect(startRoom(world({}), DRIVER, { busy: 0, ready: 20, active: 20 })).toBeLessThanOrEqual(0);
  });

  it('is larger while outcomes are committed, so that lanes have users meanwhile, at most by two for each lane', () => {
    const busy = { busy: 16, ready: 0, active: 16 };
    expect(startRoom(world({ busy: 16 }, 16, 5), DRIVER, busy)).toBe(5);
    expect(startRoom(world({ busy: 16 }, 16, 5), DRIVER, { ...busy, ready: 5 })).toBe(0);
    expect(startRoom(world({ busy: 16 }, 16, 500), DRIVER, busy)).toBe(32);
    expect(startRoom(world({ busy: 16, clients: 4 }, 16, 8), DRIVER, { ...busy, busy: 4, active: 4 })).toBe(
      2,
    );
  });

  it('is bounded by the active users of all runs, but for the share of each', () => {
    const { activeUsersMax } = LIMITS;
    expect(startRoom(world({}, activeUsersMax - 3), DRIVER, { ...NOTHING, active: 20 })).toBe(3);
    const full = world({ clients: 4 }, activeUsersMax);
    expect(startRoom(full, DRIVER, NOTHING)).toBe(4);
    expect(full.load.starved.size).toBe(0);
  });
});

it('a driver without room for more active users is woken when there is room', () => {
  const full = world({ clients: 4 }, LIMITS.activeUsersMax);
  expect(startRoom(full, DRIVER, { ...NOTHING, active: 4 })).toBe(0);
  expect(full.load.starved).toEqual(new Set([DRIVER]));
  wakeStarved(full as unknown as DriverDeps);
  wakeStarved(full as unknown as DriverDeps);
  expect([full.woken, full.load.starved.size]).toEqual([[DRIVER], 0]);
});
