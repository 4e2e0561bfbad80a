import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ActiveUser } from '../handlers/active-user.ts';
import { type BoundTask, taskOf } from '../handlers/handlers.ts';

/** Timers of the users of a run that wait for a retry. */
export class RetryTimers {
  readonly #clock: Clock;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#count;
  }

  start(active: ActiveUser, delayMs: DurationMs, over: () => void): void {
    this.#count += 1;
    active.timer = this.#clock.setTimer(delayMs, () => {
      this.stop(active);
      over();
    });
  }

  stop(active: ActiveUser): void {
    if (active.timer === null) return;
    active.timer.cancel();
    active.timer = null;
    this.#count -= 1;
  }
}

/** Time until a user's next attempt, ms. Never longer than the policy's longest delay, since clocks are set back. */
export function restMs({ user }: ActiveUser, tasks: readonly BoundTask[], clock: Clock): DurationMs {
  if (user.attempts === null) return 0;
  const { retry } = taskOf(tasks, user).handler;
  return Math.min(user.attempts.notBeforeMs - clock.now(), retry.delayMsMax);
}
