import { expect, it } from 'vitest';
import { RateGuard } from '../../src/graph/access/guard.ts';
import { GraphError } from '../../src/graph/graph-error.ts';
import { type GraphOptions, readGraphOptions } from '../../src/graph/options.ts';
import { bearerTokens, PERMISSIONS } from '../../src/graph.ts';
import { BASE, LW, makeWorkflow, openApi, requestOf, runBody, workflowBody } from './support.ts';

const TOKEN = 'a-token-of-some-length';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

it('a request without the token, or with another one, is refused before anything is read', async () => {
  const api = await openApi({ authorize: bearerTokens([TOKEN]) });
  for (const headers of [
    {},
    bearer('another-token-altogether'),
    bearer(''),
    bearer(`${TOKEN}x`),
    { authorization: `Basic ${TOKEN}` },
  ]) {
    const { status, headers: answered, body } = await api.get('/nothing', headers);
    expect(status).toBe(401);
    expect(answered.get('www-authenticate')).toBe('Bearer');
    expect(body.error.code).toBe('InvalidAuthenticationToken');
  }
  expect((await api.get('/workflows', bearer(TOKEN))).status).toBe(200);
  await api.engine.close();
});

it('a token has the permissions that it is given, by Graph’s names', async () => {
  const reader = 'a-reader-of-reports-only';
  const starter = 'one-who-may-start-them';
  const api = await openApi({
    authorize: bearerTokens([
      TOKEN,
      { token: reader, id: 'reader', permissions: [PERMISSIONS.readReports] },
      { token: starter, id: 'starter', permissions: [PERMISSIONS.activate] },
    ]),
  });
  const id = await makeWorkflow(api);
  const activate = (token: string) =>
    api.post(`/workflows/${id}/activate`, { subjects: [{ id: 'p1' }] }, bearer(token));
  expect((await api.get(`/workflows/${id}/runs`, bearer(reader))).status).toBe(200);
  const denied = await api.get(`/workflows/${id}`, bearer(reader));
  expect(denied).toMatchObject({ status: 403, body: { error: { code: 'Authorization_RequestDenied' } } });
  expect(denied.body.error.message).toContain(PERMISSIONS.readWorkflows);
  expect((await activate(reader)).status).toBe(403);
  expect((await activate(starter)).status).toBe(204);
  expect((await api.post(`/workflows/${id}/runs`, runBody(), bearer(starter))).status).toBe(403);
  expect((await api.delete(`/workflows/${id}`, bearer(TOKEN))).status).toBe(204);
  await api.engine.close();
});

it('bearerTokens refuses tokens that are easily guessed', () => {
  expect(() => bearerTokens(['short'])).toThrow('at least 16 characters');
  expect(() => bearerTokens([])).toThrow('at least one token');
});

it.each([
  ['http://localhost', {}, 200],
  ['http://127.0.0.1:8080', {}, 200],
  ['http://[::1]:8080', {}, 200],
  ['http://hr.example.com', {}, 200],
  ['http://evil.example', {}, 421],
  ['http://localhost.evil.example', {}, 421],
  ['http://localhost', { host: 'evil.example' }, 421],
  ['http://evil.example', { host: 'localhost' }, 421],
  ['http://hr.example.com', { host: 'localhost' }, 200],
  ['http://localhost', { origin: 'http://localhost' }, 200],
  ['http://localhost:8080', { origin: 'http://localhost:9090' }, 403],
  ['http://localhost', { origin: 'https://evil.example' }, 403],
  ['http://localhost', { origin: 'null' }, 403],
  ['http://localhost', { origin: 'https://portal.example.com' }, 200],
])('a request for %s with %j answers %i', async (base, headers, status) => {
  const api = await openApi({
    allowedHosts: ['hr.example.com'],
    allowedOrigins: ['https://portal.example.com'],
  });
  const url = `${base}/v1.0/identityGovernance/lifecycleWorkflows/workflows`;
  expect((await api.get(url, headers as Record<string, string>)).status).toBe(status);
  await api.engine.close();
});

it('too many requests are answered with 429 and Retry-After', async () => {
  const api = await openApi({ rateLimit: { requests: 2, windowMs: 86_400_000 } });
  expect((await api.get('/workflows')).status).toBe(200);
  expect((await api.get('/workflows')).status).toBe(200);
  const { status, headers, body } = await api.get('/workflows');
  expect(status).toBe(429);
  expect(body.error.code).toBe('TooManyRequests');
  expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  const batch = await api.post(`${BASE}/$batch`, {
    requests: [{ id: '1', method: 'GET', url: '/identityGovernance/lifecycleWorkflows/workflows' }],
  });
  expect(batch).toMatchObject({
    status: 200,
    body: { responses: [{ id: '1', status: 429, headers: { 'Retry-After': expect.any(String) } }] },
  });
  await api.engine.close();
});

