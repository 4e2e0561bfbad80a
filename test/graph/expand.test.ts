/** `$expand` over HTTP, of users of a directory and of tasks. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGraphHandler, type GraphHandler } from '../../src/graph.ts';
import { createEngine, type Engine, type Subject } from '../../src/index.ts';
import { type Json, requestOf, workflowBody } from './support.ts';

/** They are hired now: in the scope of a workflow of that day. */
const NOW = new Date().toISOString();
const PEOPLE = new Map<string, Subject>(
  Array.from({ length: 5 }, (_, index) => {
    const id = `p${index + 1}`;
    return [
      id,
      {
        id,
        displayName: `Person ${index + 1}`,
        createdDateTime: '2026-01-12',
        employeeHireDate: NOW,
        salary: 100 + index,
      },
    ];
  }),
);
/** What the directory was asked, and whether it answers. */
const asked: (readonly string[])[] = [];
let isDown = false;
const faults: unknown[] = [];

let engine: Engine;
let handler: GraphHandler;
let workflow: string;
let run: string;
let scheduled: string;

beforeAll(async () => {
  engine = await createEngine({
    directory: {
      get: async (ids) => {
        asked.push(ids);
        if (isDown) throw new Error('The directory is down');
        return ids.flatMap((id) => PEOPLE.get(id) ?? []);
      },
      async *query() {
        yield* PEOPLE.values();
      },
    },
    tasks: { '*': () => {} },
  });
  await engine.start();
  handler = createGraphHandler(engine, { onError: (error) => faults.push(error) });
  const made = await engine.workflows.create(
    workflowBody('Onboard', ['sendWelcomeEmail', 'laptop']) as never,
    {
      by: 'p1',
    },
  );
  workflow = `/workflows/${made.id}`;
  const { id } = await engine.runs.activate(made.id, { subjects: [...PEOPLE.keys()] });
  await engine.runs.waitFor(id);
  run = `${workflow}/runs/${id}`;
  PEOPLE.delete('p5');
  const conditions = {
    scope: { rule: "id ne 'p1'" },
    trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
  };
  scheduled = (
    await engine.workflows.create({
      ...workflowBody('Every day'),
      executionConditions: conditions,
      isSchedulingEnabled: true,
    } as never)
  ).id;
});
afterAll(() => engine.close());
beforeEach(() => {
  asked.length = 0;
});

async function get(path: string): Promise<Json> {
  const answer = await handler(requestOf('GET', path));
  const body: Json = await answer.json();
  return { status: answer.status, ...body };
}

const named = (index: number) => ({ displayName: `Person ${index}` });

describe('a page of results with expanded subjects', () => {
  it('asks the directory once for the page, for each subject once', async () => {
    const { value } = await get(`${run}/userProcessingResults?$expand=subject`);
    expect(value.map((one: Json) => one.subject)).toMatchObject([
      { id: 'p1', ...named(1), mail: null, businessPhones: [] },
      { id: 'p2', ...named(2) },
      { id: 'p3', ...named(3) },
      { id: 'p4', ...named(4) },
      // He has left the directory since.
      { id: 'p5' },
    ]);
    expect(Object.keys(value[4].subject)).toEqual(['id']);
    expect(JSON.stringify(value)).not.toContain('salary');
    expect(asked).toEqual([['p1', 'p2', 'p3', 'p4', 'p5']]);
    asked.length = 0;
    const tasks = await get(
      `${run}/taskProcessingResults?$expand=subject($select=displayName),task($select=id)&$top=4`,
    );
    expect(tasks.value.map((one: Json) => one.subject)).toEqual([named(1), named(1), named(2), named(2)]);
    expect(tasks.value.map((one: Json) => Object.keys(one.task))).toEqual(Array(4).fill(['id']));
    expect(asked).toEqual([['p1', 'p2']]);
  });

  it('is filtered and paged before users are fetched', async () => {
    const filter = encodeURIComponent("subject/id ne 'p1'");
    const page = await get(
      `${workflow}/userProcessingResults?$filter=${filter}&$top=2&$expand=subject($select=displayName)&$select=id`,
    );
    expect(page.value.map((one: Json) => one.subject)).toEqual([named(2), named(3)]);
    const next = await get(page['@odata.nextLink']);
    expect(next.value.map((one: Json) => one.subject)).toEqual([named(4), { id: 'p5' }]);
    expect(asked).toEqual([
      ['p2', 'p3'],
      ['p4', 'p5'],
    ]);
  });

  it('fetches no users when none are expanded', async () => {
    const { value } = await get(`${run}/userProcessingResults`);
    expect(value[0].subject).toEqual({ id: 'p1' });
    expect(asked).toEqual([]);
  });

  it('is answered with 500 and no details when the directory fails', async () => {
    isDown = true;
    const { status, error } = await get(`${run}/userProcessingResults?$expand=subject`);
    isDown = false;
    expect(status).toBe(500);
    expect(JSON.stringify(error)).not.toContain('down');
    expect(faults.splice(0)).toMatchObject([{ message: 'The directory is down' }]);
  });
});

