import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';

const MINUTE_MS: DurationMs = 60_000;

/**
 * Lets one failure a minute through to the engine, which reports it as `engine.error`, and drops the others: telemetry that
 * is broken fails with each task.
 */
export class FailureLimit {
  readonly #clock: Pick<Clock, 'elapsed'>;
  #nextAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock;
  }

  /** Throws the error, unless one was thrown within the last minute. */
  pass(error: unknown): void {
    const nowMs = this.#clock.elapsed();
    if (nowMs < this.#nextAtMs) return;
    this.#nextAtMs = nowMs + MINUTE_MS;
    throw error;
  }

  /** The same function, whose failures pass here. */
  around<Arguments extends readonly unknown[]>(
    work: (...args: Arguments) => void,
  ): (...args: Arguments) => void {
    return (...args) => {
      try {
        work(...args);
      } catch (error) {
        this.pass(error);
      }
    };
  }
}
