import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../src/filter/index.ts';
import { RUN } from '../../../src/graph/entity-types.ts';
import { compareSortValues, keyedRows, rowTest, sorted } from '../../../src/graph/rows.ts';

const spend = (): void => {};

describe('sorted', () => {
  it('puts rows in the order that a sort of all of them gives, and yields after each few', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat()), { maxLength: 300 }), (items) => {
        const compare = (left: [number, number], right: [number, number]) => left[0] - right[0];
        let most = 0;
        let compared = 0;
        const job = sorted(items, (left, right) => {
          compared += 1;
          return compare(left, right);
        });
        let next = job.next();
        while (!next.done) {
          most = Math.max(most, compared);
          compared = 0;
          next = job.next();
        }
        expect(next.value).toEqual(items.toSorted(compare));
        // Sixteen rows are put in order at once.
        expect(most).toBeLessThanOrEqual(64);
      }),
      { numRuns: 200, seed: 25 },
    );
  });
});

describe('compareSortValues', () => {
  it('puts null lowest, follows each direction, and ends with the key of the row', () => {
    const order = [
      { path: 'processingStatus', descending: false },
      { path: 'totalUsersCount', descending: true },
    ];
    const rows = [
      { id: 'd', processingStatus: 'b', totalUsersCount: 1 },
      { id: 'c', processingStatus: 'b', totalUsersCount: 2 },
      { id: 'b', processingStatus: null, totalUsersCount: 2 },
      { id: 'a', processingStatus: 'b', totalUsersCount: 1 },
      { id: 'e', processingStatus: null, totalUsersCount: null },
    ];
    const keyed = keyedRows(rows, order, RUN).toSorted((left, right) =>
      compareSortValues(left.values, right.values, order, spend),
    );
    expect(keyed.map(({ row }) => row.id)).toEqual(['b', 'e', 'c', 'a', 'd']);
  });

  it('counts each key that it compares, and the texts that are alike', () => {
    let steps = 0;
    const text = 'x'.repeat(160);
    const order = [{ path: 'id', descending: false }];
    compareSortValues([text, 'a'], [text, 'b'], order, (more) => {
      steps += more;
    });
    expect(steps).toBe(16 + 10 + 16 + 1);
  });
});

it('a property is read once a row, however often a filter names it', () => {
  let reads = 0;
  const row = {
    get startedDateTime() {
      reads += 1;
      return '2026-01-31T09:00:00Z';
    },
  };
  const filter =
    'year(startedDateTime) eq 1 or month(startedDateTime) eq 2 or startedDateTime eq 2026-01-31T09:00:00Z';
  const test = rowTest(parseFilter(filter), RUN, 0, spend);
  expect([test(row), reads]).toEqual([true, 1]);
  expect(test({ ...row })).toBe(true);
  expect(test({ startedDateTime: '2025-01-31T09:00:00Z' })).toBe(false);
});
