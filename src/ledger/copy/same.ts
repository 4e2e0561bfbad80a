import { isDeepStrictEqual } from 'node:util';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { LIMITS } from '../../model/limits.ts';

/** Rows in arrays of `LIMITS.usersPerBatch`; the last one has fewer, and none is empty. */
export async function* inPages<T>(rows: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let page: T[] = [];
  for await (const row of rows) {
    page.push(row);
    if (page.length < LIMITS.usersPerBatch) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/**
 * Compares what was copied with what is kept: in the same order, or by `keyOf`.
 *
 * @throws LifecycleError `StoreFailed`.
 */
export function requireSame<T>(
  what: string,
  copied: readonly T[],
  kept: readonly T[],
  keyOf?: (row: T) => string,
): void {
  const isSame = keyOf === undefined ? isDeepStrictEqual(copied, kept) : areSame(copied, kept, keyOf);
  if (isSame) return;
  const message = `Expected the ${what} to be the same after the copy, got others; does another process write one of the databases?`;
  throw new LifecycleError('StoreFailed', message);
}

function areSame<T>(copied: readonly T[], kept: readonly T[], keyOf: (row: T) => string): boolean {
  const byKey = new Map(kept.map((row) => [keyOf(row), row]));
  return (
    copied.length === kept.length && copied.every((row) => isDeepStrictEqual(row, byKey.get(keyOf(row))))
  );
}
