import { beforeAll, expect, it } from 'vitest';
import { filter } from '../../../../src/filter/builder.ts';
import type { ListOptions } from '../../../../src/ledger/input/list-options.ts';
import type { Filter } from '../../../../src/model/filter.ts';
import type { Page, Run } from '../../../../src/model/resources/resources.ts';
import { codeOf, makeWorld, workflowInput } from '../../../helpers/world.ts';

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
