/** Lists and counts of the users of a run. */
import { comparePlaces } from '../filter/list-order.ts';
import type { Filter } from '../model/filter.ts';
import { LIMITS } from '../model/limits.ts';
import type { RunRecord, UserRecord } from '../model/records.ts';
import { USER_PROPERTIES } from '../model/resources/properties.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cursor, Order, OrdinalRange, PageQuery } from '../ports/store.ts';
import type { LedgerContext } from './context.ts';

type Reads = Pick<LedgerContext, 'store' | 'clock'>;
type RunOfUsers = Pick<RunRecord, 'id' | 'knownUsersCount'>;

/**
 * A page of the users of a run. Of a store that answers on the host's thread it is made of stretches of the run,
 * between which the host has its turn: each user is as it was when its stretch was read, and is looked at once.
 */
export async function usersOfRun(
  { store, clock }: Reads,
  { id: runId, knownUsersCount }: RunOfUsers,
  page: PageQuery<number>,
): Promise<readonly UserRecord[]> {
  const { where, order, after, limit } = page;
  const query = { runId, where, order, after, limit };
  const isByOrdinal = order.property === 'id';
  if (!store.capabilities.synchronous || (isByOrdinal && where === null)) return store.listUsers(query);
  const { descending } = order;
  const whole = isByOrdinal ? ordinalsAfter(after, descending, knownUsersCount) : ordinalsTo(knownUsersCount);
  let users: readonly UserRecord[] = [];
  for await (const range of stretchesOf(whole, descending, clock)) {
    const found = await store.listUsers({ ...query, ...range });
    users = isByOrdinal ? [...users, ...found] : merged(users, found, order);
    if (users.length > limit) users = users.slice(0, limit);
    if (isByOrdinal && users.length === limit) break;
  }
  return users;
}

/** Counts the users of a run that match, likewise: each as it was when its stretch was read. */
export async function countUsersOfRun(
  { store, clock }: Reads,
  { id: runId, knownUsersCount }: RunOfUsers,
  where: Filter | null,
): Promise<number> {
  if (where === null) return knownUsersCount; // the run has it
  if (!store.capabilities.synchronous) return store.countUsers({ runId, where });
  let count = 0;
  for await (const range of stretchesOf(ordinalsTo(knownUsersCount), false, clock))
    count += await store.countUsers({ runId, where, ...range });
  return count;
}

function ordinalsTo(toOrdinal: number): OrdinalRange {
  return { afterOrdinal: 0, toOrdinal };
}

/** The ordinals that can come after a cursor of the order by ordinal. */
function ordinalsAfter(after: Cursor<number> | null, descending: boolean, last: number): OrdinalRange {
  if (after === null) return ordinalsTo(last);
  return descending
    ? ordinalsTo(Math.min(last, after.key))
    : { afterOrdinal: Math.max(0, after.key), toOrdinal: last };
}

/**
 * Cuts a range into stretches, from its end when `descending`. How long they are follows from how long the loop over
 * them takes: what an index answers takes few of them.
 */
async function* stretchesOf(
  { afterOrdinal, toOrdinal }: OrdinalRange,
  descending: boolean,
  clock: Clock,
): AsyncGenerator<OrdinalRange> {
  const { min, max, fastMs, slowMs } = LIMITS.usersPerStretch;
  let [low, high, length] = [afterOrdinal, toOrdinal, min as number];
  while (low < high) {
    const startMs = clock.elapsed();
    if (descending) {
      const from = Math.max(low, high - length);
      yield { afterOrdinal: from, toOrdinal: high };
      high = from;
    } else {
      const to = Math.min(high, low + length);
      yield { afterOrdinal: low, toOrdinal: to };
      low = to;
    }
    const tookMs = clock.elapsed() - startMs;
    if (tookMs < fastMs) length = Math.min(length * 2, max);
    else if (tookMs > slowMs) length = Math.max(length / 2, min);
    if (low < high) await clock.yield();
  }
}

/** The users of two lists in an order, in that order. */
function merged(
  users: readonly UserRecord[],
  more: readonly UserRecord[],
  { property, descending }: Order,
): readonly UserRecord[] {
  if (more.length === 0) return users;
  const field = USER_PROPERTIES[property]?.field;
  const placeOf = (user: UserRecord): Cursor<number> => ({
    value: field === undefined ? null : (user[field] as Cursor<number>['value']),
    key: user.ordinal,
  });
  return [...users, ...more].sort((a, b) => comparePlaces(descending, placeOf(a), placeOf(b)));
}
