import type { Cursor } from '../ports/store.ts';

type Value = string | number | null;

/**
 * Compares two places of a list: negative when `left` comes first. Nulls are lowest, equal values are ordered by key,
 * and texts by code unit, as SQLite's BINARY collation does.
 */
export function comparePlaces(
  descending: boolean,
  left: Cursor<string | number>,
  right: Cursor<string | number>,
): number {
  const ascending = compareValues(left.value, right.value) || compareValues(left.key, right.key);
  return descending ? -ascending : ascending;
}

function compareValues(left: Value, right: Value): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  return left < right ? -1 : 1;
}