it.each([
  ['a user result', () => `${run}/userProcessingResults`],
  ['a task result', () => `${run}/taskProcessingResults`],
])('%s alone has its user too', async (_, list) => {
  const { value } = await get(`${list()}?$top=1`);
  const one = await get(`${list()}/${value[0].id}?$expand=subject($select=displayName,createdDateTime)`);
  expect(one.subject).toEqual({ ...named(1), createdDateTime: '2026-01-12T00:00:00Z' });
});

it.each(['userProcessingResults', 'subjectProcessingResults'])('%s have their tasks', async (list) => {
  const nested = 'taskProcessingResults($select=processingStatus,task,startedDateTime)';
  for (const path of [`${run}/${list}`, `${workflow}/${list}`]) {
    const { value } = await get(`${path}?$expand=${nested}&$select=id&$top=2`);
    for (const { id, taskProcessingResults: tasks, ...rest } of value) {
      expect(Object.keys(rest).filter((name) => name !== 'subject')).toEqual([]);
      expect(tasks).toMatchObject([
        { processingStatus: 'completed', task: { displayName: 'Send welcome email' } },
        { processingStatus: 'completed', task: { displayName: 'laptop' } },
      ]);
      const whole = await get(`${path}/${id}/taskProcessingResults`);
      expect(tasks.map((one: Json) => one.startedDateTime)).toEqual(
        whole.value.map((one: Json) => one.startedDateTime),
      );
      expect(Object.keys(tasks[0]).sort()).toEqual(['processingStatus', 'startedDateTime', 'task']);
    }
  }
  const [first] = (await get(`${run}/${list}?$select=taskProcessingResults,id`)).value;
  expect(first).not.toHaveProperty('taskProcessingResults');
  const filter = encodeURIComponent("taskProcessingResults/any(t: t/processingStatus eq 'completed')");
  expect((await get(`${run}/${list}?$filter=${filter}`)).status).toBe(400);
});

it('no user in the execution scope has tasks yet', async () => {
  const { value } = await get(`/workflows/${scheduled}/executionScope?$expand=taskProcessingResults&$top=1`);
  expect(value).toMatchObject([{ processingStatus: 'queued', taskProcessingResults: [] }]);
});

it('users in the execution scope can be expanded', async () => {
  const { value } = await get(
    `/workflows/${scheduled}/executionScope?$expand=subject($select=displayName)&$top=2`,
  );
  expect(value.map((one: Json) => one.subject)).toEqual([named(2), named(3)]);
});

it('the creator of a workflow can be expanded', async () => {
  const { value } = await get('/workflows?$expand=createdBy($select=displayName),lastModifiedBy');
  expect(value).toMatchObject([
    { createdBy: named(1), lastModifiedBy: { id: 'p1', ...named(1) } },
    { createdBy: null, lastModifiedBy: null },
  ]);
  expect(asked).toEqual([['p1']]);
});

it('task reports have their tasks and definitions, also those of the host’s own', async () => {
  const { value } = await get(`${workflow}/taskReports?$expand=task($select=displayName),taskDefinition`);
  expect(value.map((one: Json) => one.task)).toEqual([
    { displayName: 'Send welcome email' },
    { displayName: 'laptop' },
  ]);
  expect(value[0].taskDefinition).toMatchObject({
    id: '70b29d51-b59a-4773-9280-8841dfd3f2ea',
    category: 'joiner',
    parameters: expect.any(Array),
  });
  expect(value[1].taskDefinition).toEqual({
    id: 'laptop',
    displayName: 'laptop',
    category: 'joiner',
    description: null,
    continueOnError: false,
    parameters: [],
    version: 1,
  });
  const found = await get(
    `${workflow}/taskReports?$filter=${encodeURIComponent("taskDefinition/id eq 'laptop'")}`,
  );
  expect(found.value).toMatchObject([{ id: value[1].id }]);
});

it.each([
  ['subject($select=salary)', 'salary'],
  ['subject($expand=manager)', 'subject'],
  ['subject,subject', 'subject'],
  ['manager', 'manager'],
])('$expand=%s is refused, and says why', async (expand, told) => {
  const { status, error } = await get(`${run}/userProcessingResults?$expand=${expand}`);
  expect([status, error.message.includes(told)]).toEqual([400, true]);
  expect(asked).toEqual([]);
});
