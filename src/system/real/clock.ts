import type { Clock } from '../../ports/clock.ts';

/**
 * How often a long timer looks at the wall clock, ms. While a machine sleeps, the platform's timers
 * stand still: without a look, a timer of three hours would fire three hours after the machine woke.
 */
const LOOK_MS = 60_000;

/** This machine's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  yield: () => new Promise((resolve) => setImmediate(resolve)),
  setTimer(delayMs, callback) {
    const wallMs = Date.now() + delayMs;
    const monotonicMs = performance.now() + delayMs;
    let handle: NodeJS.Timeout;
    const arm = () => {
      // Whichever clock says that the time has come: one may have been set back, the other has slept.
      const restMs = Math.min(wallMs - Date.now(), monotonicMs - performance.now());
      handle = setTimeout(
        () => (restMs <= LOOK_MS ? callback() : arm()),
        Math.max(0, Math.min(restMs, LOOK_MS)),
      );
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
};
