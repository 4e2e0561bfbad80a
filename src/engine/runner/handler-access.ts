import type { Clock } from '../../ports/clock.ts';
import type { ActiveUser } from '../handlers/active-user.ts';
import type { BoundTask } from '../handlers/handlers.ts';

/** What a {@link HandlerAccess} works with. */
export interface HandlerAccessDeps {
  readonly clock: Clock;
  /** Whether users may go on at all. */
  readonly isDriving: () => boolean;
  /** A user has to wait for the gate of its handler. */
  readonly throttled: (bound: BoundTask) => void;
  /** The user may call its handler now, when it has a lane. */
  readonly admitted: (active: ActiveUser) => void;
}

/**
 * Whether the users of a slice may call the handler of their next task: its rate and its concurrency bind all runs. Users
 * that may not wait without a lane.
 */
export class HandlerAccess {
  readonly #deps: HandlerAccessDeps;
  #gated = 0;

  constructor(deps: HandlerAccessDeps) {
    this.#deps = deps;
  }

  /** Users that wait until their handler may be called once more. */
  get gated(): number {
    return this.#gated;
  }

  /** Whether `active` may call the handler of `bound` now. If not, it waits. */
  admits(active: ActiveUser, bound: BoundTask): boolean {
    const { gate, slots } = bound.handler;
    const { clock } = this.#deps;
    const isGated = !gate.isOpen;
    if (isGated && !this.#passes(active, bound)) return false;
    if (slots && active.place === null) {
      if (!slots.take(() => this.#acceptPlace(active, bound))) {
        active.state = 'waiting';
        return false;
      }
      active.place = slots;
    }
    if (isGated) {
      gate.started(clock, active);
      active.leaveGate = null;
    }
    return true;
  }

  #passes(active: ActiveUser, bound: BoundTask): boolean {
    const { clock, isDriving, throttled, admitted } = this.#deps;
    const { gate } = bound.handler;
    active.leaveGate = () => {
      if (gate.leave(clock, active)) this.#gated -= 1;
    };
    const isPermitted = gate.take(clock, active, () => {
      this.#gated -= 1;
      if (active.state === 'waiting' && isDriving()) admitted(active);
    });
    if (isPermitted) return true;
    active.state = 'waiting';
    this.#gated += 1;
    throttled(bound);
    return false;
  }

  #acceptPlace(active: ActiveUser, { handler }: BoundTask): boolean {
    if (active.state !== 'waiting' || !this.#deps.isDriving()) return false;
    active.place = handler.slots;
    this.#deps.admitted(active);
    return true;
  }
}
