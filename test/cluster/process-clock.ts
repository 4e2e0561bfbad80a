import type { Timer } from '../../src/ports/clock.ts';
import type { ClockSession, VirtualClock } from '../../src/system/virtual/virtual-clock.ts';

/** The clock of one process of several: it can be fast or slow, and stand still with its process. */
export class ProcessClock implements ClockSession {
  readonly #clock: VirtualClock;
  readonly #session: ClockSession;
  readonly #skewMs: number;
  /** What waits for the process to go on; `null`: it is going. */
  #held: (() => void)[] | null = null;
  #stalls = 0;

  constructor(clock: VirtualClock, skewMs: number) {
    this.#clock = clock;
    this.#session = clock.session();
    this.#skewMs = skewMs;
  }

  now(): number {
    return this.#session.now() + this.#skewMs;
  }

  elapsed(): number {
    return this.#session.elapsed();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    let isCanceled = false;
    const timer = this.#session.setTimer(delayMs, () =>
      this.#whenAwake(() => {
        if (!isCanceled) callback();
      }),
    );
    return {
      cancel: () => {
        isCanceled = true;
        timer.cancel();
      },
    };
  }

  async yield(): Promise<void> {
    await this.#session.yield();
    if (this.#held) await this.awake();
  }

  /** As by SIGSTOP, and SIGCONT after `ms`. */
  stall(ms: number): void {
    this.#stalls += 1;
    const stall = this.#stalls;
    this.#held ??= [];
    this.#clock.setTimer(ms, () => {
      if (stall === this.#stalls) this.wake();
    });
  }

  wake(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const go of held) go();
  }

  get isStalled(): boolean {
    return this.#held !== null;
  }

  /** Resolves when the process goes on. */
  awake(): Promise<void> {
    return new Promise((resolve) => this.#whenAwake(resolve));
  }

  end(): void {
    this.#session.end();
    if (this.#held) this.#held = [];
  }

  #whenAwake(go: () => void): void {
    if (this.#held) this.#held.push(go);
    else go();
  }
}
