import { describe, expect, it } from 'vitest';
import {
  newWebhookSecret,
  signWebhook,
  verifyWebhook,
  WebhookRefused,
} from '../../../../src/connectors/webhook/webhook-signature.ts';
import { virtualClock } from '../../../../src/system/virtual/virtual-clock.ts';

/** The vector of the Standard Webhooks libraries. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const BODY = '{"test": 2432232314}';
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const SECONDS = 1_614_265_330;
const clock = virtualClock(SECONDS * 1_000);
const HEADERS = {
  'webhook-id': ID,
  'webhook-timestamp': String(SECONDS),
  'webhook-signature': SIGNATURE,
};
const OTHER = newWebhookSecret();

describe('a signature', () => {
  it('is that of Standard Webhooks', async () => {
    expect(await signWebhook({ id: ID, body: BODY, secrets: SECRET, clock })).toEqual(HEADERS);
  });

  it('is given for each secret while one is replaced', async () => {
    const { 'webhook-signature': both } = await signWebhook({
      id: ID,
      body: BODY,
      secrets: async () => [OTHER, SECRET],
      clock,
    });
    expect(both.split(' ')).toHaveLength(2);
    expect(both.split(' ')[1]).toBe(SIGNATURE);
    const headers = { ...HEADERS, 'webhook-signature': both };
    for (const secrets of [OTHER, SECRET, [newWebhookSecret(), SECRET]])
      expect((await verifyWebhook({ headers, body: BODY }, { secrets, clock })).id).toBe(ID);
  });

  it.each([
    [{ id: 'a.b' }, 'Expected id to be printable ASCII without dots'],
    [{ id: 'a\nb' }, 'Expected id to be'],
    [{ secrets: 'hunter2-hunter2-hunter2-hunter2' }, 'Expected secrets to be whsec_ and 24 to 64 bytes'],
    [{ secrets: [SECRET, `whsec_${btoa('short')}`] }, 'Expected secrets[1] to be whsec_ and 24 to 64 bytes'],
    [{ secrets: [] }, 'Expected secrets to be at least one secret, got none'],
    [{ secrets: () => 'hunter2' }, 'Expected secrets to be whsec_'],
  ])('is not made of %j, and no secret is shown', async (more, message) => {
    const failed = signWebhook({ id: ID, body: BODY, secrets: SECRET, clock, ...more });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.not.toThrow('hunter2');
  });
});

describe('a received webhook', () => {
  it('gives its message, from headers of fetch and of Node, as text and as bytes', async () => {
    const expected = { id: ID, sentAtMs: SECONDS * 1_000, message: { test: 2_432_232_314 } };
    for (const headers of [HEADERS, new Headers(HEADERS)])
      for (const body of [BODY, Buffer.from(BODY)])
        expect(await verifyWebhook({ headers, body }, { secrets: SECRET, clock })).toEqual(expected);
  });

  it.each([
    [
      'without a header',
      { headers: { ...HEADERS, 'webhook-id': undefined } },
      'Expected a header webhook-id',
    ],
    [
      'with a header twice',
      { headers: { ...HEADERS, 'webhook-id': [ID, ID] } },
      'Expected a header webhook-id',
    ],
    ['with another secret', { secrets: OTHER }, 'Expected a webhook-signature of one of the secrets'],
    [
      'with another scheme',
      { headers: { ...HEADERS, 'webhook-signature': SIGNATURE.replace('v1', 'v1a') } },
      'Expected a webhook-signature',
    ],
    [
      'with a timestamp that is none',
      { headers: { ...HEADERS, 'webhook-timestamp': '1e9' } },
      'seconds since 1970',
    ],
    ['that is old', { clock: virtualClock((SECONDS + 302) * 1_000) }, 'at most 300000 ms from now'],
    ['of the future', { clock: virtualClock((SECONDS - 302) * 1_000) }, 'at most 300000 ms from now'],
    [
      'with another spelling of the signature',
      { headers: { ...HEADERS, 'webhook-signature': SIGNATURE.replace('OE=', 'OF=') } },
      'Expected a webhook-signature',
    ],
  ])('is refused %s', async (_, more, message) => {
    const { headers = HEADERS, ...options } = more as { headers?: typeof HEADERS };
    const failed = verifyWebhook({ headers, body: BODY }, { secrets: SECRET, clock, ...options });
    await expect(failed).rejects.toBeInstanceOf(WebhookRefused);
    await expect(failed).rejects.toThrow(message);
  });

  it('is taken within the tolerance', async () => {
    const late = virtualClock((SECONDS + 600) * 1_000);
    const options = { secrets: SECRET, clock: late, toleranceMs: 600_000 };
    expect((await verifyWebhook({ headers: HEADERS, body: BODY }, options)).id).toBe(ID);
  });

  it('is refused when its body is not JSON, though it is signed', async () => {
    const headers = { ...(await signWebhook({ id: ID, body: '{', secrets: SECRET, clock })) };
    await expect(verifyWebhook({ headers, body: '{' }, { secrets: SECRET, clock })).rejects.toThrow(
      'Expected the body to be JSON',
    );
  });
});

it('a new secret has 256 bits', () => {
  const secrets = new Set(Array.from({ length: 50 }, newWebhookSecret));
  expect(secrets.size).toBe(50);
  for (const secret of secrets) expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
});
