import { beforeAll, describe, expect, it } from 'vitest';
import { filter } from '../../../../src/filter/builder.ts';
import { cutPage, type ListOptions, listRequest } from '../../../../src/ledger/input/list-options.ts';
import type { Filter } from '../../../../src/model/filter.ts';
import type { RunRecord } from '../../../../src/model/records.ts';
import { RUN_PROPERTIES } from '../../../../src/model/resources/properties.ts';
import type { Page, Run } from '../../../../src/model/resources/resources.ts';
import { runRecord, T0 } from '../../../../src/testing/contract/records/records.ts';
import { codeOf, idsOf, makeWorld, workflowInput } from '../../../helpers/world.ts';
import { withRuns } from '../support.ts';

let list: (options: ListOptions) => Promise<Page<Run>>;

/** Twenty runs, every other one scheduled. */
beforeAll(async () => {
  const { engine, clock } = makeWorld();
  const { id } = await engine.workflows.create(workflowInput(['a', 'b']));
  for (let no = 0; no < 20; no++) {
    await engine.runs.create(id, {
      scheduledDateTime: clock.iso(no),
      workflowExecutionType: no % 2 === 0 ? 'onDemand' : 'scheduled',
      totalUsersCount: 1 + (no % 4),
      totalUnprocessedTasksCount: 2 * (1 + (no % 4)),
    });
  }
  list = (options) => engine.runs.list(id, options);
});

it('a filter that is built finds what its text finds, on every page', async () => {
  const built = filter.and(
    filter.eq('workflowExecutionType', 'scheduled'),
    filter.gt('totalUsersCount', 1),
    filter.le('scheduledDateTime', new Date('2999-01-01')),
  );
  const text = "workflowExecutionType eq 'scheduled' and totalUsersCount gt 1";
  const byText = (await list({ filter: text })).value;
  expect(byText).toHaveLength(10);
  expect((await list({ filter: built })).value).toEqual(byText);
  const { nextToken: after } = await list({ filter: built, top: 9 });
  expect((await list({ filter: built, after: after ?? '' })).value).toEqual(byText.slice(9));
  expect(await codeOf(list({ filter: filter.not(built), after: after ?? '' }))).toBe('InvalidPageToken');
});

it.each<[string, unknown, object]>([
  ['an unknown property', filter.eq('owner', 'ada'), { property: 'owner', position: null }],
  ['a text for a date', filter.ge('startedDateTime', '2026-01-01'), { property: 'startedDateTime' }],
  ['an order of texts', filter.gt('processingStatus', 'a'), { property: 'processingStatus' }],
  ['nothing of a tree', {}, { position: null }],
  ['an array', [], { position: null }],
])('a filter of %s is refused as InvalidFilter', async (_, given, details) => {
  const listed = list({ filter: given as Filter });
  await expect(listed).rejects.toMatchObject({ code: 'InvalidFilter', details });
});

it.each([5, true, null])('a filter that is %j is refused as InvalidArgument', async (given) => {
  expect(await codeOf(list({ filter: given as never }))).toBe('InvalidArgument');
});

describe('page tokens', () => {
  it('of another list are refused', async () => {
    const { engine, workflow, clock } = await withRuns(3);
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    await clock.until(engine.runs.waitFor(run.id));
    const ofRuns = (await engine.runs.list(workflow.id, { top: 1 })).nextToken ?? '';
    const ofUsers = (await engine.userProcessingResults.list(run.id, { top: 1 })).nextToken ?? '';
    const ofTasks = (await engine.taskProcessingResults.list(run.id, { top: 1 })).nextToken ?? '';
    const codes = {
      usersByRuns: await codeOf(engine.userProcessingResults.list(run.id, { after: ofRuns })),
      runsByUsers: await codeOf(engine.runs.list(workflow.id, { after: ofUsers })),
      tasksByRuns: await codeOf(engine.taskProcessingResults.list(run.id, { after: ofRuns })),
      tasksByUsers: await codeOf(engine.taskProcessingResults.list(run.id, { after: ofUsers })),
      runsByTasks: await codeOf(engine.runs.list(workflow.id, { after: ofTasks })),
    };
    expect(codes).toEqual({
      usersByRuns: 'InvalidPageToken',
      runsByUsers: 'InvalidPageToken',
      tasksByRuns: 'InvalidPageToken',
      tasksByUsers: 'InvalidPageToken',
      runsByTasks: 'InvalidPageToken',
    });
  });

  it('of another run are refused for task results', async () => {
    const { engine, workflow, clock } = await withRuns(0);
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    const other = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    const after = (await engine.taskProcessingResults.list(run.id, { top: 1 })).nextToken ?? '';
    expect(await codeOf(engine.taskProcessingResults.list(other.id, { after }))).toBe('InvalidPageToken');
  });
});

