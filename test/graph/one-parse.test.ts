/** A `$filter`, and the filter of a list call, is parsed once: what travels inside is the tree. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseOData } from '../../src/filter/parsing/parse.ts';
import { kindAt } from '../../src/graph/lists/filter-check.ts';
import type { KeyName } from '../../src/graph/routes/route.ts';
import { TABLE } from '../../src/graph/routes/routes.ts';
import { placeOf } from '../../src/graph/schema/schema.ts';
import { filter, WORKFLOW_TEMPLATES } from '../../src/index.ts';
import { taskReportId, taskResultId, userResultId } from '../../src/model/ids.ts';
import { type Api, type Json, makeRun, makeWorkflow, openApi, TYPE } from './support.ts';

vi.mock('../../src/filter/parsing/parse.ts', async (original) => {
  const real = await original<typeof import('../../src/filter/parsing/parse.ts')>();
  return { ...real, parseOData: vi.fn(real.parseOData) };
});

const RULE = "department eq 'Sales'";
const parsed = vi.mocked(parseOData);
/** What was parsed, but for the rules of workflows, which are no part of a request. */
const texts = (): string[] => parsed.mock.calls.map(([text]) => text).filter((text) => text !== RULE);

let api: Api;
let run: { readonly id: string; readonly workflowId: string };
let templateTask: string;
let keys: Readonly<Partial<Record<KeyName, string>>>;

beforeAll(async () => {
  api = await openApi();
  const { workflows, customTaskExtensions } = api.engine;
  const { id: workflowId, tasks } = await workflows.create({
    category: 'joiner',
    displayName: 'Onboard',
    executionConditions: {
      '@odata.type': `${TYPE}triggerAndScopeBasedConditions`,
      scope: { '@odata.type': `${TYPE}ruleBasedSubjectSet`, rule: RULE },
      trigger: {
        '@odata.type': `${TYPE}timeBasedAttributeTrigger`,
        timeBasedAttribute: 'employeeHireDate',
        offsetInDays: 0,
      },
    },
    tasks: [{ taskDefinitionId: 'badge' }],
  });
  await makeRun(api, workflowId, ['p1', 'p2', 'p9']);
  run = { id: await makeRun(api, workflowId, ['p1', 'p2', 'p9']), workflowId };
  await workflows.delete(await makeWorkflow(api, 'Old'));
  const extension = await customTaskExtensions.create({
    displayName: 'Ask',
    endpointConfiguration: { targetUrl: 'https://hooks.example.com/' },
  } as never);
  const [template] = WORKFLOW_TEMPLATES;
  if (!template) throw new Error('Expected templates');
  templateTask = (await api.get(`/workflowTemplates/${template.id}/tasks`)).body.value[0].id;
  keys = {
    workflow: workflowId,
    run: run.id,
    user: userResultId(run.id, 1),
    taskResult: taskResultId(run.id, 1, 1),
    report: taskReportId(run.id, 1),
    task: tasks[0]?.id ?? '',
    version: '1',
    template: template.id,
    extension: extension.id,
  };
});
beforeEach(() => {
  parsed.mockClear();
});
afterEach(() => expect(api.faults).toEqual([]));

/** Asks for every property that a list rewrites, or looks for, as far as its type has it. */
function filterFor(path: string): string {
  const place = placeOf(path);
  if (place.kind !== 'resource') throw new Error(`Expected ${path} to be a list`);
  const { type } = place;
  const wanted = [
    ['processingStatus', "ne 'queued'"],
    ['workflowExecutionType', "eq 'onDemand'"],
    ['failedTasksCount', 'ge 0'],
    ['subject/id', "ne 'nobody'"],
    ['id', "ne 'none'"],
    ['versionNumber', 'ge 1'],
  ];
  return wanted
    .filter(([name = '']) => kindAt(type, name.split('/')) !== undefined)
    .map((parts) => parts.join(' '))
    .join(' and ');
}

