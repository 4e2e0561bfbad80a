/** Tasks on the teams that a person is a member of. */
import type { RetryPolicy, TaskContext } from '../../../ports/task-handler.ts';
import { ConnectorError } from '../../kernel/connector-error.ts';
import { connectorTask, type Make } from '../../kernel/connector-task.ts';
import { type Ensured, ensureAll } from '../../kernel/ensure.ts';
import { path } from '../../kernel/http-client.ts';
import { readIds } from '../../kernel/task-arguments.ts';
import type { EntraConnection } from '../entra-connection.ts';
import { type GraphObject, query, quoted } from '../graph-client.ts';
import { type Groups, groupName } from '../groups.ts';
import { findUserId, requireUserId } from '../users.ts';

const MEMBER = '#microsoft.graph.aadUserConversationMember';
/** A new team is not there at once: 10 s, 40 s, 160 s and 10 min are waited for it. */
const RETRY: RetryPolicy = { attempts: 5, delayMs: 10_000, factor: 4, delayMsMax: 600_000 };

/** Handlers for teams. `teamID` is object ids of teams, which are those of their groups. */
export function teamTasks(entra: EntraConnection, groups: Groups) {
  return {
    addUserToTeams: connectorTask((context, make) => setMemberships(entra, groups, context, make, true), {
      retry: RETRY,
    }),
    removeUserFromSelectedTeams: connectorTask((context, make) =>
      setMemberships(entra, groups, context, make, false),
    ),
    removeUserFromAllTeams: connectorTask((context, make) => leaveAll(entra, context, make)),
  };
}

interface Team {
  readonly id: string;
  readonly name: string;
}

async function setMemberships(
  entra: EntraConnection,
  groups: Groups,
  context: TaskContext,
  make: Make,
  isMember: boolean,
): Promise<Ensured> {
  const ids = readIds(context.arguments.teamID, 'teamID', 'teams');
  const userId = await (isMember ? requireUserId : findUserId)(entra, context);
  if (userId === null) return { processingInfo: 'The account does not exist' };
  return ensureAll(
    ids.map((id) => ({
      name: `team ${id}`,
      do: async () => {
        const team = { id, name: groupName(await groups.get(id, context.signal)) };
        return make(membership(entra, team, userId, isMember, context.signal));
      },
    })),
    isMember ? 'A member of the teams already' : 'A member of none of the teams',
  );
}

async function leaveAll(entra: EntraConnection, context: TaskContext, make: Make): Promise<Ensured> {
  const { signal } = context;
  const userId = await findUserId(entra, context);
  if (userId === null) return { processingInfo: 'The account does not exist' };
  const joined = await entra.graph.find(`/users${path`/${userId}`}/joinedTeams`, signal);
  const teams = (joined ?? []).map((team) => ({ id: team.id, name: groupName(team) }));
  return ensureAll(
    teams.map((team) => ({
      name: `team ${team.name}`,
      do: () => make(membership(entra, team, userId, false, signal)),
    })),
    'A member of no team',
  );
}

function membership(
  entra: EntraConnection,
  { id, name }: Team,
  userId: string,
  isMember: boolean,
  signal: AbortSignal,
) {
  const members = `/teams${path`/${id}`}/members`;
  return {
    read: () => memberOf(entra, members, userId, signal),
    wanted: (member: GraphObject | null) => {
      if ((member !== null) === isMember) return [];
      return [isMember ? `added to team ${name}` : `removed from team ${name}`];
    },
    write: async (member: GraphObject | null) => {
      if (member !== null) return leave(entra, members, member, name, signal);
      const user = `${entra.graph.baseUrl}/users('${encodeURIComponent(userId)}')`;
      const body = { '@odata.type': MEMBER, roles: [], 'user@odata.bind': user };
      await entra.graph.post(members, body, signal);
    },
    already: isMember ? `A member of team ${name} already` : `Not a member of team ${name}`,
  };
}

/** The person's membership; `null` for none. Its id is the team's own, and not that of the person. */
async function memberOf(
  entra: EntraConnection,
  members: string,
  userId: string,
  signal: AbortSignal,
): Promise<GraphObject | null> {
  const filter = `(microsoft.graph.aadUserConversationMember/userId eq ${quoted(userId)})`;
  for await (const member of entra.graph.list(`${members}${query({ filter })}`, signal))
    if (member.userId === userId) return member;
  return null;
}

async function leave(
  entra: EntraConnection,
  members: string,
  { id, roles }: GraphObject,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await entra.graph.delete(`${members}${path`/${id}`}`, signal);
  } catch (error) {
    const isOwner = Array.isArray(roles) && roles.includes('owner');
    if (!(error instanceof ConnectorError) || error.kind !== 'refused' || !isOwner) throw error;
    const message = `The person owns team ${name}; a team keeps its last owner, so name another one first: ${error.message}`;
    throw new ConnectorError('refused', message, { code: 'TeamOwner', cause: error });
  }
}
