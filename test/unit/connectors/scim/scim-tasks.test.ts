/** What the contract suite (`test/contract/connectors/scim.test.ts`) does not say: whom tasks refuse, and why. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScimOptions, scimConnection } from '../../../../src/connectors/scim/scim-connection.ts';
import { type ScimTasks, scimTasks } from '../../../../src/connectors/scim/scim-tasks.ts';
import type { TaskContext } from '../../../../src/ports/task-handler.ts';
import { SCIM_TOKEN, type ScimServer, startScimServer } from '../../../servers/scim-server.ts';

let server: ScimServer;
beforeEach(async () => {
  server = await startScimServer();
});
afterEach(() => server.close());

function run(
  task: keyof ScimTasks,
  given: Readonly<Record<string, string>> = {},
  options: Partial<ScimOptions> = {},
) {
  const http = { baseUrl: `${server.url}/scim/v2`, authorization: () => `Bearer ${SCIM_TOKEN}` };
  const { run: call } = scimTasks(scimConnection({ http, ...options }))[task];
  const context = { subject: { id: 'E1' }, arguments: given, signal: new AbortController().signal };
  return Promise.resolve(call(context as unknown as TaskContext));
}

describe('a task of a SCIM service', () => {
  it.each(['enableUserAccount', 'updateUserAttributes', 'addUserToGroups'] as const)(
    '%s fails for good where the person has no account',
    async (task) => {
      const given = { attributeUpdates: '{"jobTitle":"Lead"}', groupID: 'g1' };
      await expect(run(task, given)).rejects.toMatchObject({
        name: 'PermanentFailure',
        failureCode: 'AccountMissing',
        message: 'The person has no account in the SCIM service',
      });
    },
  );

  it.each([
    'disableUserAccount',
    'deleteUserAccount',
    'removeUserFromSelectedGroups',
    'removeUserFromAllGroups',
  ] as const)('%s has nothing to do where the person has no account', async (task) => {
    expect(await run(task, { groupID: 'g1' })).toMatchObject({ processingInfo: expect.any(String) });
  });

  it('fails for good where several accounts have the key', async () => {
    server.data.add('users', { userName: 'a', externalId: 'E1' });
    server.data.add('users', { userName: 'b', externalId: 'E1' });
    await expect(run('disableUserAccount')).rejects.toMatchObject({ failureCode: 'AmbiguousAccount' });
  });

  it('does not touch an account that was not asked for, of a service that ignores filters', async () => {
    const answers = (externalId: string) => async () =>
      Response.json({ totalResults: 1, Resources: [{ id: 'u1', externalId, active: true }] });
    const task = (externalId: string) =>
      run('disableUserAccount', {}, { http: { baseUrl: 'https://x.example', fetch: answers(externalId) } });
    await expect(task('E2')).rejects.toMatchObject({
      failureCode: 'AnswerUnreadable',
      message: expect.stringContaining('got another one: the service may ignore filters'),
    });
    expect(await task('e1')).toEqual({ changes: ['active: true → false'] });
  });

  it('ends with a failure where a service names groups of a person without end', async () => {
    let requests = 0;
    const answers = async (url: unknown) => {
      requests += 1;
      const Resources = String(url).includes('/Users')
        ? [{ id: 'u1' }]
        : Array.from({ length: 4_000 }, (_, n) => ({ id: `g${requests}-${n}` }));
      return Response.json({ totalResults: Resources.length === 1 ? 1 : 1e9, Resources });
    };
    const http = { baseUrl: 'https://x.example', fetch: answers };
    await expect(run('removeUserFromAllGroups', {}, { http })).rejects.toMatchObject({
      failureCode: 'ListingEndless',
    });
    expect(requests).toBeLessThan(10);
  });

  it('finds the account by the key of its options, also by its id', async () => {
    server.data.add('users', { userName: 'e1@example.org', active: true });
    const byName = {
      keyOf: ({ id }: { id: string }) => ({
        attribute: 'userName',
        value: `${id}@example.org`.toLowerCase(),
      }),
    };
    expect(await run('disableUserAccount', {}, byName)).toEqual({ changes: ['active: true → false'] });
    const byId = { keyOf: () => ({ attribute: 'id', value: 'u1' }) };
    expect(await run('enableUserAccount', {}, byId)).toEqual({ changes: ['active: false → true'] });
  });

  it('names the group that does not exist, and joins the others', async () => {
    server.data.add('users', { userName: 'a', externalId: 'E1' });
    server.data.add('groups', { displayName: 'Sales' });
    await expect(run('addUserToGroups', { groupID: 'g7,g2' })).rejects.toMatchObject({
      failureCode: 'GroupMissing',
      message: 'group g7: Group g7 does not exist in the SCIM service; done before: added to group Sales',
    });
    expect(server.data.groups.get('g2')?.members).toMatchObject([{ value: 'u1' }]);
  });

  it.each(['', ' , ', undefined])('refuses `%s` as the groups', async (groupID) => {
    server.data.add('users', { userName: 'a', externalId: 'E1' });
    await expect(run('addUserToGroups', groupID === undefined ? {} : { groupID })).rejects.toMatchObject({
      failureCode: 'BadArgument',
      message: 'Expected 1 to 1000 groups in groupID, separated by commas, got 0',
    });
  });

  it('waits while the service refuses its credentials, and says so', async () => {
    const http = { baseUrl: `${server.url}/scim/v2`, authorization: () => 'Bearer wrong' };
    await expect(run('disableUserAccount', {}, { http })).rejects.toMatchObject({
      name: 'RetryAfter',
      scope: 'handler',
      failureCode: 'Http401',
      delayMs: 60_000,
    });
  });
});
