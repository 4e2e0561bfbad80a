/** Differences that one comparison names, at most. */
const NAMED_MAX = 8;

/** Where two plain values differ, as `path: left, not right`; empty when they are equal. */
export function differencesOf(left: unknown, right: unknown): readonly string[] {
  const found: string[] = [];
  compare(left, right, '', found);
  return found.slice(0, NAMED_MAX);
}

function compare(left: unknown, right: unknown, path: string, found: string[]): void {
  if (Object.is(left, right)) return;
  if (!isObject(left) || !isObject(right)) {
    found.push(`${path || 'value'}: ${JSON.stringify(left)}, not ${JSON.stringify(right)}`);
    return;
  }
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
    compare(left[key], right[key], path ? `${path}.${key}` : key, found);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
