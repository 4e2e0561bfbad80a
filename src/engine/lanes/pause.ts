import type { DurationMs, EpochMs } from '../../model/time.ts';

/** Until when a handler is called for no one. */
export class Pause {
  #untilMs: EpochMs = 0;
  #delayMs: DurationMs = 0;

  /** Calls are held back for `delayMs` from now, and at least for as long as before. */
  extend(nowMs: EpochMs, delayMs: DurationMs): void {
    if (nowMs + delayMs <= this.#untilMs) return;
    this.#untilMs = nowMs + delayMs;
    this.#delayMs = delayMs;
  }

  /** How long calls are still held back, ms; `0`: they are not. Never longer than was asked for, since clocks are set back. */
  leftMs(nowMs: EpochMs): DurationMs {
    return Math.max(0, Math.min(this.#untilMs - nowMs, this.#delayMs));
  }
}
