import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ActiveUser } from '../handlers/active-user.ts';
import { type BoundTask, taskOf } from '../handlers/handlers.ts';

/** Who of a run waits for a retry's moment. */
export class RetryTimers {
  readonly #clock: Clock;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#count;
  }

  start(flight: ActiveUser, delayMs: DurationMs, over: () => void): void {
    this.#count += 1;
    flight.timer = this.#clock.setTimer(delayMs, () => {
      this.stop(flight);
      over();
    });
  }

  stop(flight: ActiveUser): void {
    if (flight.timer === null) return;
    flight.timer.cancel();
    flight.timer = null;
    this.#count -= 1;
  }
}

/** How long a user's next attempt has to wait still, ms. Never longer than the policy's longest wait: clocks are set back. */
export function restMs({ user }: ActiveUser, tasks: readonly BoundTask[], clock: Clock): DurationMs {
  if (user.attempts === null) return 0;
  const { retry } = taskOf(tasks, user).handler;
  return Math.min(user.attempts.notBeforeMs - clock.now(), retry.delayMaxMs);
}
