import { describe, it } from 'vitest';
import { type EntraOptions, entraConnection } from '../../../src/connectors/entra/entra-connection.ts';
import { type EntraTasks, entraTasks } from '../../../src/connectors/entra/entra-tasks.ts';
import type { Subject } from '../../../src/model/subject.ts';
import { connectorContract } from '../../../src/testing/connectors/connector-contract.ts';
import { HTTP_FAULTS, openHttpProxy } from '../../../src/testing/connectors/http-faults.ts';
import { type EntraData, guid } from '../../servers/entra/entra-data.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from '../../servers/entra/token-endpoint.ts';
import { startEntraEmulator } from '../../servers/entra-emulator.ts';

const ANA = guid('a', 1);
const [SALES, LISBON, EVERYBODY] = [guid('b', 1), guid('b', 2), guid('b', 3)];
/** After the time at which the contract's runs are scheduled. */
const NOW_MS = Date.parse('2026-01-05T09:00:00Z');

interface Case {
  readonly name: string;
  readonly task: keyof EntraTasks;
  readonly subject?: Subject;
  readonly arguments?: Readonly<Record<string, string>>;
  readonly options?: Partial<EntraOptions>;
  readonly isBlind?: boolean;
  fill(data: EntraData): void;
}

const ana = (data: EntraData, more: Readonly<Record<string, unknown>> = {}) =>
  data.addUser({ id: ANA, displayName: 'Ana Núñez', userPrincipalName: 'ana@contoso.example', ...more });
const byName: Partial<EntraOptions> = { userOf: ({ mail }) => String(mail) };

const CASES: readonly Case[] = [
  {
    name: 'enable an account',
    task: 'enableUserAccount',
    fill: (data) => void ana(data, { accountEnabled: false }),
  },
  {
    name: 'disable an account that is found by its user principal name',
    task: 'disableUserAccount',
    subject: { id: 'E1', mail: 'Ana@contoso.example' },
    options: byName,
    fill: (data) => void ana(data),
  },
  { name: 'delete an account', task: 'deleteUserAccount', fill: (data) => void ana(data) },
  {
    name: 'update attributes',
    task: 'updateUserAttributes',
    arguments: {
      attributeUpdates:
        '{"jobTitle":"Lead","department":"","employeeOrgData/division":"North","displayName":"Ana Núñez"}',
    },
    fill: (data) =>
      void ana(data, { department: 'Sales', employeeOrgData: { costCenter: '7', division: null } }),
  },
  // A new run revokes again, whoever revoked before: there may be sessions since.
  { name: 'revoke sessions', task: 'revokeAllRefreshTokens', isBlind: true, fill: (data) => void ana(data) },
  {
    name: 'add to groups',
    task: 'addUserToGroups',
    subject: { id: 'E1', mail: 'ana@contoso.example' },
    options: byName,
    arguments: { groupID: `${SALES}, ${LISBON}` },
    fill: (data) => {
      ana(data);
      data.addGroup({ id: SALES, displayName: 'Sales' }, [guid('a', 9)]);
      data.addGroup({ id: LISBON, displayName: 'Lisbon' });
    },
  },
  {
    name: 'add to groups, whose members are seen late',
    task: 'addUserToGroups',
    arguments: { groupID: `${SALES}` },
    fill: (data) => {
      ana(data);
      data.addGroup({ id: SALES, displayName: 'Sales' });
      data.membershipLag = 4;
    },
  },
  {
    name: 'remove from selected groups',
    task: 'removeUserFromSelectedGroups',
    arguments: { groupID: `${SALES},${LISBON}` },
    fill: (data) => {
      ana(data);
      data.addGroup({ id: SALES, displayName: 'Sales' }, [ANA, guid('a', 9)]);
      data.addGroup({ id: LISBON, displayName: 'Lisbon' }, [ANA]);
    },
  },
  {
    name: 'remove from all groups',
    task: 'removeUserFromAllGroups',
    fill: (data) => {
      ana(data, { hasRole: true });
      data.addGroup({ id: SALES, displayName: 'Sales' }, [ANA, guid('a', 9)]);
      data.addGroup({ id: LISBON, displayName: 'Lisbon' }, [ANA]);
      data.addGroup({ id: EVERYBODY, displayName: 'All', groupTypes: ['DynamicMembership'] }, [ANA]);
    },
  },
];

for (const { name, task, subject = { id: ANA }, arguments: given = {}, options, isBlind, fill } of CASES)
  connectorContract(
    { describe, it },
    {
      name: `Entra: ${name}`,
      faults: HTTP_FAULTS,
      secrets: [CLIENT_SECRET],
      ...(isBlind && { isBlind }),
      make: async () => {
        const emulator = await startEntraEmulator(() => NOW_MS);
        const proxy = await openHttpProxy(emulator.url);
        emulator.linkUrl = proxy.url;
        fill(emulator.data);
        const { data } = emulator;
        return {
          subject,
          arguments: given,
          connect: (clock) => {
            const entra = entraConnection({
              tenantId: TENANT,
              clientId: CLIENT_ID,
              credential: { clientSecret: CLIENT_SECRET },
              graphUrl: proxy.url,
              authorityUrl: proxy.url,
              clock,
              ...options,
            });
            return entraTasks(entra)[task];
          },
          state: async () => ({
            users: structuredClone([...data.users.values()]),
            members: [...data.members].map(([group, ids]) => [group, [...ids].sort()]),
          }),
          effects: () => data.changes,
          requests: () => proxy.requests,
          inject: (fault, requests) => proxy.inject(fault, requests),
          dispose: async () => {
            await proxy.close();
            await emulator.close();
          },
        };
      },
    },
  );
