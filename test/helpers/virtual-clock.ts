/** Time that stands still until a test moves it. */
import type { Clock, Timer } from '../../src/ports/clock.ts';

interface Entry {
  readonly dueMs: number;
  readonly no: number;
  readonly callback: () => void;
}

/** Rounds of the event loop without a `yield` after which nothing more will happen by itself. */
const QUIET_ROUNDS = 4;
const ROUNDS_MAX = 50_000;

/** A clock for tests: `now` is wall time and can jump; timers run on a steady time that only `advance` moves. */
export class VirtualClock implements Clock {
  #wallMs: number;
  #steadyMs = 0;
  #no = 0;
  #yields = 0;
  readonly #timers = new Set<Entry>();

  constructor(start: string | number = '2026-03-02T00:00:00.000Z') {
    this.#wallMs = typeof start === 'number' ? start : Date.parse(start);
  }

  now(): number {
    return this.#wallMs;
  }

  /** `now()` as ISO text. */
  iso(offsetMs = 0): string {
    return new Date(this.#wallMs + offsetMs).toISOString();
  }

  elapsed(): number {
    return this.#steadyMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const entry = { dueMs: this.#steadyMs + Math.max(0, delayMs), no: this.#no++, callback };
    this.#timers.add(entry);
    return { cancel: () => void this.#timers.delete(entry) };
  }

  yield(): Promise<void> {
    this.#yields += 1;
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Resolves after `delayMs` of this clock. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(delayMs, resolve));
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Wall time moves, timers do not: a clock that is set, or a machine that slept. */
  jump(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** Lets everything happen that needs no timer. */
  async settle(): Promise<void> {
    let quiet = 0;
    for (let round = 0; quiet < QUIET_ROUNDS; round++) {
      if (round === ROUNDS_MAX) throw new Error('Expected the engine to come to rest, got endless activity');
      const before = this.#yields;
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = this.#yields === before ? quiet + 1 : 0;
    }
  }

  /** Time passes; timers fire in their order, and what they cause happens before the next. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#steadyMs + byMs;
    await this.settle();
    for (let next = this.#next(); next && next.dueMs <= endMs; next = this.#next()) {
      this.#fire(next);
      await this.settle();
    }
    this.#move(endMs);
  }

  /** Fires the next timer; `false` when none is set. */
  async step(): Promise<boolean> {
    const next = this.#next();
    if (!next) return false;
    this.#fire(next);
    await this.settle();
    return true;
  }

  /**
   * What `promise` resolves to, with as much time as it takes.
   *
   * @throws Error when nothing can happen any more and it is still pending: a lost wake-up.
   */
  async until<T>(promise: Promise<T>, stepsMax = 3_000): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    promise.then(mark, mark);
    for (let steps = 0; ; steps++) {
      await this.settle();
      if (isSettled) return promise;
      if (steps === stepsMax) throw new Error(`Expected the promise to settle within ${stepsMax} timers`);
      if (!(await this.step()) && !isSettled)
        throw new Error('Expected the promise to settle, got a standstill: no timer is set');
    }
  }

  #next(): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#timers) {
      if (!first || entry.dueMs < first.dueMs || (entry.dueMs === first.dueMs && entry.no < first.no))
        first = entry;
    }
    return first;
  }

  #fire(entry: Entry): void {
    this.#timers.delete(entry);
    this.#move(Math.max(this.#steadyMs, entry.dueMs));
    entry.callback();
  }

  #move(toMs: number): void {
    this.#wallMs += toMs - this.#steadyMs;
    this.#steadyMs = toMs;
  }
}
