/**
 * Whose turn it is among the schedulers of several processes on one store: the others do not ask the directory
 * meanwhile. That a slot has one run does not depend on it; the store sees to that (decision 21).
 */
import { LIMITS } from '../../model/limits.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';

/** What a {@link SchedulerTurn} works with. */
export interface SchedulerTurnDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Names this process in the store. */
  readonly engineId: string;
  readonly failed: (error: unknown) => void;
}

/** Name of the setting in the store. */
const NAME = 'schedulerTurn';

interface Turn {
  readonly engineId: string;
  readonly untilMs: number;
}

/** The turn of one scheduler. On a store that one process writes, it always has it. */
export class SchedulerTurn {
  readonly #deps: SchedulerTurnDeps;
  #timer: Timer | null = null;

  constructor(deps: SchedulerTurnDeps) {
    this.#deps = deps;
  }

  /** Runs `work` when it is its turn; `false`: another process has it. */
  async take(work: () => Promise<void>): Promise<boolean> {
    if (!this.#deps.store.slices) {
      await work();
      return true;
    }
    if (!(await this.#claim())) return false;
    this.#renewLater();
    try {
      await work();
    } finally {
      this.#timer?.cancel();
      this.#timer = null;
      await this.#put(0);
    }
    return true;
  }

  #claim(): Promise<boolean> {
    const { store, clock, engineId } = this.#deps;
    return store.transaction(async (tx) => {
      const text = await tx.getSetting(NAME);
      const turn = text === null ? null : (JSON.parse(text) as Turn);
      const leftMs = turn === null || turn.engineId === engineId ? 0 : turn.untilMs - clock.now();
      // Longer than any turn: the other process has another clock.
      if (leftMs > 0 && leftMs <= LIMITS.sliceLeaseMs) return false;
      await tx.putSetting(NAME, this.#text(LIMITS.sliceLeaseMs));
      return true;
    });
  }

  #renewLater(): void {
    const { clock } = this.#deps;
    this.#timer = clock.setTimer(LIMITS.sliceLeaseMs / 4, () => {
      void this.#put(LIMITS.sliceLeaseMs).then(() => {
        if (this.#timer !== null) this.#renewLater();
      });
    });
  }

  /** Changes the end of its own turn; another process may have taken it over after a stall. */
  async #put(forMs: number): Promise<void> {
    const { store, engineId, failed } = this.#deps;
    try {
      await store.transaction(async (tx) => {
        const text = await tx.getSetting(NAME);
        const isOurs = text !== null && (JSON.parse(text) as Turn).engineId === engineId;
        if (isOurs && (forMs === 0 || this.#timer !== null)) await tx.putSetting(NAME, this.#text(forMs));
      });
    } catch (error) {
      failed(error); // the turn ends by itself
    }
  }

  #text(forMs: number): string {
    const { clock, engineId } = this.#deps;
    const turn: Turn = { engineId, untilMs: forMs === 0 ? 0 : clock.now() + forMs };
    return JSON.stringify(turn);
  }
}
