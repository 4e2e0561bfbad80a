import { LifecycleError } from '../errors/lifecycle-error.ts';
import type { EventSink } from '../events/event-map.ts';
import { carryOut, type RequestMethods } from '../ledger/requests.ts';
import type { LeftRequest } from '../model/request.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Store, StoreRequests } from '../ports/store.ts';

/** Wait before requests are looked for again, after some were found or the look failed. */
const AGAIN_MS = 1_000;

/** What a {@link RequestDesk} works with. */
export interface RequestDeskDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly methods: RequestMethods;
  readonly events: EventSink;
}

/** Carries out what other processes ask of this one, which writes the store. */
export class RequestDesk {
  readonly #deps: RequestDeskDeps;
  readonly #requests: StoreRequests | null;
  #watch: { close(): void } | null = null;
  #timer: Timer | null = null;
  /** The look under way, and the one asked for after it. */
  #line: Promise<void> = Promise.resolve();
  #isOpen = false;

  constructor(deps: RequestDeskDeps) {
    this.#deps = deps;
    this.#requests = deps.store.requests ?? null;
  }

  /** Resolves when what was waiting is done. Whatever comes later is done as it comes, until `close`. */
  async open(): Promise<void> {
    if (this.#requests === null || this.#isOpen) return;
    this.#isOpen = true;
    this.#watch = this.#requests.watch(() => this.#look());
    await this.#look();
    // One that was left between this look and the first one of the watch changes nothing that it could see.
    this.#lookAgain();
  }

  /** Resolves when the request that is being carried out is. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#watch?.close();
    this.#timer?.cancel();
    await this.#line;
  }

  #look(): Promise<void> {
    this.#line = this.#line.then(() => this.#serveAll());
    return this.#line;
  }

  #lookAgain(): void {
    this.#timer?.cancel();
    if (this.#isOpen) this.#timer = this.#deps.clock.setTimer(AGAIN_MS, () => void this.#look());
  }

  async #serveAll(): Promise<void> {
    try {
      const waiting = (await this.#requests?.list()) ?? [];
      for (const request of waiting) if (this.#isOpen) await this.#serve(request);
      // File systems tell times in steps: of two changes in one step, the watch sees the first.
      if (waiting.length > 0) this.#lookAgain();
    } catch (error) {
      this.#tell(error);
      if (!LifecycleError.is(error) || error.retryable) this.#lookAgain();
    }
  }

  async #serve(request: LeftRequest): Promise<void> {
    const { methods, store } = this.#deps;
    try {
      await carryOut(methods, store, request);
    } catch (error) {
      // The store may work again in a second; anything else is the answer to the request.
      if (LifecycleError.is(error) && error.code.startsWith('Store')) throw error;
      if (!LifecycleError.is(error)) this.#tell(error);
      await this.#requests?.refuse(request, error instanceof Error ? error.message : String(error));
      return;
    }
    await this.#requests?.remove(request);
  }

  #tell(error: unknown): void {
    this.#deps.events.emit('engine.error', { error, during: 'servingRequests' });
  }
}
