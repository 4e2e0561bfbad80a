/** Many simulations of a month, as sweeps and comparisons over seeds make them. */
import { SimulationPool } from '../../src/simulate/pool/simulation-pool.ts';
import { readScenario } from '../../src/simulate.ts';
import type { Run } from '../child.ts';
import { year } from './scenarios.ts';

/** Size of the sweep. */
export interface SweepInput {
  readonly people: number;
  readonly simulations: number;
  readonly workers: number;
}

const WARM_PEOPLE = 1_000;

export const run: Run<SweepInput> = async ({ people, simulations, workers }) => {
  await using pool = new SimulationPool({ workers });
  const jobs = (size: number, count: number) => {
    const read = readScenario({ ...year(size), horizon: 'P1M' });
    return Array.from({ length: count }, (_, seed) => ({ read, seed }));
  };
  await pool.run(jobs(WARM_PEOPLE, 4 * workers)); // starts the threads, and has V8 compile
  const before = process.cpuUsage();
  const startMs = performance.now();
  const made = await pool.run(jobs(people, simulations));
  const ms = performance.now() - startMs;
  const { user, system } = process.cpuUsage(before);
  const users = made.reduce((sum, { totals }) => sum + totals.usersCount, 0);
  const cpuMs = (user + system) / 1_000 / simulations;
  const residentMB = process.resourceUsage().maxRSS / 1_024;
  return {
    perSecond: (simulations / ms) * 1_000,
    figures: { users, seconds: ms / 1_000, cpuMs, residentMB },
  };
};
