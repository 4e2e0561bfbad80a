import { expect, it } from 'vitest';
import { Pause } from '../../../../src/engine/lanes/pause.ts';

it('a handler is not held back until it is asked for', () => {
  expect(new Pause().leftMs(1_000)).toBe(0);
});

it('a pause ends when its time is over', () => {
  const pause = new Pause();
  pause.extend(1_000, 500);
  expect([1_000, 1_499, 1_500, 2_000].map((nowMs) => pause.leftMs(nowMs))).toEqual([500, 1, 0, 0]);
});

it('of several pauses the one that ends last counts', () => {
  const pause = new Pause();
  pause.extend(1_000, 500);
  pause.extend(1_100, 100);
  expect(pause.leftMs(1_100)).toBe(400);
  pause.extend(1_200, 1_000);
  expect(pause.leftMs(1_200)).toBe(1_000);
});

it('a clock that is set back does not make a pause longer', () => {
  const pause = new Pause();
  pause.extend(100_000, 500);
  expect(pause.leftMs(0)).toBe(500);
});
