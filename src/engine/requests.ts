import { LifecycleError } from '../errors/lifecycle-error.ts';
import type { EventSink } from '../events/event-map.ts';
import { carryOut, type RequestMethods } from '../ledger/requests.ts';
import type { LeftRequest } from '../model/request.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Store, StoreRequests } from '../ports/store.ts';

/** Interval between two looks at the requests, ms. A look at an SQLite file costs less than 0.1 ms. */
const POLL_MS = 250;

/** Dependencies of a {@link RequestDesk}. */
export interface RequestDeskDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly methods: RequestMethods;
  readonly events: EventSink;
}

/** Carries out the requests that other processes leave for this one, which writes the store. */
export class RequestDesk {
  readonly #deps: RequestDeskDeps;
  readonly #requests: StoreRequests | null;
  #timer: Timer | null = null;
  /** The running look. */
  #look: Promise<void> = Promise.resolve();
  /** Message of the last look that failed: the same failure is reported once. */
  #failure: string | null = null;
  #isOpen = false;

  constructor(deps: RequestDeskDeps) {
    this.#deps = deps;
    this.#requests = deps.store.requests ?? null;
  }

  /** Resolves when the waiting requests are done. Later ones are done as they come, until `close`. */
  async open(): Promise<void> {
    if (this.#requests === null || this.#isOpen) return;
    this.#isOpen = true;
    await this.#poll(this.#requests);
  }

  /** Resolves when the running request is done. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#timer?.cancel();
    await this.#look;
  }

  async #poll(requests: StoreRequests): Promise<void> {
    this.#look = this.#serveAll(requests);
    await this.#look;
    if (this.#isOpen) this.#timer = this.#deps.clock.setTimer(POLL_MS, () => void this.#poll(requests));
  }

  async #serveAll(requests: StoreRequests): Promise<void> {
    try {
      for (const request of await requests.list()) if (this.#isOpen) await this.#serve(requests, request);
      this.#failure = null;
    } catch (error) {
      const message = String(error);
      if (message !== this.#failure) this.#report(error);
      this.#failure = message;
    }
  }

  async #serve(requests: StoreRequests, request: LeftRequest): Promise<void> {
    const { methods, store } = this.#deps;
    try {
      await carryOut(methods, store, request);
    } catch (error) {
      // The store may work again at the next look; anything else is the answer to the request.
      if (LifecycleError.is(error) && error.code.startsWith('Store')) throw error;
      if (!LifecycleError.is(error)) this.#report(error);
      await requests.refuse(request, error instanceof Error ? error.message : String(error));
      return;
    }
    await requests.remove(request);
  }

  #report(error: unknown): void {
    this.#deps.events.emit('engine.error', { error, during: 'servingRequests' });
  }
}
