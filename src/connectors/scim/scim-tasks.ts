import type { Subject } from '../../model/subject.ts';
import type { PlainTaskOptions, TaskContext } from '../../ports/task-handler.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { connectorTask, type Make } from '../kernel/connector-task.ts';
import { type Ensured, ensureAll } from '../kernel/ensure.ts';
import { readAttributeUpdates, readIds } from '../kernel/task-arguments.ts';
import { describeDifference, differing, operationFor, SCIM_ATTRIBUTES } from './scim-attributes.ts';
import { filterValue, type ScimResource } from './scim-client.ts';
import type { ScimConnection } from './scim-connection.ts';

const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** Groups that one person is a member of, at most: a server that names more without end is stopped. */
const GROUPS_MAX = 10_000;

/** The tasks of the catalogue that SCIM has a resource for. */
export type ScimTasks = Readonly<
  Record<
    | 'enableUserAccount'
    | 'disableUserAccount'
    | 'deleteUserAccount'
    | 'updateUserAttributes'
    | 'addUserToGroups'
    | 'removeUserFromSelectedGroups'
    | 'removeUserFromAllGroups',
    PlainTaskOptions
  >
>;

/** Handlers for accounts and groups of a SCIM service. `groupID` is the ids of groups in the service. */
export function scimTasks(scim: ScimConnection): ScimTasks {
  return {
    enableUserAccount: connectorTask((context, make) => setActive(scim, context, make, true)),
    disableUserAccount: connectorTask((context, make) => setActive(scim, context, make, false)),
    deleteUserAccount: connectorTask((context, make) => deleteUser(scim, context, make)),
    updateUserAttributes: connectorTask((context, make) => updateUser(scim, context, make)),
    addUserToGroups: connectorTask((context, make) => setMemberships(scim, context, make, true)),
    removeUserFromSelectedGroups: connectorTask((context, make) =>
      setMemberships(scim, context, make, false),
    ),
    removeUserFromAllGroups: connectorTask((context, make) => leaveAllGroups(scim, context, make)),
  };
}

function setActive(
  scim: ScimConnection,
  { subject, signal }: TaskContext,
  make: Make,
  active: boolean,
): Promise<Ensured> {
  const { client } = scim;
  return make({
    read: () => scim.userOf(subject, signal),
    wanted: (user) => {
      if (user === null && !active) return [];
      if (user === null) {
        newAccount(scim, subject); // so that a preview says why none could be made
        return ['account: none → active'];
      }
      if (user.active === active) return [];
      return [`active: ${typeof user.active === 'boolean' ? user.active : 'none'} → ${active}`];
    },
    write: async (user) => {
      if (user)
        return client.patch('Users', user.id, [{ op: 'replace', path: 'active', value: active }], signal);
      await client.create('Users', newAccount(scim, subject), signal);
    },
    already: active ? 'The account is active already' : 'The account is inactive already, or does not exist',
  });
}

/** The account to make. @throws ConnectorError when none is to be made. */
function newAccount({ options }: ScimConnection, subject: Subject): object {
  if (!options.newUser) throw noAccount();
  const { attribute, value } = options.keyOf(subject);
  const key = attribute === 'id' ? {} : { [attribute]: value };
  return { schemas: [USER_SCHEMA], ...key, ...options.newUser(subject), active: true };
}

function deleteUser(scim: ScimConnection, { subject, signal }: TaskContext, make: Make): Promise<Ensured> {
  return make<ScimResource | null>({
    read: () => scim.userOf(subject, signal),
    wanted: (user) => (user === null ? [] : ['account: deleted']),
    write: (user) => scim.client.delete('Users', (user as ScimResource).id, signal),
    already: 'The account does not exist',
  });
}

function updateUser(scim: ScimConnection, context: TaskContext, make: Make): Promise<Ensured> {
  const { subject, signal } = context;
  const updates = readAttributeUpdates(context.arguments.attributeUpdates, SCIM_ATTRIBUTES, 'SCIM');
  return make({
    read: () => accountOf(scim, context),
    wanted: (user) => differing(user, updates).map((update) => describeDifference(user, update)),
    write: (user) => {
      const operations = differing(user, updates).map((update) => operationFor(user, update));
      return scim.client.patch('Users', user.id, operations, signal);
    },
    already: `The attributes of ${subject.id} are as wanted already`,
  });
}

