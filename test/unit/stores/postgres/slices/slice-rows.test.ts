import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SliceRecord } from '../../../../../src/model/slices.ts';
import { NO_COUNTERS } from '../../../../../src/rules/counters/counters.ts';
import {
  MOVED_COLUMNS,
  movedCells,
  movesFromRow,
  reportsCell,
  SLICE_COLUMNS,
  SLICE_SUMS,
  sliceFromRow,
} from '../../../../../src/stores/postgres/slices/slice-rows.ts';
import { AT, RUN } from '../../sqlite/records.ts';

const moment = fc.option(fc.integer({ min: AT, max: AT + 9 }));
const slice: fc.Arbitrary<SliceRecord> = fc
  .record({
    state: fc.constantFrom('queued' as const, 'active' as const, 'ended' as const),
    claim: fc.nat(9),
    seq: fc.nat(9),
    inHand: fc.boolean(),
    canceling: fc.boolean(),
    counts: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)),
    reports: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { minLength: 2, maxLength: 2 }),
    startedAtMs: moment,
    lastUserEndAtMs: moment,
    lastUpdatedAtMs: fc.integer({ min: AT, max: AT + 9 }),
  })
  .map(({ counts, reports, ...change }) => ({
    ...change,
    runId: RUN,
    slice: 3,
    firstOrdinal: 101,
    lastOrdinal: 150,
    moved: {
      ...NO_COUNTERS,
      successfulUsersCount: counts[0],
      failedUsersCount: counts[1],
      failedTasksCount: counts[2],
      totalUnprocessedTasksCount: counts[3],
      completedWithErrorsUsersCount: counts[4],
      canceledUsersCount: counts[5],
    },
    taskReports: reports.map(([successfulUsersCount, failedUsersCount]) => ({
      successfulUsersCount,
      failedUsersCount,
      totalUsersCount: 0,
    })),
  }));

/** The row of a slice, in the order of its columns. */
function rowOf(one: SliceRecord) {
  const [state, ...moved] = movedCells(one);
  const { firstOrdinal, lastOrdinal, claim, seq } = one;
  return [
    one.slice,
    firstOrdinal,
    lastOrdinal,
    state ?? null,
    claim,
    seq,
    one.inHand,
    one.canceling,
    ...moved,
  ] as never;
}

describe('a slice', () => {
  it('is read from its row as it was written', () => {
    fc.assert(
      fc.property(slice, (one) => {
        expect(sliceFromRow(RUN, rowOf(one))).toEqual(one);
      }),
    );
  });

  it('has as many cells as columns', () => {
    const [one] = fc.sample(slice, 1);
    if (!one) throw new Error('Expected a slice');
    expect(movedCells(one)).toHaveLength(MOVED_COLUMNS.length);
    expect(rowOf(one)).toHaveLength(SLICE_COLUMNS.split(', ').length);
  });
});

it('task reports are kept as the two counters of each', () => {
  const report = { successfulUsersCount: 1, failedUsersCount: 2, totalUsersCount: 9 };
  expect([reportsCell([report, { ...report, failedUsersCount: 0 }]), reportsCell([])]).toEqual([
    '[[1,2],[1,0]]',
    '[]',
  ]);
});

describe('what several slices have moved', () => {
  const sumsOf = (slices: readonly SliceRecord[]) => {
    const sum = (of: (one: SliceRecord) => number) => slices.reduce((total, one) => total + of(one), 0);
    const latest = (of: (one: SliceRecord) => number | null) =>
      slices.reduce<number | null>((max, one) => Math.max(max ?? 0, of(one) ?? 0) || null, null);
    return [
      sum(({ moved }) => moved.successfulUsersCount),
      sum(({ moved }) => moved.failedUsersCount),
      sum(({ moved }) => moved.failedTasksCount),
      sum(({ moved }) => moved.totalUnprocessedTasksCount),
      sum(({ moved }) => moved.completedWithErrorsUsersCount),
      sum(({ moved }) => moved.canceledUsersCount),
      slices.map(({ taskReports }) => reportsCell(taskReports)).join(','),
      sum(({ seq }) => seq),
      latest((one) => one.lastUserEndAtMs),
      latest((one) => one.lastUpdatedAtMs),
    ];
  };

  it('is the sum of their counters and reports, and the latest of their moments', () => {
    fc.assert(
      fc.property(fc.array(slice, { minLength: 1, maxLength: 4 }), (slices) => {
        const row = sumsOf(slices);
        const [moves, ...others] = movesFromRow(row);
        expect(others).toEqual([]);
        expect(moves?.seq).toBe(row[7]);
        expect([moves?.lastUserEndAtMs, moves?.lastUpdatedAtMs]).toEqual(row.slice(8));
        for (const name of Object.keys(NO_COUNTERS) as (keyof typeof NO_COUNTERS)[])
          expect(moves?.moved[name]).toBe(slices.reduce((total, one) => total + one.moved[name], 0));
        for (const [position, report] of (moves?.taskReports ?? []).entries())
          expect(report.failedUsersCount).toBe(
            slices.reduce((total, one) => total + (one.taskReports[position]?.failedUsersCount ?? 0), 0),
          );
        expect(moves?.taskReports).toHaveLength(2);
      }),
    );
  });

  it('of no slice is nothing: all sums are null', () => {
    expect(movesFromRow([null, null, null, null, null, null, null, null, null, null])).toEqual([]);
    expect(movesFromRow([])).toEqual([]);
  });

  it('has a column for each value', () => {
    expect(SLICE_SUMS.match(/\b(?:sum|string_agg|max)\(/g)).toHaveLength(10);
  });
});
