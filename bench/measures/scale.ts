import { type Bench, compare, type Load, type Measure, type Result, type Side } from '../measure.ts';
import { median } from '../statistics.ts';
import { rawInserts } from './durable.ts';
import { most, resultOf } from './result.ts';

const USERS_MAX = 1_000_000;
const SIZES = [1_000, 10_000, 100_000, USERS_MAX];
const RUNS = [10, 100, 1_000, 10_000];
const USERS_PER_RUN = 5;
const HISTORICAL_RUNS = 100_000;

/** Cost and memory by size of a run, number of runs, and history in the file. Measures each once when all benchmarks are run. */
export const scale: Measure = {
  name: 'scale',
  summary: 'cost and memory as runs grow to a million users, and as runs become many',
  async *run(bench) {
    const { users: usersMax, tasks } = { ...bench.settings, users: bench.settings.users ?? USERS_MAX };
    for (const users of SIZES.filter((size) => size <= usersMax)) {
      const load: Load = { users, tasks, waitMs: 0 };
      yield await measured(bench, `one run of ${text(users)} users`, load, 'durable', load);
    }
    for (const runs of RUNS.filter((count) => count * USERS_PER_RUN <= usersMax)) {
      const load: Load = { users: runs * USERS_PER_RUN, tasks, waitMs: 0 };
      const input = { runs, usersPerRun: USERS_PER_RUN, tasks };
      yield await measured(
        bench,
        `${text(runs)} runs of ${USERS_PER_RUN} users at once`,
        load,
        'small-runs',
        input,
      );
    }
    const load: Load = { users: Math.min(usersMax, 10_000), tasks, waitMs: 0 };
    const what = `one run of ${text(load.users)} users, ${text(HISTORICAL_RUNS)} runs of the past in its file`;
    yield await measured(bench, what, load, 'durable', { ...load, historicalRuns: HISTORICAL_RUNS });
  },
};

async function measured(
  bench: Bench,
  what: string,
  load: Load,
  module: string,
  input: object,
): Promise<Result> {
  const { users, tasks } = load;
  const rounds = bench.settings.isReduced ? 1 : bench.settings.rounds;
  const ours: Side = bench.site.side(what, module, input);
  const comparison = await compare(ours, [rawInserts(bench.site, load)], rounds, bench.progress);
  const heading = { name: 'scale', case: what, users, tasks, rounds };
  const { residentMB, usPerRun } = comparison.figures;
  return resultOf(heading, comparison, {
    usPerUser: (tasks / comparison.perSecond) * 1e6,
    ...(usPerRun ? { usPerRun: median(usPerRun) } : {}),
    residentMB: most(residentMB),
  });
}

function text(count: number): string {
  return count.toLocaleString('en-US');
}
