import type { Clock } from '../../ports/clock.ts';

/**
 * Interval at which a long timer checks the wall clock, ms. While a machine sleeps, the platform's timers
 * stand still: without the check, a timer of three hours would fire three hours after the machine woke.
 */
const CHECK_MS = 60_000;

/** Clock and timers of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  yield: () => new Promise((resolve) => setImmediate(resolve)),
  setTimer(delayMs, callback) {
    const wallMs = Date.now() + delayMs;
    const monotonicMs = performance.now() + delayMs;
    let handle: NodeJS.Timeout;
    const arm = () => {
      // The earlier of both clocks counts: one may have been set back, the other stands still in sleep.
      const restMs = Math.min(wallMs - Date.now(), monotonicMs - performance.now());
      handle = setTimeout(
        () => (restMs <= CHECK_MS ? callback() : arm()),
        Math.max(0, Math.min(restMs, CHECK_MS)),
      );
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
};
