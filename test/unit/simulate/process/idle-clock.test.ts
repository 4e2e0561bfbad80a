import { expect, it } from 'vitest';
import { Idleness } from '../../../../src/simulate/process/idle-clock.ts';
import { virtualClock } from '../../../../src/system/virtual/virtual-clock.ts';

function setUp() {
  const clock = virtualClock(0);
  const idleness = new Idleness();
  const looks: number[] = [];
  const intervals = idleness.clockOf(clock);
  const look = () => intervals.setTimer(1_000, () => void looks.push(clock.now()));
  return { clock, idleness, looks, look };
}

it('a look at the store happens in time while a run is open', async () => {
  const { clock, idleness, looks, look } = setUp();
  idleness.changed('a', true);
  look();
  await clock.advance(5_000);
  expect(looks).toEqual([1_000]);
});

it('a look at the store waits while no run is open, and comes an interval after one is', async () => {
  const { clock, idleness, looks, look } = setUp();
  idleness.changed('a', true);
  idleness.changed('a', false);
  look();
  await clock.advance(60_000);
  expect([looks, clock.timersCount]).toEqual([[], 0]);
  idleness.changed('b', true);
  await clock.advance(5_000);
  expect(looks).toEqual([61_000]);
});

it('a look that is canceled while it waits does not come', async () => {
  const { clock, idleness, looks, look } = setUp();
  const [timer, other] = [look(), look()];
  await clock.advance(60_000);
  timer.cancel();
  idleness.changed('a', true);
  await clock.advance(500);
  other.cancel();
  await clock.advance(60_000);
  expect(looks).toEqual([]);
});
