import { EXIT } from './exit-codes.ts';

/** The signals that ask to stop. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One of them. */
export type StopSignal = (typeof SIGNALS)[number];

/**
 * What becomes of Ctrl-C and its kin: the first one is handled by who has asked for it, or ends the
 * process when nobody has; the second one always ends it at once.
 */
export class Interrupts {
  #handler: ((signal: StopSignal) => void) | null = null;
  #count = 0;
  readonly #quit: (code: number) => void;

  /** @param quit ends the process at once. */
  constructor(quit: (code: number) => void) {
    this.#quit = quit;
  }

  /** Begins to listen. */
  listen(): void {
    for (const signal of SIGNALS) process.on(signal, () => this.#arrived(signal));
  }

  /** From now on the first signal is handled so. The answer takes it back. */
  handle(handler: (signal: StopSignal) => void): () => void {
    this.#handler = handler;
    return () => {
      if (this.#handler === handler) this.#handler = null;
    };
  }

  #arrived(signal: StopSignal): void {
    this.#count += 1;
    if (this.#count > 1 || this.#handler === null) this.#quit(EXIT.interrupted);
    else this.#handler(signal);
  }
}
