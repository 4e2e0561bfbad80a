import { type Bench, compare, type Load, type Measure, type Result, type Side } from '../measure.ts';
import { INSTALL } from '../peer-list.ts';
import { findPostgres } from '../servers.ts';
import { inDatabases } from './databases.ts';
import { resultOf } from './result.ts';

const LANES = 256;
/** How long each task waits, and users that make some seconds of it. */
const WAITS = [
  { waitMs: 5, users: 40_000 },
  { waitMs: 50, users: 8_000 },
] as const;

/** Tasks that take time, as those that call other systems do: how full lanes are kept while outcomes are committed. */
export const waiting: Measure = {
  name: 'waiting',
  summary: `tasks that wait 5 ms and 50 ms in ${LANES} lanes, on SQLite and on Postgres, beside bare lanes`,
  async *run(bench) {
    for (const wait of WAITS) {
      const load = loadOf(bench, wait);
      yield await besideBareLanes(bench, 'SQLite', load, bench.site.side('tenure, SQLite', 'durable', load));
    }
    bench.progress('starting Postgres');
    const server = await findPostgres(bench.site, process.env);
    if (server.kind === 'missing') {
      bench.remark(`skipped: waiting on Postgres; ${server.reason}; to install it: ${INSTALL}`);
      return;
    }
    try {
      for (const wait of WAITS) {
        const load = loadOf(bench, wait);
        const ours = inDatabases(bench.site, server.url, 'tenure, Postgres', 'sides/postgres', load);
        yield await besideBareLanes(bench, 'Postgres', load, ours);
      }
    } finally {
      await server.stop();
    }
  },
};

function loadOf({ settings }: Bench, { waitMs, users }: (typeof WAITS)[number]): Load {
  return { users: settings.users ?? users, tasks: settings.tasks, waitMs, concurrency: LANES };
}

async function besideBareLanes(bench: Bench, store: string, load: Load, ours: Side): Promise<Result> {
  const { users, tasks, waitMs } = load;
  const bare = bench.site.side(`${LANES} bare async lanes`, 'bare-lanes', { ...load, lanes: LANES });
  const comparison = await compare(ours, [bare], bench.settings.rounds, bench.progress);
  const what = `tasks that wait ${waitMs} ms in ${LANES} lanes, on ${store}`;
  return resultOf({ name: 'waiting', case: what, users, tasks, rounds: bench.settings.rounds }, comparison);
}
