import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesRow, parseListFilter } from '../../../../../src/filter/list-filter.ts';
import type { RunRecord } from '../../../../../src/model/records.ts';
import { RUN_PROPERTIES } from '../../../../../src/model/resources/properties.ts';
import type { RunQuery } from '../../../../../src/ports/store.ts';
import { columnOf } from '../../../../../src/stores/sql/columns.ts';
import {
  countRuns,
  getRun,
  listRuns,
  listUnfinishedRuns,
  runNoOf,
} from '../../../../../src/stores/sqlite/reading/run-queries.ts';
import { newDatabase } from '../database.ts';
import { AT, makeRun, runId } from '../records.ts';
import { refusal } from '../support.ts';

const NEWEST_FIRST = { property: 'scheduledDateTime', descending: true } as const;

const where = (text: string | null) => (text === null ? null : parseListFilter(text, RUN_PROPERTIES));

function query(change: Partial<RunQuery> = {}): RunQuery {
  return { where: null, order: NEWEST_FIRST, after: null, limit: 10, ...change };
}

describe('the plan of a page of runs', () => {
  const database = newDatabase();
  const orderable = Object.keys(RUN_PROPERTIES).filter((name) => RUN_PROPERTIES[name]?.orderable);
  const cases = ['id', ...orderable].flatMap((property) =>
    [true, false].flatMap((descending) =>
      [undefined, 'w1'].map((workflowId) => ({ property, descending, workflowId })),
    ),
  );

  it.each(cases)(
    'by $property, descending: $descending, of workflow $workflowId, is a range of one index without sorting',
    ({ property, descending, workflowId }) => {
      const isNullable = ['startedDateTime', 'completedDateTime'].includes(property);
      const field = RUN_PROPERTIES[property]?.field ?? 'id';
      const cursors = [
        null,
        { value: property === 'id' ? null : 1, key: 'k' },
        ...(isNullable ? [{ value: null, key: 'k' }] : []),
      ];
      for (const after of cursors) {
        const order = { property, descending };
        const page = query({ order, after, ...(workflowId === undefined ? {} : { workflowId }) });
        const asked = database.during(() => listRuns(database, page));
        expect(asked.length).toBeGreaterThan(0);
        for (const { sql } of asked) {
          // SQLite knows that it finds none, whatever its plan says.
          if (!isNullable && sql.includes('IS NULL')) continue;
          const plan = database.planOf(sql);
          expect(plan).not.toContain('TEMP B-TREE');
          expect(plan).toMatch(
            property === 'id' ? /runs_of_workflow|autoindex_runs_1/ : new RegExp(`by_${columnOf(field)}`),
          );
          if (/[<>] (?:\?|\(\?)/.test(sql)) expect(plan).toMatch(/SEARCH runs .*[<>]/);
        }
      }
    },
  );

  const ofLiveWorkflows = "workflowExecutionType ne 'preview' and not (workflow/id in ('a', 'b'))";

  it.each([
    [
      'of a workflow in one status',
      'w1',
      "processingStatus eq 'failed'",
      'SEARCH runs USING INDEX runs_of_workflow_with_status (workflow_id=? AND processing_status=?)',
    ],
    [
      'of all workflows but deleted ones in one status',
      undefined,
      `processingStatus eq 'failed' and ${ofLiveWorkflows}`,
      'SEARCH runs USING INDEX runs_with_status (processing_status=?)',
    ],
    [
      'of all workflows but deleted ones',
      undefined,
      ofLiveWorkflows,
      'SCAN runs USING INDEX runs_by_scheduled_at_ms',
    ],
    [
      'by a filter of a moment other than the order',
      'w1',
      'completedDateTime ge 2026-01-01T00:00:00Z and totalUsersCount gt 5',
      'SEARCH runs USING INDEX runs_of_workflow_by_scheduled_at_ms (workflow_id=?)',
    ],
    [
      'in a range of the moment that orders it',
      'w1',
      'scheduledDateTime ge 2026-01-01T00:00:00Z and scheduledDateTime lt 2026-02-01T00:00:00Z',
      'SEARCH runs USING INDEX runs_of_workflow_by_scheduled_at_ms (workflow_id=? AND scheduled_at_ms>? AND scheduled_at_ms<?)',
    ],
    ['by its id', undefined, "id eq 'r'", 'SEARCH runs USING INDEX sqlite_autoindex_runs_1 (id=?)'],
  ])('%s, in the default order, needs no sorting', (_name, workflowId, text, plan) => {
    const page = query({ where: where(text), ...(workflowId === undefined ? {} : { workflowId }) });
    expect(database.plansOf(() => listRuns(database, page))).toEqual([plan]);
  });

  it('with a cursor in one status searches beyond the cursor', () => {
    const page = query({
      workflowId: 'w1',
      where: where("processingStatus eq 'failed'"),
      after: { value: AT, key: 'k' },
    });
    const [plan] = database.plansOf(() => listRuns(database, page));
    expect(plan).toBe(
      'SEARCH runs USING INDEX runs_of_workflow_with_status (workflow_id=? AND processing_status=? AND (scheduled_at_ms,id)<(?,?))',
    );
  });

  it('of unfinished runs is a scan of an index of their own', () => {
    expect(database.plansOf(() => listUnfinishedRuns(database))).toEqual([
      'SCAN runs USING INDEX runs_unfinished',
    ]);
  });

  it('of one run is a search by its unique id', () => {
    const byId = 'SEARCH runs USING INDEX sqlite_autoindex_runs_1 (id=?)';
    expect(database.plansOf(() => getRun(database, 'r'))).toEqual([byId]);
    expect(database.plansOf(() => runNoOf(database, 'r'))).toEqual([byId.replace('INDEX', 'COVERING INDEX')]);
  });

  it('of a count of a workflow’s runs reads an index of the workflow', () => {
    const [plan] = database.plansOf(() => countRuns(database, { workflowId: 'w1', where: null }));
    expect(plan).toMatch(/^SEARCH runs USING (?:COVERING )?INDEX runs_of_workflow\w* \(workflow_id=\?\)$/);
  });
});

describe('a page of runs', () => {
  it.each([0, -1])('of %i runs asks the database for nothing', (limit) => {
    const database = newDatabase();
    database.insertRun(makeRun());
    expect(database.during(() => expect(listRuns(database, query({ limit }))).toEqual([]))).toEqual([]);
  });

  it('that crosses from runs that never started into others asks the second range for the rest only', () => {
    const database = newDatabase();
    for (const no of [1, 2, 3]) database.insertRun(makeRun({ id: runId(no) }));
    for (const no of [4, 5, 6]) database.insertRun(makeRun({ id: runId(no), startedAtMs: AT + no }));
    const order = { property: 'startedDateTime', descending: false };
    const page = query({ order, after: { value: null, key: runId(1) }, limit: 3 });
    const asked = database.during(() =>
      expect(listRuns(database, page).map(({ id }) => id)).toEqual([2, 3, 4].map(runId)),
    );
    expect(asked.map(({ params }) => params.at(-1))).toEqual([3, 1]);
  });

  it('that the first range fills does not ask the second one', () => {
    const database = newDatabase();
    for (const no of [1, 2, 3]) database.insertRun(makeRun({ id: runId(no) }));
    const order = { property: 'startedDateTime', descending: false };
    const page = query({ order, after: { value: null, key: runId(1) }, limit: 2 });
    expect(database.during(() => listRuns(database, page))).toHaveLength(1);
  });

  it('after the last run is empty, and after a run that is gone continues behind its place', () => {
    const database = newDatabase();
    for (const no of [1, 3]) database.insertRun(makeRun({ id: runId(no) }));
    const idsAfter = (no: number) =>
      listRuns(
        database,
        query({ order: { property: 'id', descending: false }, after: { value: null, key: runId(no) } }),
      ).map(({ id }) => id);
    expect(idsAfter(3)).toEqual([]);
    expect(idsAfter(2)).toEqual([runId(3)]);
  });

  it('never has a run that is not published', () => {
    const database = newDatabase();
    database.insertRun(makeRun({ id: runId(1), published: false }));
    database.insertRun(makeRun({ id: runId(2) }));
    expect(listRuns(database, query()).map(({ id }) => id)).toEqual([runId(2)]);
    expect(countRuns(database, { where: null })).toBe(1);
    expect(getRun(database, runId(1))).toMatchObject({ published: false });
  });

  it('by a property that runs do not have is InvalidArgument, before the database is asked', async () => {
    const database = newDatabase();
    database.asked.length = 0;
    const order = { property: 'no; DROP TABLE runs', descending: false };
    const error = await refusal('InvalidArgument', async () => listRuns(database, query({ order })));
    expect(error.message).toBe('Expected a property to order by, got `no; DROP TABLE runs`');
    expect(error.details).toEqual({ field: 'orderBy', value: 'no; DROP TABLE runs' });
    expect(database.asked).toEqual([]);
  });

  it.each(["'; DROP TABLE runs; --", 'w1" OR 1=1', '%', '_1', 'w\0', '🙂\ud800', ''])(
    'of the workflow %j is empty, like its count: ids are bound and compared as a whole',
    (hostile) => {
      const database = newDatabase();
      database.insertRun(makeRun());
      expect(listRuns(database, query({ workflowId: hostile }))).toEqual([]);
      expect(countRuns(database, { workflowId: hostile, where: null })).toBe(0);
      expect([getRun(database, hostile), runNoOf(database, hostile)]).toEqual([null, null]);
      expect(countRuns(database, { where: null })).toBe(1);
    },
  );

  it.each(["'; DROP TABLE runs; --", '', '\uffff'])('after the key %j is a page like any other', (key) => {
    const database = newDatabase();
    database.insertRun(makeRun());
    const ids = (descending: boolean) =>
      listRuns(database, query({ order: { property: 'id', descending }, after: { value: null, key } })).map(
        ({ id }) => id,
      );
    expect([...ids(false), ...ids(true)]).toEqual([runId(1)]);
  });
});

describe('against a list in memory', () => {
  const moment = fc.option(fc.integer({ min: AT, max: AT + 3 }));
  const run = fc.record({
    workflowId: fc.constantFrom('w1', 'w2'),
    processingStatus: fc.constantFrom<RunRecord['processingStatus']>('queued', 'completed', 'failed'),
    scheduledAtMs: fc.integer({ min: AT, max: AT + 2 }),
    startedAtMs: moment,
    completedAtMs: moment,
    published: fc.boolean(),
    failedTasksCount: fc.nat(2),
  });
  const filter = fc.constantFrom(
    null,
    "processingStatus eq 'failed'",
    "not (processingStatus in ('failed', 'queued'))",
    'startedDateTime ne null and failedTasksCount gt 0',
    'completedDateTime eq null or failedTasksCount eq 2',
  );
  const order = fc.record({
    property: fc.constantFrom(
      'id',
      'processingStatus',
      'scheduledDateTime',
      'startedDateTime',
      'completedDateTime',
    ),
    descending: fc.boolean(),
  });
  const of = fc.constantFrom({}, { workflowId: 'w1' }, { workflowId: 'w3' });

  it('all pages together are the runs that match, each once, in order', () => {
    fc.assert(
      fc.property(
        fc.array(run, { maxLength: 12 }),
        filter,
        order,
        of,
        fc.integer({ min: 1, max: 5 }),
        (changes, text, by, scope, limit) => {
          const database = newDatabase();
          // Ids are not in the order of insertion.
          const runs = changes.map((change, index) => makeRun({ id: runId((index * 7) % 13), ...change }));
          for (const one of runs) database.insertRun(one);
          const fits = where(text);
          const matching = runs.filter(
            (one) =>
              one.published &&
              (scope.workflowId === undefined || one.workflowId === scope.workflowId) &&
              (fits === null || matchesRow(fits, RUN_PROPERTIES, one)),
          );
          const field = RUN_PROPERTIES[by.property]?.field;
          const cellOf = (one: RunRecord) =>
            by.property === 'id' || !field ? null : (one[field] as string | number | null);
          const rank = (value: string | number | null) => (value === null ? Number.NEGATIVE_INFINITY : value);
          const expected = matching.sort((a, b) => {
            const [x, y] = [rank(cellOf(a)), rank(cellOf(b))];
            const ascending = x < y ? -1 : x > y ? 1 : a.id < b.id ? -1 : 1;
            return by.descending ? -ascending : ascending;
          });
          const found: RunRecord[] = [];
          for (let after: RunQuery['after'] = null; found.length <= runs.length; ) {
            const page: readonly RunRecord[] = listRuns(
              database,
              query({ ...scope, where: fits, order: by, after, limit }),
            );
            found.push(...page);
            const last = page.at(-1);
            if (!last || page.length < limit) break;
            after = { value: cellOf(last), key: last.id };
          }
          expect(found).toEqual(expected);
          expect(countRuns(database, { ...scope, where: fits })).toBe(expected.length);
          expect(listUnfinishedRuns(database).map(({ id }) => id)).toEqual(
            runs.filter((one) => !one.published || one.processingStatus === 'queued').map(({ id }) => id),
          );
          database.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});
