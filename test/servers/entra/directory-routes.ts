/** People and groups. */
import type { EntraData, EntraObject } from './entra-data.ts';
import { GraphFailure, notFound, selected, userFilter } from './odata.ts';
import { page, type Route, type Routed } from './routing.ts';

/** Properties that Entra does not let an application change for an account that is synced. */
const SYNCED = [
  'Unable to update the specified properties for on-premises mastered Directory Sync objects',
  'or objects currently undergoing migration.',
].join(' ');
const READ_ONLY = ['id', 'createdDateTime', 'onPremisesSyncEnabled', 'signInSessionsValidFromDateTime'];

export const DIRECTORY_ROUTES: readonly Route[] = [
  ['GET', '/users', listUsers],
  ['GET', '/users/delta', delta],
  ['GET', '/users/{id}', (at) => shownUser(at, userAt(at))],
  ['PATCH', '/users/{id}', patchUser],
  ['DELETE', '/users/{id}', deleteUser],
  ['POST', '/users/{id}/revokeSignInSessions', revokeSessions],
  ['GET', '/users/{id}/sponsors', listSponsors],
  ['GET', '/users/{id}/memberOf', listMemberships],
  ['GET', '/groups', (at) => page(at, [...at.data.groups.values()])],
  ['GET', '/groups/{id}', (at) => selected(groupAt(at), at.query.$select)],
  ['GET', '/groups/{id}/members', (at) => listMembers(at, false)],
  ['GET', '/groups/{id}/transitiveMembers', (at) => listMembers(at, true)],
  ['POST', '/groups/{id}/members/$ref', addMember],
  ['DELETE', '/groups/{id}/members/{member}/$ref', removeMember],
];

/** The person that a path names, by id or user principal name. */
export function userAt({ data, params }: Routed): EntraObject {
  const key = (params.id ?? '').toLowerCase();
  const user =
    data.users.get(key) ??
    [...data.users.values()].find(({ userPrincipalName }) => String(userPrincipalName).toLowerCase() === key);
  if (!user || !data.sees(user.id)) throw notFound(params.id ?? '');
  return user;
}

export function groupAt({ data, params }: Routed): EntraObject {
  const group = data.groups.get(params.id ?? '');
  if (!group || !data.sees(group.id)) throw notFound(params.id ?? '');
  return group;
}

function listUsers(at: Routed) {
  const { $filter: filter } = at.query;
  const test = filter === undefined ? () => true : userFilter(filter);
  const found = [...at.data.users.values()].filter(test);
  return page(at, found, (user) => shownUser(at, user));
}

/** With the manager, where the query expands them. */
function shownUser({ data, query }: Routed, user: EntraObject): Readonly<Record<string, unknown>> {
  const shown = selected(user, query.$select);
  const expand = /^manager(?:\(\$select=([^)]*)\))?$/.exec(query.$expand ?? '');
  if (query.$expand !== undefined && !expand)
    throw new GraphFailure(400, 'Request_BadRequest', `Could not expand ${query.$expand}.`);
  const manager = expand && managerOf(data, user);
  return manager ? { ...shown, manager: typed(selected(manager, expand[1]), 'user') } : shown;
}

function managerOf(data: EntraData, { managerId }: EntraObject): EntraObject | undefined {
  return data.users.get(String(managerId));
}

function typed<T extends object>(one: T, type: string): T & { readonly '@odata.type': string } {
  return { '@odata.type': `#microsoft.graph.${type}`, ...one };
}

function listSponsors(at: Routed) {
  const { sponsorIds = [] } = userAt(at) as { readonly sponsorIds?: readonly string[] };
  return page(
    at,
    sponsorIds.map((id) => typed(at.data.users.get(id) as EntraObject, 'user')),
  );
}

function patchUser(at: Routed): null {
  const user = userAt(at);
  const changes = at.body as Readonly<Record<string, unknown>>;
  if (user.onPremisesSyncEnabled === true) throw new GraphFailure(400, 'Request_BadRequest', SYNCED);
  const readOnly = Object.keys(changes).find((name) => READ_ONLY.includes(name));
  if (readOnly !== undefined)
    throw new GraphFailure(
      400,
      'Request_BadRequest',
      `Property '${readOnly}' is read-only and cannot be set.`,
    );
  at.data.users.set(user.id, { ...user, ...changes });
  at.data.touch(user.id);
  return null;
}

