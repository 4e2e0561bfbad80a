/** Microsoft's own client, unmodified, over a socket. */
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  GraphError,
  HTTPMessageHandler,
  type Middleware,
  PageIterator,
} from '@microsoft/microsoft-graph-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bearerTokens } from '../../src/graph.ts';
import { type Served, serveApi } from './server.ts';
import { resultBody, runBody, workflowBody } from './support.ts';

const TOKEN = 'a-token-of-some-length';
const WORKFLOWS = '/identityGovernance/lifecycleWorkflows/workflows';

let api: Served;
let client: Client;
let workflowId: string;
let runs: string;

beforeAll(async () => {
  api = await serveApi();
  client = Client.init({ baseUrl: `${api.url}/`, authProvider: (done) => done(null, '') });
  workflowId = (await client.api(WORKFLOWS).post(workflowBody('Onboard'))).id;
  runs = `${WORKFLOWS}/${workflowId}/runs`;
  for (let day = 1; day <= 7; day++) {
    await client.api(runs).post(runBody({ scheduledDateTime: `2026-01-0${day}T00:00:00Z` }));
  }
});
afterAll(async () => {
  await api.close();
  expect(api.faults).toEqual([]);
});

/** A token goes with https only, unless it is put into the request by a step of one's own. */
function clientWith(url: string, token: string): Client {
  const http = new HTTPMessageHandler();
  const signed: Middleware = {
    execute: (context) => {
      context.options = {
        ...context.options,
        headers: { ...context.options?.headers, Authorization: `Bearer ${token}` },
      };
      return http.execute(context);
    },
  };
  return Client.initWithMiddleware({ baseUrl: `${url}/`, middleware: signed });
}

it('Microsoft’s client pages through a list with its iterator, each row once', async () => {
  const first = await client.api(runs).top(3).select(['id', 'scheduledDateTime']).get();
  expect(first['@odata.nextLink']).toContain('skiptoken');
  const seen: string[] = [];
  const iterator = new PageIterator(client, first, (run: { scheduledDateTime: string }) => {
    seen.push(run.scheduledDateTime);
    return true;
  });
  await iterator.iterate();
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1].map((day) => `2026-01-0${day}T00:00:00Z`));
});

it('Microsoft’s client filters, orders, selects, skips and counts', async () => {
  const answer = await client
    .api(runs)
    .filter("processingStatus eq 'queued' and scheduledDateTime ge 2026-01-04T00:00:00Z")
    .orderby('scheduledDateTime')
    .select('scheduledDateTime')
    .skip(1)
    .top(2)
    .count(true)
    .get();
  expect(answer['@odata.count']).toBe(4);
  expect(answer.value).toEqual([
    { scheduledDateTime: '2026-01-05T00:00:00Z' },
    { scheduledDateTime: '2026-01-06T00:00:00Z' },
  ]);
});

it('Microsoft’s client calls functions and actions', async () => {
  const summary = await client
    .api(`${runs}/summary(startDateTime=2026-01-01T00:00:00Z,endDateTime=2026-01-03T00:00:00Z)`)
    .get();
  expect(summary).toMatchObject({ totalRuns: 3, totalUsers: 6, totalTasks: 12 });
  const activated = await client
    .api(`${WORKFLOWS}/${workflowId}/activate`)
    .post({ subjects: [{ id: 'p1' }, { id: 'p1\u00a0' }] });
  expect(activated).toBeUndefined();
  const { value } = await client.api(runs).filter('totalUsersCount eq 1').get();
  expect(value).toHaveLength(1);
  await api.engine.runs.waitFor(value[0].id);
  const results = await client.api(`${runs}/${value[0].id}/userProcessingResults`).expand('subject').get();
  expect(results.value).toMatchObject([{ processingStatus: 'completed', subject: { id: 'p1' } }]);
});

