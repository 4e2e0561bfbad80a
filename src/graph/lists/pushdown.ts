/** What of a filter a list's source answers by itself, and what is left to be looked at row by row. */
import { filter } from '../../filter/builder.ts';
import { conditionsIn, conjuncts } from '../../filter/tree.ts';
import type { Filter } from '../../model/filter.ts';

/**
 * Conditions that are left to a store at most. It looks at all its rows in one go, without a turn for the host, so
 * its time is rows × conditions; Graph documents 15 by default.
 */
const CONDITIONS_MAX = 16;

/** A filter in two parts, both of which have to hold; `null`: everything fits. */
export interface SplitFilter {
  readonly filter: Filter | null;
  readonly left: Filter | null;
}

/** @param accepts whether the source answers such a filter. */
export function splitFilter(tree: Filter, accepts: (filter: Filter) => boolean): SplitFilter {
  const takes = (one: Filter): boolean => conditionsIn(one) <= CONDITIONS_MAX && accepts(one);
  if (takes(tree)) return { filter: tree, left: null };
  const parts = conjuncts(tree);
  const pushed: Filter[] = [];
  // What a source takes one by one, it need not take together.
  for (const part of parts) if (takes(part) && takes(filter.and(...pushed, part))) pushed.push(part);
  if (pushed.length === 0) return { filter: null, left: tree };
  const left = parts.filter((part) => !pushed.includes(part));
  return { filter: filter.and(...pushed), left: left.length === 0 ? null : filter.and(...left) };
}
