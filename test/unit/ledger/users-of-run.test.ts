import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseListFilter } from '../../../src/filter/list-filter.ts';
import { countUsersOfRun, usersOfRun } from '../../../src/ledger/users-of-run.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import type { UserRecord } from '../../../src/model/records.ts';
import { USER_PROPERTIES } from '../../../src/model/resources/properties.ts';
import { USER_STATUSES } from '../../../src/model/status.ts';
import type { Order, OrdinalRange, PageQuery, Store, UserQuery } from '../../../src/ports/store.ts';
import { wrapStore } from '../../../src/ports/wrap-store.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { runId, runRecord, T0, userRecord } from '../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

const { min, max } = LIMITS.usersPerStretch;
const BY_ORDINAL: Order = { property: 'id', descending: false };
const where = (text: string) => parseListFilter(text, USER_PROPERTIES);
const ordinalsOf = (users: readonly UserRecord[]) => users.map(({ ordinal }) => ordinal);

/** A store with one run, on which each turn of the host does `betweenTurns`, and each stretch takes `tookMs`. */
async function storeWith(
  users: readonly UserRecord[],
  tookMs: number,
  betweenTurns?: (turn: number) => Promise<void>,
) {
  const inner = memoryStore();
  const run = runRecord(0, { knownUsersCount: users.length });
  await inner.transaction(async (tx) => {
    await tx.insertRun(run);
    await tx.insertUsers(users);
  });
  const asked: Partial<OrdinalRange>[] = [];
  let elapsedMs = 0;
  let turns = 0;
  const note = ({ afterOrdinal, toOrdinal }: UserQuery): void => {
    asked.push(afterOrdinal === undefined || toOrdinal === undefined ? {} : { afterOrdinal, toOrdinal });
    elapsedMs += tookMs;
  };
  const store: Store = Object.assign(wrapStore(inner, {}), {
    listUsers: (query: UserQuery) => {
      note(query);
      return inner.listUsers(query);
    },
    countUsers: (query: UserQuery) => {
      note(query);
      return inner.countUsers(query);
    },
  });
  const clock = Object.assign(new VirtualClock(), {
    elapsed: () => elapsedMs,
    yield: async () => {
      turns += 1;
      await betweenTurns?.(turns);
    },
  });
  return { inner, store, clock, run, asked, turnsOf: () => turns };
}

const many = (count: number, of: (no: number) => Partial<UserRecord> = () => ({})) =>
  Array.from({ length: count }, (_, index) => userRecord(0, index + 1, of(index + 1)));

describe('stretches of a list of users', () => {
  it('of the same length are read one after the other, with a turn of the host between any two', async () => {
    const { clock, store, run, asked, turnsOf } = await storeWith(many(3 * min + 1), 2);
    const count = await countUsersOfRun({ store, clock }, run, where('totalTasksCount gt 0'));
    expect(count).toBe(3 * min + 1);
    expect(asked).toEqual(
      [0, 1, 2, 3].map((no) => ({ afterOrdinal: no * min, toOrdinal: Math.min((no + 1) * min, count) })),
    );
    expect(turnsOf()).toBe(3);
  });

  it('grow while they take little, up to a bound, and shrink when one takes long', async () => {
    const run = runRecord(0, { knownUsersCount: 40 * max });
    let elapsedMs = 0;
    const lengths: number[] = [];
    const store = Object.assign(wrapStore(memoryStore(), {}), {
      countUsers: async ({ afterOrdinal = 0, toOrdinal = 0 }: UserQuery) => {
        lengths.push(toOrdinal - afterOrdinal);
        elapsedMs += lengths.length > 8 ? 9 : 0.5;
        return 0;
      },
    });
    const clock = Object.assign(new VirtualClock(), { elapsed: () => elapsedMs, yield: async () => {} });
    await countUsersOfRun({ store, clock }, run, where('totalTasksCount gt 0'));
    expect(lengths.slice(0, 7)).toEqual([min, 2 * min, 4 * min, 8 * min, 16 * min, 32 * min, max]);
    expect(lengths.slice(8, 11)).toEqual([max, max / 2, max / 4]);
    expect(lengths.at(-2)).toBe(min);
  });

  it('end with the page, in the order by ordinal', async () => {
    const { clock, store, run, asked } = await storeWith(many(4 * min), 2);
    const page = {
      where: where('totalTasksCount gt 0'),
      order: BY_ORDINAL,
      after: { value: null, key: 5 },
      limit: 3,
    };
    expect(ordinalsOf(await usersOfRun({ store, clock }, run, page))).toEqual([6, 7, 8]);
    expect(asked).toEqual([{ afterOrdinal: 5, toOrdinal: 5 + min }]);
    const backwards = { ...page, order: { ...BY_ORDINAL, descending: true } };
    expect(ordinalsOf(await usersOfRun({ store, clock }, run, { ...backwards, after: null }))).toEqual(
      [0, 1, 2].map((no) => 4 * min - no),
    );
    expect(asked.slice(1)).toEqual([{ afterOrdinal: 3 * min, toOrdinal: 4 * min }]);
    expect(ordinalsOf(await usersOfRun({ store, clock }, run, backwards))).toEqual([4, 3, 2]);
  });

  it('are not made without a filter by ordinal, nor of a store that waits for its database', async () => {
    const { clock, store, run, asked } = await storeWith(many(2 * min), 2);
    const page = { where: null, order: BY_ORDINAL, after: null, limit: 2 };
    await usersOfRun({ store, clock }, run, page);
    const waiting = { ...store, capabilities: { durable: false, sharedWriters: true } };
    await usersOfRun({ store: waiting, clock }, run, { ...page, where: where('totalTasksCount gt 0') });
    await countUsersOfRun({ store: waiting, clock }, run, where('totalTasksCount gt 0'));
    expect(asked).toEqual([{}, {}, {}]);
    expect(await countUsersOfRun({ store, clock }, run, null)).toBe(2 * min);
    expect(asked).toHaveLength(3);
  });
});

