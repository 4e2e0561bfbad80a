import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RunRecord } from '../../../../../src/model/records.ts';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { memoryStore } from '../../../../../src/stores/memory/memory-store.ts';
import { sumRuns } from '../../../../../src/stores/sqlite/reading/sums.ts';
import { newDatabase } from '../database.ts';
import { AT, makeRun, newFile, opened, runId } from '../support.ts';

const HOUR = 3_600_000;
const moment = fc.oneof(
  fc.integer({ min: 0, max: 100 * 24 }).map((hours) => AT + hours * HOUR),
  fc.integer({ min: -2 * HOUR, max: 2 * HOUR }),
  fc.integer({ min: AT, max: AT + 5 * HOUR }),
);
const change = fc.record({
  no: fc.integer({ min: 1, max: 12 }),
  kind: fc.constantFrom('put', 'put', 'put', 'delete'),
  workflowId: fc.constantFrom('w1', 'w2'),
  processingStatus: fc.constantFrom<RunRecord['processingStatus']>(
    'completed',
    'failed',
    'completedWithErrors',
    'inProgress',
  ),
  workflowExecutionType: fc.constantFrom<RunRecord['workflowExecutionType']>(
    'scheduled',
    'onDemand',
    'preview',
  ),
  published: fc.boolean(),
  scheduledAtMs: moment,
  startedAtMs: fc.option(moment),
  totalUsersCount: fc.nat(9),
  totalTasksCount: fc.nat(9),
  failedTasksCount: fc.nat(9),
});

it('sums are those of a store that adds up every run, whatever has been put and deleted', async () => {
  const sqlite = await opened(sqliteStore(newFile()));
  const memory = memoryStore();
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 10 }),
      fc.array(fc.tuple(moment, moment), { maxLength: 5 }),
      async (changes, windows) => {
        for (const { no, kind, ...fields } of changes) {
          const run = makeRun({ id: runId(no), ...fields });
          for (const store of [sqlite, memory]) {
            await store.transaction(async (tx) => {
              if (kind === 'delete') await tx.deleteRun(run.id);
              else if (await tx.getRun(run.id)) await tx.putRun(run);
              else await tx.insertRun(run);
            });
          }
        }
        for (const [from, to] of [
          ...windows,
          [-Infinity, Infinity] as const,
          [AT, AT + 24 * HOUR] as const,
        ]) {
          for (const id of ['w1', 'w2'])
            expect(await sqlite.sumRuns(id, from, to)).toEqual(await memory.sumRuns(id, from, to));
        }
      },
    ),
    { numRuns: 100 },
  );
});

it('no bucket is left when no run is left', async () => {
  const file = newFile();
  const store = await opened(sqliteStore(file));
  const count = () => {
    const database = new DatabaseSync(file, { readOnly: true });
    const row = database.prepare('SELECT count(*) AS count FROM run_sums').get();
    database.close();
    return row?.count;
  };
  await store.transaction((tx) => tx.insertRun(makeRun()));
  expect(count()).toBe(3);
  await store.transaction((tx) => tx.putRun(makeRun({ startedAtMs: AT + 1_000 * 24 * HOUR })));
  expect(count()).toBe(3);
  await store.transaction((tx) => tx.deleteRun(makeRun().id));
  expect(count()).toBe(0);
});

it('sums read ranges of buckets, and single runs only from a range of their index', () => {
  const database = newDatabase();
  database.insertRun(makeRun({ startedAtMs: AT + 1 }));
  database.insertRun(makeRun({ id: runId(2), startedAtMs: AT + 3 }));
  const plans = database.plansOf(() => sumRuns(database, 'w1', AT + 2, AT + 9));
  expect(new Set(plans)).toEqual(
    new Set([
      'SEARCH run_sums USING PRIMARY KEY (workflow_id=? AND level=? AND bucket>? AND bucket<?)',
      'SEARCH runs USING INDEX runs_summed (workflow_id=? AND <expr>>? AND <expr><?)',
    ]),
  );
});
