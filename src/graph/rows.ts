/** Rows that are looked at in memory: filtered, searched, put in order. */
import { compileFilter, ownValue } from '../filter/index.ts';
import type { Filter } from '../model/filter.ts';
import type { EntityType, Kind } from './entity-types.ts';
import { kindAt } from './filter-check.ts';
import { badRequest } from './graph-error.ts';
import type { Row } from './represent.ts';

/** One key of an order. */
export interface OrderKey {
  readonly path: string;
  readonly descending: boolean;
}

/** A value that rows are ordered by; null is lowest, as OData says. */
export type SortValue = string | number | boolean | null;

const ORDER_KEYS_MAX = 8;

/** A filter of `type` as a test of rows. */
export function rowTest(tree: Filter, type: EntityType, nowMs: () => number): (row: Row) => boolean {
  return compileFilter<Row>(
    tree,
    ({ segments }) => {
      const kind = kindAt(type, segments);
      return (row) => comparable(kind, ownValue(row, segments));
    },
    { now: nowMs },
  );
}

/** `"offboard"` or `"displayName:offboard"`, in any letter case. @throws GraphError 400. */
export function searchTest(text: string, type: EntityType): (row: Row) => boolean {
  if (!type.isSearchable)
    throw badRequest(`The query option '$search' is not supported on type '${type.name}'.`);
  const inside = text.trim().replace(/^"(.*)"$/s, '$1');
  const [, property, words = ''] = /^(?:(\w+):)?(.*)$/s.exec(inside) ?? [];
  if ((property !== undefined && property !== 'displayName') || words.trim() === '' || words.length > 256) {
    throw badRequest('Expected $search to be "words" or "displayName:words", of at most 256 characters.');
  }
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return (row) => {
    const name = String(row.displayName).toLowerCase();
    return wanted.every((word) => name.includes(word));
  };
}

/** `startedDateTime desc, id`. @throws GraphError 400 naming the property. */
export function readOrder(text: string, type: EntityType): readonly OrderKey[] {
  const parts = text.split(',');
  if (parts.length > ORDER_KEYS_MAX)
    throw badRequest(`Expected $orderby to have at most ${ORDER_KEYS_MAX} properties.`);
  return parts.map((part) => {
    const [path = '', direction = 'asc', ...rest] = part.trim().split(/\s+/);
    const kind = kindAt(type, path.split('/'));
    const isSingle = typeof kind === 'string' || (typeof kind === 'object' && 'enumeration' in kind);
    const word = direction.toLowerCase();
    if (!isSingle || rest.length > 0 || (word !== 'asc' && word !== 'desc')) {
      throw badRequest(
        `Expected $orderby to be properties of ${type.name} with asc or desc, got '${part.trim().slice(0, 100)}'.`,
      );
    }
    return { path, descending: word === 'desc' };
  });
}

/** What a row is ordered by: its keys, then its own key, so that no two rows are alike. */
export function sortValues(row: Row, order: readonly OrderKey[], type: EntityType): readonly SortValue[] {
  return [...order.map(({ path }) => ownValue(row, path.split('/'))), row[type.key]].map((value) => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    return Array.isArray(value) ? value.join(',') : null;
  });
}

/** Below 0 when a row with `left` comes before one with `right`. */
export function compareSortValues(
  left: readonly SortValue[],
  right: readonly SortValue[],
  order: readonly OrderKey[],
): number {
  for (const [index, first] of left.entries()) {
    const second = right[index] ?? null;
    if (first === second) continue;
    const isLess = first === null || (second !== null && first < second);
    return isLess === (order[index]?.descending ?? false) ? 1 : -1;
  }
  return 0;
}

function comparable(kind: Kind | undefined, value: unknown): unknown {
  if (kind === 'dateTime' && typeof value === 'string') return new Date(value);
  return Array.isArray(value) && typeof kind === 'object' && 'enumeration' in kind ? value.join(',') : value;
}
