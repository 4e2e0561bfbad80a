/**
 * Virtual time that a program moves. Nothing global is patched: code that uses this clock runs in its time.
 *
 * How it detects that nothing is left to do: on the memory store an engine works in microtasks only, apart
 * from timers and `yield()`s, and this clock controls both. A `process.nextTick` callback set
 * by a microtask runs when all microtasks are done; if none of them called `yield()`, only a timer can cause
 * more work. So a virtual instant costs a few such callbacks, whatever happens in it, and the order of events
 * depends on the engine alone. From time to time the host's event loop gets a turn, which changes nothing.
 *
 * | move         | `now()`      | timers                                                    |
 * |--------------|--------------|-----------------------------------------------------------|
 * | `advance`    | moves        | fire at their moments, each instant when the last is done |
 * | `jump`       | moves at once | are not affected: the machine's clock was set             |
 * | `sleepUntil` | moves at once | those that came due meanwhile fire late, all at the end   |
 */
import { readWhole } from '../../input/fields.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import { systemClock } from '../real/clock.ts';
import { type TimerEntry, TimerHeap } from './timer-heap.ts';

/** A clock of one process: when it ends, its timers and pauses end with it, as by `kill -9`. */
export interface ClockSession extends Clock {
  end(): void;
}

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Number of timers that are set. */
  readonly timersCount: number;
  /** Milliseconds until the next timer; `null` when none is set. */
  readonly nextTimerInMs: DurationMs | null;
  /** Opens a clock of the same time for one engine, which can be ended separately. */
  session(): ClockSession;
  /** Resolves when nothing is left to do without a timer. */
  settle(): Promise<void>;
  /** Moves time by `byMs` ≥ 0, in steps from timer to timer. */
  advance(byMs: DurationMs): Promise<void>;
  /** As `advance`, up to the moment `atMs` of `now()`; a moment that has passed is reached at once. */
  advanceTo(atMs: EpochMs): Promise<void>;
  /** Moves to the next timer and fires all timers of its instant. `false`: none is set. */
  step(): Promise<boolean>;
  /** Moves `now()` by `byMs`, which may be negative, and nothing else. */
  jump(byMs: DurationMs): void;
  /** Suspends the process until `atMs`; timers that came due meanwhile fire then. */
  sleepUntil(atMs: EpochMs): Promise<void>;
  /**
   * Result of `promise`, after as much virtual time as it takes.
   *
   * @throws Error when no timer is set and it is still pending (a lost wake-up), or after `timersMax` instants.
   */
  until<T>(promise: Promise<T>, timersMax?: number): Promise<T>;
}

const TIMERS_MAX = 1_000_000;
/** Rounds of one instant after which its activity is taken to be endless. */
const ROUNDS_MAX = 10_000_000;
/** Longest wait of the host's event loop (signals, a progress bar), in real ms. */
const HOST_EVERY_MS = 10;

/** The last moment that a `Date` can hold, ms. */
const MOMENT_MAX = 8.64e15;

/** A virtual clock that shows `startMs` (whole milliseconds since 1970). */
export function virtualClock(startMs: EpochMs): VirtualClock {
  const place = { path: 'startMs', value: startMs };
  return new SteppedClock(readWhole(place, -MOMENT_MAX, MOMENT_MAX));
}

/** A {@link VirtualClock}; a class, so that tests can extend it. */
export class SteppedClock implements VirtualClock {
  readonly #timers = new TimerHeap();
  /** Pending `yield()`s, in order; all end at the next round. */
  #pauses: (() => void)[] = [];
  #ordinal = 0;
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
    const entry: TimerEntry = { dueMs, ordinal: this.#ordinal, callback, isCanceled: false, isInHeap: false };
    this.#ordinal += 1;
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
    // `nextTick` runs before microtasks unless a microtask calls it.
    await null;
    for (let round = 0; ; round++) {
      if (round === ROUNDS_MAX) throw new Error('Expected the engine to settle, got endless activity');
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
  readonly #timers = new Set<Timer>();
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
    if (this.#hasEnded) return { cancel: () => {} };
    const timer = this.#clock.setTimer(delayMs, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
    return {
      cancel: () => {
        this.#timers.delete(timer);
        timer.cancel();
      },
    };
  }

  async yield(): Promise<void> {
    await this.#clock.yield();
    // The process has ended: code that waited here never continues.
    if (this.#hasEnded) await new Promise<never>(() => {});
  }

  end(): void {
    this.#hasEnded = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
