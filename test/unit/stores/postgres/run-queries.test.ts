import { beforeAll, expect, it } from 'vitest';
import { parseListFilter } from '../../../../src/filter/list-filter.ts';
import { RUN_PROPERTIES } from '../../../../src/model/resources/properties.ts';
import type { RunQuery } from '../../../../src/ports/store.ts';
import {
  countRuns,
  listRuns,
  listUnfinishedRuns,
  NO_RUNS,
  sumRuns,
} from '../../../../src/stores/postgres/run-queries.ts';
import { columnOf } from '../../../../src/stores/sql/columns.ts';
import { describePostgres, sql } from '../../../postgres/support.ts';
import { AT, fill, makeRun, refusal, runId } from '../sqlite/support.ts';
import { newDatabase, type SchemaUnderTest } from './database-kit.ts';

const NEWEST_FIRST = { property: 'scheduledDateTime', descending: true } as const;

const where = (text: string) => parseListFilter(text, RUN_PROPERTIES);

function query(change: Partial<RunQuery> = {}): RunQuery {
  return { where: null, order: NEWEST_FIRST, after: null, limit: 10, ...change };
}

describePostgres('runs in Postgres', () => {
  let database: SchemaUnderTest;

  beforeAll(async () => {
    database = await newDatabase();
    const runs = [1, 2, 3, 4, 5, 6].map((no) =>
      makeRun({
        id: runId(no),
        workflowId: no % 2 === 0 ? 'w2' : 'w1',
        scheduledAtMs: AT + no,
        startedAtMs: no <= 3 ? null : AT + no,
        processingStatus: no === 6 ? 'failed' : 'completed',
        published: no !== 5,
      }),
    );
    for (const run of runs) await fill(database.store, run, []);
  });

  const idsOf = async (change: Partial<RunQuery>) =>
    (await listRuns(database.session, query(change))).map(({ id }) => id);

  // What moves while slices are at work is in no order of an index.
  const orderable = Object.keys(RUN_PROPERTIES).filter(
    (name) => RUN_PROPERTIES[name]?.orderable && name !== 'lastUpdatedDateTime',
  );

  it.each(orderable)(
    'a page by %s is a range of one index without sorting, in both directions and scopes',
    async (property) => {
      const column = columnOf(RUN_PROPERTIES[property]?.field ?? 'id');
      const value = RUN_PROPERTIES[property]?.type === 'string' ? 'completed' : AT;
      for (const descending of [true, false])
        for (const scope of [{}, { workflowId: 'w1' }])
          for (const after of [null, { value, key: 'k' }]) {
            const page = query({ ...scope, order: { property, descending }, after });
            const plans = await database.plansOf(() => listRuns(database.session, page));
            const [plan = ''] = plans;
            expect(plan).not.toContain('Sort');
            expect(plan).toContain(descending ? 'Index Scan Backward using' : 'Index Scan using');
            expect(plan).toMatch(
              new RegExp(`using runs_(?:of_workflow_)?(?:by_${column}|with_status) on runs`),
            );
            if (after !== null)
              expect(plan).toMatch(
                new RegExp(`Index Cond: .*ROW\\(${column}, id\\) ${descending ? '<' : '>'} ROW`),
              );
          }
    },
  );

  it.each([
    ['of a workflow in one status', { workflowId: 'w1' }, 'runs_of_workflow_with_status'],
    ['in one status', {}, 'runs_with_status'],
  ])('a page %s is a range of the index by status, newest first', async (_name, scope, index) => {
    const page = query({ ...scope, where: where("processingStatus eq 'failed'") });
    const [plan = ''] = await database.plansOf(() => listRuns(database.session, page));
    expect(plan).toContain(`Index Scan Backward using ${index} on runs`);
    expect(plan).toMatch(/Index Cond: .*processing_status = 'failed'::text/);
    expect(plan).not.toContain('Sort');
  });

  it('unfinished runs are read from an index of their own', async () => {
    const [plan] = await database.plansOf(() => listUnfinishedRuns(database.session));
    expect(plan).toBe('Index Scan using runs_unfinished on runs');
  });

  it('sums are read from a range of their index, which has the moments as whole numbers', async () => {
    const many = await newDatabase();
    await many.store.transaction(async (tx) => {
      for (let no = 1; no <= 500; no++)
        await tx.insertRun(makeRun({ id: runId(no), scheduledAtMs: AT + no * 1_000 }));
    });
    await sql(`ANALYZE "${many.schema}".runs`);
    const [plan] = await many.plansOf(() => sumRuns(many.session, 'w1', AT + 1_500.5, AT + 4_000));
    expect(plan).toMatch(
      /using runs_summed on runs\n +Index Cond: .*COALESCE\(started_at_ms, scheduled_at_ms\) >= /,
    );
    expect((await sumRuns(many.session, 'w1', AT + 1_500.5, AT + 4_000)).totalRuns).toBe(3);
  });

  it('sums have both ends of their window, which may be fractions or infinite', async () => {
    expect(await sumRuns(database.session, 'unknown', 0, AT + 9)).toEqual(NO_RUNS);
    const total = async (from: number, to: number) =>
      (await sumRuns(database.session, 'w2', from, to)).totalRuns;
    for (const end of [2e15, 1e300, Number.POSITIVE_INFINITY]) expect(await total(-end, end)).toBe(3);
    expect([
      await total(AT + 2, AT + 4),
      await total(AT + 2.5, AT + 4),
      await total(AT + 3, AT + 3.9),
    ]).toEqual([2, 1, 0]);
  });

  it.each([0, -1])('a page of %i runs asks the server for nothing', async (limit) => {
    expect(await database.during(async () => expect(await idsOf({ limit })).toEqual([]))).toEqual([]);
  });

  it('a page that crosses from runs that never started into others asks the second range for the rest only', async () => {
    const order = { property: 'startedDateTime', descending: false };
    const page = { order, after: { value: null, key: runId(2) }, limit: 2 };
    const asked = await database.during(async () => expect(await idsOf(page)).toEqual([runId(3), runId(4)]));
    const limits = asked.filter(({ text }) => text.includes('LIMIT')).map(({ values }) => values.at(-1));
    expect(limits).toEqual([2, 1]);
  });

  it('a list or a count that depends on what open slices move reads the runs in slices apart', async () => {
    for (const act of [
      () => idsOf({ where: where('failedTasksCount eq 0') }),
      () => idsOf({ order: { property: 'lastUpdatedDateTime', descending: true } }),
      () => countRuns(database.session, { where: where('not (successfulUsersCount gt 0)') }),
    ]) {
      const texts = (await database.during(act)).map(({ text }) => text);
      expect(texts[0]).toContain('AND slices_left = 0');
      expect(texts[1]).toContain('WHERE slices_left > 0 AND published');
    }
    const still = await database.during(() => idsOf({ where: where('totalUsersCount gt 0') }));
    expect(still[0]?.text).not.toContain('slices_left = 0');
  });

  it('a run that is not published is in no list and no count', async () => {
    expect(await idsOf({})).toEqual([6, 4, 3, 2, 1].map(runId));
    expect(await countRuns(database.session, { where: null })).toBe(5);
    expect((await listUnfinishedRuns(database.session)).map(({ id }) => id)).toEqual([runId(5)]);
  });

  it.each(["'; DROP TABLE runs; --", '%', 'w1" OR ""="', '$1', '?', '{s}'])(
    'the workflow %j has no runs: ids are bound',
    async (workflowId) => {
      expect(await idsOf({ workflowId })).toEqual([]);
      expect(
        await countRuns(database.session, {
          workflowId,
          where: where(`id ne '${workflowId.replaceAll("'", "''")}'`),
        }),
      ).toBe(0);
      expect(await countRuns(database.session, { where: null })).toBe(5);
    },
  );

  it('a property that runs do not have is InvalidArgument, before the server is asked', async () => {
    const order = { property: 'no; DROP TABLE runs', descending: false };
    const asked = await database.during(() =>
      refusal('InvalidArgument', () => listRuns(database.session, query({ order }))),
    );
    expect(asked).toEqual([]);
  });
});
