/** Answers read by the models of Microsoft's own beta SDK: whatever they do not know would be left over. */
import type { Parsable, ParsableFactory } from '@microsoft/kiota-abstractions';
import { JsonParseNodeFactory } from '@microsoft/kiota-serialization-json';
import * as models from '@microsoft/msgraph-beta-sdk/models/identityGovernance/index.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, makeRun, makeWorkflow, openApi, workflowBody } from './support.ts';

let api: Api;
let workflow: string;
let run: string;
const WINDOW = '(startDateTime=2020-01-01T00:00:00Z,endDateTime=2099-01-01T00:00:00Z)';

beforeAll(async () => {
  api = await openApi();
  const id = await makeWorkflow(api, 'Onboard', ['badge', 'fails', 'laptop']);
  workflow = `/workflows/${id}`;
  run = `${workflow}/runs/${await makeRun(api, id, ['p1', 'p2'])}`;
});
afterAll(() => api.engine.close());

async function read<Model extends Parsable>(path: string, model: ParsableFactory<Model>): Promise<Model> {
  const { status, body } = await api.get(path);
  expect(status).toBe(200);
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const node = new JsonParseNodeFactory().getRootParseNode('application/json', bytes.buffer as ArrayBuffer);
  return node.getObjectValue(model) as Model;
}

/** Names that a model did not know. */
/** Properties that tenure has beside Graph's. */
const OURS = ['runsPausedDateTime'];

function leftOver(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(leftOver);
  if (typeof value !== 'object' || value === null || value instanceof Date) return [];
  const { additionalData = {}, ...known } = value as { additionalData?: object };
  const stray = Object.keys(additionalData).filter(
    (name) => !name.includes('@odata.') && !OURS.includes(name),
  );
  return [...stray, ...Object.values(known).flatMap(leftOver)];
}

it('the generated models read runs, with dates as dates and statuses as members', async () => {
  const list = await read<models.RunCollectionResponse>(
    `${workflow}/runs`,
    models.createRunCollectionResponseFromDiscriminatorValue,
  );
  expect(leftOver(list)).toEqual([]);
  expect(list.value).toMatchObject([
    {
      processingStatus: 'failed',
      failedUsersCount: 2,
      totalTasksCount: 6,
      workflowExecutionType: 'onDemand',
    },
  ]);
  expect(list.value?.[0]?.completedDateTime).toBeInstanceOf(Date);
});

it('the generated models read user results, task results and task reports', async () => {
  const users = await read<models.UserProcessingResultCollectionResponse>(
    `${run}/userProcessingResults`,
    models.createUserProcessingResultCollectionResponseFromDiscriminatorValue,
  );
  expect(users.value).toMatchObject([
    { processingStatus: 'failed', subject: { id: 'p1' } },
    { subject: { id: 'p2' } },
  ]);
  expect(leftOver(users)).toEqual([]);
  const tasks = await read<models.TaskProcessingResultCollectionResponse>(
    `${run}/taskProcessingResults`,
    models.createTaskProcessingResultCollectionResponseFromDiscriminatorValue,
  );
  expect(tasks.value?.map(({ processingStatus }) => processingStatus)).toEqual([
    'completed',
    'failed',
    'canceled',
    'completed',
    'failed',
    'canceled',
  ]);
  expect(tasks.value?.[1]).toMatchObject({
    failureReason: 'It always fails',
    task: { displayName: 'fails', executionSequence: 2 },
  });
  expect(leftOver(tasks)).toEqual([]);
  const reports = await read<models.TaskReportCollectionResponse>(
    `${workflow}/taskReports?$expand=task`,
    models.createTaskReportCollectionResponseFromDiscriminatorValue,
  );
  expect(reports.value).toMatchObject([
    { successfulUsersCount: 2 },
    { failedUsersCount: 2, task: { displayName: 'fails' } },
    { unprocessedUsersCount: 2 },
  ]);
  expect(leftOver(reports)).toEqual([]);
});

it('the generated models read results with expanded subjects and tasks', async () => {
  const nested =
    'subject($select=id,displayName,employeeHireDate,accountEnabled,otherMails),taskProcessingResults';
  const users = await read<models.UserProcessingResultCollectionResponse>(
    `${run}/userProcessingResults?$expand=${nested}`,
    models.createUserProcessingResultCollectionResponseFromDiscriminatorValue,
  );
  expect(users.value).toMatchObject([
    {
      subject: { id: 'p1', employeeHireDate: expect.any(Date), otherMails: [] },
      taskProcessingResults: [
        { processingStatus: 'completed' },
        { processingStatus: 'failed', subject: { id: 'p1' }, task: { displayName: 'fails' } },
        { processingStatus: 'canceled' },
      ],
    },
    { subject: { id: 'p2' } },
  ]);
  const whole = await read<models.UserProcessingResultCollectionResponse>(
    `${run}/userProcessingResults?$expand=subject($select=*)`,
    models.createUserProcessingResultCollectionResponseFromDiscriminatorValue,
  );
  expect([users, whole].flatMap(leftOver)).toEqual([]);
});

