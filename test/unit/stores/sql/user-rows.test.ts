import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TaskOutcome, UserRecord } from '../../../../src/model/records.ts';
import { USER_STATUSES } from '../../../../src/model/status.ts';
import type { Cell } from '../../../../src/stores/sql/cells.ts';
import { CELLS_PER_USER, putCells, USER_COLUMNS, userFromRow } from '../../../../src/stores/sql/user-rows.ts';
import { AT, makeUser, RUN } from '../sqlite/records.ts';

const moment = fc.integer({ min: AT, max: AT + 1e9 });
const outcome: fc.Arbitrary<TaskOutcome> = fc.record(
  {
    status: fc.constantFrom('completed' as const, 'failed' as const, 'canceled' as const),
    startedAtMs: fc.option(moment),
    completedAtMs: moment,
    failureReason: fc.string(),
    code: fc.string(),
    changes: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['status', 'startedAtMs', 'completedAtMs'] },
);
const user: fc.Arbitrary<UserRecord> = fc
  .record(
    {
      subjectId: fc.string({ minLength: 1 }),
      processingStatus: fc.constantFrom(...USER_STATUSES),
      createdAtMs: moment,
      startedAtMs: fc.option(moment),
      completedAtMs: fc.option(moment),
      outcomes: fc.option(fc.array(outcome, { maxLength: 3 })),
      attempts: fc.option(fc.record({ failures: fc.nat(9), interruptions: fc.nat(9), notBeforeMs: moment })),
      positions: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
    },
    {
      requiredKeys: [
        'subjectId',
        'processingStatus',
        'createdAtMs',
        'startedAtMs',
        'completedAtMs',
        'outcomes',
        'attempts',
      ],
    },
  )
  .map((change) => makeUser(7, change));

it('a user is read from its row as it was written, with and without positions', () => {
  fc.assert(
    fc.property(user, (written) => {
      const cells: Cell[] = [];
      putCells(cells, 0, 1, written);
      expect(cells).toHaveLength(CELLS_PER_USER);
      expect(userFromRow(RUN, cells.slice(1))).toEqual(written);
    }),
  );
});

it('the cells of several users lie side by side, each with the number of the run first', () => {
  const cells: Cell[] = [];
  for (const [index, no] of [4, 9].entries()) putCells(cells, index * CELLS_PER_USER, 3, makeUser(no));
  expect([cells[0], cells[1], cells[CELLS_PER_USER], cells[CELLS_PER_USER + 1]]).toEqual([3, 4, 3, 9]);
  expect(userFromRow(RUN, cells.slice(CELLS_PER_USER + 1))).toEqual(makeUser(9));
});

it('there are as many columns as cells, beside the number of the run', () => {
  expect(USER_COLUMNS.split(', ')).toHaveLength(CELLS_PER_USER - 1);
});
