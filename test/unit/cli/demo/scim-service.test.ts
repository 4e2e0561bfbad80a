import { describe, expect, it } from 'vitest';
import { DemoService } from '../../../../src/cli/demo/scim-service.ts';
import { scimConnection } from '../../../../src/connectors/scim/scim-connection.ts';

function serviceWithTwo() {
  const service = new DemoService();
  const [a, b] = ['u1', 'u2'].map((externalId) => service.addAccount({ externalId, active: true })) as [
    string,
    string,
  ];
  service.addGroup({ id: 'g', displayName: 'G', members: new Set([a]), owner: a, licenses: 2 });
  const call = async (method: string, path: string, body?: unknown, token = service.token) => {
    const request = new Request(`http://127.0.0.1/scim/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await service.answer(request);
    return {
      status: answer.status,
      body: answer.status === 204 ? null : await answer.json(),
      headers: answer.headers,
    };
  };
  const patch = (path: string, ...Operations: readonly object[]) => call('PATCH', path, { Operations });
  return { service, a, b, call, patch };
}

describe('the service of the demo', () => {
  it('passes the checks of a connection, and wants its token', async () => {
    const { service, call } = serviceWithTwo();
    const connection = scimConnection({
      http: {
        baseUrl: 'http://127.0.0.1/scim/v2',
        authorization: () => `Bearer ${service.token}`,
        fetch: (url, init) => service.answer(new Request(url, init)),
      },
    });
    expect(await connection.check(new AbortController().signal)).toEqual([
      { name: 'read accounts', detail: '2 accounts', failure: null },
      { name: 'read groups', detail: '1 group', failure: null },
      { name: 'find an account by externalId', detail: null, failure: null },
    ]);
    expect((await call('GET', '/Users', undefined, 'wrong')).status).toBe(401);
  });

  it('keeps accounts and memberships, and counts what it has changed', async () => {
    const { service, a, b, call, patch } = serviceWithTwo();
    await patch(`/Users/${b}`, { op: 'replace', path: 'active', value: false });
    await patch('/Groups/g', { op: 'add', path: 'members', value: [{ value: b }] });
    const filter = encodeURIComponent(`members.value eq "${b}"`);
    expect((await call('GET', `/Groups?filter=${filter}`)).body).toMatchObject({
      totalResults: 1,
      Resources: [{ id: 'g', members: [{ value: a }, { value: b }] }],
    });
    await patch('/Groups/g', { op: 'remove', path: `members[value eq "${b}"]` });
    expect((await call('POST', '/Users', { externalId: 'u3' })).status).toBe(201);
    expect((await call('POST', '/Users', { externalId: 'u3' })).status).toBe(409);
    expect(service.effects).toEqual({
      accountsMade: 1,
      accountsEnabled: 0,
      accountsDisabled: 1,
      joined: 1,
      left: 1,
      throttled: 0,
    });
  });

  it('refuses what it does not know, the last owner who leaves, and members without a license', async () => {
    const { service, a, b, call, patch } = serviceWithTwo();
    const c = service.addAccount({ externalId: 'u3' });
    const leaving = await patch('/Groups/g', { op: 'remove', path: `members[value eq "${a}"]` });
    expect(leaving).toMatchObject({
      status: 400,
      body: { detail: 'The last owner of a group cannot leave it' },
    });
    const joining = await patch('/Groups/g', {
      op: 'add',
      path: 'members',
      value: [{ value: b }, { value: c }],
    });
    expect(joining.body).toMatchObject({ detail: 'License pool of group G exhausted: 2 of 2 in use' });
    expect((await call('GET', '/Users?filter=title+pr')).status).toBe(400);
    expect((await call('GET', '/Users/none')).status).toBe(404);
    expect((await call('DELETE', `/Users/${a}`)).status).toBe(501);
    expect((await call('GET', '/Devices')).status).toBe(404);
    expect((await patch(`/Users/${a}`, { op: 'replace', path: 'title', value: 'x' })).status).toBe(400);
  });

  it('asks all callers to wait, once', async () => {
    const { call } = serviceWithTwo();
    const statuses = new Map<number, number>();
    for (let request = 0; request < 100; request += 1) {
      const { status, headers } = await call('GET', '/Groups/g');
      if (status === 429) expect(headers.get('retry-after')).toBe('1');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 200: 99, 429: 1 });
  });
});
