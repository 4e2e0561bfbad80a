import type { DurationMs } from '../model/time.ts';
import type { Clock } from '../ports/clock.ts';
import { type BoundTask, taskOf } from './handlers.ts';
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

/** How long a user's next attempt has to wait still, ms. Never longer than the policy's longest wait: clocks are set back. */
export function restMs({ user }: UserFlight, tasks: readonly BoundTask[], clock: Clock): DurationMs {
  if (user.attempts === null) return 0;
  const { retry } = taskOf(tasks, user).handler;
  return Math.min(user.attempts.notBeforeMs - clock.now(), retry.delayMaxMs);
}
