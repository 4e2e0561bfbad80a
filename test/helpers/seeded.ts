/** Chance and ids that a seed determines. */
import type { Ids, Random } from '../../src/ports/random.ts';

/** Mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

/** GUIDs from a seeded source; different for each call. */
export function seededIds(seed = 1): Ids {
  const random = seededRandom(seed * 7_919 + 17);
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(random.next() * 16).toString(16)).join('');
  return { guid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}` };
}

/** A whole number in `0..below − 1`. */
export function below(random: Random, limit: number): number {
  return Math.floor(random.next() * limit);
}
