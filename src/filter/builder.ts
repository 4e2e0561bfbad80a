import { shown } from '../errors/shown.ts';
import type { ComparisonOperator, Filter, FilterLiteral, FilterPath } from '../model/filter.ts';
import { filterError } from './filter-error.ts';

/** What a property is compared with; a `Date` is a moment. */
export type FilterValue = string | number | boolean | Date | null;

type Comparison = (property: string, value: FilterValue) => Filter;

/**
 * Builds filters for `list({ filter })`, without text that has to be quoted:
 * `filter.and(filter.eq('processingStatus', 'failed'), filter.ge('startedDateTime', new Date('2026-01-01')))`. The
 * functions are named as in OData; a property is a path such as `subject/id`.
 *
 * @throws LifecycleError `InvalidFilter` for a value of another type, an invalid `Date`, and nothing to combine. What a
 *   list cannot answer is refused by the list.
 *
 * @example
 * ```ts
 * import { createLedger, filter } from 'tenure';
 *
 * const ledger = await createLedger();
 * const recent = filter.and(
 *   filter.in('processingStatus', ['failed', 'completedWithErrors']),
 *   filter.ge('startedDateTime', new Date('2026-01-01')),
 * );
 * console.log((await ledger.runs.list({ filter: recent, top: 10 })).value.length); // → 0
 * await ledger.close();
 * ```
 */
export const filter = {
  /** Equals; `null` equals a missing value. */
  eq: comparison('eq'),
  /** Does not equal; true for a missing value, unless `value` is `null`. */
  ne: comparison('ne'),
  /** Greater than, or later; false for a missing value, as with `ge`, `lt` and `le`. */
  gt: comparison('gt'),
  /** Greater than or equal, or not earlier. */
  ge: comparison('ge'),
  /** Less than, or earlier. */
  lt: comparison('lt'),
  /** Less than or equal, or not later. */
  le: comparison('le'),
  /** Equals one of the values, of which there is at least one. */
  in(property: string, values: readonly FilterValue[]): Filter {
    return { kind: 'in', operand: pathOf(property), values: someOf('in', values).map(literalOf), at: 0 };
  },
  /** Text that begins with `part`; letter case counts, as with `endsWith` and `contains`. */
  startsWith: (property: string, part: string): Filter => textTest('startswith', property, part),
  /** Text that ends with `part`. */
  endsWith: (property: string, part: string): Filter => textTest('endswith', property, part),
  /** Text that has `part` in it. */
  contains: (property: string, part: string): Filter => textTest('contains', property, part),
  /** All of the conditions hold; at least one is given. */
  and: (...conditions: readonly Filter[]): Filter => combined('and', conditions),
  /** At least one of the conditions holds; at least one is given. */
  or: (...conditions: readonly Filter[]): Filter => combined('or', conditions),
  /** The condition does not hold. */
  not: (condition: Filter): Filter => ({ kind: 'not', operand: condition, at: 0 }),
};

function comparison(operator: ComparisonOperator): Comparison {
  return (property, value) => ({
    kind: 'compare',
    operator,
    left: pathOf(property),
    right: literalOf(value),
    at: 0,
  });
}

function textTest(name: string, property: string, part: string): Filter {
  const args = [pathOf(property), literalOf(part)];
  return { kind: 'truth', operand: { kind: 'call', name, args, at: 0 }, at: 0 };
}

function combined(kind: 'and' | 'or', conditions: readonly Filter[]): Filter {
  const [first, ...more] = someOf(kind, conditions);
  return first !== undefined && more.length === 0 ? first : { kind, operands: conditions, at: 0 };
}

function someOf<Item>(name: string, items: readonly Item[]): readonly Item[] {
  if (items.length > 0) return items;
  throw filterError(null, 0, { expected: `filter.${name} to be given at least one operand`, got: 'none' });
}

function pathOf(property: string): FilterPath {
  if (typeof property === 'string') return { kind: 'path', segments: property.split('/'), at: 0 };
  throw filterError(null, 0, { expected: 'the name of a property', got: shown(property) });
}

function literalOf(value: FilterValue): FilterLiteral {
  if (value === null) return { kind: 'literal', type: 'null', value, at: 0 };
  if (typeof value === 'string') return { kind: 'literal', type: 'string', value, at: 0 };
  if (typeof value === 'number') return { kind: 'literal', type: 'number', value, at: 0 };
  if (typeof value === 'boolean') return { kind: 'literal', type: 'boolean', value, at: 0 };
  if (value instanceof Date && !Number.isNaN(value.getTime()))
    return { kind: 'literal', type: 'dateTime', value: value.getTime(), at: 0 };
  throw filterError(null, 0, {
    expected: 'a value to be a text, a number, a boolean, a valid Date or null',
    got: shown(value),
  });
}
