import { availableParallelism } from 'node:os';
import { compare, type Measure } from '../measure.ts';
import { median } from '../statistics.ts';
import { most, resultOf } from './result.ts';

const PEOPLE = 10_000;
const SIMULATIONS = 200;
const REDUCED_SIMULATIONS = 20;

/** Simulations a second on all cores, compared with one. */
export const sweep: Measure = {
  name: 'sweep',
  summary: 'many simulations of a month, with other seeds, in as many threads as there are cores',
  async *run({ settings, site, progress }) {
    const { rounds, isReduced } = settings;
    const people = settings.users ?? PEOPLE;
    const simulations = isReduced ? REDUCED_SIMULATIONS : SIMULATIONS;
    const by = (workers: number) =>
      site.side(workers === 1 ? '1 worker' : `${workers} workers`, 'sweep', { people, simulations, workers });
    const workers = availableParallelism();
    const comparison = await compare(by(workers), [by(1)], rounds, progress);
    const size = people.toLocaleString('en-US');
    const heading = {
      name: 'sweep',
      case: `${simulations} simulations of a month over ${size} people, ${workers} workers`,
      unit: 'simulations',
      users: people,
      tasks: 3,
      rounds,
    };
    const { seconds, cpuMs, residentMB } = comparison.figures;
    yield resultOf(heading, comparison, {
      seconds: median(seconds ?? []),
      cpuMsPerSimulation: median(cpuMs ?? []),
      residentMB: most(residentMB),
    });
  },
};
