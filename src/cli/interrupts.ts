import type { Clock } from '../ports/clock.ts';
import { EXIT } from './exit-codes.ts';

/** The signals that ask to stop. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One of them. */
export type StopSignal = (typeof SIGNALS)[number];

/** One Ctrl-C may arrive twice: from the terminal, and again from `npm start`, which passes it on. */
const SAME_WITHIN_MS = 250;

/**
 * What becomes of Ctrl-C and its kin: the first one is handled by who has asked for it, or ends the
 * process when nobody has; the second one always ends it at once.
 */
export class Interrupts {
  #handler: ((signal: StopSignal) => void) | null = null;
  /** When the first one came, by the monotonic clock. */
  #firstAtMs: number | null = null;
  readonly #clock: Clock;
  readonly #quit: (code: number) => void;

  /** @param quit ends the process at once. */
  constructor(clock: Clock, quit: (code: number) => void) {
    this.#clock = clock;
    this.#quit = quit;
  }

  /** Begins to listen. */
  listen(): void {
    for (const signal of SIGNALS) process.on(signal, () => this.arrived(signal));
  }

  /** From now on the first signal is handled so. The answer takes it back. */
  handle(handler: (signal: StopSignal) => void): () => void {
    this.#handler = handler;
    return () => {
      if (this.#handler === handler) this.#handler = null;
    };
  }

  /** A signal has come. */
  arrived(signal: StopSignal): void {
    const nowMs = this.#clock.elapsed();
    if (this.#firstAtMs === null && this.#handler !== null) {
      this.#firstAtMs = nowMs;
      this.#handler(signal);
    } else if (this.#firstAtMs === null || nowMs - this.#firstAtMs > SAME_WITHIN_MS) {
      this.#quit(EXIT.interrupted);
    }
  }
}
