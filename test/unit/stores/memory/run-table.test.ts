import fc from 'fast-check';
import { expect, it } from 'vitest';
import { comparePlaces } from '../../../../src/filter/list-order.ts';
import type { RunRecord } from '../../../../src/model/records.ts';
import { RunTable } from '../../../../src/stores/memory/run-table.ts';
import { AT, makeRun, runId } from '../sqlite/records.ts';

const run = fc
  .record({
    id: fc.nat(7).map(runId),
    published: fc.boolean(),
    startedAtMs: fc.option(fc.integer({ min: AT, max: AT + 3 })),
    processingStatus: fc.constantFrom('queued' as const, 'inProgress' as const),
  })
  .map((change) => makeRun(change));
const commit = fc.record({ put: fc.array(run, { maxLength: 4 }), removed: fc.option(fc.nat(7).map(runId)) });

const FIELDS: Readonly<Record<string, keyof RunRecord | null>> = {
  id: null,
  startedDateTime: 'startedAtMs',
  processingStatus: 'processingStatus',
};

it('the orders of a run table are those of sorting its published runs, after any commits', () => {
  fc.assert(
    fc.property(
      fc.array(commit, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(...Object.keys(FIELDS)),
      fc.boolean(),
      fc.nat(8),
      (commits, property, descending, skipped) => {
        const table = new RunTable();
        const placeOf = (one: RunRecord) => {
          const field = FIELDS[property] ?? null;
          return { value: field === null ? null : (one[field] as string | number | null), key: one.id };
        };
        for (const { put, removed } of commits) {
          for (const one of put) table.set(one.id, one);
          if (removed !== null) table.delete(removed);
          table.commit();
          const sorted = [...table.values(false)]
            .filter(({ published }) => published)
            .sort((a, b) => comparePlaces(descending, placeOf(a), placeOf(b)));
          expect([...table.inOrder({ property, descending }, null)]).toEqual(sorted);
          const last = sorted[skipped];
          if (last === undefined) continue;
          expect([...table.inOrder({ property, descending }, placeOf(last))]).toEqual(
            sorted.slice(skipped + 1),
          );
        }
      },
    ),
  );
});

it('a run table lists nothing of a running transaction', () => {
  const table = new RunTable();
  table.set(runId(1), makeRun());
  expect([...table.inOrder({ property: 'id', descending: false }, null)]).toEqual([]);
  table.rollback();
  table.commit();
  expect([...table.inOrder({ property: 'id', descending: false }, null)]).toEqual([]);
});

it('a cursor of a run that was deleted continues with the run after it', () => {
  const table = new RunTable();
  for (const no of [1, 2, 3]) table.set(runId(no), makeRun({ id: runId(no) }));
  table.commit();
  const order = { property: 'id', descending: false };
  expect([...table.inOrder(order, { value: null, key: runId(2) })].map(({ id }) => id)).toEqual([runId(3)]);
  table.delete(runId(2));
  table.commit();
  expect([...table.inOrder(order, { value: null, key: runId(2) })].map(({ id }) => id)).toEqual([runId(3)]);
});
