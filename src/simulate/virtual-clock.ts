/**
 * Time that a program moves. Nothing global is patched: who is given this clock lives in its time.
 *
 * How it knows that nothing is left to do: on the memory store an engine works in microtasks only, apart
 * from timers and `yield()`s, and both are in this clock's hands. A `nextTick` that is asked for by a microtask
 * comes when all microtasks are done; when none of them asked for a `yield()`, only a timer can make something
 * happen. So a virtual instant costs a few ticks, whatever happens in it, and the order of all that happens
 * depends on the engine alone. Now and then the host's event loop gets its turn, which changes nothing.
 *
 * | move         | `now()`      | timers                                                    |
 * |--------------|--------------|-----------------------------------------------------------|
 * | `advance`    | moves        | fire at their moments, each instant when the last is done |
 * | `jump`       | moves at once | do not notice: somebody set the machine's clock           |
 * | `sleepUntil` | moves at once | those that came due meanwhile fire late, all at the end   |
 */
import { readWhole } from '../input/fields.ts';
import type { DurationMs, EpochMs } from '../model/time.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import { systemClock } from '../system/index.ts';
import { type TimerEntry, TimerHeap } from './timer-heap.ts';

/** A clock's life for one process: when it ends, its timers and pauses end with it, as by `kill -9`. */
export interface ClockSession extends Clock {
  end(): void;
}

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Timers that are set. */
  readonly timersCount: number;
  /** Milliseconds until the next timer; `null` when none is set. */
  readonly nextTimerInMs: DurationMs | null;
  /** A clock of the same time for one engine, which can end alone. */
  session(): ClockSession;
  /** Resolves when nothing is left to do without a timer. */
  settle(): Promise<void>;
  /** Time passes: `byMs` ≥ 0, in steps from timer to timer. */
  advance(byMs: DurationMs): Promise<void>;
  /** As `advance`, up to the moment `atMs` of `now()`; a moment that has passed is reached at once. */
  advanceTo(atMs: EpochMs): Promise<void>;
  /** Goes to the next timer and fires all of its instant. `false`: none is set. */
  step(): Promise<boolean>;
  /** Moves `now()` by `byMs`, which may be negative, and nothing else. */
  jump(byMs: DurationMs): void;
  /** The process sleeps until `atMs`; timers that came due meanwhile fire then. */
  sleepUntil(atMs: EpochMs): Promise<void>;
  /**
   * What `promise` comes to, with as much time as it takes.
   *
   * @throws Error when no timer is set and it is still pending (a lost wake-up), or after `timersMax` instants.
   */
  until<T>(promise: Promise<T>, timersMax?: number): Promise<T>;
}

const TIMERS_MAX = 1_000_000;
/** The host waits so long for its turn, in real ms: a signal, a progress bar. */
const HOST_EVERY_MS = 10;

/** The last moment that a `Date` can hold, ms. */
const MOMENT_MAX = 8.64e15;

/** A virtual clock that shows `startMs` (whole milliseconds since 1970). */
export function virtualClock(startMs: EpochMs): VirtualClock {
  const place = { path: 'startMs', value: startMs };
  return new SteppedClock(readWhole(place, -MOMENT_MAX, MOMENT_MAX));
}

class SteppedClock implements VirtualClock {
  readonly #timers = new TimerHeap();
  /** Pauses that somebody asked for, in order; all end at the next round. */
  #pauses: (() => void)[] = [];
  #no = 0;
  #steadyMs = 0;
  #wallMs: EpochMs;

  constructor(startMs: EpochMs) {
    this.#wallMs = startMs;
  }

  now(): EpochMs {
    return this.#wallMs;
  }

  elapsed(): number {
    return this.#steadyMs;
  }

  get timersCount(): number {
    return this.#timers.size;
  }

