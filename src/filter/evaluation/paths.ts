import type { FilterPath } from '../../model/filter.ts';

/** Gives, for a path, the function that reads it from a row. Asked once per path of a filter. */
export type PathResolver<Row> = (path: FilterPath) => (row: Row) => unknown;

/**
 * Reads own properties of plain objects only: `toString`, `__proto__` or the `length` of a text are absent
 * unless the row has them itself.
 */
export const ownProperties: PathResolver<unknown> = ({ segments }) => {
  const [name] = segments;
  // Most paths have one name; they need no loop.
  if (segments.length === 1 && name !== undefined) {
    return (row) => (isObject(row) && Object.hasOwn(row, name) ? row[name] : undefined);
  }
  return (row) => ownValue(row, segments);
};

/** What `segments` lead to from `start`, over own properties; `undefined` when something is missing. */
export function ownValue(start: unknown, segments: readonly string[]): unknown {
  let value = start;
  for (const segment of segments) {
    if (!isObject(value) || !Object.hasOwn(value, segment)) return undefined;
    value = value[segment];
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