it('Microsoft’s client reads subject results page by page, and their tasks with the subjects', async () => {
  const workflow = await client.api(WORKFLOWS).post(workflowBody('Of subjects'));
  const one = `${WORKFLOWS}/${workflow.id}`;
  const waited = await client.api(`${one}/activateAndWait`).post({
    subject: {
      '@odata.type': '#microsoft.graph.identityGovernance.provisioningObjectWorkflowSubject',
      id: 'p3',
      attributeSetEntries: [{ name: 'department', value: 'Sales' }],
    },
  });
  expect(waited).toMatchObject({ processingStatus: 'completed', subject: { id: 'p3' } });
  await client.api(`${one}/activate`).post({ subjects: [{ id: 'p1' }, { id: 'p2' }] });
  const { value } = await client.api(`${one}/runs`).filter('totalUsersCount eq 2').get();
  await api.engine.runs.waitFor(value[0].id);
  const seen: unknown[] = [];
  const first = await client
    .api(`${one}/subjectProcessingResults`)
    .header('Prefer', 'include-unknown-enum-members')
    .top(1)
    .get();
  const iterator = new PageIterator(
    client,
    first,
    ({
      subjectType,
      subject,
    }: {
      subjectType: string;
      subject: { id?: string; directoryObject?: { id: string } };
    }) => {
      seen.push([subjectType, subject.id ?? subject.directoryObject?.id]);
      return true;
    },
    { headers: { Prefer: 'include-unknown-enum-members' } },
  );
  await iterator.iterate();
  expect(seen).toEqual([
    ['user', 'p1'],
    ['user', 'p2'],
    ['provisioningObject', 'p3'],
  ]);
  const tasks = await client
    .api(`${one}/subjectProcessingResults/${first.value[0].id}/taskProcessingResults`)
    .expand('subject($select=id,employeeHireDate),task($select=displayName)')
    .get();
  expect(tasks.value).toMatchObject([
    { subject: { id: 'p1', employeeHireDate: expect.any(String) }, task: { displayName: 'badge' } },
    { task: { displayName: 'laptop' } },
  ]);
});

it('Microsoft’s client sets the administration scopes of a workflow', async () => {
  const one = `${WORKFLOWS}/${workflowId}`;
  const unit = { '@odata.type': '#microsoft.graph.administrativeUnit', id: 'north' };
  expect(await client.api(one).patch({ administrationScopeTargets: [unit] })).toBeUndefined();
  expect((await client.api(`${one}/administrationScopeTargets`).get()).value).toEqual([unit]);
  const shown = await client.api(one).expand('administrationScopeTargets').select('displayName').get();
  expect(shown).toMatchObject({ displayName: 'Onboard', administrationScopeTargets: [{ id: 'north' }] });
});

it('Microsoft’s client creates, changes and deletes workflows', async () => {
  const run = await client.api(runs).post(runBody({ scheduledDateTime: '2025-06-01T00:00:00Z' }));
  const moved = await client.api(`${runs}/${run.id}`).patch({ scheduledDateTime: '2025-06-02T00:00:00Z' });
  expect(moved).toMatchObject({ id: run.id, scheduledDateTime: '2025-06-02T00:00:00Z' });
  const result = await client.api(`${runs}/${run.id}/userProcessingResults`).post(resultBody());
  expect(result).toMatchObject({ processingStatus: 'completed', subject: { id: 'ada' } });
  const canceled = await client.api(`${runs}/${run.id}`).patch({ processingStatus: 'canceled' });
  expect(canceled.processingStatus).toBe('canceled');
  const other = await client.api(runs).post(runBody({ scheduledDateTime: '2025-06-03T00:00:00Z' }));
  await client.api(`${runs}/${other.id}`).delete();
  await expect(client.api(`${runs}/${other.id}`).get()).rejects.toMatchObject({
    statusCode: 404,
    code: 'itemNotFound',
  });
});

it('Microsoft’s client gets the code and message of an error', async () => {
  const error = await client
    .api(runs)
    .filter('colour eq 1')
    .get()
    .then(expect.fail, (caught: unknown) => caught);
  expect(error).toBeInstanceOf(GraphError);
  const { statusCode, code, requestId, message, headers } = error as GraphError;
  expect({ statusCode, code }).toEqual({ statusCode: 400, code: 'BadRequest' });
  expect(message).toContain('colour');
  expect((headers as Headers).get('request-id')).toBe(requestId);
});

it('Microsoft’s client is accepted with a token, and refused with another one', async () => {
  const guarded = await serveApi({ authorize: bearerTokens([TOKEN]) });
  await expect(
    clientWith(guarded.url, 'another-token-altogether').api(WORKFLOWS).get(),
  ).rejects.toMatchObject({
    statusCode: 401,
    code: 'InvalidAuthenticationToken',
  });
  expect(await clientWith(guarded.url, TOKEN).api(WORKFLOWS).get()).toMatchObject({ value: [] });
  await guarded.close();
});

it('Microsoft’s client sends batches', async () => {
  const url = (path: string) => `${api.url}${path}`;
  const content = new BatchRequestContent([
    {
      id: '1',
      request: new Request(url(runs), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(runBody({ scheduledDateTime: '2024-01-01T00:00:00Z' })),
      }),
    },
    {
      id: '2',
      request: new Request(url(`${runs}?$filter=scheduledDateTime lt 2025-01-01T00:00:00Z`)),
      dependsOn: ['1'],
    },
    { id: '3', request: new Request(url(`${runs}/none`)), dependsOn: ['2'] },
  ]);
  const answer = new BatchResponseContent(await client.api('/$batch').post(await content.getContent()));
  expect(answer.getResponseById('1').status).toBe(201);
  expect(((await answer.getResponseById('2').json()) as { value: unknown[] }).value).toHaveLength(1);
  expect(answer.getResponseById('3').status).toBe(404);
});
