/**
 * The limit of runs on Postgres: `pg` sending the writes of a tenure run once more, each statement with its values, in
 * the same transactions, to a schema with the same tables and indexes.
 */
import pg from 'pg';
import { postgresStore } from '../../src/postgres.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { runLoad } from './load.ts';

/** What `query` of a client was called with. */
type Query = string | { readonly text: string; readonly values?: unknown[]; readonly name?: string };

const SCHEMA = 'tenure_bench';
const READ = /^\s*(?:SELECT(?!\s+pg_)|BEGIN ISOLATION|LISTEN|SET )/;

export const run: Run<Load & { readonly url: string }> = async ({ url, ...load }) => {
  const writes = await recordRun(load, url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`DROP SCHEMA "${SCHEMA}" CASCADE`);
  await (await postgresStore({ connectionString: url, schema: SCHEMA })).close();
  const startMs = performance.now();
  for (const query of writes) await client.query(query as never);
  const seconds = (performance.now() - startMs) / 1_000;
  await client.end();
  return { perSecond: (load.users * load.tasks) / seconds, figures: { statements: writes.length } };
};

/** Runs the load and returns its writes, in the order in which they were sent. */
async function recordRun(load: Load, url: string): Promise<readonly Query[]> {
  const writes: Query[] = [];
  const open = async (name: string) => {
    if (name === 'warm') return postgresStore({ connectionString: url, schema: 'tenure_warm' });
    await (await postgresStore({ connectionString: url, schema: SCHEMA })).close();
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    pool.on('connect', (client) => record(client, writes));
    return postgresStore({ pool, schema: SCHEMA });
  };
  await runLoad(load, open);
  return writes;
}

/** Adds the writes of a client to `writes`: what is not a read, nor within a transaction that reads. */
function record(client: pg.PoolClient, writes: Query[]): void {
  const query = client.query.bind(client) as (query: Query) => unknown;
  let isReading = false;
  Object.assign(client, {
    query(given: Query) {
      const text = typeof given === 'string' ? given : given.text;
      if (text.startsWith('BEGIN ISOLATION')) isReading = true;
      if (!isReading && !READ.test(text)) writes.push(given);
      if (text === 'COMMIT') isReading = false;
      return query(given);
    },
  });
}
