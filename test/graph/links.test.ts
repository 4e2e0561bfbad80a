/** What resources lead to: shown when it is selected or expanded, and reached by its own path. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, BASE, type Json, makeRun, openApi, TYPE, workflowBody } from './support.ts';

let api: Api;
let id: string;
let workflow: string;
let run: string;
let result: Json;

beforeAll(async () => {
  api = await openApi();
  ({ id } = await api.engine.workflows.create(workflowBody('Onboard', ['badge', 'fails']) as never, {
    by: 'p1',
  }));
  workflow = `/workflows/${id}`;
  run = await makeRun(api, id, ['p1', 'p2']);
  [result] = (await api.get(`${workflow}/runs/${run}/taskProcessingResults`)).body.value;
});
afterAll(async () => {
  await api.engine.close();
  expect(api.faults).toEqual([]);
});

const names = (row: object): string[] => Object.keys(row).filter((name) => !name.includes('@odata.'));

describe('$select', () => {
  it.each([
    ['taskProcessingResults', 'id', ['id']],
    ['taskProcessingResults', 'id,subject', ['id', 'subject']],
    ['taskProcessingResults', 'processingStatus,task', ['processingStatus', 'task']],
    ['userProcessingResults', 'processingStatus', ['processingStatus']],
    ['userProcessingResults', 'subject', ['subject']],
  ])('of %s with %s leaves out what it does not name', async (list, select, expected) => {
    const { body } = await api.get(`${workflow}/runs/${run}/${list}?$select=${select}`);
    expect(body['@odata.context']).toMatch(new RegExp(`/${list}\\(${select}\\)$`));
    expect(new Set(body.value.flatMap(names))).toEqual(new Set(expected));
  });

  it('leaves subject and task out where they are not selected, and shows what is expanded', async () => {
    const one = await api.get(`${workflow}/runs/${run}/taskProcessingResults/${result.id}?$select=id`);
    expect(names(one.body)).toEqual(['id']);
    const both = await api.get(
      `${workflow}/runs/${run}/taskProcessingResults?$select=id&$expand=subject($select=id)`,
    );
    expect(both.body.value[0]).toEqual({ id: result.id, subject: { id: 'p1' } });
    const all = await api.get(`${workflow}/runs/${run}/userProcessingResults?$select=*`);
    expect(names(all.body.value[0])).toContain('subject');
  });

  it('takes navigation properties of task reports, which are shown by $expand only', async () => {
    const select =
      'id,failedUsersCount,processingStatus,successfulUsersCount,totalUsersCount,unprocessedUsersCount,taskDefinition,taskProcessingResults';
    const { status, body } = await api.get(`${workflow}/taskReports?$select=${select}`);
    expect(status).toBe(200);
    expect(body['@odata.context']).toMatch(/taskDefinition,taskProcessingResults\)$/);
    expect(names(body.value[0]).sort()).toEqual(select.split(',').slice(0, 6).sort());
    expect((await api.get(`/workflows?$select=id,runs,versions`)).body.value).toEqual([{ id }]);
    expect((await api.get(`${workflow}/taskReports?$select=colour`)).status).toBe(400);
  });
});

describe('$expand', () => {
  it('expands the references of a complex value, behind a cast to its type', async () => {
    const { body } = await api.post('/customTaskExtensions', {
      displayName: 'Ask',
      endpointConfiguration: { targetUrl: 'https://hooks.example.com/' },
      callbackConfiguration: { timeoutDuration: 'PT5M', authorizedApps: [{ id: 'app' }] },
    });
    const type = 'microsoft.graph.identityGovernance.customTaskExtensionCallbackConfiguration';
    for (const path of [
      `callbackConfiguration/${type}/authorizedApps`,
      'callbackConfiguration/authorizedApps',
    ]) {
      const one = await api.get(`/customTaskExtensions/${body.id}?$expand=${path}`);
      expect(one).toMatchObject({
        status: 200,
        body: { callbackConfiguration: { authorizedApps: [{ id: 'app' }] } },
      });
    }
    for (const path of [
      `callbackConfiguration/${type}`,
      'callbackConfiguration/timeoutDuration',
      'callbackConfiguration',
    ])
      expect((await api.get(`/customTaskExtensions/${body.id}?$expand=${path}`)).status).toBe(400);
  });

  it('refuses navigation properties that only paths reach', async () => {
    const { status, body } = await api.get(`${workflow}?$expand=runs`);
    expect(status).toBe(400);
    expect(body.error.message).toContain(
      'it has tasks, createdBy, lastModifiedBy, administrationScopeTargets',
    );
  });
});

describe('paths along navigation properties', () => {
  const TASK_RESULT = () => `${workflow}/runs/${run}/taskProcessingResults/${result.id}`;

  it('lead to users, as the directory has them', async () => {
    const { status, body } = await api.get(`${TASK_RESULT()}/subject`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ '@odata.context': `${BASE}/$metadata#microsoft.graph.user`, id: 'p1' });
    expect(names(body)).toHaveLength(11);
    const selected = await api.get(`${workflow}/createdBy?$select=id,employeeHireDate`);
    expect(names(selected.body).sort()).toEqual(['employeeHireDate', 'id']);
    expect((await api.get(`${workflow}/createdBy?$select=colour`)).status).toBe(400);
    const full = { accept: 'application/json;odata.metadata=full' };
    expect((await api.get(`${TASK_RESULT()}/subject`, full)).body).toMatchObject({
      '@odata.type': '#microsoft.graph.user',
    });
  });

  it('lead to unknown users by id, and to nothing where there is no user', async () => {
    const made = await api.engine.workflows.create(workflowBody('Of a stranger') as never, {
      by: 'stranger',
    });
    expect((await api.get(`/workflows/${made.id}/createdBy`)).body).toMatchObject({
      id: 'stranger',
      mail: null,
    });
    await api.engine.workflows.update(made.id, { description: 'changed by nobody' });
    expect(await api.get(`/workflows/${made.id}/lastModifiedBy`)).toMatchObject({ status: 204, body: '' });
    expect((await api.get('/workflows/none/createdBy')).status).toBe(404);
  });

  it('lead to tasks and definitions', async () => {
    const [report] = (await api.get(`${workflow}/taskReports`)).body.value;
    const { body: task } = await api.get(`${TASK_RESULT()}/task`);
    expect(task).toMatchObject({
      '@odata.context': `${BASE}/$metadata#${TYPE.slice(1)}task`,
      displayName: 'badge',
      executionSequence: 1,
    });
    expect((await api.get(`${workflow}/taskReports/${report.id}/task`)).body.id).toBe(task.id);
    expect((await api.get(`${workflow}/taskReports/${report.id}/taskDefinition`)).body).toMatchObject({
      id: 'badge',
    });
    expect(
      (await api.get(`${workflow}/versions/1/tasks/${task.id}/taskProcessingResults`)).body.value,
    ).toHaveLength(2);
  });

  it('of a task lead through the version that it is of', async () => {
    const { tasks } = await api.engine.workflows.get(id);
    const other = await api.engine.workflows.create(workflowBody('Versions') as never);
    await api.engine.workflows.createNewVersion(other.id, workflowBody('Versions', ['keys']) as never);
    const [first] = (await api.get(`/workflows/${other.id}/versions/1/tasks`)).body.value;
    expect((await api.get(`/workflows/${other.id}/versions/1/tasks/${first.id}`)).body.displayName).toBe(
      'badge',
    );
    expect((await api.get(`/workflows/${other.id}/versions/2/tasks/${first.id}`)).status).toBe(404);
    for (const path of ['', '/taskProcessingResults', `/taskProcessingResults/${result.id}`])
      expect((await api.get(`/workflows/${other.id}/versions/2/tasks/${tasks[0]?.id}${path}`)).status).toBe(
        404,
      );
  });

  it('of a deleted workflow reach its own properties only until it is restored', async () => {
    const made = await api.engine.workflows.create(workflowBody('Short') as never, { by: 'p2' });
    await makeRun(api, made.id, ['p1']);
    await api.engine.workflows.delete(made.id);
    const gone = `/deletedItems/workflows/${made.id}`;
    expect((await api.get(`${gone}/createdBy`)).body).toMatchObject({ id: 'p2' });
    expect((await api.get(`${gone}/tasks`)).body.value).toHaveLength(2);
    for (const path of ['runs', 'runs/x/userProcessingResults', 'versions/1', 'taskReports/x/task']) {
      expect(await api.get(`${gone}/${path}`)).toMatchObject({
        status: 404,
        body: { error: { message: expect.stringContaining('`Short` is deleted. Restore it') } },
      });
    }
    expect((await api.post(`${gone}/activate`, { subjects: [{ id: 'p1' }] })).status).toBe(404);
    expect((await api.post(`${gone}/restore`)).status).toBe(200);
    expect((await api.get(`/workflows/${made.id}/runs`)).body.value).toHaveLength(1);
  });

  it('need the permission for the resource that they start from', async () => {
    const other = await openApi({ authorize: () => ({ id: 'x', permissions: [] }) });
    for (const path of ['', '/workflows/x/createdBy', '/deletedItems/workflows/x/runs'])
      expect((await other.get(path || '/')).status).toBe(403);
    await other.engine.close();
  });
});

it('tasks are added to and removed from a workflow in new versions', async () => {
  const { id: other } = await api.engine.workflows.create(workflowBody('Tasks') as never);
  const added = await api.post(`/workflows/${other}/tasks`, {
    '@odata.type': `${TYPE}task`,
    taskDefinitionId: 'keys',
    arguments: [{ name: 'door', value: 'north' }],
  });
  expect(added).toMatchObject({ status: 201, body: { displayName: 'keys', executionSequence: 3 } });
  expect((await api.get(added.headers.get('location') ?? '')).body.id).toBe(added.body.id);
  expect((await api.get(`/workflows/${other}`)).body).toMatchObject({
    version: 2,
    tasks: [{ displayName: 'badge' }, { displayName: 'laptop' }, { displayName: 'keys' }],
  });
  const [first] = (await api.get(`/workflows/${other}/tasks`)).body.value;
  expect((await api.delete(`/workflows/${other}/tasks/${first.id}`)).status).toBe(204);
  expect((await api.delete(`/workflows/${other}/tasks/${first.id}`)).status).toBe(404);
  const { body } = await api.get(`/workflows/${other}`);
  expect(body).toMatchObject({
    version: 3,
    tasks: [
      { displayName: 'laptop', executionSequence: 1 },
      { displayName: 'keys', executionSequence: 2 },
    ],
  });
  expect((await api.post(`/workflows/${other}/tasks`, { taskDefinitionId: '' })).status).toBe(400);
});
