import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EntraOptions, entraConnection } from '../../../../src/connectors/entra/entra-connection.ts';
import { guid } from '../../../servers/entra/entra-data.ts';
import { CERTIFICATE, CLIENT_ID, CLIENT_SECRET, TENANT } from '../../../servers/entra/token-endpoint.ts';
import { type EntraEmulator, startEntraEmulator } from '../../../servers/entra-emulator.ts';

let emulator: EntraEmulator;
beforeAll(async () => {
  emulator = await startEntraEmulator();
});
afterAll(() => emulator.close());

const GIVEN: EntraOptions = {
  tenantId: TENANT,
  clientId: CLIENT_ID,
  credential: { clientSecret: CLIENT_SECRET },
};
const open = (more: Partial<EntraOptions> = {}) =>
  entraConnection({ ...GIVEN, graphUrl: emulator.url, authorityUrl: emulator.url, ...more });

describe('the options of a connection', () => {
  const { privateKey } = CERTIFICATE;
  it.each<[unknown, RegExp]>([
    [{}, /Expected credential to be an object with one of `clientSecret`/],
    [{ ...GIVEN, credential: { clientSecret: '' } }, /credential to be an object with one of/],
    [
      { ...GIVEN, credential: { clientSecret: 'a-secret', certificate: CERTIFICATE } },
      /, got something else$/,
    ],
    [{ ...GIVEN, credential: { certificate: { privateKey } } }, /, got something else$/],
    [
      { ...GIVEN, credential: { certificate: { ...CERTIFICATE, algorithm: 'none' } } },
      /, got something else$/,
    ],
    [{ ...GIVEN, tenantId: undefined }, /Expected tenantId to be given, for a credential with a secret/],
    [{ ...GIVEN, clientId: undefined }, /Expected clientId to be given/],
    [
      { ...GIVEN, tenantId: '../other' },
      /Expected tenantId to be the GUID of a tenant, or one of its domains/,
    ],
    [{ ...GIVEN, graphUrl: 'graph' }, /Expected graphUrl to be an absolute URL/],
    [{ ...GIVEN, graphUrl: 'http://graph.example' }, /a URL with https:/],
    [{ ...GIVEN, authorityUrl: 'http://login.example' }, /a URL with https:/],
    [{ ...GIVEN, tenant: TENANT }, /did you mean `tenantId`/],
  ])('%# are refused, without repeating a secret', (options, message) => {
    const make = () => entraConnection(options as EntraOptions);
    expect(make).toThrow(message);
    expect(make).not.toThrow(/a-secret|BEGIN/);
  });

  it('are those of the global cloud unless they say otherwise', () => {
    expect(entraConnection(GIVEN).graph.baseUrl).toBe('https://graph.microsoft.com/v1.0');
    const china = { graphUrl: 'https://microsoftgraph.chinacloudapi.cn/' };
    expect(entraConnection({ ...GIVEN, ...china }).graph.baseUrl).toBe(
      'https://microsoftgraph.chinacloudapi.cn/v1.0',
    );
  });
});

describe('the check of a connection', () => {
  it('reads people and groups, and names the tasks that lack a permission', async () => {
    emulator.data.addUser({ id: guid('a', 1) });
    emulator.data.roles = ['User.Read.All', 'GroupMember.ReadWrite.All', 'User.EnableDisableAccount.All'];
    const checks = await open().check();
    expect(checks.slice(0, 3)).toEqual([
      { name: 'sign in', detail: `to ${new URL(emulator.url).host}`, failure: null },
      { name: 'read users', detail: 'there are users', failure: null },
      { name: 'read groups', detail: 'there are no groups', failure: null },
    ]);
    expect(checks[3]?.failure).toBeNull();
    expect(checks[3]?.detail).toMatch(
      /^enough for 5 of \d+ tasks; missing: User\.ReadWrite\.All for deleteUserAccount, updateUserAttributes; /,
    );
    expect(checks[3]?.detail).toContain('; User.RevokeSessions.All for revokeAllRefreshTokens; ');
  });

  it('fails over an application that may do nothing, and says what to do', async () => {
    emulator.data.roles = ['Sites.Read.All'];
    expect((await open().check()).at(-1)?.failure).toMatch(
      /grant it application permissions of Microsoft Graph, and give admin consent$/,
    );
  });

  it('reads no permissions in a token that is no JWT', async () => {
    const fetch = async () => Response.json({ value: [] });
    const credential = { getToken: async () => ({ token: 'opaque', expiresOnTimestamp: 1e15 }) };
    expect((await entraConnection({ credential, fetch }).check()).at(-1)).toEqual({
      name: 'permissions',
      detail: 'the token does not name them',
      failure: null,
    });
  });

  it('says why the application cannot sign in, and changes nothing', async () => {
    const changes = emulator.data.changes;
    const checks = await open({ credential: { clientSecret: 'wrong-secret-text' } }).check();
    expect(checks).toEqual([
      {
        name: 'sign in',
        detail: null,
        failure: expect.stringContaining('AADSTS7000215: Invalid client secret'),
      },
    ]);
    expect(JSON.stringify(checks)).not.toContain('wrong-secret-text');
    expect(emulator.data.changes).toBe(changes);
  });
});
