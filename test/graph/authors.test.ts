/** Who made what, and who may administer it, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearerTokens } from '../../src/graph.ts';
import { type Api, openApi, TYPE, workflowBody } from './support.ts';

const ADA = { authorization: 'Bearer the-token-of-ada-herself' };
const BOB = { authorization: 'Bearer the-token-of-bob-himself' };
let api: Api;
let id: string;
let path: string;

beforeAll(async () => {
  const authorize = bearerTokens([
    { token: 'the-token-of-ada-herself', id: 'ada' },
    { token: 'the-token-of-bob-himself', id: 'bob' },
  ]);
  api = await openApi({ authorize });
  ({ id } = (await api.post('/workflows', workflowBody('Onboard'), ADA)).body);
  path = `/workflows/${id}`;
});
afterAll(() => api.engine.close());

/** Who made the workflow, and who changed it last. */
async function authors(): Promise<(string | undefined)[]> {
  const { createdBy, lastModifiedBy } = (await api.get(path, ADA)).body;
  return [createdBy?.id, lastModifiedBy?.id];
}

describe('the caller of a request', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['PATCH', () => api.patch(path, { description: 'By Bob' }, BOB)],
    [
      'PATCH of a task',
      async () => {
        const [task] = (await api.engine.workflows.get(id)).tasks;
        await api.patch(`${path}/tasks/${task?.id}`, { displayName: 'Badge' }, BOB);
      },
    ],
    [
      'createNewVersion',
      () => api.post(`${path}/createNewVersion`, { workflow: workflowBody('Onboard') }, BOB),
    ],
    [
      'DELETE and restore',
      async () => {
        await api.delete(path, ADA);
        await api.post(`/deletedItems${path}/restore`, undefined, BOB);
      },
    ],
  ])('has made the last change: %s', async (name, change) => {
    await api.engine.workflows.update(id, { description: `By nobody, before ${name}` });
    expect(await authors()).toEqual(['ada', undefined]);
    await change();
    expect(await authors()).toEqual(['ada', 'bob']);
  });

  it('is shown in lists that expand it only, and can be used in filters', async () => {
    await api.engine.workflows.update(id, { description: 'By Bob, in the process' }, { by: 'bob' });
    const { body: plain } = await api.get('/workflows', ADA);
    expect(plain.value[0]).not.toHaveProperty('createdBy');
    const { body } = await api.get('/workflows?$expand=createdBy,lastModifiedBy', ADA);
    expect(body.value).toMatchObject([{ createdBy: { id: 'ada' }, lastModifiedBy: { id: 'bob' } }]);
    const { body: found } = await api.get("/workflows?$filter=lastModifiedBy/id eq 'bob'", ADA);
    expect(found.value).toMatchObject([{ id }]);
    expect((await api.get("/workflows?$filter=createdBy/id eq 'bob'", ADA)).body.value).toEqual([]);
  });

  it('is stored as the author of a custom task extension', async () => {
    const endpointConfiguration = { targetUrl: 'https://hooks.example.com/' };
    const extension = { displayName: 'Ask', endpointConfiguration };
    const { body: made } = await api.post('/customTaskExtensions', extension, ADA);
    expect((await api.patch(`/customTaskExtensions/${made.id}`, { displayName: 'Tell' }, BOB)).status).toBe(
      200,
    );
    expect((await api.get(`/customTaskExtensions/${made.id}`, ADA)).body).toMatchObject({
      displayName: 'Tell',
      createdBy: { id: 'ada' },
      lastModifiedBy: { id: 'bob' },
    });
  });

  it('is not recorded without authorization', async () => {
    const open = await openApi();
    const { body: made } = await open.post('/workflows', workflowBody('Onboard'));
    expect((await open.get(`/workflows/${made.id}`)).body).toMatchObject({
      createdBy: null,
      lastModifiedBy: null,
    });
    await open.engine.close();
  });
});

describe('administration scopes', () => {
  const unit = (one: string) => ({ '@odata.type': '#microsoft.graph.administrativeUnit', id: one });

  it('are replaced by a patch, and shown when they are expanded', async () => {
    const administrationScopeTargets = ['north', 'south'].map(unit);
    expect((await api.patch(path, { administrationScopeTargets }, ADA)).status).toBe(204);
    expect((await api.get(path, ADA)).body).not.toHaveProperty('administrationScopeTargets');
    const expanded = await api.get(`${path}?$expand=administrationScopeTargets`, ADA);
    expect(expanded.body).toMatchObject({ administrationScopeTargets });
    const version = (await api.engine.workflows.get(id)).version;
    const { body } = await api.get(`${path}/versions/${version}?$expand=administrationScopeTargets`, ADA);
    expect(body).toMatchObject({ administrationScopeTargets });
    const none = await api.get(`${path}/administrationScopeTargets`, {
      ...ADA,
      accept: 'application/json;odata.metadata=none',
    });
    expect(none.body).toEqual({ value: [{ id: 'north' }, { id: 'south' }] });
  });

  it.each([
    ["administrationScopeTargets/any(t: t/id eq 'north')", 1],
    ["administrationScopeTargets/any(t: t/id eq 'nowhere')", 0],
    ['administrationScopeTargets/$count gt 1', 1],
    ['administrationScopeTargets/$count eq 0', 0],
  ])('can be filtered by: %s', async (filter, count) => {
    const { body } = await api.get(`/workflows?$filter=${encodeURIComponent(filter)}`, ADA);
    expect(body.value).toHaveLength(count);
  });

  it.each([
    ['six', { administrationScopeTargets: ['a', 'b', 'c', 'd', 'e', 'f'].map(unit) }],
    ['the same twice', { administrationScopeTargets: [unit('a'), unit('A')] }],
    ['links', { 'administrationScopeTargets@odata.bind': ['https://graph.microsoft.com/v1.0/directory'] }],
  ])('are refused: %s', async (_, body) => {
    const before = await api.engine.workflows.get(id);
    expect((await api.patch(path, body, ADA)).status).toBe(400);
    expect(await api.engine.workflows.get(id)).toEqual(before);
  });

  it('come with a new workflow', async () => {
    const body = { ...workflowBody('Mover'), administrationScopeTargets: [unit('west')] };
    const { body: made } = await api.post('/workflows', body, ADA);
    expect(made).toMatchObject({ executionConditions: { '@odata.type': `${TYPE}onDemandExecutionOnly` } });
    expect((await api.get(`/workflows/${made.id}/administrationScopeTargets`, ADA)).body.value).toEqual([
      unit('west'),
    ]);
  });
});
