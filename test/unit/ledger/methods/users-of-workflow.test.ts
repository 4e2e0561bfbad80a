import { beforeAll, expect, it } from 'vitest';
import { type Engine, filter } from '../../../../src/index.ts';
import type { WorkflowUserListOptions } from '../../../../src/ledger/input/list-options.ts';
import type { Page, UserProcessingResult } from '../../../../src/model/resources/resources.ts';
import { codeOf, makeWorld, workflowInput } from '../../../helpers/world.ts';

let runs: Engine['runs'];
let workflowId: string;
let list: (options?: WorkflowUserListOptions) => Promise<Page<UserProcessingResult>>;
const RUNS = ['2026-02-01', '2026-02-03', '2026-02-02'] as const;

/** Three runs of two users each, of which one failed; the run of 3 February is scheduled. And another workflow. */
beforeAll(async () => {
  const { engine } = makeWorld();
  ({ runs } = engine);
  const input = (day: string) =>
    ({
      scheduledDateTime: `${day}T00:00:00Z`,
      workflowExecutionType: day.endsWith('3') ? 'scheduled' : 'onDemand',
      totalUsersCount: 2,
      totalUnprocessedTasksCount: 2,
    }) as const;
  ({ id: workflowId } = await engine.workflows.create(workflowInput(['a'])));
  const { id: other } = await engine.workflows.create(workflowInput(['a']));
  for (const [of, day] of [...RUNS.map((one) => [workflowId, one] as const), [other, RUNS[0]] as const]) {
    const { id } = await engine.runs.create(of, input(day));
    for (const [name, failedTasksCount] of [
      ['ada', 0],
      ['bob', 1],
    ] as const) {
      await engine.userProcessingResults.create(id, {
        subject: { id: `${name} ${day}` },
        processingStatus: failedTasksCount === 0 ? 'completed' : 'failed',
        totalTasksCount: 1,
        failedTasksCount,
        totalUnprocessedTasksCount: 0,
      });
    }
  }
  list = (options) => engine.userProcessingResults.listOfWorkflow(workflowId, options);
});

const subjects = ({ value }: Page<UserProcessingResult>) => value.map(({ subject }) => subject.id);
const ALL = ['2026-02-03', '2026-02-02', '2026-02-01'].flatMap((day) => [`ada ${day}`, `bob ${day}`]);

it('come newest schedule first, each run by ordinal, with their number', async () => {
  const page = await list({ count: true });
  expect(subjects(page)).toEqual(ALL);
  expect(page).toMatchObject({ nextToken: null, count: 6 });
  expect(page.value[0]?.workflowExecutionType).toBe('scheduled');
});

it('come on pages of which each token carries the filters', async () => {
  const first = await list({
    filter: "processingStatus eq 'failed'",
    runFilter: "id ne 'x'",
    top: 1,
    count: true,
  });
  expect(first.count).toBe(3);
  const second = await list({ after: first.nextToken ?? '', top: 1 });
  const third = await list({ after: second.nextToken ?? '', top: 1 });
  expect([first, second, third].flatMap(subjects)).toEqual(ALL.filter((id) => id.startsWith('bob')));
  expect(third.nextToken).toBeNull();
  const other = { after: first.nextToken ?? '', runFilter: "id ne 'y'" };
  expect(await codeOf(list(other))).toBe('InvalidPageToken');
});

it('are of the runs that a text or a built filter names', async () => {
  const text = "workflowExecutionType eq 'scheduled'";
  for (const runFilter of [text, filter.eq('workflowExecutionType', 'scheduled')]) {
    const page = await list({ runFilter, filter: filter.startsWith('subject/id', 'ada'), count: true });
    expect(subjects(page)).toEqual(['ada 2026-02-03']);
    expect(page.count).toBe(1);
  }
});

it.each<[string, object, string]>([
  ['an order, which is fixed', { orderBy: 'startedDateTime' }, 'InvalidArgument'],
  ['a property of runs in the filter of users', { filter: filter.eq('id', 'x') }, 'InvalidFilter'],
  ['a property of users in the filter of runs', { runFilter: "subject/id eq 'x'" }, 'InvalidFilter'],
  ['a token of no list', { after: 'x' }, 'InvalidPageToken'],
])('%s is refused', async (_, options, code) => {
  expect(await codeOf(list(options))).toBe(code);
});

it('a token of another list is refused', async () => {
  const { nextToken } = await runs.list(workflowId, { top: 1 });
  expect(await codeOf(list({ after: nextToken ?? '' }))).toBe('InvalidPageToken');
});
