/** A range of a run's users, where a query has one. */
import type { UserRecord } from '../../model/records.ts';
import type { OrdinalRange } from '../../ports/store.ts';
import type { Where } from './where.ts';

/** The condition of a row. @param placeholder of an ordinal. */
export function rangeOf({ afterOrdinal, toOrdinal }: Partial<OrdinalRange>, placeholder = '?'): Where {
  const bounds = [
    ['no >', afterOrdinal],
    ['no <=', toOrdinal],
  ] as const;
  const given = bounds.flatMap(([test, bound]) => (bound === undefined ? [] : [{ test, bound }]));
  const tests = given.map(({ test }) => `${test} ${placeholder}`);
  return { sql: tests.join(' AND ') || 'TRUE', params: given.map(({ bound }) => bound) };
}

/** The users that are in the range. */
export function withinRange(
  users: Iterable<UserRecord>,
  { afterOrdinal = 0, toOrdinal = Number.POSITIVE_INFINITY }: Partial<OrdinalRange>,
): UserRecord[] {
  const found: UserRecord[] = [];
  for (const user of users) if (user.ordinal > afterOrdinal && user.ordinal <= toOrdinal) found.push(user);
  return found;
}
