import { type Bench, compare, type Load, type Measure, type Result, type Side } from '../measure.ts';
import { INSTALL, installedVersion, type Kind, PEERS, type Peer, type Server } from '../peer-list.ts';
import { type Found, findPostgres, findRedis } from '../servers.ts';
import { inDatabases } from './databases.ts';
import { rawInserts } from './durable.ts';
import { resultOf } from './result.ts';

/** How tenure runs beside each kind of peer, and the number of users: the slowest peers do a few hundred a second. */
interface Group {
  readonly title: string;
  /** The module in `sides/`. */
  readonly ours: string;
  readonly users: number;
  readonly reducedUsers: number;
}

const GROUPS: Readonly<Record<Kind, Group>> = {
  task: { title: 'durable per task', ours: 'durable', users: 2_000, reducedUsers: 300 },
  job: {
    title: 'tenure durable per task, peers per job',
    ours: 'durable',
    users: 10_000,
    reducedUsers: 4_000,
  },
  memory: { title: 'in memory', ours: 'memory', users: 10_000, reducedUsers: 4_000 },
};
const WAIT_MS = 5;
/** Default concurrency of tenure; the limit has as many lanes. */
const LANES = 256;

type Servers = Readonly<Record<Server, Found | null>>;

/** The same work done by peers, each in the best configuration that its documentation names. */
export const peers: Measure = {
  name: 'peers',
  summary: 'the same work given to DBOS, OpenWorkflow, graphile-worker, pg-boss, BullMQ, XState, p-queue',
  async *run(bench) {
    const installed = PEERS.filter(({ npm }) => installedVersion(npm) !== null);
    const missing = PEERS.filter((peer) => !installed.includes(peer)).map(({ name }) => name);
    if (missing.length > 0) bench.remark(`skipped: ${missing.join(', ')}; to install them: ${INSTALL}`);
    const servers = await startServers(bench, installed);
    const ready = installed.filter(({ name, server }) => {
      const found = server === null ? null : servers[server];
      if (found?.kind === 'missing') bench.remark(`skipped: ${name}; ${found.reason}`);
      return found?.kind !== 'missing';
    });
    for (const kind of ['task', 'job', 'memory'] as const) {
      const ofKind = ready.filter((peer) => peer.kind === kind);
      for (const waitMs of ofKind.length > 0 ? [0, WAIT_MS] : [])
        yield await measured(bench, kind, waitMs, ofKind, servers);
    }
    for (const found of Object.values(servers)) if (found?.kind === 'running') await found.stop();
  },
};

async function startServers({ site, progress }: Bench, installed: readonly Peer[]): Promise<Servers> {
  const needs = (server: Server) => installed.some((peer) => peer.server === server);
  progress('starting Postgres');
  return {
    postgres: needs('postgres') ? await findPostgres(site, process.env) : null,
    redis: needs('redis') ? await findRedis(process.env) : null,
  };
}

async function measured(
  { settings, site, progress }: Bench,
  kind: Kind,
  waitMs: number,
  ofKind: readonly Peer[],
  servers: Servers,
): Promise<Result> {
  const { title, ours, ...sizes } = GROUPS[kind];
  const { tasks, rounds, isReduced } = settings;
  const users = settings.users ?? (isReduced ? sizes.reducedUsers : sizes.users);
  const load: Load = { users, tasks, waitMs };
  const isBare = kind === 'memory' || waitMs > 0;
  const limit: Side = isBare
    ? site.side(`${LANES} bare async lanes`, 'bare-lanes', { ...load, lanes: LANES })
    : rawInserts(site, load);
  const sides = ofKind.map((peer) => {
    const found = peer.server === null ? null : servers[peer.server];
    const url = found?.kind === 'running' ? found.url : '';
    const module = `peers/${peer.module}`;
    return peer.server === 'postgres'
      ? inDatabases(site, url, peer.name, module, load)
      : site.side(peer.name, module, { ...load, url });
  });
  const comparison = await compare(site.side('tenure', ours, load), [limit, ...sides], rounds, progress);
  const [ofLimit, ...ofPeers] = comparison.others;
  const what = waitMs === 0 ? 'tasks that do nothing' : `tasks that wait ${waitMs} ms`;
  const heading = { name: 'peers', case: `${what}, ${title}`, users, tasks, rounds };
  return {
    ...resultOf(heading, { ...comparison, others: ofLimit ? [ofLimit] : [] }),
    peers: ofPeers.map(({ perSecond, ratio, spread }, index) => {
      const peer = ofKind[index] as Peer;
      const found = peer.server === null ? null : servers[peer.server];
      const server = found?.kind === 'running' ? found.description : null;
      return {
        name: `${peer.name} ${installedVersion(peer.npm)}`,
        tasksPerSecond: perSecond,
        ratio,
        spread,
        durability: [server, peer.durability].filter(Boolean).join('; '),
      };
    }),
  };
}
