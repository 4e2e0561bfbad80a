/**
 * Costs of an evaluation, in steps of at most some 3 ns each. The weights are those of the worst texts that were
 * found for V8: a search for `xxxxxy` in a text of `x` takes twenty times as long as one in prose.
 */
import type { Value } from './values.ts';

/** One node of the tree, once: a call of a closure and what it makes of a few values. */
export const NODE_STEPS = 16;
/** Characters that are compared or hashed in one step, at least. */
const CHARACTERS_PER_STEP = 16;
/** Functions that look for a text in another one. */
const SEARCHES: ReadonlySet<string> = new Set(['contains', 'indexof']);
/** V8 skips well only over the last 250 characters of what it looks for; beyond, its search is quadratic. */
const PART_CHARACTERS_PER_STEP = 32;

/** To compare or look up a value. */
export function valueSteps(value: Value): number {
  return typeof value === 'string' ? Math.ceil(value.length / CHARACTERS_PER_STEP) : 0;
}

/** To take a text apart at its commas. */
export function splitSteps(value: Value): number {
  return typeof value === 'string' ? value.length * 8 : 0;
}

/** To call a function: it goes through each text that it is given, and a search does so more than once. */
export function callSteps(name: string, args: readonly Value[]): number {
  const [text, part] = args;
  if (SEARCHES.has(name) && typeof text === 'string' && typeof part === 'string')
    return text.length * (2 + Math.floor(part.length / PART_CHARACTERS_PER_STEP)) + part.length;
  return args.reduce<number>((sum, arg) => sum + (typeof arg === 'string' ? arg.length : 0), 0);
}
