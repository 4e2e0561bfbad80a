/** Several processes whose lanes are all busy with one run, which is canceled: when the last call in each is aborted. */
import { setTimeout as wait } from 'node:timers/promises';
import { postgresStore } from '../../src/postgres.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { EVERYBODY, handlerOf, makeEngine, numbered } from './load.ts';
import { makeTables, messageOf, startWorker } from './postgres-workers.ts';

const SCHEMA = 'tenure_bench';
const LOOK_MS = 5;

/** A load, a server with an empty database, and how many processes work on the run. */
interface CancelInput extends Load {
  readonly url: string;
  readonly processes: number;
}

export const run: Run<CancelInput> = async ({ url, processes, ...load }) => {
  await makeTables(url, SCHEMA);
  const store = await postgresStore({ connectionString: url, schema: SCHEMA });
  const { engine, workflowId } = await makeEngine(store, numbered(load.users), load.tasks, handlerOf(load));
  const input = { ...load, url, schema: SCHEMA, untilAborted: true };
  const workers = await Promise.all(Array.from({ length: processes }, () => startWorker(input)));
  const full = workers.map((worker) => messageOf(worker, 'full'));
  const { id } = await engine.runs.activate(workflowId, { rule: EVERYBODY });
  await Promise.all(full);
  const aborted = workers.map((worker) => messageOf(worker, 'aborted'));
  const canceledAtMs = Date.now();
  await engine.runs.cancel(id);
  const answeredMs = Date.now() - canceledAtMs;
  const last = (await Promise.all(aborted)).map(({ atMs }) => Number(atMs) - canceledAtMs);
  while ((await engine.runs.get(id)).completedDateTime === null) await wait(LOOK_MS);
  const endedMs = Date.now() - canceledAtMs;
  for (const worker of workers) worker.kill('SIGKILL');
  await engine.close();
  const lastMs = Math.max(...last);
  return {
    perSecond: 1_000 / lastMs,
    figures: { firstProcessMs: Math.min(...last), lastProcessMs: lastMs, answeredMs, endedMs },
  };
};