function addressOf(path: string): string {
  return `/${path.replace(/\{(\w+)\}/g, (_, name: KeyName) => {
    const key = name === 'task' && path.startsWith('workflowTemplates') ? templateTask : keys[name];
    if (key === undefined) throw new Error(`Expected a key for ${name} of ${path}`);
    return key;
  })}`;
}

/** Those below a deleted workflow are the same lists, of a workflow that few have something for. */
const LISTS = TABLE.filter(
  ({ method, options, path }) =>
    method === 'GET' && options.includes('filter') && !path.startsWith('deletedItems/workflows/'),
);

describe('one parse serves', () => {
  it.each(LISTS.map(({ path }) => path))('a page, the next page and the count of %s', async (path) => {
    const text = filterFor(path);
    const query = `$filter=${encodeURIComponent(text)}`;
    const first = await api.get(`${addressOf(path)}?${query}&$top=1&$count=true`);
    expect([first.status, first.body.error]).toEqual([200, undefined]);
    expect(texts()).toEqual([text]);
    parsed.mockClear();
    const next: string | undefined = first.body['@odata.nextLink'];
    if (next !== undefined) {
      expect((await api.get(next)).status).toBe(200);
      expect(texts()).toEqual([text]);
      parsed.mockClear();
    }
    expect((await api.get(`${addressOf(path)}/$count?${query}`)).status).toBe(200);
    expect(texts()).toEqual([text]);
  });

  it('more than eight lists that have a next page', async () => {
    const withNext = async (path: string): Promise<boolean> =>
      (await api.get(`${addressOf(path)}?$top=1`)).body['@odata.nextLink'] !== undefined;
    const found = await Promise.all(LISTS.map(({ path }) => withNext(path)));
    expect(found.filter(Boolean).length).toBeGreaterThan(8);
  });

  it('a filter that is looked at row by row, in any part', async () => {
    const text = "contains(workflow/displayName, 'board') or year(startedDateTime) gt 2000";
    await api.get(`/workflows/${run.workflowId}/runs?$filter=${encodeURIComponent(text)}`);
    expect(texts()).toEqual([text]);
  });

  it.each(['runs', 'userProcessingResults', 'taskReports', 'subjectProcessingResults'])(
    'the summary of %s with none',
    async (list) => {
      const window = '(startDateTime=2020-01-01T00:00:00Z,endDateTime=2040-01-01T00:00:00Z)';
      expect((await api.get(`/workflows/${run.workflowId}/${list}/summary${window}`)).status).toBe(200);
      expect(texts()).toEqual([]);
    },
  );
});

describe('a list call of the engine parses', () => {
  type List = (options: object) => Promise<{ readonly nextToken: string | null }>;
  const lists: Readonly<Record<string, List>> = {
    'the runs of a workflow': (options) => api.engine.runs.list(run.workflowId, options),
    'all runs': (options) => api.engine.runs.list(options),
    'the users of a workflow': (options) =>
      api.engine.userProcessingResults.listOfWorkflow(run.workflowId, options),
    'the users of a run': (options) => api.engine.userProcessingResults.list(run.id, options),
  };
  const TEXT = "processingStatus ne 'queued'";
  const TREE = filter.ne('processingStatus', 'queued');

  it.each(Object.entries(lists))('a text once and a tree never, of %s', async (_, list) => {
    for (const [given, times] of [
      [TEXT, 1],
      [TREE, 0],
    ] as const) {
      const { nextToken: after }: Json = await list({ filter: given, top: 1, count: true });
      expect(texts()).toHaveLength(times);
      parsed.mockClear();
      await list({ filter: given, after, top: 1 });
      expect(texts()).toHaveLength(times);
      parsed.mockClear();
      // The token alone has the filter as text.
      await list({ after });
      expect(texts()).toHaveLength(1);
      parsed.mockClear();
    }
  });
});
