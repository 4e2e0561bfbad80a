import { compare, type Measure, type Sample, type Side } from '../measure.ts';
import type { ConnectorsInput } from '../sides/connectors.ts';
import type { Site } from '../site.ts';
import { resultOf } from './result.ts';

const USERS = 1_000;
/** Of one person: what the sides do is written there. */
const TASKS = 5;
const GROUPS = 20;

/** People who get an account at a SCIM service and lose it again, beside the same requests made without a run. */
export const connectors: Measure = {
  name: 'connectors',
  summary: 'tasks on a SCIM service over loopback, beside the same requests made bare',
  async *run({ settings, site, progress }) {
    const users = settings.users ?? USERS;
    const { rounds } = settings;
    const requests = new Map<ConnectorsInput['who'], number>();
    const side = (name: string, who: ConnectorsInput['who']): Side => ({
      name,
      go: async () => {
        const { sample, served } = await serve(site, who, users);
        requests.set(who, served);
        return sample;
      },
    });
    const ours = side('tenure/scim in a durable run', 'tenure');
    const bare = side('64 lanes of fetch making the same requests', 'bare calls');
    const comparison = await compare(ours, [bare], rounds, progress);
    const [own, others] = [requests.get('tenure'), requests.get('bare calls')];
    if (own !== others)
      throw new Error(`Expected both sides to make the same requests, got ${own} and ${others}`);
    const heading = { name: 'connectors', case: 'tasks on a SCIM service', users, tasks: TASKS, rounds };
    yield resultOf(heading, comparison, { requests: own ?? 0 });
  },
};

/** Runs a side against a service of its own. */
async function serve(
  site: Site,
  who: ConnectorsInput['who'],
  users: number,
): Promise<{ readonly sample: Sample; readonly served: number }> {
  const server = site.start('scim-server', { groups: GROUPS });
  const { url, token, groups } = await server.next('listening');
  const sample = await site.side(who, 'connectors', { who, users, url, token, groups }).go();
  server.send({ kind: 'end' });
  const { sample: ended } = await server.next('done');
  await server.ended;
  return { sample, served: (ended as Sample).figures.requests ?? 0 };
}
