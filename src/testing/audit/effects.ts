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

/** What of a canonical value is not in another one, each with its path: `laptops: "ada"`. */
export interface Changes {
  readonly missing: readonly string[];
  readonly added: readonly string[];
}

/** How two canonical values differ; a value that changed is missing and added. */
export function changesBetween(expected: unknown, got: unknown, path = ''): Changes {
  const [before, after] = [JSON.stringify(expected), JSON.stringify(got)];
  const at = (text: string): string => (path === '' ? text : `${path}: ${text}`);
  if (before === after) return { missing: [], added: [] };
  if (Array.isArray(expected) && Array.isArray(got))
    return { missing: without(expected, got).map(at), added: without(got, expected).map(at) };
  if (!isRecord(expected) || !isRecord(got))
    return { missing: [at(before ?? 'nothing')], added: [at(after ?? 'nothing')] };
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(got)])];
  const all = keys.map((key) =>
    changesBetween(expected[key], got[key], path === '' ? key : `${path}.${key}`),
  );
  return { missing: all.flatMap(({ missing }) => missing), added: all.flatMap(({ added }) => added) };
}

/** What of `left` is not in `right`, as JSON; each entry of `right` accounts for one of `left`. */
function without(left: readonly unknown[], right: readonly unknown[]): string[] {
  const rest = right.map((one) => JSON.stringify(one));
  return left
    .map((one) => JSON.stringify(one) ?? 'undefined')
    .filter((one) => {
      const index = rest.indexOf(one);
      if (index >= 0) rest.splice(index, 1);
      return index < 0;
    });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(values: readonly unknown[]): unknown[] {
  return values
    .map((value) => ({ value, key: JSON.stringify(value) ?? 'undefined' }))
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ value }) => value);
}
