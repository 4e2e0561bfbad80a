import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type WebhookOptions,
  webhookConnection,
} from '../../../../src/connectors/webhook/webhook-connection.ts';
import { newWebhookSecret } from '../../../../src/connectors/webhook/webhook-signature.ts';
import {
  startWebhookReceiver,
  WEBHOOK_SECRET,
  type WebhookReceiver,
} from '../../../servers/webhook-receiver.ts';

let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(() => receiver.close());

const connect = (more: Partial<WebhookOptions> = {}) =>
  webhookConnection({ http: { baseUrl: `${receiver.url}/hook` }, secrets: WEBHOOK_SECRET, ...more });
const PING = { id: 'ping', type: 'tenure.ping', data: {}, path: null };

/** A connection whose receiver answers by `answer`, and the requests that it gets. */
function answering(answer: (url: URL) => Response) {
  const requests: { readonly url: URL; readonly init: RequestInit }[] = [];
  const http: WebhookOptions['http'] = {
    baseUrl: 'https://hooks.example.com/run?code=hunter2',
    fetch: async (url, init = {}) => {
      requests.push({ url: new URL(String(url)), init });
      return answer(new URL(String(url)));
    },
  };
  return { connection: webhookConnection({ http, secrets: WEBHOOK_SECRET }), requests };
}

describe('a connection to a webhook', () => {
  it('signs exactly the bytes that it sends, with the id as idempotency key', async () => {
    const { connection, requests } = answering(() => new Response(null, { status: 204 }));
    await connection.send({ ...PING, data: { name: 'Grüße' } });
    await connection.send({ ...PING, path: '/below' });
    expect(requests.map(({ url }) => url.pathname + url.search)).toEqual([
      '/run?code=hunter2',
      '/run/below?code=hunter2',
    ]);
    expect(requests[0]?.init).toMatchObject({
      method: 'POST',
      redirect: 'manual',
      headers: { 'webhook-id': 'ping', 'idempotency-key': 'ping', 'content-type': 'application/json' },
    });
    await connect().send({ ...PING, data: { name: 'Grüße' } });
    expect(receiver.messages.at(-1)).toMatchObject({ path: '/hook', message: { data: { name: 'Grüße' } } });
  });

  it.each([
    [404, 'refused'],
    [400, 'refused'],
    [302, 'refused'],
    [429, 'throttled'],
    [500, 'unknown'],
  ])('fails over an answer of %s as %s, without what is secret in its address', async (status, kind) => {
    const { connection } = answering(() => new Response('{"detail":"no such hook"}', { status }));
    const error = await connection.send(PING).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind, code: `Http${status}` });
    expect(String(error)).toContain('hooks.example.com');
    expect(String(error)).not.toContain('hunter2');
  });

  it('reads no more of an answer than 64 KiB', async () => {
    const { connection } = answering(() => new Response('x'.repeat(65_537)));
    await expect(connection.send(PING)).rejects.toMatchObject({ code: 'AnswerTooLong' });
  });

  it.each([
    [{ http: undefined }, 'Expected baseUrl to be'],
    [{ http: { baseUrl: 'http://hooks.example.com' } }, 'a URL with https:'],
    [{ secrets: 'short' }, 'Expected secrets to be whsec_'],
    [{ callbackUrl: 'api' }, 'Expected callbackUrl to be an absolute URL without a query'],
    [{ callbackUrl: 'https://x.example?a=b' }, 'Expected callbackUrl to be an absolute URL without a query'],
    [{ attributes: 'mail' }, 'Expected attributes to be an array'],
    [{ dryRuns: true }, 'did you mean `dryRun`?'],
  ])('is not made of %j', (more, message) => {
    expect(() => connect(more as never)).toThrow(message);
  });
});

describe('the check of a webhook', () => {
  it('reaches the address, whatever that answers to GET', async () => {
    const { host } = new URL(receiver.url);
    expect(await connect().check()).toEqual([
      { name: `reach ${host}`, detail: 'answers GET with 405', failure: null },
    ]);
    expect(await answering(() => new Response('hello')).connection.check()).toMatchObject([
      { detail: 'answers GET with 200' },
    ]);
  });

  it('has a receiver that knows dry runs verify a signature', async () => {
    expect(await connect({ dryRun: true }).check()).toMatchObject([
      {},
      { name: 'have a signature verified', failure: null },
    ]);
    const [, signed] = await connect({ dryRun: true, secrets: newWebhookSecret() }).check();
    expect(signed?.failure).toMatch(
      /answered 401: Expected a webhook-signature of one of the secrets: check the credentials/,
    );
  });

  it('says that a host cannot be reached, and holds no task back', async () => {
    const closed = await startWebhookReceiver();
    await closed.close();
    const connection = webhookConnection({ http: { baseUrl: closed.url }, secrets: WEBHOOK_SECRET });
    expect(await connection.check()).toMatchObject([
      { failure: expect.stringMatching(/^No answer from 127\.0\.0\.1:\d+: check the name and port/) },
    ]);
    const again = await connection.send(PING).catch((thrown: unknown) => thrown);
    expect(again).toMatchObject({ kind: 'unreachable', cause: expect.anything() });
  });
});
