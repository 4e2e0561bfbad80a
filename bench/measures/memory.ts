import { compare, type Load, type Measure } from '../measure.ts';
import { most, resultOf } from './result.ts';

const USERS = 100_000;
const LANES = 64;

/** The same run in memory, compared with lanes that call the same handlers and record nothing. */
export const memory: Measure = {
  name: 'memory',
  summary: 'the same run in memory',
  async *run(bench) {
    const { users, tasks, rounds } = { ...bench.settings, users: bench.settings.users ?? USERS };
    const load: Load = { users, tasks, waitMs: 0 };
    const ours = bench.site.side('tenure, memory store', 'memory', load);
    const lanes = bench.site.side(`${LANES} bare async lanes`, 'bare-lanes', { ...load, lanes: LANES });
    const comparison = await compare(ours, [lanes], rounds, bench.progress);
    const heading = { name: 'memory', case: 'a run in memory', users, tasks, rounds };
    yield resultOf(heading, comparison, { residentMB: most(comparison.figures.residentMB) });
  },
};
