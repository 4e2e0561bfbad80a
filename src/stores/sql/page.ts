import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { PropertyTable } from '../../model/resources/properties.ts';
import type { Cursor, Order } from '../../ports/store.ts';
import { columnOf } from './columns.ts';
import type { Where } from './where.ts';

/** A part of a list that one index scan gives: its condition and its ORDER BY. */
export interface Stretch extends Where {
  readonly orderBy: string;
}

/** What orders a list: a column (`null`: the key alone), and the key. */
export interface ListOrder<Row> {
  readonly column: string | null;
  readonly field: (keyof Row & string) | null;
  readonly keyColumn: string;
  readonly descending: boolean;
}

/**
 * @param keyProperty the property that the key is known by, if any: it is the order by key alone.
 * @throws LifecycleError `InvalidArgument` for a property that the list does not have.
 */
export function listOrder<Row>(order: Order, table: PropertyTable<Row>, keyColumn: string): ListOrder<Row> {
  const { property: name, descending } = order;
  if (name === 'id') return { column: null, field: null, keyColumn, descending };
  const property = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!property) {
    throw new LifecycleError('InvalidArgument', `Expected a property to order by, got \`${name}\``, {
      field: 'orderBy',
      value: name,
    });
  }
  return { column: columnOf(property.field), field: property.field, keyColumn, descending };
}

/**
 * The rows after `after`, as parts to be read one after the other. Nulls are lowest. A range from nulls into values is not one range of an index: it is two.
 */
export function stretchesAfter<Row>(
  { column, keyColumn: key, descending }: ListOrder<Row>,
  after: Cursor<string | number> | null,
): readonly Stretch[] {
  const [direction, beyond] = descending ? ['DESC', '<'] : ['ASC', '>'];
  const nulls = descending ? 'LAST' : 'FIRST';
  const byKey = `${key} ${direction}`;
  const orderBy = column === null ? byKey : `${column} ${direction} NULLS ${nulls}, ${byKey}`;
  if (!after) return [{ sql: 'TRUE', params: [], orderBy }];
  if (column === null) return [{ sql: `${key} ${beyond} ?`, params: [after.key], orderBy }];
  if (after.value === null) {
    const rest = { sql: `${column} IS NULL AND ${key} ${beyond} ?`, params: [after.key], orderBy: byKey };
    return descending ? [rest] : [rest, { sql: `${column} IS NOT NULL`, params: [], orderBy }];
  }
  const values = { sql: `(${column}, ${key}) ${beyond} (?, ?)`, params: [after.value, after.key], orderBy };
  return descending ? [values, { sql: `${column} IS NULL`, params: [], orderBy: byKey }] : [values];
}
