/** Rows that are looked at in memory: filtered, put in order. */

import { compileFilter } from '../../filter/evaluation/evaluate.ts';
import { ownValue } from '../../filter/evaluation/paths.ts';
import { valueSteps } from '../../filter/evaluation/steps.ts';
import { toValue } from '../../filter/evaluation/values.ts';
import { dayTimeMs } from '../../input/durations.ts';
import type { Filter } from '../../model/filter.ts';
import type { EpochMs } from '../../model/time.ts';
import { badRequest } from '../graph-error.ts';
import type { Row } from '../protocol/represent.ts';
import type { Work } from '../protocol/work.ts';
import type { EntityType, Kind } from '../schema/edm.ts';
import { kindAt } from './filter-check.ts';

/** One key of an order. */
export interface OrderKey {
  readonly path: string;
  readonly descending: boolean;
}

/** A value that rows are ordered by; null is lowest, as OData says. */
export type SortValue = string | number | boolean | null;

/** A row with what it is ordered by. */
export interface KeyedRow {
  readonly row: Row;
  readonly values: readonly SortValue[];
}

/** Counts steps before they are made. */
export type Spend = Work['spend'];

const ORDER_KEYS_MAX = 8;
/** Steps of one comparison, beside those of its texts. */
const COMPARISON_STEPS = 16;
/** Rows that are put in order at once, before they are merged with others. */
const ROWS_AT_ONCE = 16;

/** A filter of `type` as a test of rows. `nowMs`: the present, for all of them. */
export function rowTest(tree: Filter, type: EntityType, nowMs: EpochMs, spend: Spend): (row: Row) => boolean {
  const readers = new Map<string, (row: Row) => unknown>();
  return compileFilter<Row>(
    tree,
    ({ segments }) => {
      const path = segments.join('/');
      const reader = readers.get(path) ?? rowReader(segments, kindAt(type, segments));
      readers.set(path, reader);
      return reader;
    },
    { now: () => nowMs, spend },
  );
}

/** A filter may name a property hundreds of times: it is read, and its date parsed, once a row. */
function rowReader(segments: readonly string[], kind: Kind | undefined): (row: Row) => unknown {
  let last: Row | null = null;
  let value: unknown;
  return (row) => {
    if (row !== last) {
      value = comparable(kind, ownValue(row, segments));
      last = row;
    }
    return value;
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

/** Rows with what they are ordered by: the keys, then their own key, so that no two are alike. */
export function keyedRows(
  rows: readonly Row[],
  order: readonly OrderKey[],
  type: EntityType,
): readonly KeyedRow[] {
  const paths = [...order.map(({ path }) => path.split('/')), [type.key]];
  return rows.map((row) => ({ row, values: paths.map((path) => sortValue(ownValue(row, path))) }));
}

function sortValue(value: unknown): SortValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return Array.isArray(value) ? value.join(',') : null;
}

/** Below 0 when a row with `left` comes before one with `right`. */
export function compareSortValues(
  left: readonly SortValue[],
  right: readonly SortValue[],
  order: readonly OrderKey[],
  spend: Spend,
): number {
  for (const [index, first] of left.entries()) {
    const second = right[index] ?? null;
    spend(COMPARISON_STEPS + Math.min(valueSteps(first), valueSteps(second)));
    if (first === second) continue;
    const isLess = first === null || (second !== null && first < second);
    return isLess === (order[index]?.descending ?? false) ? 1 : -1;
  }
  return 0;
}

/** A merge sort that yields after every few comparisons. */
export function* sorted<Item>(
  items: readonly Item[],
  compare: (left: Item, right: Item) => number,
): Generator<undefined, readonly Item[]> {
  let parts: Item[][] = [];
  for (let start = 0; start < items.length; start += ROWS_AT_ONCE) {
    parts.push(items.slice(start, start + ROWS_AT_ONCE).sort(compare));
    yield;
  }
  while (parts.length > 1) {
    const merged: Item[][] = [];
    for (let index = 0; index < parts.length; index += 2)
      merged.push(yield* mergedOf(parts[index] ?? [], parts[index + 1] ?? [], compare));
    parts = merged;
  }
  return parts[0] ?? [];
}

function* mergedOf<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compare: (left: Item, right: Item) => number,
): Generator<undefined, Item[]> {
  const merged: Item[] = [];
  let next = 0;
  for (const item of left) {
    for (let other = right[next]; other !== undefined && compare(other, item) < 0; other = right[next]) {
      merged.push(other);
      next += 1;
      yield;
    }
    merged.push(item);
    yield;
  }
  return merged.concat(right.slice(next));
}

function comparable(kind: Kind | undefined, value: unknown): unknown {
  if (kind === 'dateTime' && typeof value === 'string') return toValue(new Date(value));
  if (kind === 'duration' && typeof value === 'string') return dayTimeMs(value);
  return Array.isArray(value) && typeof kind === 'object' && 'enumeration' in kind ? value.join(',') : value;
}
