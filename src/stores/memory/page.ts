import { matchesRow } from '../../filter/list-filter.ts';
import type { PropertyTable } from '../../model/resources/properties.ts';
import type { Cursor, PageQuery } from '../../ports/store.ts';

type Key = string | number;
type Value = string | number | null;

/** The rows of `rows` that a page holds, in its order. */
export function pageOf<Row, K extends Key>(
  rows: Iterable<Row>,
  query: PageQuery<K>,
  table: PropertyTable<Row>,
  keyOf: (row: Row) => K,
): Row[] {
  if (query.limit <= 0) return [];
  const property = query.order.property === 'id' ? undefined : table[query.order.property];
  const orderedBy = (row: Row): Value => (property ? (row[property.field] as Value) : null);
  const sign = query.order.descending ? -1 : 1;
  const compareTo = (row: Row, value: Value, key: K): number =>
    sign * comparePlaces({ value: orderedBy(row), key: keyOf(row) }, { value, key });
  const { after } = query;
  const page: Row[] = [];
  for (const row of rows) {
    if (after && compareTo(row, after.value, after.key) <= 0) continue;
    if (query.where && !matchesRow(query.where, table, row)) continue;
    page.push(row);
  }
  page.sort((a, b) => compareTo(a, orderedBy(b), keyOf(b)));
  return page.slice(0, query.limit);
}

/** Compares two places of a list in ascending order. */
export function comparePlaces(left: Cursor<Key>, right: Cursor<Key>): number {
  return compareValues(left.value, right.value) || compareKeys(left.key, right.key);
}

/** Nulls are lowest; strings compare by code unit, as SQLite's BINARY collation does. */
function compareValues(left: Value, right: Value): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  return left < right ? -1 : 1;
}

function compareKeys(left: Key, right: Key): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
