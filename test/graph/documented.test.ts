/** Requests as the pages of Microsoft's documentation have them, also where a page and the metadata differ. */
import { JsonParseNodeFactory, JsonSerializationWriterFactory } from '@microsoft/kiota-serialization-json';
import * as models from '@microsoft/msgraph-beta-sdk/models/identityGovernance/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, type Json, makeWorkflow, openApi, TYPE, workflowBody } from './support.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi({ runIdHeader: true });
});
afterAll(async () => {
  await api.engine.close();
  expect(api.faults).toEqual([]);
});

const EXTENSION = {
  displayName: 'Grant manager access to mailbox and OneDrive',
  description: 'Grant manager access to mailbox and OneDrive',
  endpointConfiguration: {
    '@odata.type': '#microsoft.graph.logicAppTriggerEndpointConfiguration',
    subscriptionId: 'c500b67c-e9b7-4ad2-a90d-77d41385ae55',
    resourceGroupName: 'RG-LCM',
    logicAppWorkflowName: 'ManagerAccess',
  },
  authenticationConfiguration: {
    '@odata.type': '#microsoft.graph.azureAdTokenAuthentication',
    resourceId: '542dc01a-0b5d-4edc-b3f9-5cfe6393f557',
  },
  clientConfiguration: {
    '@odata.type': '#microsoft.graph.customExtensionClientConfiguration',
    maximumRetries: 1,
    timeoutInMilliseconds: 1000,
  },
  callbackConfiguration: {
    '@odata.type': `${TYPE}customTaskExtensionCallbackConfiguration`,
    timeoutDuration: 'PT5M',
  },
};

describe('a custom task extension', () => {
  const post = async (): Promise<Json> => {
    const { status, body } = await api.post('/customTaskExtensions', EXTENSION);
    expect(status).toBe(201);
    return body;
  };

  it('is created without the URL of its logic app, which Graph fills in by itself', async () => {
    const { endpointConfiguration } = await post();
    expect(endpointConfiguration).toEqual({ ...EXTENSION.endpointConfiguration, url: null });
  });

  it('keeps the URL that it has when a body names the same logic app without one', async () => {
    const { id } = await post();
    const { endpointConfiguration } = EXTENSION;
    const url = 'https://prod-1.example.com/triggers/manual';
    await api.patch(`/customTaskExtensions/${id}`, {
      endpointConfiguration: { ...endpointConfiguration, url },
    });
    const again = await api.patch(`/customTaskExtensions/${id}`, { endpointConfiguration });
    expect(again.body.endpointConfiguration.url).toBe(url);
    const other = { ...endpointConfiguration, logicAppWorkflowName: 'Other' };
    const moved = await api.patch(`/customTaskExtensions/${id}`, { endpointConfiguration: other });
    expect(moved.body.endpointConfiguration.url).toBeNull();
  });
});

/** What Microsoft's generated client sends of a resource that it has read. */
function sentBack(resource: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(resource));
  const node = new JsonParseNodeFactory().getRootParseNode('application/json', bytes.buffer as ArrayBuffer);
  const workflow = node.getObjectValue(models.createWorkflowFromDiscriminatorValue);
  const writer = new JsonSerializationWriterFactory().getSerializationWriter('application/json');
  writer.writeObjectValue(undefined, workflow, models.serializeWorkflow);
  return new TextDecoder().decode(writer.getSerializedContent());
}

it.each(['POST', 'PATCH'])(
  '%s of a workflow refuses the short form of conditions that TypeScript has',
  async (method) => {
    const body = { ...workflowBody('Short'), executionConditions: 'onDemand' };
    const path = method === 'POST' ? '/workflows' : `/workflows/${await makeWorkflow(api)}`;
    expect(await api.send(method, path, body)).toMatchObject({ status: 400 });
  },
);

describe('createNewVersion', () => {
  it('takes the workflow wrapped as in the metadata, or bare as in the examples', async () => {
    const id = await makeWorkflow(api, 'Versions');
    const workflow = { ...workflowBody('Versions', ['badge']), description: 'x', isEnabled: true };
    const wrapped = await api.post(`/workflows/${id}/createNewVersion`, { workflow });
    const bare = await api.post(`/workflows/${id}/createNewVersion`, workflow);
    expect(wrapped).toMatchObject({ status: 200, body: { version: 2, description: 'x' } });
    expect(bare).toMatchObject({ status: 200, body: { version: 3, description: 'x' } });
    const both = await api.post(`/workflows/${id}/createNewVersion`, { ...workflow, workflow });
    expect(both.status).toBe(400);
  });

  it('takes the body of Microsoft’s generated client, which sends an empty object for null', async () => {
    const id = await makeWorkflow(api, 'Of a client');
    const body = sentBack((await api.get(`/workflows/${id}`)).body);
    expect(JSON.parse(body)).toMatchObject({ settings: { quarantineConfiguration: {} } });
    const { status, body: made } = await api.post(
      `/workflows/${id}/createNewVersion`,
      `{"workflow":${body}}`,
    );
    expect(status).toBe(200);
    expect(made).toMatchObject({ version: 2, settings: { quarantineConfiguration: null } });
  });
});

