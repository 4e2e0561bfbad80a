/** Custom task extensions over the API: kept, called, and answered by who has the token of the call. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bearerTokens,
  createGraphHandler,
  type GraphHandler,
  type GraphOptions,
  PERMISSIONS,
} from '../../src/graph.ts';
import { arrayDirectory, createEngine, type Engine } from '../../src/index.ts';
import { newWebhookSecret, webhookConnection, webhookTasks } from '../../src/webhook.ts';
import { type Json, LW, requestOf, TYPE } from './support.ts';

const ADMIN = 'the-token-of-an-admin';
const READER = 'the-token-of-a-reader';
const APP = 'the-token-of-the-logic-app';
const DONE = {
  data: { '@odata.type': `${TYPE}customTaskExtensionCallbackData`, operationStatus: 'Completed' },
  source: 'sample',
  type: 'lifecycleEvent',
};
const WAITS = {
  displayName: 'Ask the badge office',
  endpointConfiguration: {
    '@odata.type': '#microsoft.graph.logicAppTriggerEndpointConfiguration',
    logicAppWorkflowName: 'badges',
    resourceGroupName: 'hr',
    subscriptionId: 's',
    url: 'https://hooks.example.com/run',
  },
  clientConfiguration: { maximumRetries: 1, timeoutInMilliseconds: 1_000 },
  callbackConfiguration: {
    '@odata.type': `${TYPE}customTaskExtensionCallbackConfiguration`,
    timeoutDuration: 'PT5M',
  },
};

let engine: Engine;
let called: PromiseWithResolvers<Json>;
let handler: GraphHandler;
let call: (
  method: string,
  path: string,
  body?: object,
  token?: string | null,
) => Promise<{ status: number; body: Json }>;

beforeEach(async () => {
  called = Promise.withResolvers();
  engine = await createEngine({
    directory: arrayDirectory([{ id: 'ada' }]),
    tasks: { after: () => {} },
    callout: {
      post: async ({ body }) => {
        called.resolve(JSON.parse(body).data);
        return { status: 202, body: '' };
      },
      secret: () => 'a secret of this store, which nobody can guess',
    },
  });
  await engine.start();
  handler = handlerOf();
  call = async (method, path, body, token = ADMIN) => {
    const answer = await handler(
      requestOf(method, path, body, token === null ? {} : { authorization: `Bearer ${token}` }),
    );
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? '' : JSON.parse(text) };
  };
});
afterEach(() => engine.close());

function handlerOf(options: GraphOptions = {}): GraphHandler {
  return createGraphHandler(engine, {
    authorize: bearerTokens([
      ADMIN,
      { token: READER, permissions: [PERMISSIONS.readAll] },
      { token: APP, id: 'logic-app', permissions: [] },
    ]),
    ...options,
  });
}

/** The same path with the id of a task result that is not there. */
function another(path: string): string {
  return path.replace(/(?<=taskProcessingResults\/)./, (digit) => (digit === '0' ? '1' : '0'));
}

/** A run whose first task waits; what the extension was sent, and the run. */
async function waiting(
  authorizedApps: readonly object[] = [],
): Promise<{ readonly data: Json; readonly workflow: string; readonly run: string }> {
  const { body: extension } = await call('POST', '/customTaskExtensions', {
    ...WAITS,
    callbackConfiguration: { ...WAITS.callbackConfiguration, authorizedApps },
  });
  const { body: made } = await call('POST', '/workflows', {
    category: 'joiner',
    displayName: 'Badge',
    executionConditions: { '@odata.type': `${TYPE}onDemandExecutionOnly` },
    tasks: [
      {
        taskDefinitionId: '4262b724-8dba-4fad-afc3-43fcbb497a0e',
        arguments: [{ name: 'customTaskExtensionID', value: extension.id }],
      },
      { taskDefinitionId: 'after' },
    ],
  });
  const run = await engine.runs.activate(made.id, { subjects: ['ada'] });
  return { data: await called.promise, workflow: made.id, run: run.id };
}

