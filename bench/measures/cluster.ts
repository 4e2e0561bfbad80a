import { LIMITS } from '../../src/model/limits.ts';
import { type Bench, compare, type Load, type Measure, type Result, type Side } from '../measure.ts';
import { INSTALL } from '../peer-list.ts';
import { findPostgres } from '../servers.ts';
import type { Asked } from '../sides/query.ts';
import { median } from '../statistics.ts';
import { inDatabases, withDatabase } from './databases.ts';
import { most, resultOf } from './result.ts';

/** Take-overs and cancels last for seconds and hardly vary. */
const ROUNDS_MAX = 2;
const PROCESSES = 3;
const CONCURRENCY = 32;
/** More than are worked off until the slices of the killed process are free. */
const TAKE_OVER: Load = { users: 20_000, tasks: 5, waitMs: 20, concurrency: CONCURRENCY };
const CANCEL: Load = { users: 10_000, tasks: 1, waitMs: 0, concurrency: CONCURRENCY };

/** What several processes on one Postgres do to each other's runs. */
export const cluster: Measure = {
  name: 'cluster',
  summary: 'processes on one Postgres: after kill -9 of one, a cancel in each, reads of running runs',
  async *run(bench) {
    bench.progress('starting Postgres');
    const server = await findPostgres(bench.site, process.env);
    if (server.kind === 'missing') {
      bench.remark(`skipped: cluster; ${server.reason}; to install it: ${INSTALL}`);
      return;
    }
    try {
      yield await takeOver(bench, server.url);
      yield await canceled(bench, server.url);
      yield* await reads(bench, server.url);
    } finally {
      await server.stop();
    }
  },
};

async function takeOver({ settings, site, progress }: Bench, url: string): Promise<Result> {
  const { users, tasks } = TAKE_OVER;
  const rounds = Math.min(settings.rounds, ROUNDS_MAX);
  const ours = inDatabases(site, url, 'tenure', 'sides/take-over', TAKE_OVER);
  const lease: Side = {
    name: 'the lease, before which no process may take over',
    go: async () => ({ perSecond: 1_000 / LIMITS.sliceLeaseMs, figures: {} }),
  };
  const comparison = await compare(ours, [lease], rounds, progress);
  const { firstMs, lastMs, slices } = comparison.figures;
  const what = 'kill -9 of one of 2 processes, until the other has committed on its slices';
  const heading = { name: 'cluster', case: what, unit: 'take-overs', users, tasks, rounds };
  return resultOf(heading, comparison, {
    firstMs: median(firstMs ?? []),
    lastMs: median(lastMs ?? []),
    lastMsMost: most(lastMs),
    slices: median(slices ?? []),
  });
}

async function canceled({ settings, site, progress }: Bench, url: string): Promise<Result> {
  const { users, tasks } = CANCEL;
  const { rounds } = settings;
  const input = { ...CANCEL, processes: PROCESSES };
  const ours = inDatabases(site, url, 'tenure', 'sides/cancel', input);
  const bare = inDatabases(
    site,
    url,
    'pg: NOTIFY with a commit, to as many connections',
    'sides/notify',
    input,
  );
  const comparison = await compare(ours, [bare], rounds, progress);
  const what = `a cancel, until the last call in each of ${PROCESSES} processes is aborted`;
  const heading = { name: 'cluster', case: what, unit: 'cancels', users, tasks, rounds };
  const medians = Object.entries(comparison.figures).map(([name, values]) => [name, median(values)] as const);
  return resultOf(heading, comparison, {
    ...Object.fromEntries(medians),
    lastProcessMsMost: most(comparison.figures.lastProcessMs),
  });
}

async function reads({ settings, site, progress }: Bench, url: string): Promise<readonly Result[]> {
  const { rounds, tasks } = settings;
  progress('reads');
  return withDatabase(site, url, async (own) => {
    const reader = site.start('running-runs', { url: own, rounds });
    const results: Result[] = [];
    for (;;) {
      const message = await reader.next('asked', 'done');
      if (message.kind === 'done') break;
      const { question, comparison } = message as unknown as Asked;
      const heading = { name: 'cluster', case: question, unit: 'reads', users: 1, tasks, rounds };
      const { ms = [], p95Ms = [] } = comparison.figures;
      results.push(resultOf(heading, comparison, { ms: median(ms), p95Ms: median(p95Ms) }));
    }
    await reader.ended;
    return results;
  });
}
