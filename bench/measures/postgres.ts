import { type Bench, compare, type Load, type Measure, type Result, type Side } from '../measure.ts';
import { INSTALL, installedVersion, PEERS } from '../peer-list.ts';
import { findPostgres } from '../servers.ts';
import { median } from '../statistics.ts';
import { inDatabases } from './databases.ts';
import { most, resultOf } from './result.ts';

const USERS = 100_000;
/** For peers of which the slowest does some hundred tasks a second. */
const PEER_USERS = 2_000;
/** Lanes are the limit: each process can do 1,600 tasks a second. */
const WAIT_USERS = 4_000;
const WAIT_MS = 20;
const WAIT_LANES = 32;

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

/**
 * One run by 1, 2 and 4 processes, each with as many lanes. Where tasks wait, the lanes are the limit and not the
 * processors: `busyPercent` says how much of those is used, by processes and server.
 */
async function byProcesses(
  { settings, site, progress }: Bench,
  url: string,
  waitMs: number,
): Promise<Result> {
  const size = waitMs === 0 ? USERS : WAIT_USERS;
  const { users, tasks, rounds } = { ...settings, users: settings.users ?? size };
  const load: Load = { users, tasks, waitMs, ...(waitMs === 0 ? {} : { concurrency: WAIT_LANES }) };
  const busy = new Map<number, number[]>();
  const side = (processes: number): Side => {
    const name = `${processes} process${processes > 1 ? 'es' : ''}`;
    const inner = inDatabases(site, url, name, 'sides/postgres', { ...load, processes });
    return {
      name,
      go: async () => {
        const sample = await inner.go();
        busy.set(processes, [...(busy.get(processes) ?? []), sample.figures.busyPercent ?? Number.NaN]);
        return sample;
      },
    };
  };
  const lanes = 2 * WAIT_LANES;
  const ideal = site.side(`${lanes} bare async lanes`, 'bare-lanes', { ...load, lanes });
  const others = [side(1), side(4), ...(waitMs === 0 ? [] : [ideal])];
  const comparison = await compare(side(2), others, rounds, progress);
  const what =
    waitMs === 0 ? 'tasks that do nothing' : `${WAIT_LANES} lanes each, tasks that wait ${waitMs} ms`;
  const heading = { name: 'postgres', case: `2 processes on one run, ${what}`, users, tasks, rounds };
  const figures = [...busy].map(([processes, shares]) => [`busyPercentOf${processes}`, median(shares)]);
  return resultOf(heading, comparison, Object.fromEntries(figures));
}
