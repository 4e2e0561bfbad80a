import { readNumber } from '../input/fields.ts';
import { readOptions, type ShapeOf, withDefault } from '../input/options.ts';
import type { Place } from '../input/refuse.ts';
import { LIMITS } from '../model/limits.ts';
import type { DurationMs } from '../model/time.ts';
import type { Clock, Timer } from '../ports/clock.ts';

/** Options of `stop` and `close`. */
export interface StopOptions {
  /**
   * How long all of it may take, ms, 0..86,400,000: running handlers, their abort, the record of what they did.
   * Default 8,000: `docker stop` kills a process 10 s after asking it to end.
   */
  readonly deadlineMs?: DurationMs;
}

/** How the time of a stop is divided. */
export interface StopPlan {
  /** Handlers that still run are aborted this long after the stop began. */
  readonly abortAfterMs: DurationMs;
  /** How long an aborted handler may then take to settle. What is left is for the record. */
  readonly graceMs: DurationMs;
}

/**
 * Divides the time of a stop: at most half of it is for handlers that were aborted, an eighth, 1 s at most, for
 * recording what happened; until then handlers may end by themselves.
 */
export function stopPlan(deadlineMs: DurationMs, abortGraceMs: DurationMs): StopPlan {
  const recordMs = Math.min(LIMITS.stopRecordMs, Math.floor(deadlineMs / 8));
  const graceMs = Math.min(abortGraceMs, Math.floor(deadlineMs / 2));
  return { abortAfterMs: deadlineMs - recordMs - graceMs, graceMs };
}

const STOP_OPTIONS = {
  deadlineMs: withDefault(
    (place: Place) => readNumber(place, 0, LIMITS.stopDeadlineMsMax),
    LIMITS.stopDeadlineMs,
  ),
} satisfies ShapeOf<StopOptions>;

/** The deadline that the options of `method` name, ms. @throws LifecycleError `InvalidArgument`. */
export function readDeadline(options: StopOptions | undefined, method: 'stop' | 'close'): DurationMs {
  return readOptions(options, method, STOP_OPTIONS).deadlineMs;
}

/** Time limit of a running stop. A further `set` can bring it forward, never put it off. */
export class StopDeadline {
  /** Resolves when the time is up. */
  readonly passed: Promise<void>;
  readonly #clock: Clock;
  readonly #abortGraceMs: DurationMs;
  readonly #abort: (graceMs: DurationMs) => void;
  #pass: () => void = () => {};
  #endsAtMs = Number.POSITIVE_INFINITY;
  #timers: readonly Timer[] = [];

  /** @param abort aborts running handlers, which then have `graceMs` to settle. */
  constructor(clock: Clock, abortGraceMs: DurationMs, abort: (graceMs: DurationMs) => void) {
    this.#clock = clock;
    this.#abortGraceMs = abortGraceMs;
    this.#abort = abort;
    this.passed = new Promise((resolve) => {
      this.#pass = resolve;
    });
  }

  set(deadlineMs: DurationMs): void {
    const endsAtMs = this.#clock.elapsed() + deadlineMs;
    if (endsAtMs >= this.#endsAtMs) return;
    this.#clearTimers();
    this.#endsAtMs = endsAtMs;
    const { abortAfterMs, graceMs } = stopPlan(deadlineMs, this.#abortGraceMs);
    this.#timers = [
      this.#clock.setTimer(abortAfterMs, () => this.#abort(graceMs)),
      this.#clock.setTimer(deadlineMs, this.#pass),
    ];
  }

  /** The stop has ended: nothing happens any more. */
  end(): void {
    this.#clearTimers();
    this.#endsAtMs = Number.NEGATIVE_INFINITY;
  }

  #clearTimers(): void {
    for (const timer of this.#timers) timer.cancel();
  }
}

/** Whether `work` settled within `limitMs`. @throws what it throws by then. */
export async function endsWithin(
  clock: Clock,
  limitMs: DurationMs,
  work: Promise<unknown>,
): Promise<boolean> {
  const { promise: overdue, resolve } = Promise.withResolvers<false>();
  const timer = clock.setTimer(Math.max(0, limitMs), () => resolve(false));
  try {
    return await Promise.race([work.then(() => true), overdue]);
  } finally {
    timer.cancel();
  }
}
