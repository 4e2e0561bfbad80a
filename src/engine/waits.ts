import type { DurationMs } from '../model/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { UserFlight } from './user-flight.ts';

/** Who of a run waits for a retry's moment. */
export class Waits {
  readonly #clock: Clock;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#count;
  }

  start(flight: UserFlight, delayMs: DurationMs, over: () => void): void {
    this.#count += 1;
    flight.timer = this.#clock.setTimer(delayMs, () => {
      this.stop(flight);
      over();
    });
  }

  stop(flight: UserFlight): void {
    if (flight.timer === null) return;
    flight.timer.cancel();
    flight.timer = null;
    this.#count -= 1;
  }
}
