/** Every path, query and body that the Entra connector sends is made of what Graph's published types have. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entraConnection } from '../../../src/connectors/entra/entra-connection.ts';
import { entraDirectory } from '../../../src/connectors/entra/entra-directory.ts';
import { entraMailSender, entraSponsors } from '../../../src/connectors/entra/entra-mail.ts';
import { type EntraTasks, entraTasks } from '../../../src/connectors/entra/entra-tasks.ts';
import { PERMISSIONS } from '../../../src/connectors/entra/permissions.ts';
import { UPDATABLE } from '../../../src/connectors/entra/tasks/user-attributes.ts';
import { taskMailer } from '../../../src/connectors/mail/task-mailer.ts';
import { parseScopeRule } from '../../../src/filter/parsing/scope-rule.ts';
import type { TaskContext } from '../../../src/ports/task-handler.ts';
import { type EntraRequest, guid } from '../../servers/entra/entra-data.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from '../../servers/entra/token-endpoint.ts';
import { type EntraEmulator, startEntraEmulator } from '../../servers/entra-emulator.ts';

const TYPES = readFileSync(
  fileURLToPath(import.meta.resolve('@microsoft/microsoft-graph-types-beta/microsoft-graph.d.ts')),
  'utf8',
);

/** Where v1.0, which the connector calls, has another name than beta, of which the published types are. */
const V1: Readonly<Record<string, string>> = {
  'EntitlementManagement.assignments': 'accessPackageAssignments',
  'AccessPackageAssignmentRequest.assignment': 'accessPackageAssignment',
  'AccessPackageAssignmentRequest.state': 'requestState',
  'AccessPackageAssignment.state': 'assignmentState',
};
/** Actions and functions, which the published types leave out, as documented, and the types of their parameters. */
const ACTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'User.revokeSignInSessions': {},
  'User.assignLicense': { addLicenses: 'AssignedLicense[]', removeLicenses: 'string[]' },
  'User.sendMail': { message: 'Message', saveToSentItems: 'boolean' },
  'User.delta': {},
  'AccessPackageAssignmentRequest.cancel': {},
};
const ROOTS: Readonly<Record<string, string>> = {
  users: 'User[]',
  groups: 'Group[]',
  teams: 'Team[]',
  subscribedSkus: 'SubscribedSku[]',
  identityGovernance: 'IdentityGovernance',
};
/** What is read of answers without being selected. */
const READ: readonly string[] = [
  'LicenseAssignmentState.skuId',
  'LicenseAssignmentState.assignedByGroup',
  'LicenseAssignmentState.state',
  'AadUserConversationMember.userId',
  'AadUserConversationMember.roles',
  'AccessPackageAssignment.state',
  'AccessPackageAssignment.accessPackage',
  'AccessPackageAssignmentRequest.state',
  'AccessPackageAssignmentRequest.requestType',
  'AccessPackageAssignmentRequest.assignment',
  'AccessPackageAssignmentRequest.accessPackage',
  'AccessPackageAssignmentRequest.requestor',
  'AccessPackageSubject.objectId',
  'AccessPackage.displayName',
  'TemporaryAccessPassAuthenticationMethod.temporaryAccessPass',
  'OnPremisesExtensionAttributes.extensionAttribute15',
];
/** Types that Graph derives from those of its lists. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  DirectoryObject: ['User', 'Group'],
  ConversationMember: ['AadUserConversationMember'],
};

const MEMBERS = new Map<string, Readonly<Record<string, string>>>();

/** The members of a type and of its bases, with their types: `Team[]`. */
function membersOf(type: string): Readonly<Record<string, string>> {
  const known = MEMBERS.get(type);
  if (known) return known;
  const [, base, body = ''] =
    new RegExp(`^export interface ${type}(?: extends (\\w+))? \\{(.*?)^\\}`, 'ms').exec(TYPES) ?? [];
  const own = [...body.matchAll(/^ {4}(\w+)\?: (?:NullableOption<)?([\w.]+(?:\[\])?)>?;$/gm)].map(
    ([, name = '', of = '']) => [name, of] as const,
  );
  const members = { ...(base ? membersOf(base) : {}), ...Object.fromEntries(own) };
  MEMBERS.set(type, members);
  return members;
}

/** The type of a member, as v1.0 names it. @throws Error when there is none. */
function typeAt(type: string, name: string): string {
  if (ROOTS[name] !== undefined && type === '') return ROOTS[name];
  for (const one of [type, ...(DERIVED[type] ?? [])]) {
    const found = membersOf(one)[V1[`${one}.${name}`] ?? name];
    if (found !== undefined) return found;
  }
  throw new Error(`${type} has no ${name}`);
}

