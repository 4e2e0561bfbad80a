import { describe, it } from 'vitest';
import { type ScimOptions, scimConnection } from '../../../src/connectors/scim/scim-connection.ts';
import { type ScimTasks, scimTasks } from '../../../src/connectors/scim/scim-tasks.ts';
import type { Subject } from '../../../src/model/subject.ts';
import { connectorContract } from '../../../src/testing/connectors/connector-contract.ts';
import { HTTP_FAULTS, openHttpProxy } from '../../../src/testing/connectors/http-faults.ts';
import { SCIM_TOKEN, type ScimServer, startScimServer } from '../../servers/scim-server.ts';

const SUBJECT: Subject = { id: 'E1', displayName: 'Ana Núñez', mail: 'ana@example.org' };
const DEPARTMENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

interface Case {
  readonly name: string;
  readonly task: keyof ScimTasks;
  readonly arguments?: Readonly<Record<string, string>>;
  readonly options?: Partial<ScimOptions>;
  /** Fills the service. Returns the ids that arguments need. */
  fill(server: ScimServer): void;
}

const account = (server: ScimServer, active: boolean) =>
  server.data.add('users', { userName: 'ana', externalId: 'E1', active, title: 'Clerk' });
const group = (server: ScimServer, displayName: string, members: readonly string[] = []) =>
  server.data.add('groups', { displayName, members: members.map((value) => ({ value })) });

const CASES: readonly Case[] = [
  { name: 'enable an account', task: 'enableUserAccount', fill: (server) => void account(server, false) },
  {
    name: 'make the account that is missing',
    task: 'enableUserAccount',
    options: { newUser: ({ id, displayName }) => ({ userName: id, displayName }) },
    fill: () => {},
  },
  { name: 'disable an account', task: 'disableUserAccount', fill: (server) => void account(server, true) },
  { name: 'delete an account', task: 'deleteUserAccount', fill: (server) => void account(server, true) },
  {
    name: 'update attributes',
    task: 'updateUserAttributes',
    arguments: {
      attributeUpdates: '{"jobTitle":"Lead","department":"Sales","mail":"ana@example.org","displayName":""}',
    },
    fill: (server) => void account(server, true),
  },
  {
    name: 'add to groups',
    task: 'addUserToGroups',
    arguments: { groupID: 'g2, g3' },
    fill: (server) => {
      account(server, true);
      group(server, 'Sales', ['u9']);
      group(server, 'Lisbon');
    },
  },
  {
    name: 'remove from selected groups',
    task: 'removeUserFromSelectedGroups',
    arguments: { groupID: 'g2,g3' },
    fill: (server) => {
      account(server, true);
      group(server, 'Sales', ['u9', 'u1']);
      group(server, 'Lisbon', ['u1']);
    },
  },
  {
    name: 'remove from all groups',
    task: 'removeUserFromAllGroups',
    fill: (server) => {
      account(server, true);
      group(server, 'Sales', ['u9', 'u1']);
      group(server, 'Lisbon', ['u1']);
      group(server, 'Porto', ['u9']);
    },
  },
];

for (const { name, task, arguments: given = {}, options, fill } of CASES)
  connectorContract(
    { describe, it },
    {
      name: `SCIM: ${name}`,
      faults: HTTP_FAULTS,
      secrets: [SCIM_TOKEN],
      make: async () => {
        const server = await startScimServer();
        const proxy = await openHttpProxy(server.url);
        fill(server);
        return {
          subject: SUBJECT,
          arguments: given,
          connect: (clock) => {
            const http = {
              baseUrl: `${proxy.url}/scim/v2`,
              authorization: () => `Bearer ${SCIM_TOKEN}`,
              clock,
            };
            return scimTasks(scimConnection({ http, ...options }))[task];
          },
          state: async () => ({
            users: [...server.data.users.values()].map(
              ({ userName, active, title, displayName, emails, [DEPARTMENT]: more }) => ({
                userName,
                active,
                title,
                displayName,
                emails,
                more,
              }),
            ),
            groups: [...server.data.groups.values()].map(({ displayName, members }) => ({
              displayName,
              members,
            })),
          }),
          effects: () => server.data.changes,
          requests: () => proxy.requests,
          inject: (fault, requests) => proxy.inject(fault, requests),
          dispose: async () => {
            await proxy.close();
            await server.close();
          },
        };
      },
    },
  );
