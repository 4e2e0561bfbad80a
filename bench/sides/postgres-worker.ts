/** A process that works on the runs of another one, until it is killed. */
import { createEngine, type TaskHandler } from '../../src/index.ts';
import { postgresStore } from '../../src/postgres.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { handlerOf, numbered } from './load.ts';

/** A load, and the database of its runs. */
export interface WorkerInput extends Load {
  readonly url: string;
  readonly schema: string;
  /** Tasks do not end before their signal aborts. */
  readonly untilAborted?: boolean;
}

export const run: Run<WorkerInput> = async ({ url, schema, untilAborted = false, ...load }, send) => {
  const { users, concurrency = 256 } = load;
  const store = await postgresStore({ connectionString: url, schema });
  const handler = untilAborted ? abortable(concurrency, send) : handlerOf(load);
  const engine = await createEngine({
    store,
    directory: numbered(users),
    tasks: { '*': handler },
    concurrency,
  });
  await engine.start();
  send({ kind: 'ready' });
  return new Promise<never>(() => {}); // until it is killed
};

/** Says when `count` calls are running, and when the last of them was aborted. */
function abortable(count: number, send: (message: object) => void): TaskHandler {
  let running = 0;
  let aborted = 0;
  return ({ signal }) => {
    running += 1;
    if (running === count) send({ kind: 'full' });
    return new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        aborted += 1;
        if (aborted === count) send({ kind: 'aborted', atMs: Date.now() });
        resolve();
      });
    });
  };
}
