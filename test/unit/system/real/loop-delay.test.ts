import { expect, it } from 'vitest';
import { systemLoopDelay } from '../../../../src/system/real/loop-delay.ts';

it('the delay of the event loop is 0 at first, and stays the same for readers within one window', () => {
  expect(systemLoopDelay.p99Ms()).toBe(0);
  expect(systemLoopDelay.p99Ms()).toBe(0);
});
