import type { Cell } from './cells.ts';

/** Keys with an ASCII prefix are those from it up to the prefix whose last character is the next one. */
export function keysWithPrefix(
  collection: string,
  prefix: string,
): { readonly sql: string; readonly params: Cell[] } {
  if (prefix === '') return { sql: 'collection = ?', params: [collection] };
  const last = prefix.charCodeAt(prefix.length - 1);
  const beyond = prefix.slice(0, -1) + String.fromCharCode(last + 1);
  return { sql: 'collection = ? AND key >= ? AND key < ?', params: [collection, prefix, beyond] };
}
