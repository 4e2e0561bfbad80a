import { compare, type Measure } from '../measure.ts';
import { most, resultOf } from './result.ts';

const RUNS = 1_000;

/** A page of 100 runs from `tenure/graph`, beside bare Hono that returns the same JSON. No sockets in between. */
export const http: Measure = {
  word: 'http',
  summary: 'a page of 100 runs from tenure/graph, from a Request to its Response',
  async *run({ settings: { tasks, rounds }, site, progress }) {
    const ours = site.side('tenure/graph on SQLite', 'http', { who: 'tenure', runs: RUNS });
    const bare = site.side('bare Hono returning the same JSON', 'http', { who: 'hono', runs: RUNS });
    const comparison = await compare(ours, [bare], rounds, progress);
    const heading = { name: 'http', case: 'a page of 100 runs', unit: 'pages', users: 1, tasks, rounds };
    yield resultOf(heading, comparison, { kB: most(comparison.figures.kB) });
  },
};
