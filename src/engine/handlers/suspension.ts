import type { EpochMs } from '../../model/time.ts';

/**
 * What a handler of the engine's own returns for a task that waits for somebody: its lane is free meanwhile,
 * and the handler is called again when the moment has come, or when the user is woken before.
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
