import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectorError } from '../../../../src/connectors/kernel/connector-error.ts';
import {
  createHttpClient,
  type HttpClientOptions,
  path,
} from '../../../../src/connectors/kernel/http-client.ts';
import { failureReasonOf } from '../../../../src/engine/handlers/failure.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

type Answer = (request: IncomingMessage & { readonly text: string }, response: ServerResponse) => void;

/** Answers of the server, in order; the last one is repeated. */
let answers: Answer[] = [];
let received: {
  readonly method: string;
  readonly url: string;
  readonly text: string;
  readonly headers: object;
}[] = [];
const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  received.push({ method: request.method ?? '', url: request.url ?? '', text, headers: request.headers });
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  answer?.(Object.assign(request, { text }), response);
});
let baseUrl = '';

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2`;
});
afterAll(() => server.close());
beforeEach(() => {
  answers = [json(200, { ok: true })];
  received = [];
});

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const client = (options: Partial<HttpClientOptions> = {}) => createHttpClient({ baseUrl, ...options });

async function failureOf(promise: Promise<unknown>): Promise<ConnectorError> {
  return promise.then(
    () => Promise.reject(new Error('Expected a failure')),
    (error) => error,
  );
}

describe('a client of a host', () => {
  it('sends JSON below the base URL and returns the parsed answer', async () => {
    answers = [json(201, { id: 'u1' })];
    const answer = await client().request({ method: 'POST', path: path`/Users`, body: { name: 'Ana' } });
    expect([answer.status, answer.body]).toEqual([201, { id: 'u1' }]);
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/v2/Users',
        text: '{"name":"Ana"}',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
      },
    ]);
  });

  it('sends a form where the body is one', async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'a b' });
    await client().request({ method: 'POST', path: '/token', body });
    expect(received[0]).toMatchObject({
      text: 'grant_type=client_credentials&scope=a+b',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  });

  it('sends bytes as they are, as JSON', async () => {
    const body = Buffer.from('{ "name" : "Grüße" }');
    await client().request({ method: 'POST', path: '/', body });
    expect(received[0]).toMatchObject({
      text: '{ "name" : "Grüße" }',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('takes an answer for what a service means by it, and waits as long as that says', async () => {
    const meaningOf: HttpClientOptions['meaningOf'] = ({ status, headers, body }) =>
      status === 403 && headers.get('x-remaining') === '0'
        ? { kind: 'throttled', waitMs: 7_000 }
        : (body as { readonly code?: string } | null)?.code === 'duplicate'
          ? { kind: 'conflict' }
          : null;
    answers = [json(403, {}, { 'x-remaining': '0' })];
    const quota = await failureOf(client({ meaningOf }).request({ method: 'GET', path: '/' }));
    expect(quota).toMatchObject({ kind: 'throttled', code: 'Http403', retryAfterMs: 7_000 });
    answers = [json(400, { code: 'duplicate' }), json(403, {})];
    const one = client({ meaningOf });
    const conflict = await failureOf(one.request({ method: 'GET', path: '/' }));
    expect(conflict).toMatchObject({ kind: 'conflict', retryAfterMs: null });
    const refused = await failureOf(one.request({ method: 'GET', path: '/' }));
    expect(refused).toMatchObject({ kind: 'refused', retryAfterMs: null });
  });

  it('sends its headers, those of the request before its own', async () => {
    const headers = { 'x-a': 'client', 'x-b': 'client' };
    await client({ headers }).request({ method: 'GET', path: '/', headers: { 'x-b': 'request' } });
    expect(received[0]?.headers).toMatchObject({ 'x-a': 'client', 'x-b': 'request' });
  });

  it('returns null for an answer without a body, and for one that is no JSON', async () => {
    answers = [(_, response) => response.writeHead(204).end(), (_, response) => response.end('<html>')];
    const one = client();
    expect((await one.request({ method: 'DELETE', path: '/a' })).body).toBeNull();
    expect((await one.request({ method: 'GET', path: '/a' })).body).toBeNull();
  });

  it('fails with the status and what the system says, in the formats of Graph, SCIM and problem details', async () => {
    const cases: [unknown, string][] = [
      [
        { error: { code: 'Request_BadRequest', message: 'No such attribute' } },
        ' Request_BadRequest: No such attribute',
      ],
      [{ scimType: 'mutability', detail: 'id is read-only' }, ' mutability: id is read-only'],
      [{ title: 'Bad', detail: 'No such thing' }, ': No such thing'],
      [{}, ''],
      ['text', ''],
    ];
    for (const [body, said] of cases) {
      answers = [json(400, body)];
      const error = await failureOf(client().request({ method: 'GET', path: '/' }));
      expect(error).toMatchObject({ kind: 'refused', code: 'Http400' });
      expect(error.message).toBe(`${new URL(baseUrl).host} answered 400${said}`);
    }
  });

  it('cuts what a system says', async () => {
    answers = [json(400, { detail: 'x'.repeat(10_000) })];
    expect((await failureOf(client().request({ method: 'GET', path: '/' }))).message.length).toBeLessThan(
      400,
    );
  });

  it('repeats no credentials that a system sends back, in no text of the error and its causes', async () => {
    answers = [
      (request, response) => {
        const { authorization, 'x-api-key': key } = request.headers;
        json(400, { error: { code: authorization, message: `${authorization} ${key} ${request.text}` } })(
          request,
          response,
        );
      },
    ];
    const one = client({ authorization: () => 'Bearer t0ken-1', headers: { 'x-api-key': 'k3y-of-api' } });
    const body = new URLSearchParams({ client_secret: 'b0dy secret' });
    const error = await failureOf(one.request({ method: 'POST', path: '/', body, secrets: ['b0dy secret'] }));
    expect(failureReasonOf(error)).toMatch(/answered 400 \(hidden\): \(hidden\) \(hidden\) client_secret=/);
    expect(failureReasonOf(error)).not.toMatch(/t0ken|k3y|b0dy/);
    expect(one.said('of Bearer t0ken-1')).toBe('of (hidden)');
    const hook = client({ baseUrl: `${baseUrl}?key=of+the%2Fhook` });
    expect(hook.said('no POST /v2?key=of+the%2Fhook')).toBe('no POST /v2?key=(hidden)');
  });

  it('sends no credentials that no header can have, closes the gate, and does not repeat them', async () => {
    for (const token of ['Bearer t0\nken', 'Bearer t0–ken']) {
      const one = client({ authorization: () => token });
      const error = await failureOf(one.request({ method: 'GET', path: '/' }));
      expect(error).toMatchObject({ kind: 'unauthorized', code: 'BadCredentials', retryAfterMs: 60_000 });
      expect(failureReasonOf(error)).not.toContain('ken');
    }
    await client({ authorization: () => 'Bearer token\n' }).request({ method: 'GET', path: '/' });
    expect(received.map(({ headers }) => headers)).toMatchObject([{ authorization: 'Bearer token' }]);
  });

  it('refuses headers that cannot be sent, without their values', () => {
    expect(() => client({ headers: { 'x-key': 's3cr\net' } })).toThrow(
      /^Expected headers\.x-key to be a text that a header can have, got one with a line break or the like$/,
    );
    expect(() => client({ headers: { 'x key': 's3cret' } })).toThrow('an object with names of headers');
  });

  it('renews credentials once after 401, and then closes the gate', async () => {
    const renewals: boolean[] = [];
    const authorization = async (renew: boolean) => {
      renewals.push(renew);
      return `Bearer ${renewals.length}`;
    };
    const one = client({ authorization });
    answers = [json(401, {}), json(200, {})];
    await one.request({ method: 'GET', path: '/' });
    expect(renewals).toEqual([false, true]);
    answers = [json(401, {})];
    expect(await failureOf(one.request({ method: 'GET', path: '/' }))).toMatchObject({
      kind: 'unauthorized',
      retryAfterMs: 60_000,
    });
    const calls = received.length;
    expect(await failureOf(one.request({ method: 'GET', path: '/' }))).toMatchObject({
      kind: 'unauthorized',
    });
    expect(received).toHaveLength(calls);
  });

  it('waits for a while where a host wants to be called again at once', async () => {
    for (const wait of ['0', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
      answers = [json(429, {}, { 'retry-after': wait })];
      const error = await failureOf(client().request({ method: 'GET', path: '/' }));
      expect(error).toMatchObject({ kind: 'throttled', retryAfterMs: 1_000 });
    }
  });

  it('makes no call while the host throttles, for the time that it asks for', async () => {
    const clock = new VirtualClock();
    const one = client({ clock });
    answers = [json(429, {}, { 'retry-after': '7' }), json(200, {})];
    expect(await failureOf(one.request({ method: 'GET', path: '/' }))).toMatchObject({
      kind: 'throttled',
      code: 'Http429',
      retryAfterMs: 7_000,
    });
    await clock.advance(6_000);
    expect(await failureOf(one.request({ method: 'GET', path: '/' }))).toMatchObject({ retryAfterMs: 1_000 });
    expect(received).toHaveLength(1);
    await clock.advance(1_000);
    expect((await one.request({ method: 'GET', path: '/' })).status).toBe(200);
  });

  it('does not follow redirects', async () => {
    answers = [(_, response) => response.writeHead(302, { location: '/v2/other' }).end()];
    const error = await failureOf(client().request({ method: 'GET', path: '/' }));
    expect(error).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/302: redirects are not followed$/),
    });
    expect(received).toHaveLength(1);
  });

  it('takes an address of the same host, and sends nothing to another', async () => {
    const authorization = () => 'Bearer secret';
    const one = client({ authorization });
    await one.request({ method: 'GET', path: `${baseUrl}/Users?page=2` });
    expect(received[0]?.url).toBe('/v2/Users?page=2');
    const error = await failureOf(one.request({ method: 'GET', path: 'https://example.org/Users' }));
    expect(error).toMatchObject({ kind: 'refused', code: 'ForeignUrl' });
    for (const link of ['Users?page=2', '', baseUrl.replace('//', '//u:p@')])
      expect(await failureOf(one.request({ method: 'GET', path: link }))).toMatchObject({
        code: 'ForeignUrl',
      });
    await one.request({ method: 'GET', path: '//example.org/Users' });
    expect(received.map(({ url }) => url)).toEqual(['/v2/Users?page=2', '/v2//example.org/Users']);
  });

  it('reads no more of an answer than is allowed', async () => {
    answers = [json(200, { text: 'x'.repeat(2_000) })];
    const error = await failureOf(client({ bodyBytesMax: 1_000 }).request({ method: 'GET', path: '/' }));
    expect(error).toMatchObject({ kind: 'refused', code: 'AnswerTooLong' });
  });

  it('says that the outcome is unknown when the connection is cut after the request', async () => {
    answers = [(request) => request.socket.destroy()];
    const error = await failureOf(client().request({ method: 'POST', path: '/', body: {} }));
    expect(error).toMatchObject({ kind: 'unknown' });
    expect(error.message).toBe(`No answer from ${new URL(baseUrl).host}`);
  });

  it('says that the outcome is unknown when no answer comes in time', async () => {
    answers = [() => {}];
    const error = await failureOf(client({ timeoutMs: 50 }).request({ method: 'POST', path: '/', body: {} }));
    expect(error).toMatchObject({ kind: 'unknown', code: 'Timeout' });
    server.closeAllConnections();
  });

  it('says that nothing was sent when there is no connection', async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    const one = createHttpClient({ baseUrl: `http://127.0.0.1:${port}` });
    expect(await failureOf(one.request({ method: 'POST', path: '/', body: {} }))).toMatchObject({
      kind: 'unreachable',
      code: 'ECONNREFUSED',
    });
  });

  it('ends with the reason of the signal when the call is aborted', async () => {
    const aborted = new AbortController();
    answers = [() => aborted.abort(new Error('canceled'))];
    const call = client().request({ method: 'GET', path: '/', signal: aborted.signal });
    await expect(call).rejects.toThrow('canceled');
    server.closeAllConnections();
  });

  it('fails with what the function of the credentials throws', async () => {
    const authorization = () => Promise.reject(new Error('no vault'));
    await expect(client({ authorization }).request({ method: 'GET', path: '/' })).rejects.toThrow('no vault');
    expect(received).toEqual([]);
  });
});

