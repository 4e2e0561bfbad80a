import { SteppedClock } from '../../src/system/virtual/virtual-clock.ts';

/** Rounds of the event loop without a `yield` after which only a timer can cause more work. */
const QUIET_ROUNDS = 4;
const ROUNDS_MAX = 50_000;

/** The virtual clock of the kit, whose yields go on by themselves: tests can await an engine directly. */
export class VirtualClock extends SteppedClock {
  #yields = 0;

  constructor(start: string | number = '2026-03-02T00:00:00.000Z') {
    super(typeof start === 'number' ? start : Date.parse(start));
  }

  /** Number of timers that are set. */
  get timers(): number {
    return this.timersCount;
  }

  /** `now()` as ISO text. */
  iso(offsetMs = 0): string {
    return new Date(this.now() + offsetMs).toISOString();
  }

  /** Resolves after `delayMs` of this clock. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(delayMs, resolve));
  }

  override yield(): Promise<void> {
    this.#yields += 1;
    return new Promise((resolve) => setImmediate(resolve));
  }

  override async settle(): Promise<void> {
    let quiet = 0;
    for (let round = 0; quiet < QUIET_ROUNDS; round++) {
      if (round === ROUNDS_MAX) throw new Error('Expected the engine to settle, got endless activity');
      const before = this.#yields;
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = this.#yields === before ? quiet + 1 : 0;
    }
  }

  /** As of the kit; a promise that needs more than 3,000 instants is taken for a lost wake-up. */
  override until<T>(promise: Promise<T>, timersMax = 3_000): Promise<T> {
    return super.until(promise, timersMax);
  }
}