async function setMemberships(
  scim: ScimConnection,
  context: TaskContext,
  make: Make,
  isMember: boolean,
): Promise<Ensured> {
  const groups = readIds(context.arguments.groupID, 'groupID', 'groups');
  const user = isMember ? await accountOf(scim, context) : await scim.userOf(context.subject, context.signal);
  const already = isMember ? 'A member of the groups already' : 'A member of none of the groups';
  if (user === null) return { processingInfo: 'The account does not exist' };
  return ensureAll(
    groups.map((id) => ({
      name: `group ${id}`,
      do: () => setMembership(scim, context, make, user, id, isMember),
    })),
    already,
  );
}

async function leaveAllGroups(scim: ScimConnection, context: TaskContext, make: Make): Promise<Ensured> {
  const { subject, signal } = context;
  const already = 'A member of no group';
  const user = await scim.userOf(subject, signal);
  if (user === null) return { processingInfo: already };
  const groups: ScimResource[] = [];
  const filter = `members.value eq ${filterValue(user.id)}`;
  for await (const group of scim.client.list('Groups', filter, signal, 'displayName')) {
    if (groups.length === GROUPS_MAX) throw tooManyGroups();
    groups.push(group);
  }
  return ensureAll(
    groups.map((group) => ({
      name: `group ${nameOf(group, group.id)}`,
      do: () => setMembership(scim, context, make, user, group.id, false),
    })),
    already,
  );
}

/**
 * Reads before it adds: a server may keep a member that is added twice as two. One member a request, since lists of
 * members get lost in PATCHes that name several.
 */
function setMembership(
  { client, options }: ScimConnection,
  { signal }: TaskContext,
  make: Make,
  user: ScimResource,
  groupId: string,
  isMember: boolean,
): Promise<Ensured> {
  return make({
    read: async () => {
      const group = await client.get('Groups', groupId, signal);
      if (group === null && isMember) throw noGroup(groupId);
      return group;
    },
    wanted: (group) => {
      if ((group !== null && hasMember(group, user.id)) === isMember) return [];
      const name = nameOf(group, groupId);
      return [isMember ? `added to group ${name}` : `removed from group ${name}`];
    },
    write: () =>
      client.patch('Groups', groupId, [memberOperation(user.id, isMember, options.removeMemberBy)], signal),
    already: isMember ? `A member of group ${groupId} already` : `Not a member of group ${groupId}`,
    verify: true,
  });
}

function memberOperation(userId: string, isMember: boolean, by: 'filter' | 'value') {
  const value = [{ value: userId }];
  if (isMember) return { op: 'add', path: 'members', value } as const;
  if (by === 'value') return { op: 'remove', path: 'members', value } as const;
  return { op: 'remove', path: `members[value eq ${filterValue(userId)}]` } as const;
}

function nameOf(group: ScimResource | null, id: string): string {
  const name = group?.displayName;
  return typeof name === 'string' && name !== '' ? name : id;
}

function hasMember(group: ScimResource, userId: string): boolean {
  const { members } = group;
  return Array.isArray(members) && members.some((member) => member?.value === userId);
}

async function accountOf(scim: ScimConnection, { subject, signal }: TaskContext): Promise<ScimResource> {
  const user = await scim.userOf(subject, signal);
  if (user === null) throw noAccount();
  return user;
}

function noAccount(): ConnectorError {
  return new ConnectorError('refused', 'The person has no account in the SCIM service', {
    code: 'AccountMissing',
  });
}

function noGroup(id: string): ConnectorError {
  return new ConnectorError('refused', `Group ${id} does not exist in the SCIM service`, {
    code: 'GroupMissing',
  });
}

function tooManyGroups(): ConnectorError {
  const message = `Expected a person to be a member of at most ${GROUPS_MAX} groups of the SCIM service, got more`;
  return new ConnectorError('refused', message, { code: 'ListingEndless' });
}
