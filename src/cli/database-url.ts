import { isPostgresUrl, readConnectionString } from '../stores/postgres/location.ts';

/** A Postgres database of a command. */
export interface PostgresPlace {
  readonly connectionString: string;
  readonly schema?: string;
}

/** By the URL without the password, which is what commands know and print. */
const places = new Map<string, PostgresPlace>();

/**
 * Reads `--db`: the path of a file, or the URL of a Postgres database, whose parameter `schema` may name the schema. What
 * it returns has no password, so that it can be printed; {@link postgresAt} knows the whole.
 *
 * @throws LifecycleError `InvalidArgument`: not an error of the option parser, which would repeat the text.
 */
export function databaseText(text: string): string {
  if (!isPostgresUrl(text)) return text;
  const url = new URL(readConnectionString({ path: '--db', value: text }));
  const schema = url.searchParams.get('schema');
  url.searchParams.delete('schema');
  const connectionString = url.href;
  url.password = '';
  url.searchParams.delete('password');
  if (schema !== null) url.searchParams.set('schema', schema);
  places.set(url.href, { connectionString, ...(schema === null ? {} : { schema }) });
  return url.href;
}

/** The Postgres database behind what {@link databaseText} has read; `null`: it is a file. */
export function postgresAt(db: string): PostgresPlace | null {
  return places.get(db) ?? null;
}