const elementOf = (type: string) => type.replace(/\[\]$/, '');

/** The type that a path leads to, or the action at its end. */
function walk(path: string): { readonly type: string; readonly action: string | null } {
  let type = '';
  for (const segment of path.split('/').slice(2)) {
    if (segment === '$ref') continue;
    const action = `${elementOf(type)}.${segment}`;
    if (ACTIONS[action]) return { type: elementOf(type), action };
    // The id of an element of a list.
    type = type.endsWith('[]') ? elementOf(type) : typeAt(type, segment);
  }
  return { type: elementOf(type), action: null };
}

function checkBody(type: string, body: unknown): void {
  if (Array.isArray(body)) for (const one of body) checkBody(elementOf(type), one);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
  for (const [name, value] of Object.entries(body))
    if (!name.includes('@')) checkBody(typeAt(type, name), value);
}

function check({ method, path, query, body }: EntraRequest): void {
  const { type, action } = walk(path);
  if (action === null) checkBody(type, body);
  for (const [name, value] of Object.entries(method === 'POST' && action ? (body as object) : {}))
    checkBody(ACTIONS[action as string]?.[name] ?? '', value);
  for (const name of query.$select?.split(',') ?? []) typeAt(type, name);
  for (const [, name = '', inner] of (query.$expand ?? '').matchAll(/(\w+)(?:\(\$select=([^)]*)\))?/g)) {
    const expanded = elementOf(typeAt(type, name));
    for (const one of inner?.split(',') ?? []) typeAt(expanded, one);
  }
  const compared = /(?:startsWith\()?([\w./]+)(?: eq | in |, )/g;
  for (const [, name = ''] of (query.$filter ?? '').replace(/'(?:[^']|'')*'/g, '0').matchAll(compared))
    if (!/^[\d]/.test(name))
      name
        .replace(/^microsoft\.graph\.\w+\//, '')
        .split('/')
        .reduce((at, part) => elementOf(typeAt(at, part)), type);
}

const ANA = guid('a', 1);
let emulator: EntraEmulator;

beforeAll(async () => {
  emulator = await startEntraEmulator();
  const { data } = emulator;
  const boss = data.addUser({
    id: guid('a', 2),
    mail: 'bo@contoso.example',
    userPrincipalName: 'bo@contoso.example',
  });
  data.addUser({ id: ANA, managerId: boss.id, accountEnabled: false, usageLocation: 'PT' });
  for (const n of [1, 2, 3])
    data.addGroup({ id: guid('b', n), displayName: `Group ${n}` }, n === 1 ? [] : [ANA]);
  for (const n of [4, 5, 6]) data.addTeam(guid('b', n), `Team ${n}`, n === 4 ? {} : { [ANA]: [] });
  for (const n of [1, 2, 3]) {
    data.addSku(guid('c', n), `SKU_${n}`);
    if (n > 1) data.license(ANA, guid('c', n));
    data.addPackage(guid('d', n), `Package ${n}`, n > 1 ? [ANA] : []);
  }
  data.passes.set(ANA, [{ id: guid('e', 1) }]);
});
afterAll(() => emulator.close());

/** The arguments that each task takes, so that it has something to do. */
const GIVEN: Readonly<Record<string, string>> = {
  attributeUpdates: '{"jobTitle":"Lead","employeeOrgData/division":"North"}',
  groupID: guid('b', 1),
  teamID: guid('b', 4),
  licenses: guid('c', 1),
  accessPackageId: guid('d', 1),
  assignmentPolicyId: guid('e', 2),
  tapLifetimeMinutes: '60',
};
/** In this order each has something to do; the account goes last. */
const TASKS = (Object.keys(PERMISSIONS) as (keyof EntraTasks)[]).sort(
  (one, other) => Number(one === 'deleteUserAccount') - Number(other === 'deleteUserAccount'),
);

describe('the requests of the Entra connector', () => {
  it('are made of paths and properties that Graph has', async () => {
    const entra = entraConnection({
      tenantId: TENANT,
      clientId: CLIENT_ID,
      credential: { clientSecret: CLIENT_SECRET },
      graphUrl: emulator.url,
      authorityUrl: emulator.url,
    });
    const directory = entraDirectory(entra);
    const mail = taskMailer(entraMailSender(entra, { from: 'bo@contoso.example' }));
    const [subject] = await directory.get([ANA]);
    for (const task of TASKS) {
      const context = {
        subject,
        arguments: task === 'removeAccessPackageAssignment' ? { accessPackageId: guid('d', 2) } : GIVEN,
        attempt: 1,
        interruptions: 0,
        idempotencyKey: 'key',
        run: { scheduledDateTime: '2026-01-05T08:00:00Z' },
        signal: new AbortController().signal,
      } as unknown as TaskContext;
      const handler = entraTasks(entra, { mail })[task];
      expect(await handler?.run(context), task).toHaveProperty('changes');
      await handler?.preview?.(context);
    }
    const rule =
      "department eq 'Sales' or startsWith(city, 'P') or country in ('PT', 'ES') or accountEnabled eq true";
    for await (const _ of directory.query(parseScopeRule(rule)));
    for (const transitiveMembers of [false, true])
      for await (const _ of entraDirectory(entra, { transitiveMembers }).membersOf?.(guid('b', 2)) ?? []);
    await directory.changes?.((await directory.changes(null)).token);
    await entraSponsors(entra)({ id: guid('a', 2) }, new AbortController().signal);
    await entra.check();

    const { log } = emulator.data;
    for (const request of log)
      expect(
        () => check(request),
        `${request.method} ${request.path} ${JSON.stringify(request.query)}`,
      ).not.toThrow();
    const kinds = log.map(
      ({ method, path }) => `${method} ${path.replaceAll(/[0-9a-f-]{36}[^/]*|bo@[^/]*/g, '{id}')}`,
    );
    expect([...new Set(kinds)].sort()).toMatchInlineSnapshot(`
      [
        "DELETE /v1.0/groups/{id}/members/{id}/$ref",
        "DELETE /v1.0/teams/{id}/members/{id}",
        "DELETE /v1.0/users/{id}",
        "DELETE /v1.0/users/{id}/authentication/temporaryAccessPassMethods/{id}",
        "GET /v1.0/groups",
        "GET /v1.0/groups/{id}",
        "GET /v1.0/groups/{id}/members",
        "GET /v1.0/groups/{id}/transitiveMembers",
        "GET /v1.0/identityGovernance/entitlementManagement/assignmentRequests",
        "GET /v1.0/identityGovernance/entitlementManagement/assignmentRequests/{id}",
        "GET /v1.0/identityGovernance/entitlementManagement/assignments",
        "GET /v1.0/subscribedSkus",
        "GET /v1.0/teams/{id}/members",
        "GET /v1.0/users",
        "GET /v1.0/users/delta",
        "GET /v1.0/users/{id}",
        "GET /v1.0/users/{id}/authentication/temporaryAccessPassMethods",
        "GET /v1.0/users/{id}/joinedTeams",
        "GET /v1.0/users/{id}/memberOf",
        "GET /v1.0/users/{id}/sponsors",
        "PATCH /v1.0/users/{id}",
        "POST /v1.0/groups/{id}/members/$ref",
        "POST /v1.0/identityGovernance/entitlementManagement/assignmentRequests",
        "POST /v1.0/identityGovernance/entitlementManagement/assignmentRequests/{id}/cancel",
        "POST /v1.0/teams/{id}/members",
        "POST /v1.0/users/{id}/assignLicense",
        "POST /v1.0/users/{id}/authentication/temporaryAccessPassMethods",
        "POST /v1.0/users/{id}/revokeSignInSessions",
        "POST /v1.0/users/{id}/sendMail",
      ]
    `);
  });

  it('set and read properties that Graph has', () => {
    for (const name of UPDATABLE) name.split('/').reduce((at, part) => typeAt(at, part), 'User');
    for (const name of READ)
      expect(() => typeAt(name.split('.')[0] ?? '', name.split('.')[1] ?? ''), name).not.toThrow();
  });

  it('would be noticed if they had another', () => {
    const request =
      (path: string, query = {}, body: unknown = null) =>
      () =>
        check({ method: 'POST', path, query, body });
    expect(request('/v1.0/users/1/memberships')).toThrow('User has no memberships');
    expect(request('/v1.0/users', { $select: 'id,shoeSize' })).toThrow('User has no shoeSize');
    expect(request('/v1.0/users', { $filter: "shoeSize eq '42'" })).toThrow('User has no shoeSize');
    expect(request('/v1.0/users', { $filter: "startsWith(shoeSize, '4')" })).toThrow('User has no shoeSize');
    expect(request('/v1.0/users', { $expand: 'boss' })).toThrow('User has no boss');
    expect(request('/v1.0/users/1', {}, { employeeOrgData: { area: '' } })).toThrow(
      'EmployeeOrgData has no area',
    );
    expect(request('/v1.0/users/1/sendMail', {}, { message: { title: '' } })).toThrow('Message has no title');
  });
});
