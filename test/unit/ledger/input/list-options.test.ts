import { beforeAll, describe, expect, it } from 'vitest';
import { filter } from '../../../../src/filter/builder.ts';
import type { ListOptions } from '../../../../src/ledger/input/list-options.ts';
import type { Filter } from '../../../../src/model/filter.ts';
import type { Page, Run } from '../../../../src/model/resources/resources.ts';
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
  const tokenOf = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const ID = '00000000-0000-8000-8000-000000000000';

  it.each([
    ['no token', 'nonsense'],
    ['an empty one', ''],
    ['null', tokenOf(null)],
    ['an object', tokenOf({})],
    ['too little', tokenOf([null])],
    ['a key of another type', tokenOf([null, 'id', null, 5])],
    ['a value that is a list', tokenOf([null, 'id', [], ID])],
    ['a filter that is a number', tokenOf([5, 'id', null, ID])],
    ['a text where the order has dates', tokenOf([null, 'scheduledDateTime desc', 'soon', ID])],
    ['a number where the order has texts', tokenOf([null, 'processingStatus', 7, ID])],
    ['an order that the list does not have', tokenOf([null, 'color', null, ID])],
    ['a filter that cannot be read', tokenOf(['(((', 'id', null, ID])],
  ])('%s is refused as InvalidPageToken', async (_what, after) => {
    const { engine, workflow } = await withRuns(3);
    expect(await codeOf(engine.runs.list(workflow.id, { after }))).toBe('InvalidPageToken');
  });

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
