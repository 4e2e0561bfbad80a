/** Makes, or drops, a database on a Postgres server: a process of its own, so that the peer's has let go of it. */
import pg from 'pg';
import type { Run } from '../child.ts';

/** Which. */
export interface DatabaseInput {
  readonly url: string;
  readonly database: string;
  readonly deed: 'create' | 'drop';
}

export const run: Run<DatabaseInput> = async ({ url, database, deed }) => {
  const name = pg.escapeIdentifier(database);
  await query(url, deed === 'create' ? `CREATE DATABASE ${name}` : `DROP DATABASE ${name} WITH (FORCE)`);
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
