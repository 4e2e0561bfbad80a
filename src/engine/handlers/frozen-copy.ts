/**
 * Deep copy that handlers cannot change. Plain objects and arrays are copied, also those
 * that refer to themselves; dates are copied; everything else (buffers, instances) is shared as it is.
 */
export function frozenCopy<Value>(value: Value): Value {
  return copyOf(value, new Map()) as Value;
}

function copyOf(value: unknown, copies: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return new Date(value);
  const known = copies.get(value);
  if (known) return known;
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    copies.set(value, copy);
    for (const part of value) copy.push(copyOf(part, copies));
    return Object.freeze(copy);
  }
  if (!isPlain(value)) return value;
  const copy: Record<string, unknown> = Object.create(null);
  copies.set(value, copy);
  for (const [key, part] of Object.entries(value)) copy[key] = copyOf(part, copies);
  return Object.freeze(copy);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