describe('activateWithScope', () => {
  it('takes subjects for a scope of users, as in the first example of its page', async () => {
    const id = await makeWorkflow(api, 'Subjects');
    const { status, headers } = await api.post(`/workflows/${id}/activatewithscope`, {
      subjects: [{ id: 'p1' }, { id: 'p2' }],
    });
    expect(status).toBe(204);
    const run = await api.engine.runs.waitFor(headers.get('x-run-id') ?? '');
    expect(run).toMatchObject({
      totalUsersCount: 2,
      workflowExecutionType: 'activatedWithScope',
      activatedOnScope: { '@odata.type': `${TYPE}activateUserScope` },
    });
  });

  it('answers 406 for unknown subjects, as in the second example of its page', async () => {
    const id = await makeWorkflow(api, 'Strangers');
    const subjects = [{ id: '2ea4c363-4b85-4529-b2ec-53b64308f39f' }];
    expect((await api.post(`/workflows/${id}/activateWithScope`, { subjects })).status).toBe(406);
  });
});

it('cancelProcessing needs the @odata.type of its scope', async () => {
  const id = await makeWorkflow(api, 'Canceled', ['waits']);
  const run = await api.engine.runs.activate(id, { subjects: ['p1'] });
  const cancel = (scope: object) => api.post(`/workflows/${id}/cancelProcessing`, { scope });
  const runs = [{ id: run.id }];
  expect(await cancel({ runs })).toMatchObject({
    status: 400,
    body: {
      error: { message: expect.stringContaining('#microsoft.graph.identityGovernance.cancelRunsScope') },
    },
  });
  expect((await cancel({ '@odata.type': `${TYPE}activateRunScope`, runs })).status).toBe(400);
  expect((await cancel({ '@odata.type': `${TYPE}cancelRunsScope`, runs })).status).toBe(204);
  api.letGo();
  await api.engine.runs.waitFor(run.id);
});

it('the insights that are lists take $top', async () => {
  const window = '(startDateTime=2020-01-01T00:00:00Z,endDateTime=2099-01-01T00:00:00Z)';
  for (const name of ['topTasksProcessedSummary', 'topWorkflowsProcessedSummary']) {
    const whole = await api.get(`/insights/${name}${window}`);
    const first = await api.get(`/insights/${name}${window}?$top=1`);
    expect(whole.body.value.length).toBeGreaterThan(1);
    expect(first.body.value).toEqual(whole.body.value.slice(0, 1));
  }
  expect((await api.get(`/insights/workflowsProcessedSummary${window}?$top=1`)).status).toBe(400);
});

it('workflows for a provisioning system have their category, conditions and extensions', async () => {
  const beta = 'http://localhost/beta/identityGovernance/lifecycleWorkflows';
  const named = { prefer: 'include-unknown-enum-members' };
  const extension = await api.post(`${beta}/customTaskExtensions`, {
    displayName: 'Provision',
    endpointConfiguration: { targetUrl: 'https://hooks.example.com/' },
    replyMode: 'response',
  });
  expect(extension).toMatchObject({ status: 201, body: { replyMode: 'response' } });
  const made = await api.post(
    `${beta}/workflows`,
    {
      category: 'extensibility',
      displayName: 'Provision',
      executionConditions: { '@odata.type': `${TYPE}provisioningAttributeMapping` },
      tasks: [
        {
          taskDefinitionId: '4262b724-8dba-4fad-afc3-43fcbb497a0e',
          arguments: [{ name: 'customTaskExtensionID', value: extension.body.id }],
        },
      ],
    },
    named,
  );
  expect(made).toMatchObject({
    status: 201,
    body: {
      category: 'extensibility',
      executionConditions: { '@odata.type': `${TYPE}provisioningAttributeMapping` },
    },
  });
  expect((await api.get(`${beta}/workflows/${made.body.id}`)).body.category).toBe('unknownFutureValue');
  const found = await api.get(`${beta}/workflows?$filter=category eq 'extensibility'`, named);
  expect(found.body.value).toMatchObject([{ id: made.body.id, category: 'extensibility' }]);
  expect(
    (await api.get(`${beta}/taskDefinitions?$filter=category has 'extensibility'`)).body.value,
  ).toMatchObject([{ id: '4262b724-8dba-4fad-afc3-43fcbb497a0e' }]);
});

it('a filter accepts the execution type as preview (metadata) and as previewMode (documentation)', async () => {
  const id = await makeWorkflow(api, 'Previewed');
  const { headers } = await api.post(`/workflows/${id}/previewWorkflow`, { subjects: [{ id: 'p1' }] });
  await api.engine.runs.waitFor(headers.get('x-run-id') ?? '');
  for (const list of ['userProcessingResults', 'runs', 'subjectProcessingResults']) {
    const [short, long] = await Promise.all(
      ['preview', 'previewMode'].map((name) =>
        api.get(`/workflows/${id}/${list}?$filter=workflowExecutionType eq '${name}'`),
      ),
    );
    expect(short?.body.value).toHaveLength(1);
    expect(long?.body.value).toEqual(short?.body.value);
  }
});

it('task definitions are searched by their names', async () => {
  const { status, body } = await api.get('/taskDefinitions?$search="group"');
  expect(status).toBe(200);
  const names: string[] = body.value.map((one: { displayName: string }) => one.displayName);
  expect(names.length).toBeGreaterThan(2);
  expect(names.filter((name) => !/group/i.test(name))).toEqual([]);
});
