import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { EXIT } from './exit-codes.ts';
import { seconds } from './text.ts';

/** The signals that stop a command. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Option of commands that stop gracefully. */
export interface StopTimeout {
  /** How long stopping may take in total, ms. */
  readonly stopTimeout: DurationMs;
}

/** A signal that stops a command. */
export type StopSignal = (typeof SIGNALS)[number];

interface StopHandler {
  readonly timeoutMs: DurationMs;
  readonly stop: (signal: StopSignal) => void;
}

/** One Ctrl-C may arrive twice: from the terminal, and from `npm start`, which forwards it. */
const SAME_WITHIN_MS = 250;

/**
 * Handles SIGINT, SIGTERM and SIGHUP: the first one goes to the handler, which has `timeoutMs` to end the command,
 * or ends the process when there is no handler; the second one ends it immediately.
 */
export class Interrupts {
  #handler: StopHandler | null = null;
  /** Time of the first signal, by the monotonic clock. */
  #firstAtMs: number | null = null;
  readonly #clock: Clock;
  readonly #quit: (code: number, message?: string) => void;

  /** @param quit ends the process immediately, after the message. */
  constructor(clock: Clock, quit: (code: number, message?: string) => void) {
    this.#clock = clock;
    this.#quit = quit;
  }

  /** Starts listening. */
  listen(): void {
    for (const signal of SIGNALS) process.on(signal, () => this.arrived(signal));
  }

  /** Sets the handler of the first signal. The returned function removes it. */
  handle(timeoutMs: DurationMs, stop: (signal: StopSignal) => void): () => void {
    const handler = { timeoutMs, stop };
    this.#handler = handler;
    return () => {
      if (this.#handler === handler) this.#handler = null;
    };
  }

  /** Handles a signal. */
  arrived(signal: StopSignal): void {
    const nowMs = this.#clock.elapsed();
    if (this.#firstAtMs === null && this.#handler !== null) {
      this.#firstAtMs = nowMs;
      const { timeoutMs, stop } = this.#handler;
      // A hanging file system or a reader that does not read must not keep the process alive.
      this.#clock.setTimer(timeoutMs, () =>
        this.#quit(EXIT.interrupted, `Stopping took longer than ${seconds(timeoutMs)}; quitting.`),
      );
      stop(signal);
    } else if (this.#firstAtMs === null || nowMs - this.#firstAtMs > SAME_WITHIN_MS) {
      this.#quit(EXIT.interrupted);
    }
  }
}

/**
 * Part of a command's time for stopping that the engine may use: the rest is for closing files and
 * reporting the state of the runs.
 */
export function engineStopMs(timeoutMs: DurationMs): DurationMs {
  return timeoutMs - Math.min(TELL_MS, timeoutMs / 8);
}

const TELL_MS = 500;
