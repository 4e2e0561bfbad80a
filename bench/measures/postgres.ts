import { type Bench, compare, type Load, type Measure, type Result, type Side } from '../measure.ts';
import { INSTALL, installedVersion, PEERS } from '../peer-list.ts';
import { findPostgres } from '../servers.ts';
import { inDatabases } from './databases.ts';
import { most, resultOf } from './result.ts';

const USERS = 100_000;
/** For peers of which the slowest does some hundred tasks a second. */
const PEER_USERS = 2_000;
const WAIT_USERS = 20_000;
const WAIT_MS = 5;

/** Runs on Postgres: beside the same writes by `pg` alone, beside peers on the same server, and by several processes. */
export const postgres: Measure = {
  name: 'postgres',
  summary:
    'runs on Postgres: beside the same writes, beside DBOS, graphile-worker and pg-boss, and by 2 and 4 processes',
  async *run(bench) {
    bench.progress('starting Postgres');
    const server = await findPostgres(bench.site, process.env);
    if (server.kind === 'missing') {
      bench.remark(`skipped: postgres; ${server.reason}; to install it: ${INSTALL}`);
      return;
    }
    try {
      yield await besideSameWrites(bench, server.url);
      yield await besidePeers(bench, server.url);
      for (const waitMs of [0, WAIT_MS]) yield await byProcesses(bench, server.url, waitMs);
    } finally {
      await server.stop();
    }
  },
};

async function besideSameWrites({ settings, site, progress }: Bench, url: string): Promise<Result> {
  const { users, tasks, rounds } = { ...settings, users: settings.users ?? USERS };
  const load: Load = { users, tasks, waitMs: 0 };
  const side = (name: string, module: string): Side => inDatabases(site, url, name, module, load);
  const ours = side('tenure, Postgres', 'sides/postgres');
  const same = side('pg, the same statements and transactions again', 'sides/same-postgres-writes');
  const comparison = await compare(ours, [same], rounds, progress);
  const heading = { name: 'postgres', case: 'a durable run on Postgres', users, tasks, rounds };
  return resultOf(heading, comparison, { residentMB: most(comparison.figures.residentMB) });
}

async function besidePeers({ settings, site, progress }: Bench, url: string): Promise<Result> {
  const { users, tasks, rounds } = { ...settings, users: Math.min(settings.users ?? PEER_USERS, PEER_USERS) };
  const load: Load = { users, tasks, waitMs: 0 };
  const peers = PEERS.filter(({ server, npm }) => server === 'postgres' && installedVersion(npm) !== null);
  const ours = inDatabases(site, url, 'tenure, Postgres', 'sides/postgres', load);
  const sides = peers.map(({ name, module }) => inDatabases(site, url, name, `peers/${module}`, load));
  const same = inDatabases(
    site,
    url,
    'pg, the same statements and transactions again',
    'sides/same-postgres-writes',
    load,
  );
  const comparison = await compare(ours, [same, ...sides], rounds, progress);
  const [limit, ...others] = comparison.others;
  const heading = { name: 'postgres', case: 'beside peers on the same server', users, tasks, rounds };
  return {
    ...resultOf(heading, { ...comparison, others: limit ? [limit] : [] }),
    peers: others.map(({ perSecond, ratio, spread }, index) => {
      const peer = peers[index];
      const name = `${peer?.name} ${installedVersion(peer?.npm ?? '')}`;
      return { name, tasksPerSecond: perSecond, ratio, spread, durability: peer?.durability ?? '' };
    }),
  };
}

async function byProcesses(
  { settings, site, progress }: Bench,
  url: string,
  waitMs: number,
): Promise<Result> {
  const size = waitMs === 0 ? USERS : WAIT_USERS;
  const { users, tasks, rounds } = { ...settings, users: settings.users ?? size };
  const load: Load = { users, tasks, waitMs };
  const side = (processes: number): Side =>
    inDatabases(site, url, `${processes} process${processes > 1 ? 'es' : ''}`, 'sides/postgres', {
      ...load,
      processes,
    });
  const comparison = await compare(side(2), [side(1), side(4)], rounds, progress);
  const what = waitMs === 0 ? 'tasks that do nothing' : `tasks that wait ${waitMs} ms`;
  return resultOf(
    { name: 'postgres', case: `2 processes on one run, ${what}`, users, tasks, rounds },
    comparison,
  );
}
