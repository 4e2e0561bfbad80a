import type { EpochMs } from '../../../model/time.ts';

/**
 * Returned by a built-in handler for a task that waits for an answer from outside: its lane is free meanwhile, and
 * the handler is called once more at the given moment, or when the user is woken before.
 */
export class Suspension {
  /** When the waiting began. */
  readonly sinceMs: EpochMs;
  readonly untilMs: EpochMs;

  constructor(sinceMs: EpochMs, untilMs: EpochMs) {
    this.sinceMs = sinceMs;
    this.untilMs = untilMs;
  }
}
