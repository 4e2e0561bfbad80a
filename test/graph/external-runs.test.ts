import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, GUID, LW, makeWorkflow, openApi, resultBody, runBody } from './support.ts';

let api: Api;
let workflowId: string;
let runs: string;

beforeEach(async () => {
  api = await openApi();
  workflowId = await makeWorkflow(api);
  runs = `/workflows/${workflowId}/runs`;
});
afterEach(async () => {
  await api.engine.close();
  expect(api.faults).toEqual([]);
});

describe('runs and user results over HTTP', () => {
  it('are created with 201, their address and the whole representation', async () => {
    const { status, headers, body } = await api.post(runs, runBody());
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`${LW}/workflows('${workflowId}')/runs('${body.id}')`);
    expect(body).toEqual({
      '@odata.context': `http://localhost/v1.0/$metadata#identityGovernance/lifecycleWorkflows/workflows('${workflowId}')/runs/$entity`,
      id: expect.stringMatching(GUID),
      completedDateTime: null,
      failedTasksCount: 0,
      failedUsersCount: 0,
      lastUpdatedDateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,2}[1-9])?Z$/),
      processingStatus: 'queued',
      scheduledDateTime: '2026-01-31T17:00:00Z',
      startedDateTime: null,
      successfulUsersCount: 0,
      totalTasksCount: 4,
      totalUnprocessedTasksCount: 4,
      totalUsersCount: 2,
      workflowExecutionType: 'onDemand',
      activatedOnScope: null,
    });
  });

  it('are read, listed, updated and deleted', async () => {
    const { body: made } = await api.post(runs, runBody());
    const got = await api.get(`${runs}/${made.id}`);
    expect(got).toMatchObject({ status: 200, body: made });
    const listed = await api.get(`${runs}?$count=true`);
    expect(listed.status).toBe(200);
    expect(listed.body['@odata.context']).toBe(made['@odata.context'].replace('/$entity', ''));
    expect(listed.body['@odata.count']).toBe(1);
    const { '@odata.context': _, ...run } = made;
    expect(listed.body.value).toEqual([run]);
    const changed = await api.patch(`${runs}/${made.id}`, { scheduledDateTime: '2026-02-01T17:00:00.5Z' });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ id: made.id, scheduledDateTime: '2026-02-01T17:00:00.5Z' });
    const deleted = await api.delete(`${runs}/${made.id}`);
    expect(deleted).toMatchObject({ status: 204, body: '' });
    expect(await api.get(`${runs}/${made.id}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'itemNotFound' } },
    });
  });

  it('finish by themselves once all users are reported', async () => {
    const { body: run } = await api.post(runs, runBody());
    const results = `${runs}/${run.id}/userProcessingResults`;
    const made = await api.post(results, resultBody());
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(
      `${LW}/workflows('${workflowId}')/runs('${run.id}')/userProcessingResults('${made.body.id}')`,
    );
    expect(made.body).toEqual({
      '@odata.context': `http://localhost/v1.0/$metadata#identityGovernance/lifecycleWorkflows/workflows('${workflowId}')/runs('${run.id}')/userProcessingResults/$entity`,
      id: expect.stringMatching(GUID),
      completedDateTime: '2026-01-31T17:00:02.25Z',
      failedTasksCount: 0,
      processingStatus: 'completed',
      scheduledDateTime: '2026-01-31T17:00:00Z',
      startedDateTime: '2026-01-31T17:00:01Z',
      totalTasksCount: 2,
      totalUnprocessedTasksCount: 0,
      workflowExecutionType: 'onDemand',
      workflowVersion: 1,
      subject: { id: 'ada' },
    });
    expect((await api.get(`${runs}/${run.id}`)).body).toMatchObject({
      processingStatus: 'inProgress',
      successfulUsersCount: 1,
    });
    await api.post(
      results,
      resultBody({
        subject: { id: 'bob' },
        processingStatus: 'Failed',
        failedTasksCount: 1,
        totalUnprocessedTasksCount: 1,
      }),
    );
    const { body: done } = await api.get(`${runs}/${run.id}`);
    expect(done).toMatchObject({
      processingStatus: 'completedWithErrors',
      successfulUsersCount: 1,
      failedUsersCount: 1,
      failedTasksCount: 1,
      totalUnprocessedTasksCount: 1,
    });
    const { body: list } = await api.get(results);
    expect(list.value.map(({ subject }: { subject: { id: string } }) => subject.id)).toEqual(['ada', 'bob']);
  });

  it('are summed up over a window', async () => {
    await api.post(runs, runBody());
    const window = 'startDateTime=2026-01-31T00:00:00Z,endDateTime=2026-02-01T00:00:00Z';
    const sums = {
      failedRuns: 0,
      failedTasks: 0,
      successfulRuns: 0,
      totalRuns: 1,
      totalTasks: 4,
      totalUsers: 2,
    };
    const context = 'http://localhost/v1.0/$metadata#microsoft.graph.identityGovernance.runSummary';
    expect((await api.get(`${runs}/summary(${window})`)).body).toEqual({
      '@odata.context': context,
      ...sums,
    });
    const outside = 'endDateTime=2026-01-30T00:00:00Z,startDateTime=2026-01-29T00:00:00Z';
    expect((await api.get(`${runs}/summary(${outside})`)).body).toMatchObject({ totalRuns: 0 });
  });

  it.each([
    ['no totals', runBody({ totalUsersCount: undefined }), 400, 'BadRequest'],
    ['a status that a new run cannot have', runBody({ processingStatus: 'completed' }), 409, 'Conflict'],
    ['a counter that contradicts it', runBody({ failedTasksCount: 1 }), 409, 'Conflict'],
    ['a field that no run has', runBody({ colour: 'red' }), 400, 'BadRequest'],
    ['a date without a zone', runBody({ scheduledDateTime: '2026-01-31T17:00:00' }), 400, 'BadRequest'],
  ])('refuse a run with %s', async (_, body, status, code) => {
    expect(await api.post(runs, body)).toMatchObject({ status, body: { error: { code } } });
    expect((await api.get(runs)).body.value).toEqual([]);
  });

  it('refuse a second result of a subject, and an illegal transition', async () => {
    const { body: run } = await api.post(runs, runBody());
    await api.post(`${runs}/${run.id}/userProcessingResults`, resultBody());
    expect(await api.post(`${runs}/${run.id}/userProcessingResults`, resultBody())).toMatchObject({
      status: 409,
    });
    expect(await api.patch(`${runs}/${run.id}`, { processingStatus: 'completed' })).toMatchObject({
      status: 409,
    });
    expect(await api.delete(`${runs}/${run.id}`)).toMatchObject({ status: 409 });
  });

  it('answer 405 to writes when the host makes runs read-only, as Entra does', async () => {
    const entra = await openApi({ readOnlyRuns: true });
    const id = await makeWorkflow(entra);
    const refused = await entra.post(`/workflows/${id}/runs`, runBody());
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toBe('GET');
    await entra.engine.close();
  });
});
