/** What is read can be sent back: GET, then PATCH of the answer, changes nothing, however it was read. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowInput } from '../../src/testing/arbitraries/workflows.ts';
import { type Api, BASE, type Json, makeRun, makeWorkflow, openApi, runBody, TYPE } from './support.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi({ runIdHeader: true });
});
afterAll(async () => {
  await api.engine.close();
  expect(api.faults).toEqual([]);
});

const reading = fc.record({
  version: fc.constantFrom('v1.0', 'beta'),
  level: fc.constantFrom('none', 'minimal', 'full'),
  prefer: fc.constantFrom('', 'include-unknown-enum-members'),
});
type Reading = typeof reading extends fc.Arbitrary<infer One> ? One : never;

async function expectUnchanged(path: string, { version, level, prefer }: Reading): Promise<void> {
  const url = `${BASE.replace('v1.0', version)}/identityGovernance/lifecycleWorkflows${path}`;
  const get = async (): Promise<Json> => {
    const headers = { accept: `application/json;odata.metadata=${level}`, prefer };
    const { status, body } = await api.get(url, headers);
    expect(status).toBe(200);
    return body;
  };
  const before = await get();
  const { status, body } = await api.patch(url.split('?')[0] ?? '', before);
  expect({ status, error: body?.error }).toEqual({
    status: expect.toSatisfy((one: number) => one === 200 || one === 204),
    error: undefined,
  });
  expect(await get()).toEqual(before);
}

const quarantineConfiguration = fc.option(
  fc.record({
    matchMode: fc.constantFrom('any', 'all'),
    conditions: fc.array(
      fc.oneof(
        fc.record({ threshold: fc.nat() }),
        fc.record({ percentage: fc.integer({ min: 0, max: 100 }) }),
      ),
      { maxLength: 3 },
    ),
  }),
);
const text = fc
  .string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'aä .é-') })
  .map((one) => `x${one}`);

let names = 0;
const trigger = fc.oneof(
  fc.record({
    timeBasedAttribute: fc.constantFrom('employeeHireDate', 'createdDateTime'),
    offsetInDays: fc.integer({ min: -180, max: 180 }),
  }),
  fc.record({ triggerAttributes: fc.constant([{ name: 'department' }]) }),
  fc.record({ inactivityPeriodInDays: fc.integer({ min: 1, max: 100 }) }),
  fc.constant({
    attribute: 'employeeLeaveDateTime',
    operator: { eventTiming: 'after', greaterThanOffsetInDays: 1, lessThanOffsetInDays: 9 },
  }),
);
const conditions = fc.oneof(
  fc.constantFrom('onDemandExecutionOnly', 'provisioningAttributeMapping').map((type) => ({
    '@odata.type': TYPE + type,
  })),
  trigger.map((one) => ({ scope: { rule: "department eq 'Sales'" }, trigger: one })),
  fc.constant({ scope: { groups: [{ id: 'g' }] }, trigger: { changeType: 'add' } }),
);
const workflow = fc
  .record({
    input: workflowInput({ scheduled: false }),
    description: fc.option(text),
    executionConditions: conditions,
    settings: fc.record({ quarantineConfiguration }),
    administrationScopeTargets: fc.uniqueArray(fc.constantFrom('north', 'south', 'west'), { maxLength: 3 }),
    isEnabled: fc.boolean(),
  })
  .map(({ input, administrationScopeTargets, ...more }) => ({
    ...input,
    ...more,
    administrationScopeTargets: administrationScopeTargets.map((id) => ({ id })),
  }));

it('workflows and their tasks can be sent back as they were read, over HTTP and to the library', async () => {
  await fc.assert(
    fc.asyncProperty(workflow, reading, async (input, how) => {
      const displayName = `Workflow ${++names}`;
      const made = await api.engine.workflows.create({ ...input, displayName } as never, { by: 'ada' });
      await expectUnchanged(`/workflows/${made.id}`, how);
      await expectUnchanged(`/workflows/${made.id}?$expand=createdBy,administrationScopeTargets`, how);
      for (const task of made.tasks) await expectUnchanged(`/workflows/${made.id}/tasks/${task.id}`, how);
      expect(await api.engine.workflows.update(made.id, made)).toEqual(made);
      await api.engine.workflows.delete(made.id);
      await api.engine.workflows.purge(made.id);
    }),
    { numRuns: 40 },
  );
});

it('settings can be sent back as they were read', async () => {
  const settings = fc.record(
    {
      emailSettings: fc.record({
        senderDomain: fc.constantFrom('', 'example.com'),
        useCompanyBranding: fc.boolean(),
      }),
      quarantineConfiguration,
      workflowScheduleIntervalInHours: fc.integer({ min: 1, max: 24 }),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(settings, reading, async (patch, how) => {
      await api.engine.settings.update(patch as never);
      await expectUnchanged('/settings', how);
    }),
    { numRuns: 40 },
  );
});

it('custom task extensions can be sent back as they were read', async () => {
  const logicApp = fc.record(
    {
      logicAppWorkflowName: text,
      resourceGroupName: text,
      subscriptionId: text,
      url: fc.constantFrom(null, 'https://x/y'),
    },
    { requiredKeys: ['logicAppWorkflowName', 'resourceGroupName', 'subscriptionId'] },
  );
  const extension = fc.record(
    {
      displayName: text,
      description: fc.option(text),
      endpointConfiguration: fc.oneof(logicApp, fc.constant({ targetUrl: 'https://x/y' })),
      authenticationConfiguration: fc.constantFrom(
        null,
        {},
        { '@odata.type': '#microsoft.graph.azureAdPopTokenAuthentication' },
        { '@odata.type': '#microsoft.graph.azureAdTokenAuthentication', resourceId: 'r' },
      ),
      clientConfiguration: fc.constantFrom(null, {}, { maximumRetries: 2 }),
      callbackConfiguration: fc.constantFrom(
        null,
        {},
        { timeoutDuration: 'PT5M' },
        {
          timeoutDuration: 'PT1H',
          authorizedApps: [{ id: 'app' }],
        },
      ),
    },
    { requiredKeys: ['displayName', 'endpointConfiguration'] },
  );
  await fc.assert(
    fc.asyncProperty(extension, reading, async (input, how) => {
      const made = await api.engine.customTaskExtensions.create(input as never, { by: 'ada' });
      await expectUnchanged(`/customTaskExtensions/${made.id}`, how);
      expect(await api.engine.customTaskExtensions.update(made.id, made)).toEqual(made);
      await api.engine.customTaskExtensions.delete(made.id);
    }),
    { numRuns: 40 },
  );
});

it('runs of every kind and status can be sent back as they were read', async () => {
  const id = await makeWorkflow(api, 'Runs', ['badge']);
  const waits = await makeWorkflow(api, 'Runs that wait', ['waits']);
  const ended = await makeRun(api, id, ['p1', 'p9']);
  const { headers: preview } = await api.post(`/workflows/${id}/previewWorkflow`, {
    subjects: [{ id: 'p1' }],
  });
  const again = await api.engine.runs.reprocess(ended);
  const object = await api.engine.runs.activate(id, { provisioningObject: { id: 'x' } });
  const external = await api.post(`/workflows/${id}/runs`, runBody());
  const begun = await api.post(`/workflows/${id}/runs`, runBody());
  await api.engine.runs.update(begun.body.id, { processingStatus: 'inProgress' });
  const started = new Promise((resolve) => api.engine.once('run.started', resolve));
  const canceling = await api.engine.runs.activate(waits, { subjects: ['p1'] });
  await started;
  await api.engine.runs.cancel(canceling.id);
  await Promise.all(
    [again.id, object.id, preview.get('x-run-id') ?? ''].map((one) => api.engine.runs.waitFor(one)),
  );
  const paths = [
    ...[ended, preview.get('x-run-id'), again.id, object.id, external.body.id, begun.body.id].map(
      (run) => `/workflows/${id}/runs/${run}`,
    ),
    `/workflows/${waits}/runs/${canceling.id}`,
  ];
  await fc.assert(fc.asyncProperty(fc.constantFrom(...paths), reading, expectUnchanged), { numRuns: 60 });
  api.letGo();
  await api.engine.runs.waitFor(canceling.id);
});

it.each([
  ['category', { category: 'leaver' }, 'category'],
  [
    'conditions',
    { executionConditions: { '@odata.type': `${TYPE}provisioningAttributeMapping` } },
    'executionConditions',
  ],
  ['tasks', { tasks: [{ taskDefinitionId: 'badge' }] }, 'tasks'],
])('a workflow that is sent back with other %s is refused by name', async (_, changes, target) => {
  const id = await makeWorkflow(api, `Other ${target}`);
  const { body } = await api.get(`/workflows/${id}`);
  const answer = await api.patch(`/workflows/${id}`, { ...body, ...changes });
  expect(answer).toMatchObject({ status: 400, body: { error: { target } } });
});

it('a workflow that is sent back with scheduling off cancels no run', async () => {
  const id = await makeWorkflow(api, 'Not scheduled');
  const { body: run } = await api.post(
    `/workflows/${id}/runs`,
    runBody({ workflowExecutionType: 'scheduled' }),
  );
  const { body } = await api.get(`/workflows/${id}`);
  expect((await api.patch(`/workflows/${id}`, { ...body, description: 'new' })).status).toBe(204);
  expect((await api.get(`/workflows/${id}/runs/${run.id}`)).body.processingStatus).toBe('queued');
});