describe('a list in stretches', () => {
  it('gives what the store gives at once, in any order, of any page', async () => {
    const users = many(2 * min + 500, (no) => ({
      processingStatus: USER_STATUSES[no % USER_STATUSES.length] ?? 'queued',
      startedAtMs: no % 3 === 0 ? null : T0 + ((no * 7_919) % 1_000),
      failedTasksCount: no % 97 === 0 ? 1 : 0,
    }));
    const { clock, inner, store, run } = await storeWith(users, 2);
    const page = fc.record({
      text: fc.constantFrom(
        'failedTasksCount gt 0',
        "processingStatus eq 'failed'",
        'startedDateTime ne null',
        null,
      ),
      property: fc.constantFrom('id', 'startedDateTime', 'processingStatus'),
      descending: fc.boolean(),
      afterNo: fc.option(fc.integer({ min: 1, max: users.length })),
      limit: fc.integer({ min: 1, max: 120 }),
    });
    await fc.assert(
      fc.asyncProperty(page, async ({ text, property, descending, afterNo, limit }) => {
        const last = afterNo === null ? undefined : users[afterNo - 1];
        const field = USER_PROPERTIES[property]?.field;
        const value = field && last ? (last[field] as string | number | null) : null;
        const query: PageQuery<number> = {
          where: text === null ? null : where(text),
          order: { property, descending },
          after: last ? { value, key: last.ordinal } : null,
          limit,
        };
        const found = await usersOfRun({ store, clock }, run, query);
        expect(ordinalsOf(found)).toEqual(ordinalsOf(await inner.listUsers({ ...query, runId: run.id })));
        const count = await countUsersOfRun({ store, clock }, run, query.where);
        expect(count).toBe(await inner.countUsers({ runId: run.id, where: query.where }));
      }),
      { numRuns: 25 },
    );
  });

  it('has each user once, as it was when its stretch was read, while others write', async () => {
    const users = many(3 * min, () => ({ processingStatus: 'queued', startedAtMs: null }));
    // Each turn, one user of every stretch starts: those that were read are as they were before.
    const start = (turn: number): Promise<void> =>
      place.inner.transaction((tx) =>
        tx.putUsers(
          [0, 1, 2].map((no) => ({
            ...(users[no * min + turn - 1] as UserRecord),
            processingStatus: 'inProgress',
            startedAtMs: T0 - turn,
          })),
        ),
      );
    const place = await storeWith(users, 2, start);
    const page = {
      where: null,
      order: { property: 'startedDateTime', descending: true },
      after: null,
      limit: 3 * min,
    };
    const found = await usersOfRun(place, place.run, page);
    expect(new Set(ordinalsOf(found)).size).toBe(3 * min);
    const started = found
      .filter(({ startedAtMs }) => startedAtMs !== null)
      .map(({ ordinal, startedAtMs }) => [ordinal, startedAtMs]);
    // Backwards: the last stretch before any turn, the one before it after one, the first after two; in order all the same.
    expect(started).toEqual([
      [min + 1, T0 - 1],
      [1, T0 - 1],
      [2, T0 - 2],
    ]);
    expect(
      await place.inner.countUsers({ runId: runId(0), where: where("processingStatus eq 'inProgress'") }),
    ).toBe(6);
  });
});
