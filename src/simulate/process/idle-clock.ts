import type { DurationMs } from '../../model/time.ts';
import type { Clock, Timer } from '../../ports/clock.ts';

/** A look at the store that waits for a run. */
interface Parked {
  isCanceled: boolean;
  readonly setAgain: () => void;
}

/**
 * Whether runs are open. While none is, processes need not look for work, renew claims, or say that they are there: in a
 * year of virtual time they would do it a hundred million times, and find nothing.
 */
export class Idleness {
  readonly #open = new Set<string>();
  #parked: Parked[] = [];

  /** A run was written, or removed. */
  changed(runId: string, isOpen: boolean): void {
    if (!isOpen) {
      this.#open.delete(runId);
      return;
    }
    this.#open.add(runId);
    const parked = this.#parked;
    this.#parked = [];
    for (const { isCanceled, setAgain } of parked) if (!isCanceled) setAgain();
  }

  /** The clock of such looks, of the process with `clock`: their timers wait while no run is open. */
  clockOf(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      yield: () => clock.yield(),
      setTimer: (delayMs, callback) => this.#setTimer(clock, delayMs, callback),
    };
  }

  #setTimer(clock: Clock, delayMs: DurationMs, callback: () => void): Timer {
    let timer: Timer;
    const set = (): void => {
      timer = clock.setTimer(delayMs, () => {
        if (this.#open.size > 0) callback();
        else this.#parked.push(parked);
      });
    };
    const parked: Parked = { isCanceled: false, setAgain: set };
    set();
    return {
      cancel: () => {
        parked.isCanceled = true;
        timer.cancel();
      },
    };
  }
}
