/** What tests of the Postgres store share: the server of the run, and schemas that go with their tests. */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { afterAll, describe } from 'vitest';
import type { Found } from './global-setup.ts';

/** The server's URL; `null`: none can be started here, and the tests that need it are skipped. */
const POSTGRES_URL = await findServer();

/** `describe` of the tests that need the server. */
export const describePostgres = POSTGRES_URL === null ? describe.skip : describe;

/** @throws Error when there is no server and `CI` is set: there, none of the tests may be left out. */
async function findServer(): Promise<string | null> {
  const port = Number(process.env.TENURE_TEST_POSTGRES_PORT);
  const found = JSON.parse(await text(connect(port, '127.0.0.1'))) as Found;
  if ('url' in found) return found.url;
  if (process.env.CI) throw new Error(`Expected a Postgres for the tests, got none: ${found.missing}`);
  return null;
}

/** The server's URL. */
export function serverUrl(): string {
  if (POSTGRES_URL === null) throw new Error('Expected a test that needs a server to be skipped, got a call');
  return POSTGRES_URL;
}

const schemas: string[] = [];

/** A name for a schema that does not exist yet; it is dropped after the tests of the file. */
export function newSchema(): string {
  const schema = `test ${randomUUID()}`;
  schemas.push(schema);
  return schema;
}

/** Runs statements as the superuser. */
export async function sql<Row extends object = Record<string, unknown>>(
  statements: string,
  url = serverUrl(),
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statements)).rows;
  } finally {
    await client.end();
  }
}

afterAll(async () => {
  if (schemas.length > 0)
    await sql(
      schemas
        .splice(0)
        .map((schema) => `DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
        .join(';'),
    );
});
