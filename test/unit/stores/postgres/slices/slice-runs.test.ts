import { beforeAll, describe, expect, it } from 'vitest';
import type { StoreSlices } from '../../../../../src/ports/store.ts';
import { Session, Statements } from '../../../../../src/stores/postgres/session.ts';
import {
  getSeenRun,
  lockRun,
  movesOfOthers,
  putRunRow,
  seenRuns,
} from '../../../../../src/stores/postgres/slices/slice-runs.ts';
import { RUN_COLUMNS, runCells } from '../../../../../src/stores/sql/run-rows.ts';
import { claimedSlice, SlicedRun } from '../../../../../src/testing/contract/slices/sliced-run.ts';
import { describePostgres } from '../../../../postgres/support.ts';
import { makeRun, runId } from '../../sqlite/records.ts';
import { newDatabase, type SchemaUnderTest } from '../database-kit.ts';

describe('runs as readers see them', () => {
  const asked: unknown[] = [];
  const client = {
    query: async (query: unknown) => {
      asked.push(query);
      return { rows: [] };
    },
  };
  const session = new Session(client, new Statements('hr'));

  it('that have no open slices are not asked about', async () => {
    const runs = [
      makeRun({ id: runId(1), processingStatus: 'completed' }),
      makeRun({ id: runId(2), processingStatus: 'inProgress', driver: 'external' }),
    ];
    asked.length = 0;
    expect(await seenRuns(session, runs.map(runCells))).toEqual(runs);
    expect(await seenRuns(session, [])).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('that may have some are asked about together, and keep their order', async () => {
    const runs = [3, 1, 2].map((no) => makeRun({ id: runId(no), processingStatus: 'inProgress' }));
    asked.length = 0;
    expect(await seenRuns(session, runs.map(runCells))).toEqual(runs);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ values: [`{${runs.map(({ id }) => `"${id}"`).join(',')}}`] });
  });
});

describePostgres('a run in slices in Postgres', () => {
  let database: SchemaUnderTest;

  beforeAll(async () => {
    database = await newDatabase();
  });

  it('is seen with what its open slices have moved, while its row waits for their end', async () => {
    const { store, session } = database;
    const run = await SlicedRun.publish(store, store.slices as StoreSlices, 120, { n: 1 });
    const { id } = run.run;
    const slices = [claimedSlice(await run.claim(1)), claimedSlice(await run.claim(2))];
    for (const slice of slices) {
      const user = slice.firstOrdinal;
      await run.write(await run.write(slice, [user, 'start']), [user, 'fail']);
    }
    const row = await lockRun(session, id);
    const seen = await getSeenRun(session, id);
    expect([row?.failedTasksCount, seen?.failedTasksCount]).toEqual([0, 2]);
    expect(
      await seenRuns(session, await session.rows(`SELECT ${RUN_COLUMNS} FROM {s}.runs WHERE id = $1`, [id])),
    ).toEqual([seen]);
    const [others] = await movesOfOthers(session, { runId: id, slice: 1 });
    expect(others?.moved.failedTasksCount).toBe(1);
  });

  it('that is put takes over the end of slices, and nothing else is needed to see it', async () => {
    const { store, session } = database;
    const run = await SlicedRun.publish(store, store.slices as StoreSlices, 2, { n: 2 });
    const ended = { ...run.run, processingStatus: 'completed' as const, failedTasksCount: 3 };
    await putRunRow(session, ended, 1);
    expect(await getSeenRun(session, ended.id)).toEqual(ended);
    expect(await session.value('SELECT slices_left FROM {s}.runs WHERE id = $1', [ended.id])).toBe(0);
    await expect(putRunRow(session, ended, 1)).rejects.toMatchObject({
      constraint: 'runs_slices_left_check',
    });
  });

  it('that is not there is none', async () => {
    expect([await getSeenRun(database.session, 'x'), await lockRun(database.session, 'x')]).toEqual([
      null,
      null,
    ]);
    expect(await movesOfOthers(database.session, { runId: 'x', slice: 1 })).toEqual([]);
  });
});