  get nextTimerInMs(): DurationMs | null {
    const next = this.#timers.peek();
    return next ? Math.max(0, next.dueMs - this.#steadyMs) : null;
  }

  setTimer(delayMs: DurationMs, callback: () => void): Timer {
    // A delay with a fraction fires at the next whole millisecond: `now()` shows whole ones only.
    const dueMs = this.#steadyMs + Math.max(0, Math.ceil(delayMs));
    const entry: TimerEntry = { dueMs, no: this.#no, callback, isCanceled: false, isInHeap: false };
    this.#no += 1;
    this.#timers.push(entry);
    return { cancel: () => this.#timers.cancel(entry) };
  }

  yield(): Promise<void> {
    return new Promise((resolve) => this.#pauses.push(resolve));
  }

  session(): ClockSession {
    return new Session(this);
  }

  async settle(): Promise<void> {
    // Not asked for by a microtask, a tick would come before them.
    await null;
    for (;;) {
      await this.#microtasksDone();
      if (this.#pauses.length === 0) return;
      const pauses = this.#pauses;
      this.#pauses = [];
      for (const resolve of pauses) resolve();
    }
  }

  #hostTurnMs = systemClock.elapsed();

  #microtasksDone(): Promise<void> {
    if (systemClock.elapsed() - this.#hostTurnMs < HOST_EVERY_MS)
      return new Promise((resolve) => process.nextTick(resolve));
    return systemClock.yield().then(() => {
      this.#hostTurnMs = systemClock.elapsed();
    });
  }

  async advance(byMs: DurationMs): Promise<void> {
    const endMs = this.#steadyMs + byMs;
    await this.settle();
    for (let next = this.#timers.peek(); next && next.dueMs <= endMs; next = this.#timers.peek()) {
      await this.step();
    }
    this.#move(endMs - this.#steadyMs);
  }

  advanceTo(atMs: EpochMs): Promise<void> {
    return this.advance(Math.max(0, atMs - this.#wallMs));
  }

  async step(): Promise<boolean> {
    const next = this.#timers.peek();
    if (!next) return false;
    this.#move(Math.max(0, next.dueMs - this.#steadyMs));
    this.#fire();
    await this.settle();
    return true;
  }

  jump(byMs: DurationMs): void {
    this.#wallMs += byMs;
  }

  async sleepUntil(atMs: EpochMs): Promise<void> {
    await this.settle();
    this.#move(Math.max(0, atMs - this.#wallMs));
    this.#fire();
    await this.settle();
  }

  async until<T>(promise: Promise<T>, timersMax = TIMERS_MAX): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    promise.then(mark, mark);
    for (let steps = 0; ; steps++) {
      await this.settle();
      if (isSettled) return promise;
      if (steps === timersMax) throw new Error(`Expected the promise to settle within ${timersMax} instants`);
      const hasStepped = await this.step();
      if (!hasStepped && !isSettled)
        throw new Error('Expected the promise to settle, got a standstill: no timer is set');
    }
  }

  /** Timers of one instant fire in one go, so that what they cause is one batch, as under load. */
  #fire(): void {
    const due = this.#timers.takeDue(this.#steadyMs);
    for (const entry of due) if (!entry.isCanceled) entry.callback();
  }

  #move(byMs: DurationMs): void {
    this.#steadyMs += byMs;
    this.#wallMs += byMs;
  }
}

class Session implements ClockSession {
  readonly #clock: VirtualClock;
  #hasEnded = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  now(): EpochMs {
    return this.#clock.now();
  }

  elapsed(): number {
    return this.#clock.elapsed();
  }

  setTimer(delayMs: DurationMs, callback: () => void): Timer {
    return this.#clock.setTimer(delayMs, () => {
      if (!this.#hasEnded) callback();
    });
  }

  async yield(): Promise<void> {
    await this.#clock.yield();
    // The process is gone: what waited here never goes on.
    if (this.#hasEnded) await new Promise<never>(() => {});
  }

  end(): void {
    this.#hasEnded = true;
  }
}
