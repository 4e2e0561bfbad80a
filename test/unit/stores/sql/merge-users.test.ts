import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseListFilter } from '../../../../src/filter/list-filter.ts';
import { comparePlaces } from '../../../../src/filter/list-order.ts';
import type { UserRecord } from '../../../../src/model/records.ts';
import { USER_PROPERTIES } from '../../../../src/model/resources/properties.ts';
import type { Row } from '../../../../src/stores/sql/cells.ts';
import { fits, mergeUsers, newerInOrder, placeIn } from '../../../../src/stores/sql/merge-users.ts';
import { listOrder } from '../../../../src/stores/sql/page.ts';
import { userFromRow } from '../../../../src/stores/sql/user-rows.ts';
import { AT, makeUser, RUN } from '../sqlite/records.ts';

/** The row of a user without outcomes, as `USER_COLUMNS` reads it. */
const rowOf = (user: UserRecord): Row => [
  user.ordinal,
  user.subjectId,
  user.processingStatus,
  user.workflowVersion,
  user.createdAtMs,
  user.scheduledAtMs,
  user.startedAtMs,
  user.completedAtMs,
  user.totalTasksCount,
  user.failedTasksCount,
  user.totalUnprocessedTasksCount,
  '[]',
  null,
];

const state = fc.record({
  processingStatus: fc.constantFrom('queued' as const, 'inProgress' as const, 'failed' as const),
  startedAtMs: fc.option(fc.integer({ min: AT, max: AT + 3 })),
});
const world = fc.array(fc.record({ row: state, newer: fc.option(state) }), { maxLength: 12 });
const FILTERS = [null, "processingStatus eq 'failed'", `startedDateTime gt ${new Date(AT).toISOString()}`];

it('a row is read as the user that it was written from', () => {
  const user = makeUser(4, { startedAtMs: AT + 2 });
  expect(userFromRow(RUN, rowOf(user))).toEqual(user);
});

it('a page of rows and newer states is the page of the users as they are', () => {
  fc.assert(
    fc.property(
      world,
      fc.constantFrom(...FILTERS),
      fc.constantFrom('id', 'startedDateTime', 'processingStatus'),
      fc.boolean(),
      fc.integer({ min: 1, max: 5 }),
      (states, text, property, descending, limit) => {
        const where = text === null ? null : parseListFilter(text, USER_PROPERTIES);
        const order = listOrder<UserRecord>({ property, descending }, USER_PROPERTIES, 'no');
        const placeOf = placeIn(order);
        const compare = (a: UserRecord, b: UserRecord) => comparePlaces(descending, placeOf(a), placeOf(b));
        const rows = states.map(({ row }, index) => makeUser(index + 1, row));
        const active = new Map(
          states.flatMap(({ newer }, index) =>
            newer === null ? [] : [[index + 1, makeUser(index + 1, newer)] as const],
          ),
        );
        const users = rows.map((user) => active.get(user.ordinal) ?? user);
        const matching = users.filter((user) => fits(user, where)).sort(compare);
        for (const after of [null, ...matching.map(placeOf)]) {
          const isAfter = (user: UserRecord) => !after || comparePlaces(descending, placeOf(user), after) > 0;
          const stored = rows
            .filter((user) => fits(user, where) && isAfter(user))
            .sort(compare)
            .map(rowOf);
          const newer = newerInOrder(active.values(), where, order, after, limit);
          expect(mergeUsers({ runId: RUN, active }, stored, newer, limit, compare)).toEqual(
            matching.filter(isAfter).slice(0, limit),
          );
        }
      },
    ),
  );
});
