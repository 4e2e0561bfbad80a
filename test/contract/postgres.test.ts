import { type describe, it } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { postgresStore } from '../../src/postgres.ts';
import { SLICE_BOUNDS } from '../../src/rules/status/slice.ts';
import type { OpenedStore } from '../../src/testing/contract/kit.ts';
import { storeContract } from '../../src/testing/contract/store-contract.ts';
import { describePostgres, newSchema, serverUrl, sql } from '../postgres/support.ts';

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

let schema: string | null = null;

/** A store in the file's schema, which is emptied: making the tables anew would take longer than most tests. */
async function makePostgres(): Promise<OpenedStore> {
  const name = schema ?? newSchema();
  const opened: Store[] = [];
  const open = async () => {
    const store = await postgresStore({ connectionString: serverUrl(), schema: name });
    opened.push(store);
    return store;
  };
  const store = await open();
  if (schema !== null) await sql(TABLES.map((table) => `DELETE FROM "${name}".${table}`).join('; '));
  schema = name;
  return {
    store,
    reopen: open,
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