describe('the callback of a custom task extension', () => {
  it('is accepted once from a caller with the token of the call, which grants nothing else', async () => {
    const { data, run } = await waiting();
    const path = data.callbackUriPath.replace('/identityGovernance/lifecycleWorkflows', '');
    expect(path).toMatch(/^\/workflows\/.+\/resume\?token=[\w-]{43}$/);
    expect((await call('POST', `${path}x`, DONE, null)).status).toBe(401);
    expect(await call('POST', `${path}x`, DONE, READER)).toMatchObject({
      status: 403,
      body: { error: { code: 'accessDenied' } },
    });
    expect((await call('POST', path.replace(/\?.*/, ''), DONE, null)).status).toBe(401);
    expect((await call('POST', path.replace(/\?.*/, ''), DONE, READER)).status).toBe(403);
    expect(await call('POST', path, DONE, null)).toEqual({ status: 204, body: '' });
    expect(await engine.runs.waitFor(run)).toMatchObject({ processingStatus: 'completed' });
    expect((await call('POST', path, DONE, null)).status).toBe(409);
  });

  it('is accepted at the address that a webhook was sent', async () => {
    const sent = Promise.withResolvers<Json>();
    const fetch = async (_url: unknown, init: RequestInit = {}) => {
      sent.resolve(JSON.parse(Buffer.from(init.body as Uint8Array).toString()).data);
      return new Response(null, { status: 202 });
    };
    const webhook = webhookConnection({
      http: { baseUrl: 'https://hooks.example.com/run', fetch },
      secrets: newWebhookSecret(),
      callbackUrl: LW.slice(0, LW.indexOf('/identityGovernance')),
    });
    await engine.close();
    engine = await createEngine({
      directory: arrayDirectory([{ id: 'ada' }]),
      tasks: webhookTasks(webhook, { badge: { callbackTimeoutMs: 60_000 } }),
    });
    await engine.start();
    handler = handlerOf();
    const { body: made } = await call('POST', '/workflows', {
      category: 'joiner',
      displayName: 'Badge',
      executionConditions: { '@odata.type': `${TYPE}onDemandExecutionOnly` },
      tasks: [{ taskDefinitionId: 'badge' }],
    });
    const run = await engine.runs.activate(made.id, { subjects: ['ada'] });
    const { callback } = await sent.promise;
    expect((await call('POST', `${callback.url}x`, DONE, null)).status).toBe(401);
    expect((await call('POST', callback.url, DONE, null)).status).toBe(204);
    expect(await engine.runs.waitFor(run.id)).toMatchObject({ processingStatus: 'completed' });
  });

  it('is accepted from a principal that may change workflows, at every address of the result', async () => {
    for (const place of ['tasks', 'run', 'runUser', 'user', 'report']) {
      called = Promise.withResolvers();
      const { data, workflow, run } = await waiting();
      const { body: users } = await call('GET', `/workflows/${workflow}/runs/${run}/userProcessingResults`);
      const { body: reports } = await call('GET', `/workflows/${workflow}/taskReports`);
      const one = `/workflows/${workflow}`;
      const parent: Record<string, string> = {
        tasks: `${one}/tasks/${data.task.id}`,
        run: `${one}/runs/${run}`,
        runUser: `${one}/runs/${run}/userProcessingResults/${users.value[0].id}`,
        user: `${one}/userProcessingResults/${users.value[0].id}`,
        report: `${one}/taskReports/${reports.value[0].id}`,
      };
      const path = `${parent[place]}/taskProcessingResults/${data.taskProcessingResult.id}/microsoft.graph.identityGovernance.resume`;
      const failed = { ...DONE, data: { operationStatus: 'failed' } };
      expect(await call('POST', path, failed)).toEqual({ status: 204, body: '' });
      expect(await engine.runs.waitFor(run)).toMatchObject({
        processingStatus: 'failed',
        failedTasksCount: 1,
      });
      await engine.workflows.delete(workflow);
    }
  });

  it('is accepted from an application that the extension names, which may do nothing else', async () => {
    const apps = [{ '@odata.type': '#microsoft.graph.application', id: 'logic-app' }, { id: 'another' }];
    const { data, workflow, run } = await waiting(apps);
    const path = `/workflows/${workflow}/runs/${run}/taskProcessingResults/${data.taskProcessingResult.id}`;
    expect((await call('GET', path, undefined, APP)).status).toBe(403);
    expect((await call('PATCH', `/workflows/${workflow}`, { description: 'x' }, APP)).status).toBe(403);
    expect((await call('POST', `${path}/resume`, DONE, READER)).status).toBe(403);
    // What it must not read it cannot learn: a result that is not there is refused as one that is not its own.
    expect((await call('POST', `${path.slice(0, -1)}/resume`, DONE, APP)).status).toBe(403);
    expect((await call('POST', `${path}/resume`, { data: {} }, APP)).status).toBe(400);
    expect(await call('POST', `${path}/resume`, DONE, APP)).toEqual({ status: 204, body: '' });
    expect(await engine.runs.waitFor(run)).toMatchObject({ processingStatus: 'completed' });
    const { body } = await call('GET', '/customTaskExtensions');
    expect(body.value[0].callbackConfiguration.authorizedApps).toEqual([
      { id: 'logic-app' },
      { id: 'another' },
    ]);
  });

  it('is refused from an application that the extension does not name, or no longer names', async () => {
    const { data, workflow, run } = await waiting([{ id: 'another' }]);
    const path = `/workflows/${workflow}/runs/${run}/taskProcessingResults/${data.taskProcessingResult.id}/resume`;
    expect((await call('POST', path, DONE, APP)).status).toBe(403);
    const [extension] = await engine.customTaskExtensions.list();
    const { callbackConfiguration } = WAITS;
    const change = (authorizedApps: { id: string }[]) =>
      engine.customTaskExtensions.update(extension?.id ?? '', {
        callbackConfiguration: { ...callbackConfiguration, authorizedApps } as never,
      });
    await change([{ id: 'logic-app' }]);
    await engine.customTaskExtensions.delete(extension?.id ?? '');
    expect((await call('POST', path, DONE, APP)).status).toBe(403);
    expect((await call('POST', path, DONE)).status).toBe(204);
    await engine.runs.waitFor(run);
  });

  it('is refused with a malformed body, and for a task result that does not wait', async () => {
    const { data, workflow, run } = await waiting();
    const path = `/workflows/${workflow}/runs/${run}/taskProcessingResults/${data.taskProcessingResult.id}/resume`;
    expect((await call('POST', path, { data: { operationStatus: 'perhaps' } })).status).toBe(400);
    expect((await call('POST', path, { status: 'completed' })).status).toBe(400);
    const { body } = await call('GET', `/workflows/${workflow}/runs/${run}/taskProcessingResults`);
    const idle = body.value[1].id;
    expect(
      (await call('POST', `/workflows/${workflow}/runs/${run}/taskProcessingResults/${idle}/resume`, DONE))
        .status,
    ).toBe(409);
    expect((await call('POST', path, DONE)).status).toBe(204);
    await engine.runs.waitFor(run);
  });
});

