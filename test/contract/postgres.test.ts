import pg from 'pg';
import { afterAll, type describe, expect, it } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { type PostgresOptions, postgresStore } from '../../src/postgres.ts';
import { SLICE_BOUNDS } from '../../src/rules/status/slice.ts';
import type { OpenedStore } from '../../src/testing/contract/kit.ts';
import { storeContract } from '../../src/testing/contract/store-contract.ts';
import { describePostgres, newSchema, serverUrl } from '../postgres/support.ts';

const TABLES = [
  'workflows',
  'workflow_versions',
  'runs',
  'slices',
  'users',
  'journal',
  'failure_groups',
  'failure_members',
  'admissions',
  'notes',
  'settings',
];

/** Tests in which stores have connections of their own: those that close or reopen them. */
const OWN = /closing|durability|random operations/;

let schema: string | null = null;
let pool: pg.Pool | null = null;

afterAll(() => pool?.end());

/**
 * A store in the file's schema, which is emptied, over the file's pool: making tables and connections anew would take
 * longer than most tests.
 */
async function makePostgres(): Promise<OpenedStore> {
  const name = schema ?? newSchema();
  const opened: Store[] = [];
  const open = async (connections: Pick<PostgresOptions, 'connectionString' | 'pool'>) => {
    const store = await postgresStore({ ...connections, schema: name });
    opened.push(store);
    return store;
  };
  const own = { connectionString: serverUrl() };
  pool ??= new pg.Pool({ ...own, max: 4 });
  const store = await open(OWN.test(expect.getState().currentTestName ?? '') ? own : { pool });
  if (schema !== null) await pool.query(TABLES.map((table) => `DELETE FROM "${name}".${table}`).join('; '));
  schema = name;
  return {
    store,
    reopen: () => open(own),
    dispose: async () => {
      await Promise.allSettled(opened.map((one) => one.close()));
    },
  };
}

storeContract(
  { describe: describePostgres as typeof describe, it },
  {
    name: 'postgres',
    capabilities: { durable: true, sharedWriters: true },
    slices: SLICE_BOUNDS,
    make: makePostgres,
    seeds: [1],
  },
);
