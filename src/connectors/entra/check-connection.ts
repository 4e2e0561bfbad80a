import { type ConnectionCheck, tryCheck } from '../kernel/connection-check.ts';
import { type GraphClient, query } from './graph-client.ts';
import { type EntraTaskKey, grantedBy, missingPermissions, PERMISSIONS } from './permissions.ts';
import type { AccessTokens } from './sign-in/access-tokens.ts';

/** Tries what tasks need, reading only. Failures are lines, each with what Graph says. */
export async function checkConnection(
  graph: GraphClient,
  tokens: AccessTokens,
  signal?: AbortSignal,
): Promise<readonly ConnectionCheck[]> {
  let token = '';
  const signIn = await tryCheck('sign in', async () => {
    token = await tokens.get(false);
    return `to ${new URL(graph.baseUrl).host}`;
  });
  if (signIn.failure !== null) return [signIn];
  return [
    signIn,
    await tryCheck('read users', () => readOne(graph, 'users', signal)),
    await tryCheck('read groups', () => readOne(graph, 'groups', signal)),
    permissionsOf(token),
  ];
}

async function readOne(graph: GraphClient, set: 'users' | 'groups', signal?: AbortSignal): Promise<string> {
  for await (const { objects } of graph.pages(`/${set}${query({ select: 'id', top: 1 })}`, signal))
    return objects.length === 0 ? `there are no ${set}` : `there are ${set}`;
  return `there are no ${set}`;
}

/** Which tasks the application may do. One that lacks some is not broken: not every workflow needs every task. */
function permissionsOf(token: string): ConnectionCheck {
  const name = 'permissions';
  const granted = grantedBy(token);
  if (granted === null) return { name, detail: 'the token does not name them', failure: null };
  const tasks = Object.keys(PERMISSIONS) as EntraTaskKey[];
  const missing = Map.groupBy(tasks, (task) => missingPermissions(task, granted).join(', '));
  const enough = missing.get('') ?? [];
  missing.delete('');
  if (enough.length === 0) {
    const failure =
      'The application may do none of the tasks: grant it application permissions of Microsoft Graph, and give admin consent';
    return { name, detail: null, failure };
  }
  const lacking = [...missing].map(([needed, some]) => `${needed} for ${some.join(', ')}`);
  const detail = `enough for ${enough.length} of ${tasks.length} tasks`;
  return {
    name,
    detail: lacking.length === 0 ? detail : `${detail}; missing: ${lacking.join('; ')}`,
    failure: null,
  };
}
