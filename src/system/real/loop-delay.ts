import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LoopDelay } from '../../ports/loop-delay.ts';

/** The histogram has the intervals between the turns of a timer: what is above this is delay. */
const RESOLUTION_MS = 10;
/** The window that a figure is of. Readers within one get the same figure. */
const WINDOW_MS = 5_000;

let histogram: ReturnType<typeof monitorEventLoopDelay> | null = null;
let readAtMs = 0;
let p99Ms = 0;

/** Delay of the event loop of this thread. Measuring begins with the first call, which gives 0. */
export const systemLoopDelay: LoopDelay = {
  p99Ms() {
    const nowMs = performance.now();
    if (histogram === null) {
      histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      histogram.enable();
      readAtMs = nowMs;
    } else if (nowMs - readAtMs >= WINDOW_MS && histogram.count > 0) {
      p99Ms = Math.max(0, histogram.percentile(99) / 1e6 - RESOLUTION_MS);
      histogram.reset();
      readAtMs = nowMs;
    }
    return p99Ms;
  },
};
