import { Fifo } from './fifo.ts';

/**
 * A bounded number of places. Who finds none waits in line, first come first served; a place that is
 * freed is handed to the first in line who still wants it. A place is free only when its handler has
 * settled, which is why this is not a queue of promises with a time-out.
 */
export class Semaphore {
  readonly #limit: number;
  #taken = 0;
  readonly #line = new Fifo<() => boolean>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes a place, or lines up: then `accept` is called when a place is handed over, and says whether
   * it is still wanted.
   */
  take(accept: () => boolean): boolean {
    if (this.#taken < this.#limit) {
      this.#taken += 1;
      return true;
    }
    this.#line.push(accept);
    return false;
  }

  /** Gives a place back. */
  free(): void {
    for (let accept = this.#line.shift(); accept; accept = this.#line.shift()) {
      if (accept()) return;
    }
    this.#taken -= 1;
  }
}
