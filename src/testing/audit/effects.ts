/**
 * A value in a form in which two of the same content are equal: maps and objects as sorted pairs, sets and
 * arrays as sorted lists, dates as text. Order is dropped, because people are processed in any order.
 */
export function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map) return sorted([...value].map(([key, one]) => [canonical(key), canonical(one)]));
  if (value instanceof Set || Array.isArray(value)) return sorted([...value].map(canonical));
  const entries = Object.entries(value).map(([key, one]) => [key, canonical(one)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sorted(values: readonly unknown[]): unknown[] {
  return values
    .map((value) => ({ value, key: JSON.stringify(value) ?? 'undefined' }))
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ value }) => value);
}
