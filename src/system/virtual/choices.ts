import type { Random } from '../../ports/random.ts';
import { below, seededRandom, weighted } from './random.ts';

/** Seeded choices: the same seed gives the same choices on every machine. */
export class Choices implements Random {
  readonly #random: Random;

  /** @param source a seed, any integer; or a sequence to draw from. */
  constructor(source: number | Random) {
    this.#random = typeof source === 'number' ? seededRandom(source) : source;
  }

  /** A number in [0, 1). */
  next(): number {
    return this.#random.next();
  }

  /** A whole number in [from, to], both inclusive. */
  int(from: number, to: number): number {
    return from + below(this.#random, to - from + 1);
  }

  /** `true` with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of `values`, which must not be empty. */
  pick<T>(values: readonly T[]): T {
    const value = values[this.int(0, values.length - 1)];
    if (value === undefined && values.length === 0)
      throw new RangeError('Expected values to be a list of at least one, got `[]`');
    return value as T;
  }

  /** As `pick`, in proportion to the weights. */
  weighted<T extends { readonly weight: number }>(values: readonly T[]): T {
    const weights = values.map(({ weight }) => weight);
    return values[weighted(weights, this.next())] as T;
  }

  /** At most `count` of `values`, without repetition, in their order. */
  some<T>(values: readonly T[], count: number): T[] {
    const left = new Set(values.keys());
    while (left.size > count) left.delete(this.pick([...left]));
    return values.filter((_, index) => left.has(index));
  }

  /** All of `values` in another order. */
  shuffled<T>(values: readonly T[]): T[] {
    const keyed = values.map((value) => ({ value, key: this.next() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
  }
}
