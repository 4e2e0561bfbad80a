/**
 * Seeded random numbers in integer arithmetic: the same on every machine and in every version of V8.
 *
 * Two kinds: a *sequence* ({@link seededRandom}) for what happens once and in order, such as the generation of
 * people; and *draws by key* ({@link drawFor}) for what tasks do, so that a draw depends on person, task and event
 * and not on how many draws were made before. Two scenarios then differ by their change alone (common random
 * numbers).
 */
import type { Ids, Random } from '../../ports/random.ts';

/** A sequence of whole numbers of 32 bits: Mulberry32 (Tommy Ettinger, public domain) from a state of 32 bits. */
export function uint32Sequence(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mix(state);
  };
}

/** A sequence of numbers in [0, 1), 32 bits each, from `seed`, any integer. */
export function seededRandom(seed: number): Random {
  const whole = BigInt(Math.trunc(seed));
  const next = uint32Sequence(Number(BigInt.asUintN(32, whole ^ (whole >> 32n))));
  return { next: () => next() / 2 ** 32 };
}

function mix(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}

/** A separate sequence for `purpose`, so that more draws in one place change nothing in another. */
export function randomFor(seed: number, purpose: string): Random {
  return seededRandom(hashOf(`${seed}|${purpose}`));
}

/** GUIDs in lower case, version 4, from a sequence; another one for each `purpose`. */
export function seededIds(seed: number, purpose = 'ids'): Ids {
  const random = randomFor(seed, purpose);
  const hex = (digits: number): string =>
    Math.floor(random.next() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return { guid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(6)}${hex(6)}` };
}

/** Hash of a text, 32 bits: MurmurHash3's finish over a multiply-and-rotate per UTF-16 unit. */
export function hashOf(text: string, seed = 0): number {
  let hash = seed ^ 0x9e3779b9;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0xcc9e2d51);
    hash = (hash << 15) | (hash >>> 17);
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A draw in [0, 1), always the same for a key (from {@link hashOf}) and the index of the draw, 0..2³¹. */
export function drawFor(key: number, index: number): number {
  return mix(Math.imul((key + Math.imul(index + 1, 0x9e3779b9)) >>> 0, 0x85ebca6b) >>> 0) / 2 ** 32;
}

/** A whole number in `0..below − 1`. */
export function below(random: Random, limit: number): number {
  return Math.floor(random.next() * limit);
}

/** The index of an entry of `weights` (≥ 0, not all 0), in proportion to its weight, for a draw in [0, 1). */
export function weighted(weights: readonly number[], draw: number): number {
  let rest = draw * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return index;
  }
  return weights.findLastIndex((weight) => weight > 0);
}
