import { LIMITS } from '../model/limits.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { RunEventPayload } from './event-map.ts';

/** A run whose last event is more recent than the interval. */
interface Recent {
  /** Newest state since then; `null`: unchanged. */
  waiting: RunEventPayload | null;
  timer: Timer;
}

/**
 * Throttles progress events, to at most one per run and `LIMITS.progressIntervalMs`: the first change at once, then
 * the newest state of each interval with a change.
 */
export class ProgressThrottle {
  readonly #clock: Clock;
  readonly #emit: (payload: RunEventPayload) => void;
  readonly #recent = new Map<string, Recent>();

  constructor(clock: Clock, emit: (payload: RunEventPayload) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Notes a change of a run. */
  add(payload: RunEventPayload): void {
    const recent = this.#recent.get(payload.run.id);
    if (recent) recent.waiting = payload;
    else this.#pass(payload);
  }

  /** Emits what waits for a run, or for all runs, and cancels its timer. */
  flush(runId?: string): void {
    for (const id of runId === undefined ? [...this.#recent.keys()] : [runId]) {
      const recent = this.#recent.get(id);
      if (!recent) continue;
      recent.timer.cancel();
      this.#recent.delete(id);
      if (recent.waiting) this.#emit(recent.waiting);
    }
  }

  #pass(payload: RunEventPayload): void {
    const { id } = payload.run;
    const timer = this.#clock.setTimer(LIMITS.progressIntervalMs, () => {
      const { waiting } = this.#recent.get(id) as Recent;
      this.#recent.delete(id);
      if (waiting) this.#pass(waiting);
    });
    this.#recent.set(id, { waiting: null, timer });
    this.#emit(payload);
  }
}
