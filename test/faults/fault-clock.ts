/**
 * Virtual time for thousands of lives a second. As `src/simulate`'s clock, but a round is not one of the
 * host's event loop: it is over when all microtasks are done, which `process.nextTick` tells without a system
 * call. Processes have sessions, which end with them.
 */

import type { Clock, Timer } from '../../src/ports/clock.ts';
import { never } from './never.ts';

interface Entry {
  readonly dueMs: number;
  readonly no: number;
  readonly callback: () => void;
}

/** Rounds of one instant after which it is taken to be endless. */
const ROUNDS_MAX = 20_000;

/** A clock that stands still until it is moved. */
export class FaultClock implements Clock {
  #wallMs: number;
  #steadyMs = 0;
  #no = 0;
  /** In the order in which they fire; there are few. */
  readonly #timers: Entry[] = [];
  #pauses: (() => void)[] = [];

  constructor(startMs: number) {
    this.#wallMs = startMs;
  }

  now(): number {
    return this.#wallMs;
  }

  elapsed(): number {
    return this.#steadyMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const entry = { dueMs: this.#steadyMs + Math.max(0, Math.ceil(delayMs)), no: this.#no, callback };
    this.#no += 1;
    const timers = this.#timers;
    let at = timers.length;
    while (at > 0 && (timers[at - 1] as Entry).dueMs > entry.dueMs) at -= 1;
    timers.splice(at, 0, entry);
    return {
      cancel: () => {
        const found = timers.indexOf(entry);
        if (found >= 0) timers.splice(found, 1);
      },
    };
  }

  yield(): Promise<void> {
    return new Promise((resolve) => this.#pauses.push(resolve));
  }

  /** Resolves after `ms`. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(ms, resolve));
  }

  /** Milliseconds until the next timer; `null` when none is set. */
  get nextTimerInMs(): number | null {
    const [next] = this.#timers;
    return next ? Math.max(0, next.dueMs - this.#steadyMs) : null;
  }

  /** Lets everything happen that needs no timer. */
  async settle(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      await new Promise<void>((resolve) => process.nextTick(resolve));
      if (this.#pauses.length === 0) return;
      const pauses = this.#pauses;
      this.#pauses = [];
      for (const resolve of pauses) resolve();
    }
    throw new Error('Expected the engine to come to rest, got endless activity');
  }

  /** Goes to the next timer and fires all of its instant. */
  step(): void {
    const [next] = this.#timers;
    if (!next) return;
    this.#move(Math.max(0, next.dueMs - this.#steadyMs));
    this.#fire();
  }

  /** Wall time moves, timers do not notice: somebody set the machine's clock. */
  jump(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** The machine sleeps for `ms`; timers that came due meanwhile fire late, all at the end. */
  sleepThrough(ms: number): void {
    this.#move(ms);
    this.#fire();
  }

  /** The clock of one process. */
  session(): ClockSession {
    return new ClockSession(this);
  }

  /** Timers of one instant fire in one go, so that what they cause is one batch, as under load. */
  #fire(): void {
    const due = this.#timers.filter((entry) => entry.dueMs <= this.#steadyMs);
    for (const entry of due) {
      const at = this.#timers.indexOf(entry);
      if (at < 0) continue; // canceled by one before it
      this.#timers.splice(at, 1);
      entry.callback();
    }
  }

  #move(byMs: number): void {
    this.#steadyMs += byMs;
    this.#wallMs += byMs;
  }
}

/** A clock's life for one process: its timers and pauses end with it, as by `kill -9`. */
export class ClockSession implements Clock {
  readonly #clock: FaultClock;
  readonly #timers = new Set<Timer>();
  #hasEnded = false;

  constructor(clock: FaultClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  elapsed(): number {
    return this.#clock.elapsed();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    if (this.#hasEnded) return { cancel: () => {} };
    const timer = this.#clock.setTimer(delayMs, () => {
      this.#timers.delete(own);
      callback();
    });
    const own: Timer = {
      cancel: () => {
        this.#timers.delete(own);
        timer.cancel();
      },
    };
    this.#timers.add(own);
    return own;
  }

  async yield(): Promise<void> {
    await this.#clock.yield();
    // The process is gone: what waited here never goes on.
    if (this.#hasEnded) await never();
  }

  end(): void {
    this.#hasEnded = true;
    for (const timer of [...this.#timers]) timer.cancel();
  }
}
