import { compare, type Load, type Measure, type Side } from '../measure.ts';
import type { Site } from '../site.ts';
import { most, resultOf } from './result.ts';

const USERS = 100_000;
const ROWS_IN_BATCHES = 'raw node:sqlite, one row a task, batches of 1,000, FULL';

/** Raw `node:sqlite` inserting one row a task. */
export function rawInserts(site: Site, load: Load): Side {
  return site.side(ROWS_IN_BATCHES, 'raw-inserts', load);
}

/** A durable run compared with what SQLite alone can do. */
export const durable: Measure = {
  name: 'durable',
  summary: 'a run on SQLite, each task on the disk before the next of its user',
  async *run(bench) {
    const { users, tasks, rounds } = { ...bench.settings, users: bench.settings.users ?? USERS };
    const load: Load = { users, tasks, waitMs: 0 };
    const alone = { ...load, writerThread: 'never' as const };
    const ours = bench.site.side('tenure, SQLite at synchronous=FULL', 'durable', alone);
    const same = bench.site.side(
      'raw node:sqlite, the same statements and transactions again',
      'same-writes',
      load,
    );
    const comparison = await compare(ours, [same, rawInserts(bench.site, load)], rounds, bench.progress);
    const heading = { name: 'durable', case: 'a durable run', users, tasks, rounds };
    yield resultOf(heading, comparison, { residentMB: most(comparison.figures.residentMB) });

    const threaded = bench.site.side('tenure, whose commits a thread makes', 'durable', load);
    const one = bench.site.side('tenure, commits on the calling thread', 'durable', alone);
    const both = await compare(threaded, [one], rounds, bench.progress);
    const what = 'the same, whose commits a thread makes';
    yield resultOf({ ...heading, case: what }, both, { residentMB: most(both.figures.residentMB) });
  },
};
