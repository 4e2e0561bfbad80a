/** A small generator of its own, so that a seed gives the same people on every machine and version. */
export interface SampleRandom {
  /** In [0, 1). */
  next(): number;
  /** A whole number in `min..max`. */
  whole(min: number, max: number): number;
  /** `true` in this share of cases. */
  chance(share: number): boolean;
  pick<Item>(items: readonly [Item, ...(readonly Item[])]): Item;
  /** As `pick`, in proportion to the weights. */
  weighted<Item extends { readonly weight: number }>(items: readonly [Item, ...(readonly Item[])]): Item;
}

/** Mulberry32 (Tommy Ettinger, public domain), seeded with any whole number. */
export function sampleRandom(seed: number): SampleRandom {
  // Seeds above 2³² differ in their upper half, too.
  let state = (Math.imul(seed % 2 ** 32, 0x9e3779b1) ^ Math.floor(seed / 2 ** 32)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    whole,
    chance: (share) => next() < share,
    pick: (items) => items[whole(0, items.length - 1)] ?? items[0],
    weighted(items) {
      const total = items.reduce((sum, { weight }) => sum + weight, 0);
      let rest = next() * total;
      for (const item of items) {
        rest -= item.weight;
        if (rest < 0) return item;
      }
      return items[0];
    },
  };
}
