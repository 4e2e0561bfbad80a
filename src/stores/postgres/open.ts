import { missingPackage } from '../../errors/missing-package.ts';
import { readFlag, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place, root } from '../../input/refuse.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Store } from '../../ports/store.ts';
import { Database, type PostgresPool } from './database.ts';
import { nameOfUrl, readConnectionString, readSchemaName } from './location.ts';
import { migrate, requireCurrent, requireRights, versionOf } from './migrations.ts';
import { SCHEMA_VERSION, stepFrom } from './schema.ts';
import { News } from './slices/news.ts';
import { PostgresStore } from './store.ts';

/** Where the database is, and how to use it. One of `connectionString` and `pool` is needed. */
export interface PostgresOptions {
  /**
   * `postgres://user:password@host:5432/database`, with the parameters that `pg` knows, such as
   * `?sslmode=verify-full`. What is left out comes from `PGUSER`, `PGPASSWORD` and so on, or `~/.pgpass`.
   * Default: all of it comes from there.
   */
  readonly connectionString?: string;
  /**
   * A `Pool` of the package `pg` with two connections or more. It stays open when the store is closed. Default:
   * the store opens one, and closes it.
   */
  readonly pool?: PostgresPool;
  /** Schema of tenure's tables, in which nothing else may be. Default `tenure`. */
  readonly schema?: string;
  /**
   * Whether to create the tables, and to bring them up to date. `false`: a schema that is not up to date is refused;
   * its owner applies what {@link postgresSql} gives. Default `true`.
   */
  readonly migrate?: boolean;
  /** `true`: reads only, also from a standby server. Default `false`. */
  readonly readOnly?: boolean;
  /** Connections at most, 2..100: one is for transactions, the others for reads. Not with `pool`. Default 4. */
  readonly connections?: number;
  /** TLS as `pg` has it: `true`, or options of `tls.connect`. Not with `pool`. Default: as the connection string says. */
  readonly ssl?: boolean | object;
  /** Longest that a statement may take, ms. Not with `pool`. Default 60,000. */
  readonly statementTimeoutMs?: DurationMs;
  /** How long reads, and the beginning of a transaction, wait for a server that cannot be reached, ms. Default 30,000. */
  readonly reconnectMs?: DurationMs;
}

/** Connections of a pool of which one may do nothing but listen. */
const CONNECTIONS_TO_LISTEN = 3;
/** How long making a connection may take, ms. */
const CONNECT_MS = 10_000;
const DAY_MS = 86_400_000;

const OPTIONS = {
  connectionString: optional(readConnectionString),
  pool: optional(readPool),
  schema: withDefault(readSchemaName, 'tenure'),
  migrate: withDefault(readFlag, true),
  readOnly: withDefault(readFlag, false),
  connections: optional((place) => readWhole(place, 2, 100)),
  ssl: optional(readSsl),
  statementTimeoutMs: optional((place) => readWhole(place, 1, DAY_MS)),
  reconnectMs: withDefault((place) => readWhole(place, 0, DAY_MS), 30_000),
} satisfies ShapeOf<PostgresOptions>;

type Given = ReturnType<typeof readOptions<typeof OPTIONS>>;

/**
 * Opens a store in a Postgres database, and creates it if need be. Any number of processes may do so. Needs the package
 * `pg`, version 8.
 *
 * @throws LifecycleError `StoreUnavailable` when no server answers, `StoreAccessDenied`, `StoreForeign`, `StoreTooNew`,
 *   `StoreReadOnly`, `StoreFull`; `NotFound` for a database that does not exist; `InvalidArgument`. Nothing is changed
 *   then.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { postgresStore } from 'tenure/postgres';
 *
 * const { DATABASE_URL: connectionString = 'postgres://localhost/hr' } = process.env;
 * const engine = await createEngine({ store: postgresStore({ connectionString }) });
 * console.log((await engine.workflows.list()).length); // → 0
 * await engine.close();
 * ```
 */
export async function postgresStore(options: PostgresOptions): Promise<Store> {
  const given = readOptions(options, 'postgresStore', OPTIONS);
  const { schema, readOnly } = given;
  const pool = given.pool ?? (await newPool(given));
  const place = given.connectionString === undefined ? 'the given pool' : nameOfUrl(given.connectionString);
  const database = new Database(pool, {
    schema,
    name: `schema ${schema} of ${place}`,
    ownsPool: given.pool === undefined,
    reconnectMs: given.reconnectMs,
  });
  try {
    const version = await database.readOnce((session) => versionOf(session, schema, database.name));
    if (!readOnly) await database.readOnce((session) => requireRights(session, schema, database.name));
    if (readOnly || !given.migrate) requireCurrent(version, schema, database.name);
    else if (version < SCHEMA_VERSION)
      await database.change((session) => migrate(session, schema, database.name));
    database.waitForServer(true);
    const max =
      (pool as { readonly options?: { readonly max?: number } }).options?.max ?? CONNECTIONS_TO_LISTEN;
    const news = new News(max >= CONNECTIONS_TO_LISTEN ? pool : null, schema);
    return new PostgresStore(database, readOnly, news);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * The SQL that makes the tables in `schema` (default `tenure`), or brings them up to date from version `from`; to be
 * applied by a role that may. One transaction for each version.
 *
 * @throws LifecycleError `InvalidArgument`.
 */
export function postgresSql(schema = 'tenure', from = 0): string {
  const name = readSchemaName({ ...root(schema), path: 'schema' });
  const first = readWhole({ ...root(from), path: 'from' }, 0, SCHEMA_VERSION);
  const steps = Array.from({ length: SCHEMA_VERSION - first }, (_, index) => stepFrom(first + index, name));
  return steps.map((step) => `BEGIN;\n${step}\nCOMMIT;\n`).join('\n');
}

async function newPool(given: Given): Promise<PostgresPool> {
  const { connectionString, connections = 4, ssl, statementTimeoutMs = 60_000 } = given;
  if (connectionString === undefined) {
    const place: Place = { path: 'connectionString', value: undefined };
    throw invalid(place, 'given, or pool');
  }
  const { Pool } = await import('pg').then(
    (module) => module.default,
    (error: unknown) => {
      throw missingPackage('pg', error);
    },
  );
  return new Pool({
    connectionString,
    max: connections,
    connectionTimeoutMillis: CONNECT_MS,
    ...(ssl === undefined ? {} : { ssl }),
    // Not as a parameter of the connection, which PgBouncer refuses.
    onConnect: async (client) => {
      await client.query(`SET statement_timeout = ${statementTimeoutMs}`);
    },
    fallback_application_name: 'tenure',
    keepAlive: true,
    pipeline: true,
  });
}

function readPool(place: Place): PostgresPool {
  const { value } = place;
  const pool = value as { connect?: unknown; query?: unknown; options?: { max?: unknown } };
  if (typeof value !== 'object' || value === null || typeof pool.connect !== 'function')
    throw invalid(place, 'a Pool of the package pg');
  const max = pool.options?.max;
  if (typeof max === 'number' && max < 2)
    throw invalid(place, 'a pool of at least 2 connections', `one of ${max}`);
  return value as PostgresPool;
}

function readSsl({ path, value }: Place): boolean | object {
  if (typeof value === 'boolean' || (typeof value === 'object' && value !== null)) return value;
  throw invalid({ path, value }, 'true, false or an object with options of TLS');
}