const RUNS = {
  scope: 'runs of w',
  table: RUN_PROPERTIES,
  keyType: 'string',
  defaultOrder: 'scheduledDateTime desc',
} as const;
const request = (options: Parameters<typeof listRequest>[0]) => listRequest<RunRecord, string>(options, RUNS);

describe('the request of a list', () => {
  it('has the default order and size, and no conditions', () => {
    expect(request({})).toMatchObject({
      where: null,
      whereRun: null,
      order: { property: 'scheduledDateTime', descending: true },
      after: null,
      limit: 100,
    });
  });

  it.each([
    ['id', { property: 'id', descending: false }],
    ['id desc', { property: 'id', descending: true }],
    ['  startedDateTime   asc ', { property: 'startedDateTime', descending: false }],
  ])('reads the order %j', (orderBy, order) => {
    expect(request({ orderBy }).order).toEqual(order);
  });

  it('carries filter, order and cursor to the next page, whose request has the size of its own', () => {
    const first = request({ filter: "processingStatus eq 'failed'", orderBy: 'id desc', top: 3 });
    const after = first.tokenAfter({ value: null, key: 'k' });
    const second = request({ after, top: 7 });
    expect(second).toMatchObject({
      where: first.where,
      order: first.order,
      after: { value: null, key: 'k' },
      limit: 7,
    });
    expect(second.tokenAfter({ value: null, key: 'k' })).toBe(after);
  });

  it.each([
    ['filter', { filter: "id eq 'x'" }],
    ['orderBy', { orderBy: 'id' }],
  ])('refuses another %s than its token carries, by name', (field, more) => {
    const after = request({ filter: "id eq 'y'", orderBy: 'id desc' }).tokenAfter({ value: null, key: 'k' });
    expect(() => request({ after, ...more })).toThrowError(
      expect.objectContaining({
        code: 'InvalidPageToken',
        details: { field },
        message: expect.stringContaining(`Expected ${field} to be the one that the page token carries`),
      }),
    );
  });
});

describe('a token that no page has', () => {
  const tokenOf = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  /** The parts of a right token. */
  const parts = {
    scope: RUNS.scope as unknown,
    filter: null as unknown,
    runFilter: null as unknown,
    orderBy: 'scheduledDateTime desc' as unknown,
    value: T0 as unknown,
    key: 'k' as unknown,
  };

  it('differs from one that has all its parts right', () => {
    expect(request({ after: tokenOf(Object.values(parts)) }).after).toEqual({ value: T0, key: 'k' });
  });

  it.each<[string, Partial<typeof parts>]>([
    ['of another list', { scope: 'runs of v' }],
    ['with a filter that is a number', { filter: 5 }],
    ['with a filter that cannot be read', { filter: '(((' }],
    ['with a filter of runs that is a number', { runFilter: 5 }],
    ['with an order that the list does not have', { orderBy: 'color' }],
    ['with an order that is no text', { orderBy: 7 }],
    ['with a text where the order has dates', { value: 'soon' }],
    ['with a number where the order has texts', { orderBy: 'processingStatus', value: 7 }],
    ['with a value that is a list', { value: [] }],
    ['with a key of another type', { key: 5 }],
    ['without a key', { key: undefined }],
  ])('%s is refused as InvalidPageToken', (_, wrong) => {
    expect(() => request({ after: tokenOf(Object.values({ ...parts, ...wrong })) })).toThrowError(
      expect.objectContaining({
        code: 'InvalidPageToken',
        message: 'Expected after to be the nextToken of a page of this list, got something else',
      }),
    );
  });

  it.each(['nonsense', '', tokenOf(null), tokenOf({}), tokenOf([]), tokenOf('x')])(
    '%j is refused as InvalidPageToken',
    (after) => {
      expect(() => request({ after })).toThrowError(expect.objectContaining({ code: 'InvalidPageToken' }));
    },
  );
});

describe('a page', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, n) => runRecord(n));
  const cut = (count: number, options: Parameters<typeof listRequest>[0]) =>
    cutPage(rows(count), request(options), RUN_PROPERTIES, (run) => run.id);

  it('has no token when there is nothing after it', () => {
    for (const count of [0, 1, 2]) {
      const { shown, nextToken } = cut(count, { top: 2 });
      expect([shown.length, nextToken]).toEqual([count, null]);
    }
  });

  it('has the token of its last row when one more was read, and does not show that one', () => {
    const { shown, nextToken } = cut(3, { top: 2 });
    expect(shown).toEqual(rows(2));
    const last = runRecord(1);
    expect(request({ after: nextToken ?? '' }).after).toEqual({ value: last.scheduledAtMs, key: last.id });
  });

  it('in the order of ids has a token with the id alone', () => {
    const { nextToken } = cut(3, { top: 2, orderBy: 'id' });
    expect(request({ after: nextToken ?? '' }).after).toEqual({ value: null, key: runRecord(1).id });
  });
});
