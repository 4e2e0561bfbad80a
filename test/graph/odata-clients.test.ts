/** OData clients that know nothing of Graph, with their service at the root of lifecycle workflows. */
import { OData } from '@odata/client';
import { o } from 'o.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serveApi } from './server.ts';
import { type Json, makeWorkflow, workflowBody } from './support.ts';

let api: Served;
let root: string;

beforeAll(async () => {
  api = await serveApi();
  root = `${api.url}/v1.0/identityGovernance/lifecycleWorkflows/`;
  await makeWorkflow(api, 'Onboard');
});
afterAll(async () => {
  await api.close();
  expect(api.faults).toEqual([]);
});

const names = (rows: readonly Json[]): readonly string[] => rows.map(({ displayName }) => displayName).sort();
const named = async (name: string): Promise<number> =>
  (await api.get(`/workflows?$filter=displayName eq '${name}'`)).body.value.length;

describe('o.js', () => {
  it('reads, and sends batches of reads and writes', async () => {
    expect(names(await o(root).get('workflows').query({ $filter: "displayName eq 'Onboard'" }))).toEqual([
      'Onboard',
    ]);
    const [templates, made, missing] = await o(root)
      .get('workflowTemplates?$top=1&$select=id')
      .post('workflows', workflowBody('By o.js'))
      .get("workflows('none')")
      .batch();
    expect(templates).toMatchObject({ contentId: 1, status: 200, body: [{ id: expect.any(String) }] });
    expect(made).toMatchObject({ contentId: 2, status: 201, body: { displayName: 'By o.js' } });
    expect(missing).toMatchObject({ contentId: 3, status: 404, body: { error: { code: 'itemNotFound' } } });
    expect(await named('By o.js')).toBe(1);
  });

  const batch = {
    boundaryPrefix: 'batch_',
    changsetBoundaryPrefix: 'changeset_',
    endpoint: '$batch',
    useChangset: true,
    useRelativeURLs: true,
  };
  // It adds headers of its own to these, and so to those of every later request.
  const config = () => ({ batch: { ...batch, headers: new Headers() } });

  it('sends a write in a change set', async () => {
    const [made] = await o(root, config()).post('workflows', workflowBody('In a change set')).batch();
    expect(made).toMatchObject({ contentId: 1, status: 201, body: { displayName: 'In a change set' } });
  });

  it('gets errors for unsupported change sets, and for reads inside a change set', async () => {
    const both = o(root, config())
      .post('workflows', workflowBody('One'))
      .post('workflows', workflowBody('Two'));
    await expect(both.batch()).rejects.toMatchObject({ status: 501 });
    const mixed = o(root, config()).post('workflows', workflowBody('One')).get('workflows');
    await expect(mixed.batch()).rejects.toMatchObject({ status: 400 });
    expect((await named('One')) + (await named('Two'))).toBe(0);
  });
});

describe('@odata/client', () => {
  const client = () => OData.New4({ serviceEndpoint: root });

  it('reads an entity set', async () => {
    const filter = OData.newFilter().property('displayName').eq('Onboard');
    expect(names(await client().getEntitySet<Json>('workflows').query(filter))).toEqual(['Onboard']);
  });

  it.each(['execBatchRequests', 'execBatchRequestsJson'] as const)('sends batches with %s', async (send) => {
    const odata = client();
    const answers: readonly Json[] = await odata[send]([
      odata.newBatchRequest<Json>({
        collection: 'workflows',
        params: OData.newOptions().select('id').top(1),
      }),
      odata.newBatchRequest<Json>({ collection: 'workflows', method: 'POST', entity: workflowBody(send) }),
      odata.newBatchRequest<Json>({ collection: 'workflows', id: 'none', method: 'GET' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 201, 404]);
    expect((await answers[0].json()).value).toEqual([{ id: expect.any(String) }]);
    expect(await answers[1].json()).toMatchObject({ displayName: send });
    expect((await answers[2].json()).error.code).toBe('itemNotFound');
    expect(await named(send)).toBe(1);
  });
});
