/** Creates or drops a database on a Postgres server, in a process of its own: by then the peer's connections are closed. */
import pg from 'pg';
import type { Run } from '../child.ts';

/** The database and the operation. */
export interface DatabaseInput {
  readonly url: string;
  readonly database: string;
  readonly operation: 'create' | 'drop';
}

export const run: Run<DatabaseInput> = async ({ url, database, operation }) => {
  const name = pg.escapeIdentifier(database);
  await query(url, operation === 'create' ? `CREATE DATABASE ${name}` : `DROP DATABASE ${name} WITH (FORCE)`);
  return { perSecond: Number.NaN, figures: {} };
};

/** Runs one statement on the database at `url`. */
export async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
