/** Batches of OData 4.0, as text. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partsOf } from '../../src/graph/batches/multipart.ts';
import { bearerTokens } from '../../src/graph.ts';
import {
  type Answered,
  type Api,
  BASE,
  LW,
  makeWorkflow,
  openApi,
  requestOf,
  workflowBody,
} from './support.ts';

const TOKEN = 'a-token-of-some-length';
let api: Api;
let workflow: string;

beforeAll(async () => {
  api = await openApi({ authorize: bearerTokens([TOKEN]) });
  workflow = await makeWorkflow(api, 'Onboard');
});
afterAll(async () => {
  await api.engine.close();
  expect(api.faults).toEqual([]);
});

const get = (url: string, id?: string): string =>
  `${id === undefined ? '' : `Content-ID: ${id}\r\n`}Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET ${url} HTTP/1.1\r\nAccept: application/json\r\n\r\n`;
const post = (url: string, body: object): string =>
  `Content-Type: application/http\r\n\r\nPOST ${url} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(body)}`;
const changeSet = (...parts: readonly string[]): string =>
  `Content-Type: multipart/mixed; boundary=set\r\n\r\n${parts.map((part) => `--set\r\n${part}\r\n`).join('')}--set--`;

async function send(
  parts: readonly string[],
  path = `${LW}/$batch`,
  headers: Record<string, string> = {},
  content = `${parts.map((part) => `--batch\r\n${part}\r\n`).join('')}--batch--\r\n`,
): Promise<Answered> {
  return api.post(path, content, {
    authorization: `Bearer ${TOKEN}`,
    'Content-Type': 'multipart/mixed; boundary=batch',
    ...headers,
  });
}

/** Status and body of each part of an answer; those of change sets in lists of their own. */
function answersIn({ headers, body }: Pick<Answered, 'headers' | 'body'>): readonly unknown[] {
  const boundary = /boundary=(.*)$/.exec(headers.get('content-type') ?? '')?.[1] ?? '';
  return partsOf(body, boundary, 'the answer', 99).map((part) => {
    const type = part.headers.get('content-type') ?? '';
    if (type.startsWith('multipart/mixed')) return answersIn({ headers: part.headers, body: part.content });
    expect(type).toBe('application/http');
    const [, status, rest = ''] = /^HTTP\/1\.1 (\d{3}) \w+\r\n(.*)$/s.exec(part.content) ?? [];
    const text = rest.slice(rest.indexOf('\r\n\r\n') + 4);
    const id = part.headers.get('content-id');
    return {
      status: Number(status),
      ...(id === null ? {} : { id }),
      body: text === '' ? null : JSON.parse(text),
    };
  });
}

const FOUND = { status: 200, body: expect.objectContaining({ displayName: 'Onboard' }) };

