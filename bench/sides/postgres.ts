/** A run on Postgres, each task's outcome committed before the next one, by as many processes as are given. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { postgresStore } from '../../src/postgres.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { runLoad } from './load.ts';

/** A load, a server with an empty database, and how many processes work on the run. */
export interface PostgresInput extends Load {
  readonly url: string;
  readonly processes?: number;
}

const CHILD = fileURLToPath(new URL('../child.ts', import.meta.url));

export const run: Run<PostgresInput> = async ({ url, processes = 1, ...load }) => {
  const open = (name: string) => postgresStore({ connectionString: url, schema: `tenure_${name}` });
  await (await open('bench')).close(); // so that the workers find the tables
  const workers = Array.from({ length: processes - 1 }, () =>
    fork(CHILD, ['./sides/postgres-worker.ts', JSON.stringify({ ...load, url, schema: 'tenure_bench' })]),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  try {
    return await runLoad(load, open);
  } finally {
    for (const worker of workers) worker.kill();
  }
};
