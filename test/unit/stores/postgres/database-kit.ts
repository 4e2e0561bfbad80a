/** A schema of the server with a session that remembers its statements, for the tests of what runs them. */
import pg from 'pg';
import { afterAll } from 'vitest';
import type { Store } from '../../../../src/ports/store.ts';
import { postgresStore } from '../../../../src/postgres.ts';
import { Session, Statements } from '../../../../src/stores/postgres/session.ts';
import { newSchema, serverUrl } from '../../../postgres/support.ts';

interface Asked {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A store in a new schema, and a session of its own there. */
export interface SchemaUnderTest {
  readonly store: Store;
  readonly schema: string;
  readonly session: Session;
  /** The statements that `act` asks for. */
  during(act: () => Promise<unknown>): Promise<readonly Asked[]>;
  /** How the server goes about each of them where an index serves: without scans of tables, bitmaps and sorting, if it can. */
  plansOf(act: () => Promise<unknown>): Promise<readonly string[]>;
}

const closings: (() => Promise<void>)[] = [];

// Before the schemas are dropped: hooks of this kind run in the opposite order of their registration.
afterAll(async () => {
  for (const close of closings.splice(0)) await close();
});

export async function newDatabase(): Promise<SchemaUnderTest> {
  const schema = newSchema();
  const store = await postgresStore({ connectionString: serverUrl(), schema });
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  closings.push(async () => {
    await client.end();
    await store.close();
  });
  await client.query(
    ['seqscan', 'bitmapscan', 'sort', 'incremental_sort']
      .map((name) => `SET enable_${name} = off`)
      .join('; '),
  );
  const asked: Asked[] = [];
  const recording = {
    query: async (query: unknown) => {
      if (typeof query !== 'string') asked.push(query as Asked);
      return client.query(query as pg.QueryConfig);
    },
  };
  const during = async (act: () => Promise<unknown>) => {
    asked.length = 0;
    await act();
    return [...asked];
  };
  return {
    store,
    schema,
    session: new Session(recording, new Statements(schema)),
    during,
    plansOf: async (act) => {
      const plans: string[] = [];
      for (const { text, values } of await during(act)) {
        const { rows } = await client.query(`EXPLAIN (COSTS OFF) ${text}`, [...values]);
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      }
      return plans;
    },
  };
}
