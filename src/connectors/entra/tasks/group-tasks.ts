/** Tasks on the groups that a person is a member of. */
import type { TaskContext } from '../../../ports/task-handler.ts';
import { ConnectorError } from '../../kernel/connector-error.ts';
import { connectorTask, type Make } from '../../kernel/connector-task.ts';
import { type Ensured, ensureAll } from '../../kernel/ensure.ts';
import { path } from '../../kernel/http-client.ts';
import { readIds } from '../../kernel/task-arguments.ts';
import type { EntraConnection } from '../entra-connection.ts';
import { type GraphObject, PAGE, query } from '../graph-client.ts';
import { GROUP_SELECT, type Groups, groupName, unchangeable } from '../groups.ts';
import { findUserId, noAccount, requireUserId } from '../users.ts';

/** Handlers for groups. `groupID` is object ids of groups. */
export function groupTasks(entra: EntraConnection, groups: Groups) {
  return {
    addUserToGroups: connectorTask((context, make) => setMemberships(entra, groups, context, make, true)),
    removeUserFromSelectedGroups: connectorTask((context, make) =>
      setMemberships(entra, groups, context, make, false),
    ),
    removeUserFromAllGroups: connectorTask((context, make) => leaveAll(entra, groups, context, make)),
  };
}

interface Membership {
  readonly entra: EntraConnection;
  readonly groups: Groups;
  readonly userId: string;
  readonly signal: AbortSignal;
}

async function setMemberships(
  entra: EntraConnection,
  groups: Groups,
  context: TaskContext,
  make: Make,
  isMember: boolean,
): Promise<Ensured> {
  const ids = readIds(context.arguments.groupID, 'groupID', 'groups');
  const userId = await (isMember ? requireUserId : findUserId)(entra, context);
  if (userId === null) return { processingInfo: 'The account does not exist' };
  const membership = { entra, groups, userId, signal: context.signal };
  return ensureAll(
    ids.map((id) => ({
      name: `group ${id}`,
      do: async () => {
        const group = await groups.get(id, context.signal);
        const obstacle = unchangeable(group);
        if (obstacle === null)
          return make(isMember ? joining(membership, group) : leaving(membership, group));
        const message = `Group ${groupName(group)} cannot be changed: ${obstacle.reason}`;
        throw new ConnectorError('refused', message, { code: obstacle.code });
      },
    })),
    isMember ? 'A member of the groups already' : 'A member of none of the groups',
  );
}

/** Groups that cannot be left here are named, and fail nothing: the task wants what can be done. */
async function leaveAll(
  entra: EntraConnection,
  groups: Groups,
  context: TaskContext,
  make: Make,
): Promise<Ensured> {
  const { signal } = context;
  const userId = await findUserId(entra, context);
  if (userId === null) return { processingInfo: 'The account does not exist' };
  const present = await directGroups(entra, userId, signal);
  if (present === null) return { processingInfo: 'The account does not exist' };
  const kept: string[] = [];
  const left: GraphObject[] = [];
  for (const group of present) {
    const obstacle = unchangeable(group) ?? roleAssignable(group);
    if (obstacle === null) left.push(group);
    else kept.push(`${groupName(group)} (${obstacle.reason})`);
  }
  const done = await ensureAll(
    left.map((group) => ({
      name: `group ${groupName(group)}`,
      do: () => make(leaving({ entra, groups, userId, signal }, group)),
    })),
    'A member of no group that can be left',
  );
  if (kept.length === 0) return done;
  const stays = `Stays in ${kept.join(', ')}`;
  const already = done.processingInfo;
  return { ...done, processingInfo: already === undefined ? stays : `${already}. ${stays}` };
}

/**
 * Adding is tried before anything is read: lists of members are slow, and stale for minutes. Graph says that a person is a
 * member with 400 and this text alone.
 */
function joining({ entra, groups, userId, signal }: Membership, group: GraphObject) {
  const name = groupName(group);
  return {
    supposed: false,
    read: async () => {
      const present = await directGroups(entra, userId, signal);
      if (present === null) throw noAccount();
      return present.some(({ id }) => id === group.id);
    },
    wanted: (isMember: boolean) => (isMember ? [] : [`added to group ${name}`]),
    write: async () => {
      const body = { '@odata.id': `${entra.graph.baseUrl}${path`/directoryObjects/${userId}`}` };
      try {
        await entra.graph.post(`/groups${path`/${group.id}`}/members/$ref`, body, signal);
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        if (error.kind === 'refused' && /already exist/i.test(error.message)) return 'already';
        if (error.kind !== 'missing') throw error;
        // If it is not the group that is missing, it is the person.
        await groups.get(group.id, signal, true);
        throw noAccount();
      }
      return undefined;
    },
    already: `A member of group ${name} already`,
  };
}

function leaving({ entra, groups, userId, signal }: Membership, group: GraphObject) {
  const name = groupName(group);
  return {
    supposed: true,
    read: async () => {
      const present = await directGroups(entra, userId, signal);
      return present?.some(({ id }) => id === group.id) ?? false;
    },
    wanted: (isMember: boolean) => (isMember ? [`removed from group ${name}`] : []),
    write: async () => {
      try {
        await entra.graph.delete(`/groups${path`/${group.id}`}/members${path`/${userId}`}/$ref`, signal);
      } catch (error) {
        if (!(error instanceof ConnectorError) || error.kind !== 'missing') throw error;
        await groups.get(group.id, signal, true);
        return 'already';
      }
      return undefined;
    },
    already: `Not a member of group ${name}`,
  };
}

/** Without roles and administrative units, of which a person is a member as well; `null`: there is no account. */
async function directGroups(
  entra: EntraConnection,
  userId: string,
  signal: AbortSignal,
): Promise<readonly GraphObject[] | null> {
  const list = `/users${path`/${userId}`}/memberOf${query({ select: GROUP_SELECT, top: PAGE })}`;
  const all = await entra.graph.find(list, signal);
  return all?.filter((one) => one['@odata.type'] === '#microsoft.graph.group') ?? null;
}

function roleAssignable({ isAssignableToRole }: GraphObject): { readonly reason: string } | null {
  return isAssignableToRole === true
    ? { reason: 'it gives roles: name it in removeUserFromSelectedGroups' }
    : null;
}
