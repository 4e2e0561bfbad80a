import assert from 'node:assert/strict';
import { USER_PROPERTIES } from '../../../model/resources/properties.ts';
import type { ContractKit } from '../kit.ts';
import { sortedRows } from '../random/naive-reader.ts';
import { insertRunWith, runId, runRecord, userRecord, workflowRecord } from '../records/records.ts';
import { compare, matches, numberLiteral, textLiteral } from './filters.ts';
import { fillLists, ordersOf, walkUsers } from './order-paging.ts';

const FILTERS = [
  null,
  compare('processingStatus', 'eq', textLiteral('completed')),
  compare('processingStatus', 'ne', textLiteral('completed')),
  compare('failedTasksCount', 'gt', numberLiteral(0)),
  compare('totalTasksCount', 'gt', numberLiteral(1)),
];

/** Lists and counts of a range of a run's users. */
export function userRanges({ describe, test }: ContractKit): void {
  describe('ranges of users', () => {
    test('lists in any order and counts have those above the first ordinal, up to the last', async (store) => {
      const { users } = await fillLists(store);
      for (const range of [
        { afterOrdinal: 0, toOrdinal: 20 },
        { afterOrdinal: 20, toOrdinal: 21 },
        { afterOrdinal: 21, toOrdinal: 1_000 },
        { afterOrdinal: 30, toOrdinal: 30 },
      ]) {
        const inRange = users.filter(
          ({ ordinal }) => ordinal > range.afterOrdinal && ordinal <= range.toOrdinal,
        );
        for (const where of FILTERS) {
          const found = inRange.filter((user) => matches(where, USER_PROPERTIES, user));
          const query = { runId: runId(0), where, ...range };
          assert.equal(await store.countUsers(query), found.length);
          for (const order of ordersOf(USER_PROPERTIES)) {
            const expected = sortedRows(found, order, USER_PROPERTIES, (user) => user.ordinal);
            assert.deepEqual(await walkUsers(store, { ...query, order }, 7), expected);
          }
        }
      }
    });

    test('a subject outside the range is not found', async (store) => {
      const users = [1, 2, 3].map((no) => userRecord(0, no));
      await store.transaction(async (tx) => {
        await tx.putWorkflow(workflowRecord(0));
        await insertRunWith(tx, runRecord(0), users);
      });
      const where = compare('subject/id', 'eq', textLiteral(String(users[1]?.subjectId)));
      const order = { property: 'id', descending: false };
      const query = { runId: runId(0), where, order, after: null, limit: 9 };
      for (const [afterOrdinal, toOrdinal] of [
        [0, 1],
        [1, 2],
        [2, 3],
      ] as const) {
        const range = { afterOrdinal, toOrdinal };
        const expected = afterOrdinal === 1 ? users.slice(1, 2) : [];
        assert.deepEqual(await store.listUsers({ ...query, ...range }), expected);
        assert.equal(await store.countUsers({ ...query, ...range }), expected.length);
      }
    });
  });
}
