import { LifecycleError } from '../errors/lifecycle-error.ts';
import type { EventSink } from '../events/event-map.ts';
import { carryOut, type RequestMethods } from '../ledger/requests.ts';
import type { LeftRequest } from '../model/request.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Store, StoreRequests } from '../ports/store.ts';

/** Delay before requests are listed once more, after some were found or listing failed, ms. */
const LOOK_AFTER_MS = 1_000;

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
  #watch: { close(): void } | null = null;
  #timer: Timer | null = null;
  /** The running look, and the ones queued after it. */
  #queue: Promise<void> = Promise.resolve();
  #isOpen = false;

  constructor(deps: RequestDeskDeps) {
    this.#deps = deps;
    this.#requests = deps.store.requests ?? null;
  }

  /** Resolves when the waiting requests are done. Later ones are done as they come, until `close`. */
  async open(): Promise<void> {
    if (this.#requests === null || this.#isOpen) return;
    this.#isOpen = true;
    this.#watch = this.#requests.watch(() => this.#look());
    await this.#look();
    // One that was left between this look and the first one of the watch changes nothing that it could see.
    this.#lookLater();
  }

  /** Resolves when the running request is done. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#watch?.close();
    this.#timer?.cancel();
    await this.#queue;
  }

  #look(): Promise<void> {
    this.#queue = this.#queue.then(() => this.#serveAll());
    return this.#queue;
  }

  #lookLater(): void {
    this.#timer?.cancel();
    if (this.#isOpen) this.#timer = this.#deps.clock.setTimer(LOOK_AFTER_MS, () => void this.#look());
  }

  async #serveAll(): Promise<void> {
    try {
      const waiting = (await this.#requests?.list()) ?? [];
      for (const request of waiting) if (this.#isOpen) await this.#serve(request);
      // File systems round times: of two changes at one rounded time, the watch sees the first.
      if (waiting.length > 0) this.#lookLater();
    } catch (error) {
      this.#report(error);
      if (!LifecycleError.is(error) || error.retryable) this.#lookLater();
    }
  }

  async #serve(request: LeftRequest): Promise<void> {
    const { methods, store } = this.#deps;
    try {
      await carryOut(methods, store, request);
    } catch (error) {
      // The store may work again in a second; anything else is the answer to the request.
      if (LifecycleError.is(error) && error.code.startsWith('Store')) throw error;
      if (!LifecycleError.is(error)) this.#report(error);
      await this.#requests?.refuse(request, error instanceof Error ? error.message : String(error));
      return;
    }
    await this.#requests?.remove(request);
  }

  #report(error: unknown): void {
    this.#deps.events.emit('engine.error', { error, during: 'servingRequests' });
  }
}
