/** The SCIM service that the sides of `connectors` call, in a process of its own as real ones are. */
import { once } from 'node:events';
import { SCIM_TOKEN, startScimServer } from '../../test/servers/scim-server.ts';
import type { Run } from '../child.ts';

/** How many groups the service has. */
export interface ScimServerInput {
  readonly groups: number;
}

export const run: Run<ScimServerInput> = async ({ groups }, send) => {
  const server = await startScimServer();
  const ids = Array.from({ length: groups }, (_, index) => {
    const { id } = server.data.add('groups', { displayName: `Group ${index}`, members: [] });
    return id;
  });
  send({ kind: 'listening', url: `${server.url}/scim/v2`, token: SCIM_TOKEN, groups: ids });
  await once(process, 'message');
  const { requests, data } = server;
  await server.close();
  return { perSecond: 0, figures: { requests, changes: data.changes } };
};