function deleteUser(at: Routed): null {
  const { id, onPremisesSyncEnabled } = userAt(at);
  if (onPremisesSyncEnabled === true) throw new GraphFailure(400, 'Request_BadRequest', SYNCED);
  at.data.users.delete(id);
  for (const members of at.data.members.values()) members.delete(id);
  at.data.touch(id);
  return null;
}

function revokeSessions(at: Routed) {
  const user = userAt(at);
  user.signInSessionsValidFromDateTime = new Date(at.nowMs()).toISOString();
  at.data.touch(user.id);
  return { value: true };
}

function listMemberships(at: Routed) {
  const { id } = userAt(at);
  const groups = [...at.data.groups.values()].filter((group) => at.data.showsMember(group.id, id));
  const role = { id: 'ffffffff-0000-4000-8000-000000000001', displayName: 'Reports Reader' };
  const roles = at.data.users.get(id)?.hasRole === true ? [typed(role, 'directoryRole')] : [];
  return page(at, [...groups.map((group) => typed(group, 'group')), ...roles]);
}

function listMembers(at: Routed, isTransitive: boolean) {
  const group = groupAt(at);
  const ids = isTransitive ? transitive(at.data, group.id) : [...(at.data.members.get(group.id) ?? [])];
  const members = ids.flatMap((id) => {
    const [user, inner] = [at.data.users.get(id), at.data.groups.get(id)];
    return user ? [typed(user, 'user')] : inner ? [typed(inner, 'group')] : [];
  });
  return page(at, members);
}

function transitive(data: EntraData, groupId: string): readonly string[] {
  const found = new Set<string>();
  const open = [groupId];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const id of data.members.get(next) ?? [])
      if (!found.has(id)) {
        found.add(id);
        if (data.groups.has(id)) open.push(id);
      }
  return [...found];
}

function addMember(at: Routed): null {
  const group = changeable(groupAt(at));
  const { '@odata.id': reference } = at.body as { readonly '@odata.id': string };
  const id = /\/v1\.0\/directoryObjects\/([^/]+)$/.exec(reference)?.[1] ?? '';
  if (!at.data.users.has(id) || !at.data.sees(id)) throw notFound(id);
  if (at.data.members.get(group.id)?.has(id)) {
    const message =
      "One or more added object references already exist for the following modified properties: 'members'.";
    throw new GraphFailure(400, 'Request_BadRequest', message);
  }
  at.data.setMember(group.id, id, true);
  return null;
}

function removeMember(at: Routed): null {
  const group = changeable(groupAt(at));
  const id = at.params.member ?? '';
  if (!at.data.members.get(group.id)?.has(id)) throw notFound(id);
  at.data.setMember(group.id, id, false);
  return null;
}

function changeable(group: EntraObject): EntraObject {
  const types = group.groupTypes as readonly string[];
  if (types.includes('DynamicMembership') || group.onPremisesSyncEnabled === true)
    throw new GraphFailure(
      400,
      'Request_BadRequest',
      'Insufficient privileges to complete the write operation on the group.',
    );
  return group;
}

/** A page has each person who was changed since the token, some twice, as Graph's have. */
function delta(at: Routed) {
  const { data, query } = at;
  const token = query.$deltatoken;
  const link = (place: number) => ({
    '@odata.deltaLink': `${at.base}/users/delta?$deltatoken=${place}`,
  });
  if (token === 'latest') return { value: [], ...link(data.changed.length) };
  const from = Number(token ?? 0);
  if (from < data.oldestDelta)
    throw new GraphFailure(
      410,
      'syncStateNotFound',
      'Sync state generation is not found; please perform a full sync.',
    );
  const skipped = Number(query.$skiptoken ?? 0);
  const ids = data.changed.slice(from).slice(skipped, skipped + data.pageMax);
  const value = ids.map((id) => data.users.get(id) ?? { id, '@removed': { reason: 'changed' } });
  const next = skipped + data.pageMax;
  if (from + next < data.changed.length)
    return { value, '@odata.nextLink': `${at.base}/users/delta?$deltatoken=${from}&$skiptoken=${next}` };
  return { value, ...link(data.changed.length) };
}
