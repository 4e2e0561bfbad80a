import { matchesRow } from '../../filter/list-filter.ts';
import { comparePlaces } from '../../filter/list-order.ts';
import type { PropertyTable } from '../../model/resources/properties.ts';
import type { Cursor, PageQuery } from '../../ports/store.ts';

type Key = string | number;
type Value = string | number | null;

/** Rows beside those of a page that are sorted at once. */
const SORTED_MIN = 1_000;

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
  const placeOf = (row: Row): Cursor<K> => ({ value: orderedBy(row), key: keyOf(row) });
  const { after, limit } = query;
  const { descending } = query.order;
  let page: Row[] = [];
  const cut = (): void => {
    page.sort((a, b) => comparePlaces(descending, placeOf(a), placeOf(b)));
    page = page.slice(0, limit);
  };
  for (const row of rows) {
    if (after && comparePlaces(descending, placeOf(row), after) <= 0) continue;
    if (query.where && !matchesRow(query.where, table, row)) continue;
    page.push(row);
    if (page.length >= 2 * limit + SORTED_MIN) cut(); // rather than all that match
  }
  cut();
  return page;
}
