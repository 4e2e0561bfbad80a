/** A deterministic source of choices (mulberry32): the same seed gives the same choices everywhere. */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Whole number in [from, to], both inclusive. */
  int(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1));
  }

  /** `true` with this probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One of them, which must not be empty. */
  pick<T>(values: readonly T[]): T {
    const value = values[this.int(0, values.length - 1)];
    if (value === undefined && values.length === 0)
      throw new RangeError('Expected values to pick from, got none');
    return value as T;
  }

  /** `count` of them at most, without repetition, in their order. */
  some<T>(values: readonly T[], count: number): T[] {
    const left = new Set(values.keys());
    while (left.size > count) left.delete(this.pick([...left]));
    return values.filter((_, index) => left.has(index));
  }

  /** All of them in another order. */
  shuffled<T>(values: readonly T[]): T[] {
    const keyed = values.map((value) => ({ value, key: this.unit() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
  }
}
