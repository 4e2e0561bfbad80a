/** A run on Postgres, each task's outcome committed before the next one, by as many processes as are given. */
import { cpus } from 'node:os';
import { postgresStore } from '../../src/postgres.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { runLoad } from './load.ts';
import { makeTables, startWorker } from './postgres-workers.ts';

/** A load, a server with an empty database, and how many processes work on the run. */
interface PostgresInput extends Load {
  readonly url: string;
  readonly processes?: number;
}

export const run: Run<PostgresInput> = async ({ url, processes = 1, ...load }) => {
  const schemaOf = (name: string) => `tenure_${name}`;
  await makeTables(url, schemaOf('bench'));
  const workers = await Promise.all(
    Array.from({ length: processes - 1 }, () => startWorker({ ...load, url, schema: schemaOf('bench') })),
  );
  let before = ticks();
  try {
    const sample = await runLoad(
      load,
      (name) => postgresStore({ connectionString: url, schema: schemaOf(name) }),
      {
        beforeRun: () => {
          before = ticks();
        },
      },
    );
    const after = ticks();
    const busyPercent = (100 * (after.busy - before.busy)) / (after.all - before.all);
    return { ...sample, figures: { ...sample.figures, busyPercent } };
  } finally {
    for (const worker of workers) worker.kill();
  }
};

/** What all cores of the machine have done so far: this process, the others, and the server. */
function ticks(): { readonly busy: number; readonly all: number } {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const sum = Object.values(times).reduce((total, time) => total + time, 0);
    all += sum;
    busy += sum - times.idle;
  }
  return { busy, all };
}