it('requests are counted by principal and window', () => {
  const guard = new RateGuard({ requests: 1, windowMs: 1_000 });
  guard.count('a', 10_000);
  guard.count('b', 10_400);
  const error = (() => {
    try {
      return guard.count('a', 10_400);
    } catch (caught) {
      return caught;
    }
  })();
  expect(error).toBeInstanceOf(GraphError);
  expect(error).toMatchObject({ status: 429, headers: { 'Retry-After': '1' } });
  guard.count('a', 11_000);
  expect(() => guard.count('a', 11_999)).toThrow(GraphError);
});

it.each([
  [{ baseUrl: 'https://x/' }, 'baseUrl'],
  [{ baseUrl: 'ftp://x' }, 'baseUrl'],
  [{ rateLimit: { requests: 0, windowMs: 1 } }, 'requests'],
  [{ limits: { bodyBytesMax: 0.5 } }, 'bodyBytesMax'],
  [{ basePath: '/x' }, 'basePath'],
])('options %j are refused by name', (options, name) => {
  expect(() => readGraphOptions(options as GraphOptions)).toThrow(name);
});

it('header values and names cannot be smuggled into an answer', async () => {
  const api = await openApi();
  const id = await makeWorkflow(api);
  const { headers, status } = await api.get(`/workflows/${id}/runs/a%0D%0ASet-Cookie:x=1`);
  expect(status).toBe(404);
  expect(headers.get('set-cookie')).toBeNull();
  const { body } = await api.post(`/workflows/${id}/runs`, runBody({ id: '../../etc' }));
  expect(body.error.code).toBe('BadRequest');
  await api.engine.close();
});

it('a body cannot reach the prototype of anything', async () => {
  const api = await openApi();
  const answer = await api.handler(
    requestOf(
      'POST',
      '/workflows',
      `{"__proto__":{"polluted":1},${JSON.stringify(workflowBody('x')).slice(1)}`,
    ),
  );
  expect(answer.status).toBe(400);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
  await api.engine.close();
});

const GET_ALL = { method: 'GET', url: '/identityGovernance/lifecycleWorkflows/workflows' };
it.each([
  ['no list', {}],
  ['an empty list', { requests: [] }],
  ['too many', { requests: Array.from({ length: 21 }, (_, index) => ({ id: String(index), ...GET_ALL })) }],
  [
    'ids that differ in letter case only',
    {
      requests: [
        { id: 'a', ...GET_ALL },
        { id: 'A', ...GET_ALL },
      ],
    },
  ],
  ['no id', { requests: [GET_ALL] }],
  [
    'a dependency on what comes later',
    {
      requests: [
        { id: '1', ...GET_ALL, dependsOn: ['2'] },
        { id: '2', ...GET_ALL },
      ],
    },
  ],
  ['a dependency on itself', { requests: [{ id: '1', ...GET_ALL, dependsOn: ['1'] }] }],
  ['an absolute URL', { requests: [{ id: '1', method: 'GET', url: 'https://graph.microsoft.com/v1.0/x' }] }],
  [
    'a URL that leads out of the version',
    { requests: [{ id: '1', method: 'GET', url: '/../beta/identityGovernance' }] },
  ],
  ['a batch in a batch', { requests: [{ id: '1', method: 'POST', url: '/$batch' }] }],
  ['a body without a type', { requests: [{ id: '1', method: 'POST', url: '/x', body: {} }] }],
  ['a header that is none', { requests: [{ id: '1', ...GET_ALL, headers: { 'a\nb': 'c' } }] }],
  ['a method that is none', { requests: [{ id: '1', method: 'TRACE', url: '/x' }] }],
])('a batch with %s is refused as a whole', async (_, body) => {
  const api = await openApi();
  expect(await api.post(`${BASE}/$batch`, body)).toMatchObject({
    status: 400,
    body: { error: { code: 'BadRequest' } },
  });
  await api.engine.close();
});

it('a batch answers each request on its own, and skips those that depend on a failed one', async () => {
  const api = await openApi();
  const { status, body } = await api.post(`${BASE}/$batch`, {
    requests: [
      {
        id: 'make',
        method: 'POST',
        url: '/identityGovernance/lifecycleWorkflows/workflows',
        headers: { 'Content-Type': 'application/json' },
        body: workflowBody('Batch'),
      },
      {
        id: 'list',
        ...GET_ALL,
        dependsOn: ['make'],
        headers: { Accept: 'application/json;odata.metadata=none' },
      },
      { id: 'lost', method: 'GET', url: 'identityGovernance/lifecycleWorkflows/workflows/none' },
      { id: 'after', ...GET_ALL, dependsOn: ['lost'] },
      { id: 'later', ...GET_ALL, dependsOn: ['after'] },
    ],
  });
  expect(status).toBe(200);
  expect(body.responses.map(({ id, status: one }: { id: string; status: number }) => [id, one])).toEqual([
    ['make', 201],
    ['list', 200],
    ['lost', 404],
    ['after', 424],
    ['later', 424],
  ]);
  expect(body.responses[0].headers.Location).toMatch(new RegExp(`^${LW}/workflows\\(`));
  expect(body.responses[1].body).toMatchObject({ value: [{ displayName: 'Batch' }] });
  expect((await api.get(`${BASE}/$batch`)).status).toBe(405);
  await api.engine.close();
});
