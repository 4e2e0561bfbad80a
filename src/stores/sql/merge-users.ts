/** Lists of users of which some have a state that is newer than their rows. */
import { matchesRow } from '../../filter/list-filter.ts';
import { comparePlaces } from '../../filter/list-order.ts';
import type { Filter } from '../../model/filter.ts';
import type { UserRecord } from '../../model/records.ts';
import { USER_PROPERTIES } from '../../model/resources/properties.ts';
import type { Cursor } from '../../ports/store.ts';
import type { Cell, Row } from './cells.ts';
import type { ListOrder } from './page.ts';
import { userFromRow } from './user-rows.ts';

/** Whether a user matches a filter. */
export function fits(user: UserRecord, where: Filter | null): boolean {
  return !where || matchesRow(where, USER_PROPERTIES, user);
}

/** Where a user stands in an order. */
export function placeIn({ field }: ListOrder<UserRecord>): (user: UserRecord) => Cursor<number> {
  return (user) => ({ value: field === null ? null : (user[field] as Cell), key: user.ordinal });
}

/** The active users of a page: those that match and come after `after`, in order, at most `limit`. */
export function newerInOrder(
  active: Iterable<UserRecord>,
  where: Filter | null,
  order: ListOrder<UserRecord>,
  after: Cursor<number> | null,
  limit: number,
): UserRecord[] {
  const placeOf = placeIn(order);
  const { descending } = order;
  return [...active]
    .filter((user) => fits(user, where) && (!after || comparePlaces(descending, placeOf(user), after) > 0))
    .sort((a, b) => comparePlaces(descending, placeOf(a), placeOf(b)))
    .slice(0, limit);
}

/** Merges two sorted lists into one of at most `limit`; rows of active users are out of date and left out. */
export function mergeUsers(
  { runId, active }: { readonly runId: string; readonly active: { get(ordinal: number): unknown } },
  rows: Iterable<Row>,
  newer: readonly UserRecord[],
  limit: number,
  compare: (left: UserRecord, right: UserRecord) => number,
): readonly UserRecord[] {
  const page: UserRecord[] = [];
  let next = 0;
  const pushNewerThan = (bound: UserRecord | null): void => {
    for (let user = newer[next]; user && page.length < limit; user = newer[next]) {
      if (bound && compare(user, bound) > 0) return;
      page.push(user);
      next += 1;
    }
  };
  for (const row of rows) {
    if (active.get(Number(row[0]))) continue;
    const user = userFromRow(runId, row);
    pushNewerThan(user);
    if (page.length === limit) return page;
    page.push(user);
    if (page.length === limit) return page;
  }
  pushNewerThan(null);
  return page;
}
