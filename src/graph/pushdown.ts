/** What of a filter a list's source answers by itself, and what is left to be looked at row by row. */
import { conditionsIn, writeFilter } from '../filter/index.ts';
import type { Filter } from '../model/filter.ts';

/**
 * Conditions that are left to a store at most. It looks at all its rows in one go, without a turn for the host, so
 * its time is rows × conditions; Graph documents 15 by default.
 */
const CONDITIONS_MAX = 16;

/** A filter in two parts, both of which have to hold; `null`: everything fits. */
export interface SplitFilter {
  readonly filter: string | null;
  readonly left: Filter | null;
}

/** @param accepts whether the source answers such a filter. */
export function splitFilter(tree: Filter, accepts: (text: string, tree: Filter) => boolean): SplitFilter {
  const takes = (one: Filter): boolean =>
    conditionsIn(one) <= CONDITIONS_MAX && accepts(writeFilter(one), one);
  if (takes(tree)) return { filter: writeFilter(tree), left: null };
  const parts = conditionsOf(tree);
  const pushed: Filter[] = [];
  // What a source takes one by one, it need not take together.
  for (const part of parts) if (takes(part) && takes(all([...pushed, part]))) pushed.push(part);
  if (pushed.length === 0) return { filter: null, left: tree };
  return { filter: writeFilter(all(pushed)), left: all(parts.filter((part) => !pushed.includes(part))) };
}

/** What has to be true all at once. */
function conditionsOf(tree: Filter): readonly Filter[] {
  return tree.kind === 'and' ? tree.operands.flatMap(conditionsOf) : [tree];
}

function all(parts: readonly Filter[]): Filter {
  const [first, ...more] = parts;
  return first !== undefined && more.length === 0 ? first : { kind: 'and', operands: parts, at: 0 };
}
