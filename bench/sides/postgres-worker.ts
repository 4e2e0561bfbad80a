/** A process that works on the runs of another one. */
import { createEngine } from '../../src/index.ts';
import { postgresStore } from '../../src/postgres.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { handlerOf, numbered } from './load.ts';

export const run: Run<Load & { readonly url: string; readonly schema: string }> = async (
  { url, schema, ...load },
  send,
) => {
  const store = await postgresStore({ connectionString: url, schema });
  const engine = await createEngine({
    store,
    directory: numbered(load.users),
    tasks: { '*': handlerOf(load) },
  });
  await engine.start();
  send({ kind: 'ready' });
  return new Promise<never>(() => {}); // until it is killed
};
