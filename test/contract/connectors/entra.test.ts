import { describe, it } from 'vitest';
import { type EntraOptions, entraConnection } from '../../../src/connectors/entra/entra-connection.ts';
import { type EntraTasks, entraTasks } from '../../../src/connectors/entra/entra-tasks.ts';
import type { PassMailer } from '../../../src/connectors/entra/tasks/access-pass-task.ts';
import type { Subject } from '../../../src/model/subject.ts';
import type { PlainTaskOptions } from '../../../src/ports/task-handler.ts';
import { connectorContract } from '../../../src/testing/connectors/connector-contract.ts';
import { HTTP_FAULTS, openHttpProxy } from '../../../src/testing/connectors/http-faults.ts';
import { type EntraData, guid } from '../../servers/entra/entra-data.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from '../../servers/entra/token-endpoint.ts';
import { startEntraEmulator } from '../../servers/entra-emulator.ts';

const ANA = guid('a', 1);
const [SALES, LISBON, ALL] = [guid('b', 1), guid('b', 2), guid('b', 3)];
const [E3, VISIO] = [guid('c', 1), guid('c', 2)];
const [BASICS, EXTRAS] = [guid('d', 1), guid('d', 2)];
/** After the time at which the contract's runs are scheduled. */
const NOW_MS = Date.parse('2026-01-05T09:00:00Z');

interface Case {
  readonly name: string;
  readonly task: keyof EntraTasks;
  readonly subject?: Subject;
  readonly arguments?: Readonly<Record<string, string>>;
  readonly options?: Partial<EntraOptions>;
  readonly isBlind?: boolean;
  /** Whether every fault is tried; else one of each kind: a task is made of the same steps as others of its file. */
  readonly isTriedInFull?: boolean;
  fill(data: EntraData): void;
}

const ana = (data: EntraData, more: Readonly<Record<string, unknown>> = {}) =>
  data.addUser({ id: ANA, displayName: 'Ana Núñez', userPrincipalName: 'ana@contoso.example', ...more });
const byName: Partial<EntraOptions> = { userOf: ({ mail }) => String(mail) };

const ONE_OF_EACH_KIND = HTTP_FAULTS.filter(
  ({ status, isDone, headers }) =>
    [401, 403, 409].includes(Number(status)) ||
    (status === 429 && headers?.['retry-after']) ||
    (status === null && isDone) ||
    (status === 500 && !isDone),
);

const CASES: readonly Case[] = [
  {
    name: 'disable an account that is found by its user principal name',
    task: 'disableUserAccount',
    isTriedInFull: true,
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
    isTriedInFull: true,
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
    arguments: { groupID: SALES },
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
      data.addGroup({ id: ALL, displayName: 'All', groupTypes: ['DynamicMembership'] }, [ANA]);
    },
  },
  {
    name: 'add to teams',
    task: 'addUserToTeams',
    isTriedInFull: true,
    arguments: { teamID: SALES },
    fill: (data) => {
      ana(data);
      data.addTeam(SALES, 'Sales', { [guid('a', 9)]: ['owner'] });
    },
  },
  {
    name: 'remove from all teams',
    task: 'removeUserFromAllTeams',
    fill: (data) => {
      ana(data);
      data.addTeam(SALES, 'Sales', { [guid('a', 9)]: ['owner'], [ANA]: ['owner'] });
      data.addTeam(LISBON, 'Lisbon', { [ANA]: [] });
    },
  },
  {
    name: 'assign licenses',
    task: 'assignLicenses',
    arguments: { licenses: `${E3}, visioclient` },
    fill: (data) => {
      ana(data, { usageLocation: 'PT' });
      data.addSku(E3, 'SPE_E3');
      data.addSku(VISIO, 'VISIOCLIENT');
      data.license(ANA, E3, SALES);
    },
  },
  {
    name: 'remove all licenses',
    task: 'removeAllLicenses',
    isTriedInFull: true,
    fill: (data) => {
      ana(data);
      data.addSku(E3, 'SPE_E3');
      data.license(ANA, E3);
      data.license(ANA, VISIO);
    },
  },
  {
    name: 'request an access package',
    task: 'requestAccessPackageAssignment',
    isTriedInFull: true,
    arguments: { accessPackageId: BASICS, assignmentPolicyId: guid('e', 1) },
    fill: (data) => {
      ana(data);
      data.addPackage(BASICS, 'Basics');
      data.addPackage(EXTRAS, 'Extras', [ANA]);
    },
  },
  {
    name: 'remove all access packages',
    task: 'removeAllAccessPackageAssignments',
    fill: (data) => {
      ana(data);
      data.addPackage(BASICS, 'Basics', [ANA]);
      data.addPackage(EXTRAS, 'Extras', [ANA, guid('a', 9)]);
    },
  },
  {
    name: 'cancel pending requests',
    task: 'cancelPendingAccessPackageRequests',
    fill: (data) => {
      ana(data);
      data.addPackage(BASICS, 'Basics');
      data.addRequest(BASICS, ANA, 'pendingApproval');
      data.addRequest(BASICS, guid('a', 9), 'pendingApproval');
      data.addRequest(BASICS, ANA, 'denied');
    },
  },
  // A pass is shown once: a lost answer means another pass, and another message.
  {
    name: 'make a pass and send it',
    task: 'generateTapAndSendEmail',
    arguments: { tapLifetimeMinutes: '480', tapIsUsableOnce: 'true' },
    isBlind: true,
    fill: (data) => {
      ana(data);
      data.passes.set(ANA, [{ id: guid('e', 2), isUsable: true, temporaryAccessPass: 'PASS-old' }]);
    },
  },
];

const mail: PassMailer = async () => ({ change: 'mail to the manager', note: null, send: async () => {} });

for (const { name, task, subject = { id: ANA }, arguments: given = {}, options, isBlind, ...one } of CASES)
  connectorContract(
    { describe, it },
    {
      name: `Entra: ${name}`,
      faults: one.isTriedInFull ? HTTP_FAULTS : ONE_OF_EACH_KIND,
      secrets: [CLIENT_SECRET, 'PASS-'],
      ...(isBlind && { isBlind }),
      make: async () => {
        const emulator = await startEntraEmulator(() => NOW_MS);
        const proxy = await openHttpProxy(emulator.url);
        emulator.linkTo(proxy.url);
        one.fill(emulator.data);
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
            return entraTasks(entra, { mail })[task] as PlainTaskOptions;
          },
          state: async () => ({
            users: structuredClone([...data.users.values()]),
            members: [...data.members].map(([group, ids]) => [group, [...ids].sort()]),
            teams: [...data.teams].map(([team, members]) => [team, [...members.keys()].sort()]),
            assignments: [...data.assignments.values()].map(({ packageId, objectId }) => [
              packageId,
              objectId,
            ]),
            requests: [...data.assignmentRequests.values()]
              .map(
                ({ packageId, objectId, requestType, state }) =>
                  `${packageId} ${objectId} ${requestType} ${state}`,
              )
              .sort(),
            passes: [...data.passes].map(([person, passes]) => [
              person,
              passes.map(({ isUsableOnce, lifetimeInMinutes }) => ({ isUsableOnce, lifetimeInMinutes })),
            ]),
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
