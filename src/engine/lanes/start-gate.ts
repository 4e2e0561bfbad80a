import type { DurationMs } from '../../model/time.ts';
import type { Clock, Timer } from '../../ports/clock.ts';

/** At most `limit` starts in any `intervalMs`. */
export interface StartRate {
  readonly limit: number;
  readonly intervalMs: DurationMs;
}

type GateClock = Pick<Clock, 'elapsed' | 'setTimer'>;

/**
 * Decides when calls of one handler may start: not more of them in any interval than its rate allows, and none while it
 * is held back. Who may not start yet is queued, first come first served, and holds nothing else meanwhile.
 *
 * A permit is given before the start that it is for, which may come later. Starts of the last interval and permits together
 * are never more than the limit, so the rate holds for the moments of the starts.
 */
export class StartGate {
  readonly #rate: StartRate | null;
  /** The last `limit` starts, by a monotonic clock: `#starts % limit` is the place of the oldest. */
  readonly #startedAtMs: Float64Array;
  #starts = 0;
  readonly #permits = new Set<object>();
  readonly #queue = new Map<object, () => void>();
  #timer: Timer | null = null;
  /** By the monotonic clock; 0: it is not held back. */
  #heldUntilMs = 0;

  constructor(rate: StartRate | null) {
    this.#rate = rate;
    this.#startedAtMs = new Float64Array(rate?.limit ?? 0).fill(Number.NEGATIVE_INFINITY);
  }

  /** Whether every start is allowed at once. */
  get isOpen(): boolean {
    return this.#rate === null && this.#heldUntilMs === 0;
  }

  /** Nothing starts for `delayMs` from now, and at least for as long as before. */
  holdBack(clock: GateClock, delayMs: DurationMs): void {
    this.#heldUntilMs = Math.max(this.#heldUntilMs, clock.elapsed() + delayMs);
    this.#arm(clock);
  }

  /**
   * Gives `key` a permit to start, unless it has one, or queues it: then `permitted` is called when it has one.
   * @returns whether it may start now.
   */
  take(clock: GateClock, key: object, permitted: () => void): boolean {
    const waitMs = this.#waitMs(clock, this.#permits.has(key));
    // Who has a permit does not queue again behind those who wait for one.
    if (waitMs === 0 && (this.#permits.has(key) || this.#queue.size === 0)) {
      this.#permit(key);
      return true;
    }
    this.#permits.delete(key);
    this.#queue.set(key, permitted);
    this.#arm(clock);
    return false;
  }

  /** The start for which `key` had its permit. */
  started(clock: GateClock, key: object): void {
    if (!this.#permits.delete(key) || this.#rate === null) return;
    this.#startedAtMs[this.#starts % this.#rate.limit] = clock.elapsed();
    this.#starts += 1;
    this.#arm(clock);
  }

  /** `key` does not start: its permit, or its place in the queue, is free. @returns whether it was queued. */
  leave(clock: GateClock, key: object): boolean {
    const wasQueued = this.#queue.delete(key);
    this.#permits.delete(key);
    if (this.#queue.size === 0) this.#disarm();
    else this.#arm(clock);
    return wasQueued;
  }

  #permit(key: object): void {
    if (this.#rate !== null) this.#permits.add(key);
  }

  /** Time until a start is allowed; infinite while permits are out for all that are. @param isPermitted it has a permit. */
  #waitMs(clock: GateClock, isPermitted = false): DurationMs {
    const nowMs = clock.elapsed();
    if (this.#heldUntilMs > nowMs) return this.#heldUntilMs - nowMs;
    this.#heldUntilMs = 0;
    if (this.#rate === null || isPermitted) return 0;
    const { limit, intervalMs } = this.#rate;
    const ahead = this.#permits.size;
    if (ahead >= limit) return Number.POSITIVE_INFINITY;
    const oldest = this.#startedAtMs[(this.#starts + ahead) % limit] as number;
    return Math.max(0, oldest + intervalMs - nowMs);
  }

  /** Waits for the next moment at which one of the queue may start. */
  #arm(clock: GateClock): void {
    this.#disarm();
    if (this.#queue.size === 0) return;
    const waitMs = this.#waitMs(clock);
    if (!Number.isFinite(waitMs)) return; // a start, or who leaves, goes on
    this.#timer = clock.setTimer(waitMs, () => this.#release(clock));
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #release(clock: GateClock): void {
    for (const [key, permitted] of this.#queue) {
      if (this.#waitMs(clock) > 0) break;
      this.#queue.delete(key);
      this.#permit(key);
      permitted();
    }
    this.#arm(clock);
  }
}
