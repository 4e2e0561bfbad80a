import { Fifo } from './fifo.ts';

/**
 * A bounded number of places. Requests beyond it are queued, first come first served; a freed place goes to the
 * first one that still wants it. A place is free only when its handler has settled, which is why this is not a
 * queue of promises with a time-out.
 */
export class Semaphore {
  readonly #limit: number;
  #taken = 0;
  readonly #queue = new Fifo<() => boolean>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes a place, or queues the request: then `accept` is called when a place is free, and returns whether it is
   * still wanted.
   */
  take(accept: () => boolean): boolean {
    if (this.#taken < this.#limit) {
      this.#taken += 1;
      return true;
    }
    this.#queue.push(accept);
    return false;
  }

  /** Gives a place back. */
  free(): void {
    for (let accept = this.#queue.shift(); accept; accept = this.#queue.shift()) {
      if (accept()) return;
    }
    this.#taken -= 1;
  }
}
