/** Sign-in over the token endpoint of the emulator, and over objects that get tokens by themselves. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EntraOptions, entraConnection } from '../../../../../src/connectors/entra/entra-connection.ts';
import { entraDirectory } from '../../../../../src/connectors/entra/entra-directory.ts';
import type { EntraCredential } from '../../../../../src/connectors/entra/sign-in/credentials.ts';
import { failureReasonOf } from '../../../../../src/engine/handlers/failure.ts';
import { VirtualClock } from '../../../../helpers/virtual-clock.ts';
import { guid } from '../../../../servers/entra/entra-data.ts';
import {
  CERTIFICATE,
  CLIENT_ID,
  CLIENT_SECRET,
  LIFETIME_S,
  TENANT,
} from '../../../../servers/entra/token-endpoint.ts';
import { type EntraEmulator, startEntraEmulator } from '../../../../servers/entra-emulator.ts';

const ANA = guid('a', 1);
let emulator: EntraEmulator;
beforeAll(async () => {
  emulator = await startEntraEmulator();
  emulator.data.addUser({ id: ANA });
});
afterAll(() => emulator.close());
beforeEach(() => {
  emulator.tokens.requests = 0;
});

function open(credential: EntraCredential, more: Partial<EntraOptions> = {}) {
  const clock = new VirtualClock();
  const { graph } = entraConnection({
    tenantId: TENANT,
    clientId: CLIENT_ID,
    credential,
    graphUrl: emulator.url,
    authorityUrl: emulator.url,
    clock,
    ...more,
  });
  return { clock, read: async () => (await graph.get(`/users/${ANA}`))?.id };
}

describe('an application signs in', () => {
  it.each<[string, EntraCredential]>([
    ['a secret', { clientSecret: CLIENT_SECRET }],
    ['a function that gives the secret', { clientSecret: async () => CLIENT_SECRET }],
    ['a certificate, PS256', { certificate: CERTIFICATE }],
    ['a certificate, RS256', { certificate: { ...CERTIFICATE, algorithm: 'RS256' } }],
    ['a function that gives the certificate', { certificate: () => CERTIFICATE }],
  ])('with %s', async (_, credential) => {
    const { read } = open(credential);
    expect(await Promise.all([read(), read(), read()])).toEqual([ANA, ANA, ANA]);
    expect(emulator.tokens.requests).toBe(1);
  });

  it('and repeats neither the secret nor the token that a service sends back', async () => {
    const body = (text: string) =>
      Response.json({ error: text, error_description: `${text} is wrong` }, { status: 400 });
    const clientSecret = 'a s3cret+of/the app';
    const refused = open({ clientSecret }, { fetch: async (_, init) => body(String(init?.body)) });
    const signIn: unknown = await refused.read().catch((error: unknown) => error);
    expect(failureReasonOf(signIn)).toMatch(
      /Signing in to Entra failed: .*client_secret=\(hidden\).* is wrong/,
    );
    expect(failureReasonOf(signIn)).not.toContain('s3cret');

    const echoes: typeof fetch = async (_, init) => {
      const error = { code: 'x', message: JSON.stringify(init?.headers) };
      return Response.json({
        responses: [0, 1].map((id) => ({ id: String(id), status: 400, body: { error } })),
      });
    };
    const source = { getToken: async () => ({ token: 't0ken-of-app', expiresOnTimestamp: 9e15 }) };
    const directory = entraDirectory(
      entraConnection({ tenantId: TENANT, clientId: CLIENT_ID, credential: source, fetch: echoes }),
    );
    const ids = Array.from({ length: 30 }, (_, n) => guid('a', n));
    const batch: unknown = await Promise.resolve(directory.get(ids)).catch((error: unknown) => error);
    expect(failureReasonOf(batch)).toMatch(/request of a batch was answered 400 x: .*\(hidden\)/);
    expect(failureReasonOf(batch)).not.toContain('t0ken');
  });

  it('again before the token expires, with another assertion', async () => {
    const { clock, read } = open({ certificate: CERTIFICATE });
    await read();
    clock.jump(1_000 * LIFETIME_S);
    expect(await read()).toBe(ANA);
    expect(emulator.tokens.requests).toBe(2);
  });

  it('again when Graph refuses the token, once', async () => {
    const { read } = open({ clientSecret: CLIENT_SECRET });
    await read();
    emulator.tokens.revokeAll();
    expect(await read()).toBe(ANA);
    expect(emulator.tokens.requests).toBe(2);
  });

  it('with what an object with getToken gives for the scope of Graph', async () => {
    const scopes: unknown[] = [];
    const endpoint = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      scope: 'https://graph.example/.default',
    });
    class Credential {
      async getToken(scope: string) {
        scopes.push(scope);
        const answer = await fetch(`${emulator.url}/${TENANT}/oauth2/v2.0/token`, {
          method: 'POST',
          body: endpoint,
        });
        const { access_token: token } = (await answer.json()) as { readonly access_token: string };
        return { token, expiresOnTimestamp: 3_600_000 };
      }
    }
    const credential = new Credential();
    const { graph } = entraConnection({
      credential,
      graphUrl: `${emulator.url}/`,
      clock: new VirtualClock(),
    });
    expect((await graph.get(`/users/${ANA}`))?.id).toBe(ANA);
    expect(scopes).toEqual([`${emulator.url}/.default`]);
  });
});

describe('a sign-in that fails', () => {
  const wrong = 'wrong-secret-text';

  it.each<[string, EntraCredential, Partial<EntraOptions>, RegExp]>([
    [
      'a wrong secret',
      { clientSecret: wrong },
      {},
      /answered 401: AADSTS7000215: Invalid client secret provided.*value\.$/,
    ],
    [
      'another tenant',
      { clientSecret: wrong },
      { tenantId: 'other' },
      /answered 400: AADSTS90002: Tenant 'other' not found\.$/,
    ],
    ['another application', { clientSecret: wrong }, { clientId: 'other' }, /AADSTS700016/],
    [
      'a key that is none',
      { certificate: { ...CERTIFICATE, privateKey: wrong } },
      {},
      /Expected the private key to be an RSA key/,
    ],
    ['a credential without a token', { getToken: async () => null }, {}, /the credential gave no token$/],
    [
      'a credential that throws',
      { getToken: () => Promise.reject(new Error(`No managed identity here\n${wrong}`)) },
      {},
      /Signing in to Entra failed: No managed identity here$/,
    ],
  ])('has all calls wait a minute after %s, and tells no secret', async (_, credential, more, message) => {
    const { clock, read } = open(credential, more);
    const failure = { kind: 'unauthorized', code: 'SignInFailed', retryAfterMs: 60_000 };
    await expect(read()).rejects.toMatchObject({ ...failure, message: expect.stringMatching(message) });
    const requests = emulator.tokens.requests;
    clock.jump(20_000);
    await expect(read()).rejects.toMatchObject({ ...failure, retryAfterMs: 40_000 });
    expect(emulator.tokens.requests).toBe(requests);
    await expect(read()).rejects.not.toThrow(wrong);
  });

  it('is tried again after the minute', async () => {
    let secret = wrong;
    const { clock, read } = open({ clientSecret: () => secret });
    await expect(read()).rejects.toThrow('AADSTS7000215');
    secret = CLIENT_SECRET;
    clock.jump(60_000);
    expect(await read()).toBe(ANA);
  });

  it('for want of an answer is a lost answer, not a refusal', async () => {
    const fetch = async () => new Response('busy', { status: 502 });
    await expect(open({ clientSecret: CLIENT_SECRET }, { fetch }).read()).rejects.toMatchObject({
      kind: 'unknown',
    });
  });
});
