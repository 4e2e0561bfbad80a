import type { Clock } from '../ports/clock.ts';

/** The longest delay that the platform's timers take; longer ones are made of several. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** This machine's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  yield: () => new Promise((resolve) => setImmediate(resolve)),
  setTimer(delayMs, callback) {
    let handle: NodeJS.Timeout;
    const arm = (restMs: number) => {
      const stepMs = Math.min(restMs, TIMER_MAX_MS);
      handle = setTimeout(() => (restMs > stepMs ? arm(restMs - stepMs) : callback()), stepMs);
    };
    arm(Math.max(0, delayMs));
    return { cancel: () => clearTimeout(handle) };
  },
};