describe('the base URL of a client', () => {
  it.each([
    ['nothing', 'an absolute URL with https:'],
    ['ftp://example.org', 'an absolute URL with https:'],
    ['http://example.org', 'a URL with https:, or `insecure` to be set'],
  ])('%s is refused', (url, expected) => {
    expect(() => createHttpClient({ baseUrl: url })).toThrow(
      `Expected baseUrl to be ${expected}, got \`"${url}"\``,
    );
  });

  it('with credentials is refused, without repeating them', () => {
    expect(() => createHttpClient({ baseUrl: 'ftp://ana:secret@example.org' })).toThrow(
      'got `"ftp://…@example.org"`',
    );
    expect(() => createHttpClient({ baseUrl: 'https://ana:secret@example.org' })).toThrow(
      'Expected baseUrl to be a URL without credentials, got one with credentials; set `authorization`',
    );
  });

  it('with http: is allowed for this machine, and for any with `insecure`', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) createHttpClient({ baseUrl: `http://${host}:1` });
    createHttpClient({ baseUrl: 'http://example.org', insecure: true });
  });
});

describe('a path', () => {
  it('escapes its values', () => {
    expect(path`/Users/${'a/b?c#d'}/Groups/${7}`).toBe('/Users/a%2Fb%3Fc%23d/Groups/7');
  });

  it('refuses a value that is not Unicode', () => {
    expect(() => path`/Users/${'a\ud800'}`).toThrow('Expected an id in a path, got `a\\ud800`');
  });

  it.each(['', '.', '..'])('refuses the value `%s`, which would name another object', (value) => {
    expect(() => path`/Users/${value}`).toThrow(`Expected an id in a path, got \`${value}\``);
  });
});