it('the generated models read subject results of both kinds, and their summary', async () => {
  const people = await read<models.SubjectProcessingResultCollectionResponse>(
    `${run}/subjectProcessingResults`,
    models.createSubjectProcessingResultCollectionResponseFromDiscriminatorValue,
  );
  expect(people.value).toMatchObject([
    // The package reads flags from arrays only; Graph sends them as one text (domain §1.1), as for tasks' categories.
    { processingStatus: 'failed', subjectType: [], subject: { directoryObject: { id: 'p1' } } },
    { subject: { directoryObject: { id: 'p2' } } },
  ]);
  const attributeSetEntries = [{ name: 'department', value: 'Sales' }];
  const subject = {
    '@odata.type': '#microsoft.graph.identityGovernance.provisioningObjectWorkflowSubject',
    id: 'p1',
    attributeSetEntries,
  };
  const other = await makeWorkflow(api, 'Provision');
  await api.post(`/workflows/${other}/activateAndWait`, { subject });
  const objects = await read<models.SubjectProcessingResultCollectionResponse>(
    `/workflows/${other}/subjectProcessingResults`,
    models.createSubjectProcessingResultCollectionResponseFromDiscriminatorValue,
  );
  expect(objects.value).toMatchObject([{ subject: { id: 'p1', attributeSetEntries } }]);
  const sums = await read<models.SubjectSummary>(
    `${run}/subjectProcessingResults/summary${WINDOW}`,
    models.createSubjectSummaryFromDiscriminatorValue,
  );
  expect(sums).toMatchObject({ totalSubjects: 2, failedSubjects: 2, successfulSubjects: 0, totalTasks: 6 });
  expect([people, objects, sums].flatMap(leftOver)).toEqual([]);
});

it('the generated models read the creator and the administration scopes of a workflow', async () => {
  const { id } = await api.engine.workflows.create(
    { ...workflowBody('Of somebody'), administrationScopeTargets: [{ id: 'north' }] } as never,
    { by: 'ada' },
  );
  const one = await read<models.Workflow>(
    `/workflows/${id}?$expand=administrationScopeTargets,createdBy`,
    models.createWorkflowFromDiscriminatorValue,
  );
  expect(one).toMatchObject({
    createdBy: { id: 'ada' },
    lastModifiedBy: { id: 'ada' },
    administrationScopeTargets: [{ id: 'north' }],
  });
  expect(leftOver(one)).toEqual([]);
});

it('the generated models read workflows, versions, definitions and templates', async () => {
  const one = await read<models.Workflow>(workflow, models.createWorkflowFromDiscriminatorValue);
  expect(one).toMatchObject({ displayName: 'Onboard', version: 1, tasks: [{}, {}, {}] });
  expect(leftOver(one)).toEqual([]);
  const versions = await read<models.WorkflowVersionCollectionResponse>(
    `${workflow}/versions?$expand=tasks`,
    models.createWorkflowVersionCollectionResponseFromDiscriminatorValue,
  );
  expect(versions.value).toMatchObject([{ versionNumber: 1, tasks: [{}, {}, {}] }]);
  expect(leftOver(versions)).toEqual([]);
  const definitions = await read<models.TaskDefinitionCollectionResponse>(
    '/taskDefinitions',
    models.createTaskDefinitionCollectionResponseFromDiscriminatorValue,
  );
  expect(definitions.value?.length).toBeGreaterThan(20);
  expect(leftOver(definitions)).toEqual([]);
  const templates = await read<models.WorkflowTemplateCollectionResponse>(
    '/workflowTemplates?$expand=tasks',
    models.createWorkflowTemplateCollectionResponseFromDiscriminatorValue,
  );
  expect(templates.value?.length).toBeGreaterThan(5);
  expect(leftOver(templates)).toEqual([]);
});

it('the generated models read summaries', async () => {
  const runs = await read<models.RunSummary>(
    `${workflow}/runs/summary${WINDOW}`,
    models.createRunSummaryFromDiscriminatorValue,
  );
  expect(runs).toMatchObject({ totalRuns: 1, failedRuns: 1, totalUsers: 2, totalTasks: 6, failedTasks: 2 });
  const users = await read<models.UserSummary>(
    `${workflow}/userProcessingResults/summary${WINDOW}`,
    models.createUserSummaryFromDiscriminatorValue,
  );
  expect(users).toMatchObject({
    totalUsers: 2,
    failedUsers: 2,
    successfulUsers: 0,
    totalTasks: 6,
    failedTasks: 2,
  });
  const reports = await read<models.TaskReportSummary>(
    `${workflow}/taskReports/summary${WINDOW}`,
    models.createTaskReportSummaryFromDiscriminatorValue,
  );
  expect(reports).toMatchObject({ totalTasks: 6, successfulTasks: 2, failedTasks: 2, unprocessedTasks: 2 });
  expect([runs, users, reports].flatMap(leftOver)).toEqual([]);
});
