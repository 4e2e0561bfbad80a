/** Many small runs at once: all activated together, then all awaited. */
import { join } from 'node:path';
import { sqliteStore } from '../../src/sqlite.ts';
import type { Run } from '../child.ts';
import { numbered, startEngine } from './load.ts';

/** Number and size of the runs. */
export interface SmallRunsInput {
  readonly runs: number;
  readonly usersPerRun: number;
  readonly tasks: number;
  readonly folder: string;
}

export const run: Run<SmallRunsInput> = async ({ folder, ...size }) => {
  await runThem({ ...size, runs: Math.min(size.runs, 200) }, join(folder, 'warm.db'));
  return runThem(size, join(folder, 'bench.db'));
};

async function runThem({ runs, usersPerRun, tasks }: Omit<SmallRunsInput, 'folder'>, file: string) {
  const { engine, workflowId } = await startEngine(await sqliteStore(file), numbered(0), tasks, () => {});
  let residentMax = process.memoryUsage.rss();
  engine.on('run.finished', () => {
    residentMax = Math.max(residentMax, process.memoryUsage.rss());
  });
  const startMs = performance.now();
  const finished = Array.from({ length: runs }, async (_, no) => {
    const subjects = Array.from({ length: usersPerRun }, (_, user) => `user-${no}-${user}`);
    const { id } = await engine.runs.activate(workflowId, { subjects });
    return engine.runs.waitFor(id);
  });
  const done = await Promise.all(finished);
  const seconds = (performance.now() - startMs) / 1_000;
  const users = done.reduce((sum, one) => sum + one.successfulUsersCount, 0);
  if (users !== runs * usersPerRun)
    throw new Error(`Expected ${runs * usersPerRun} users to complete, got ${users}`);
  await engine.close();
  return {
    perSecond: (users * tasks) / seconds,
    figures: { residentMB: residentMax / 1e6, usPerRun: (seconds / runs) * 1e6 },
  };
}