describe('an unauthenticated caller', () => {
  const GUESS = 'x'.repeat(43);

  it('learns nothing of paths, methods and results, with an invalid token or one of another result', async () => {
    const { data, workflow, run } = await waiting();
    const path = data.callbackUriPath.replace('/identityGovernance/lifecycleWorkflows', '');
    const [there = '', query = ''] = path.split('?');
    const own = query.slice('token='.length);
    const answers = new Set<string>();
    for (const [method, url] of [
      ['POST', `${there}?token=${GUESS}`],
      ['POST', `${there}?token=`],
      ['POST', `${another(there)}?token=${own}`],
      ['POST', `/workflows/none/tasks/none/taskProcessingResults/none/resume?token=${own}`],
      ['GET', `${there}?token=${own}`],
      ['PUT', `${there}?token=${own}`],
      ['POST', `/workflows/${workflow}/activate?token=${own}`],
      ['GET', `/workflows/${workflow}/runs/${run}?token=${own}`],
      ['GET', `/workflows?token=${own}`],
      ['PUT', `/workflows?token=${own}`],
      ['GET', `/nothing?token=${own}`],
      ['GET', `http://localhost/v3.0/workflows?token=${own}`],
      ['GET', `http://localhost/?token=${own}`],
      ['GET', `/workflows/%E0%A4%A?token=${own}`],
      ['GET', '/workflows'],
      ['GET', '/nothing'],
    ] as const) {
      const answer = await handler(requestOf(method, url, method === 'POST' ? DONE : undefined));
      const { error } = (await answer.json()) as Json;
      answers.add(`${answer.status} ${error.code} ${error.message} ${answer.headers.get('allow')}`);
    }
    expect([...answers]).toEqual(['401 InvalidAuthenticationToken Access token is empty or not valid. null']);
    expect((await call('POST', path, DONE, null)).status).toBe(204);
    await engine.runs.waitFor(run);
  });

  it('has its body left unread', async () => {
    let isRead = false;
    const body = new ReadableStream(
      {
        pull: (controller) => {
          isRead = true;
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const url = `${LW}/workflows/w/tasks/t/taskProcessingResults/r/resume?token=${GUESS}`;
    const answer = await handler(new Request(url, { method: 'POST', body, duplex: 'half' }));
    expect(answer.status).toBe(401);
    expect(isRead).toBe(false);
  });

  it('does not use up the rate of callbacks and authenticated principals', async () => {
    handler = handlerOf({ rateLimit: { requests: 10, windowMs: 86_400_000 } });
    const { data, run } = await waiting();
    const path = data.callbackUriPath.replace('/identityGovernance/lifecycleWorkflows', '');
    for (let count = 0; count < 30; count++) {
      expect((await call('GET', `/workflows?token=guess${count}`, undefined, null)).status).toBe(401);
      expect((await call('POST', path.replace(/token=.*/, `token=${count}`), DONE, null)).status).toBe(401);
    }
    expect((await call('POST', path, DONE, null)).status).toBe(204);
    expect((await call('GET', '/workflows')).status).toBe(200);
    await engine.runs.waitFor(run);
    // Whoever has a token can use up what that call has, and nothing else.
    const statuses = [];
    for (let count = 0; count < 12; count++) statuses.push((await call('POST', path, DONE, null)).status);
    expect(statuses).toEqual([...Array(9).fill(409), ...Array(3).fill(429)]);
    expect((await call('GET', '/workflows')).status).toBe(200);
  });
});

it('a principal that may not read results cannot probe for their existence with a token', async () => {
  const { data, run } = await waiting();
  const path = data.callbackUriPath.replace('/identityGovernance/lifecycleWorkflows', '');
  const guessed = path.replace(/token=.*/, 'token=guess');
  const there = await call('POST', guessed, DONE, APP);
  const nowhere = await call('POST', another(guessed), DONE, APP);
  expect([there.status, there.body.error.message]).toEqual([nowhere.status, nowhere.body.error.message]);
  expect(there.status).toBe(403);
  expect((await call('POST', path, DONE, APP)).status).toBe(204);
  await engine.runs.waitFor(run);
});

it('a token in a URL is accepted for callbacks only', async () => {
  expect((await call('GET', `/workflows?token=${ADMIN}`, undefined, null)).status).toBe(401);
  expect((await call('GET', '/workflows', undefined, null)).status).toBe(401);
  const batch = {
    requests: [{ id: '1', method: 'GET', url: '/identityGovernance/lifecycleWorkflows/workflows' }],
  };
  expect((await call('POST', `http://localhost/v1.0/$batch?token=${ADMIN}`, batch, null)).status).toBe(401);
});

const AUTHORS = { createdBy: { id: 'token 1' }, lastModifiedBy: { id: 'token 1' } };

it('custom task extensions are created, changed and deleted', async () => {
  const { status, body } = await call('POST', '/customTaskExtensions', WAITS);
  expect(status).toBe(201);
  expect(body).toMatchObject({ ...WAITS, description: null, authenticationConfiguration: null });
  const one = `/customTaskExtensions/${body.id}`;
  expect((await call('GET', one)).body).toEqual({ ...body, ...AUTHORS });
  const changed = await call('PATCH', one, { displayName: 'Ask somebody else' });
  expect(changed).toMatchObject({ status: 200, body: { id: body.id, displayName: 'Ask somebody else' } });
  const found = await call(
    'GET',
    '/customTaskExtensions?$search="somebody"&$filter=contains(endpointConfiguration/url,\'hooks\')',
  );
  expect(found.body.value).toHaveLength(1);
  const timeout = 'callbackConfiguration/timeoutDuration';
  for (const [filter, count] of [
    [`${timeout} eq duration'PT5M'`, 1],
    [`${timeout} eq duration'PT300S'`, 1],
    [`${timeout} eq 'PT5M'`, 1],
    [`${timeout} gt duration'PT5M'`, 0],
    [`totalseconds(${timeout}) eq 300`, 1],
  ] as const) {
    const { status: one, body: list } = await call('GET', `/customTaskExtensions?$filter=${filter}`);
    expect([filter, one, list.value.length]).toEqual([filter, 200, count]);
  }
  expect((await call('POST', '/customTaskExtensions', WAITS, READER)).status).toBe(403);
  expect((await call('DELETE', one)).status).toBe(204);
  expect((await call('GET', one)).status).toBe(404);
});
