import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { EXIT } from './exit-codes.ts';
import { seconds } from './text.ts';

/** The signals that ask to stop. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Option of the commands that can be stopped. */
export interface StopTimeout {
  /** How long a stop may take in all, ms. */
  readonly stopTimeout: DurationMs;
}

/** One of them. */
export type StopSignal = (typeof SIGNALS)[number];

interface StopHandler {
  readonly timeoutMs: DurationMs;
  readonly stop: (signal: StopSignal) => void;
}

/** One Ctrl-C may arrive twice: from the terminal, and again from `npm start`, which passes it on. */
const SAME_WITHIN_MS = 250;

/**
 * What SIGINT, SIGTERM and SIGHUP do: the first one goes to the handler, which has `timeoutMs` to end the command,
 * or ends the process when there is no handler; the second one ends it at once.
 */
export class Interrupts {
  #handler: StopHandler | null = null;
  /** When the first one came, by the monotonic clock. */
  #firstAtMs: number | null = null;
  readonly #clock: Clock;
  readonly #quit: (code: number, message?: string) => void;

  /** @param quit ends the process at once, after the message. */
  constructor(clock: Clock, quit: (code: number, message?: string) => void) {
    this.#clock = clock;
    this.#quit = quit;
  }

  /** Begins to listen. */
  listen(): void {
    for (const signal of SIGNALS) process.on(signal, () => this.arrived(signal));
  }

  /** From now on the first signal is handled so. The answer takes it back. */
  handle(timeoutMs: DurationMs, stop: (signal: StopSignal) => void): () => void {
    const handler = { timeoutMs, stop };
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
      const { timeoutMs, stop } = this.#handler;
      // A file system that hangs, or a reader that does not read, must not keep the process.
      this.#clock.setTimer(timeoutMs, () =>
        this.#quit(
          EXIT.interrupted,
          `Not everything could be stopped within ${seconds(timeoutMs)}; quitting.`,
        ),
      );
      stop(signal);
    } else if (this.#firstAtMs === null || nowMs - this.#firstAtMs > SAME_WITHIN_MS) {
      this.#quit(EXIT.interrupted);
    }
  }
}

/**
 * How long an engine may take to stop, of the time that the whole command has: some is left for closing files and
 * saying how far it came.
 */
export function engineStopMs(timeoutMs: DurationMs): DurationMs {
  return timeoutMs - Math.min(TELL_MS, timeoutMs / 8);
}

const TELL_MS = 500;
