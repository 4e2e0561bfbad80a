/** Rooms at the beginning; a power of two. */
const ROOMS_FIRST = 1 << 16;

/**
 * A set of strings that keeps 64 bits of each, in eight to sixteen bytes. Of n different strings, two are taken for
 * one with a chance of about n² / 2⁶⁵: at ten million, three in a million.
 */
export class KeySet {
  #rooms = new Uint32Array(2 * ROOMS_FIRST);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** `false`: it was there. */
  add(key: string): boolean {
    const [high, low] = hashOf(key);
    if (!place(this.#rooms, high, low)) return false;
    this.#size += 1;
    if (this.#size * 3 > this.#rooms.length) this.#grow();
    return true;
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#rooms.length);
    for (let at = 0; at < this.#rooms.length; at += 2) {
      const [high = 0, low = 0] = [this.#rooms[at], this.#rooms[at + 1]];
      if (high !== 0) place(larger, high, low);
    }
    this.#rooms = larger;
  }
}

/** Puts a hash into its room, or the next free one. `false`: it was there. */
function place(rooms: Uint32Array, high: number, low: number): boolean {
  const mask = rooms.length - 1;
  for (let at = (2 * low) & mask; ; at = (at + 2) & mask) {
    if (rooms[at] === 0) {
      rooms[at] = high;
      rooms[at + 1] = low;
      return true;
    }
    if (rooms[at] === high && rooms[at + 1] === low) return false;
  }
}

/** Two halves that mix each other (cyrb53, whole); the first is never 0, which marks a free room. */
function hashOf(key: string): readonly [number, number] {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return [high >>> 0 || 1, low >>> 0];
}
