import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import { CLIENT_SECRET } from '../../servers/entra/token-endpoint.ts';
import { SCIM_TOKEN, type ScimServer, startScimServer } from '../../servers/scim-server.ts';
import { SLAPD_PASSWORD } from '../../servers/slapd.ts';
import { SMTP_PASS } from '../../servers/smtp-server.ts';
import { WEBHOOK_SECRET } from '../../servers/webhook-receiver.ts';
import { testHost } from '../../unit/cli/support.ts';
import { type Result, workplace } from '../support.ts';

/** A workplace beside a SCIM service, which is empty before each test. */
export function connectedWorkplace() {
  const place = workplace();
  let server: ScimServer;
  beforeAll(async () => {
    server = await startScimServer();
  });
  beforeEach(() => {
    server.data.users.clear();
    server.data.groups.clear();
    server.data.changes = 0;
  });
  afterAll(() => server.close());
  const env = {
    ...{ SCIM_TOKEN, SMTP_PASS, WEBHOOK_SECRET },
    ...{ ENTRA_SECRET: CLIENT_SECRET, LDAP_PASSWORD: SLAPD_PASSWORD },
  };
  /** Runs in this process; arguments with `@` are files of the workplace. */
  const tenure = (...args: readonly string[]): Promise<Result> => tenureOn(testHost(), ...args);
  /** As `tenure`, on a host that the test can interrupt. */
  const tenureOn = async (
    { stdout, stderr, ...rest }: ReturnType<typeof testHost>,
    ...args: readonly string[]
  ): Promise<Result> => {
    const host = { ...rest, stdout, stderr, env };
    const code = await runProgram(
      args.map((arg) => (arg.startsWith('@') ? place.path(arg.slice(1)) : arg)),
      host,
    );
    return { code, signal: null, stdout: stdout.text(), stderr: stderr.text() };
  };
  return {
    ...place,
    tenure,
    tenureOn,
    env,
    folder: (name: string) => mkdir(place.path(name)),
    /** The service. */
    data: () => server.data,
    /** The fields of its connection. */
    scim: () => ({
      kind: 'scim',
      baseUrl: `${server.url}/scim/v2`,
      token: { env: 'SCIM_TOKEN' },
      newUser: { userName: '{{user.id}}', displayName: '{{user.displayName}}' },
    }),
    /** Writes the file of people, a joiner workflow for a new group, and a configuration with both. */
    async joiners(count: number): Promise<string> {
      await place.people('people.csv', count);
      const group = server.data.add('groups', { displayName: 'All staff', members: [] });
      await place.write(
        'joiner.json',
        JSON.stringify({
          category: 'joiner',
          displayName: 'Join',
          executionConditions: 'onDemand',
          tasks: [
            { taskDefinitionId: 'enableUserAccount' },
            { taskDefinitionId: 'addUserToGroups', arguments: [{ name: 'groupID', value: group.id }] },
          ],
        }),
      );
      await place.write(
        'tenure.config.json',
        JSON.stringify({
          connections: { people: { kind: 'file', path: 'people.csv' }, app: this.scim() },
          directory: 'people',
        }),
      );
      return group.id;
    },
  };
}

/** The accounts of a service, and the members of a group, by the ids of people; each as often as it is there. */
export function stateOf(data: ScimServer['data'], groupId: string) {
  const accounts = [...data.users.values()];
  const nameOf = new Map(accounts.map(({ id, externalId }) => [id, externalId as string]));
  const members = (data.groups.get(groupId)?.members ?? []) as readonly { readonly value: string }[];
  return {
    accounts: accounts.map(({ externalId, active }) => `${externalId} ${active}`).sort(),
    members: members.map(({ value }) => nameOf.get(value) ?? 'unknown').sort(),
  };
}

/** Calls back when the service has made so many further changes. */
export function whenChanged(service: ScimServer['data'], by: number, done: () => void): void {
  let { changes } = service;
  const wanted = changes + by;
  Object.defineProperty(service, 'changes', {
    configurable: true,
    get: () => changes,
    set: (value: number) => {
      changes = value;
      if (value === wanted) done();
    },
  });
}