describe('a multipart batch', () => {
  it('answers each of its requests, in order, with its id', async () => {
    const answer = await send([
      get(`workflows/${workflow}`, 'first'),
      post('workflows', workflowBody('Made')),
      get('workflows/$count', '3').replace('application/json', 'text/plain'),
    ]);
    expect(answer.status).toBe(200);
    expect(answersIn(answer)).toEqual([
      { ...FOUND, id: 'first' },
      { status: 201, body: expect.objectContaining({ displayName: 'Made' }) },
      { status: 200, id: '3', body: 2 },
    ]);
  });

  it.each([
    [() => `workflows/${workflow}`, `${LW}/$batch`],
    [() => `identityGovernance/lifecycleWorkflows/workflows/${workflow}`, `${BASE}/$batch`],
    [() => `lifecycleWorkflows/workflows/${workflow}`, `${BASE}/identityGovernance/$batch`],
    [() => `/v1.0/identityGovernance/lifecycleWorkflows/workflows/${workflow}`, `${LW}/$batch`],
    [() => `${LW}/workflows/${workflow}`, `${BASE}/$batch`],
    [() => `../lifecycleWorkflows/workflows/${workflow}`, `${LW}/$batch/`],
  ])('takes URLs relative to it, absolute paths and absolute URLs: %#', async (url, path) => {
    expect(answersIn(await send([get(url())], path))).toEqual([FOUND]);
  });

  it('ends at the first failed request unless Prefer asks to continue on errors', async () => {
    const parts = [get('workflows/none'), get(`workflows/${workflow}`)];
    expect(answersIn(await send(parts))).toEqual([expect.objectContaining({ status: 404 })]);
    for (const prefer of ['continue-on-error', 'odata.continue-on-error', 'odata.continue-on-error=true']) {
      const answer = await send(parts, undefined, { prefer });
      expect(answersIn(answer)).toEqual([expect.objectContaining({ status: 404 }), FOUND]);
      expect(answer.headers.get('preference-applied')).toBe('continue-on-error');
    }
    expect(answersIn(await send(parts, undefined, { prefer: 'continue-on-error=false' }))).toHaveLength(1);
  });

  it('answers a change set of one request, and a failed one by its error', async () => {
    expect(answersIn(await send([changeSet(post('workflows', workflowBody('In a set')))]))).toEqual([
      [{ status: 201, body: expect.objectContaining({ displayName: 'In a set' }) }],
    ]);
    // The answer of one that failed stands by itself.
    expect(answersIn(await send([changeSet(post('workflows', {}))]))).toEqual([
      expect.objectContaining({ status: 400 }),
    ]);
    const deleted = get(`workflows/${await makeWorkflow(api, 'Gone')}`).replace('GET', 'DELETE');
    expect(answersIn(await send([changeSet(deleted)]))).toEqual([[{ status: 204, body: null }]]);
  });

  it.each([
    ['no part', [], 400],
    ['too many', Array(21).fill(get('workflows')), 400],
    ['a part of another type', ['Content-Type: text/plain\r\n\r\nGET workflows HTTP/1.1'], 400],
    ['a part without a type', ['\r\nGET workflows HTTP/1.1'], 400],
    ['no request line', ['Content-Type: application/http\r\n\r\nworkflows'], 400],
    ['a broken header', [get('workflows').replace('Accept:', 'Acc ept:')], 400],
    ['a method that is none', [get('workflows').replace('GET', 'TRACE')], 400],
    ['a URL of another host', [get('http://evil.example/v1.0/identityGovernance')], 400],
    ['a URL without a scheme', [get('//evil.example/v1.0/identityGovernance')], 400],
    ['a URL that leads out of the version', [get('../../../beta/identityGovernance')], 400],
    ['a batch', [get('$batch').replace('GET', 'POST')], 400],
    ['an id that is none', [get('workflows', 'a b')], 400],
    ['a read in a change set', [changeSet(get('workflows'))], 400],
    ['a change set in a change set', [changeSet(changeSet(post('workflows', {})))], 400],
    ['a change set of none', [changeSet()], 501],
    ['a change set of several', [changeSet(post('workflows', {}), post('workflows', {}))], 501],
    ['the answer of another request', [get('$1/tasks')], 501],
  ])('with %s is refused as a whole', async (_, parts, status) => {
    const made = post('workflows', workflowBody('Never'));
    const answer = await send(parts.length === 0 || parts.length > 20 ? parts : [made, ...parts]);
    expect([answer.status, answer.body.error?.code]).toEqual([
      status,
      status === 400 ? 'BadRequest' : 'notSupported',
    ]);
    expect(
      (await api.get("/workflows?$filter=displayName eq 'Never'", { authorization: `Bearer ${TOKEN}` })).body
        .value,
    ).toEqual([]);
  });

  it('is refused when it is cut off, or its type names no boundary', async () => {
    expect((await send([], undefined, {}, `--batch\r\n${get('workflows')}`)).status).toBe(400);
    expect((await send([get('workflows')], undefined, { 'Content-Type': 'multipart/mixed' })).status).toBe(
      400,
    );
    expect((await send([get('workflows')], undefined, { 'Content-Encoding': 'gzip' })).status).toBe(415);
  });

  it('takes the sender of the batch for all parts, whatever their headers', async () => {
    const own = get(`workflows/${workflow}`).replace(
      'Accept:',
      'Authorization: Bearer none\r\nHost: evil.example\r\nAccept:',
    );
    expect(answersIn(await send([own]))).toEqual([FOUND]);
    const claims = get('workflows').replace('Accept:', `Authorization: Bearer ${TOKEN}\r\nAccept:`);
    expect((await send([claims], undefined, { authorization: 'Bearer none' })).status).toBe(401);
  });
});

describe('a JSON batch', () => {
  const headers = { authorization: `Bearer ${TOKEN}` };

  it('is accepted below the root of the workflows, with URLs from there or from the root of the version', async () => {
    const requests = [
      { id: '1', method: 'get', url: `workflows/${workflow}` },
      { id: '2', method: 'GET', url: `/identityGovernance/lifecycleWorkflows/workflows/${workflow}` },
    ];
    const { body } = await api.post(`${LW}/$batch`, { requests }, headers);
    expect(body.responses).toMatchObject([
      { id: '1', ...FOUND },
      { id: '2', ...FOUND },
    ]);
    expect((await api.post(`${LW}/workflows/$batch`, { requests }, headers)).status).toBe(405);
  });

  it('refuses atomicity groups, and references to earlier responses', async () => {
    const one = { id: '1', method: 'GET', url: '/identityGovernance/lifecycleWorkflows/workflows' };
    for (const other of [
      { ...one, atomicityGroup: 'g' },
      { ...one, url: '$1/tasks' },
      { ...one, url: '/$1/tasks' },
    ]) {
      expect((await api.post(`${BASE}/$batch`, { requests: [other] }, headers)).status).toBe(501);
    }
  });

  it('may have `$batch` as text in a filter', async () => {
    const url = "workflows?$filter=displayName eq '$batch'";
    const { body } = await api.post(`${LW}/$batch`, { requests: [{ id: '1', method: 'GET', url }] }, headers);
    expect(body.responses).toMatchObject([{ status: 200, body: { value: [] } }]);
  });

  it('answers with JSON bodies, the same for lists as outside of a batch', async () => {
    const requests = [{ id: '1', method: 'GET', url: 'workflows?$select=displayName' }];
    const answer = await api.handler(requestOf('POST', `${LW}/$batch`, { requests }, headers));
    expect(answer.headers.get('content-type')).toMatch(/^application\/json;/);
    const alone = await api.get('/workflows?$select=displayName', headers);
    expect(await answer.json()).toMatchObject({ responses: [{ status: 200, body: alone.body }] });
  });
});
