import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { databaseError, tooNew } from './errors.ts';
import { quoted, SCHEMA_VERSION, stepFrom } from './schema.ts';
import type { Session } from './session.ts';

/** Oldest server that has all that is used, and that its authors still keep: 14. */
const SERVER_VERSION_MIN = 140_000;

/**
 * The version of the schema; 0 when it does not exist or is empty.
 *
 * @throws LifecycleError `StoreForeign`, `StoreTooNew`, and `StoreFailed` for a server that is too old.
 */
export async function versionOf(session: Session, schema: string, database: string): Promise<number> {
  const [server = []] = await session.rows(
    "SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('server_encoding')",
  );
  const [number, version, encoding] = server;
  if (Number(number) < SERVER_VERSION_MIN)
    throw databaseError(
      'StoreFailed',
      database,
      `Postgres ${version}`,
      undefined,
      'use Postgres 14 or newer',
    );
  if (encoding !== 'UTF8') {
    const remedy = "create the database with ENCODING 'UTF8' TEMPLATE template0";
    throw databaseError('StoreFailed', database, `the encoding ${encoding}`, undefined, remedy);
  }
  const relations = await session.rows(
    `SELECT relname FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
     AND relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1) ORDER BY relname`,
    [schema],
  );
  const names = relations.map(([name]) => String(name));
  if (names.length === 0) return 0;
  const known = await session.rows(
    `SELECT 1 FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class ON pg_class.oid = attrelid
     WHERE relname = 'meta' AND attname IN ('version', 'application') AND NOT attisdropped
     AND relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)`,
    [schema],
  );
  const rows = known.length === 2 ? await session.rows('SELECT version, application FROM {s}.meta') : [];
  const [[found, application] = []] = rows;
  if (application !== 'tenure' || typeof found !== 'number') {
    const some = names.slice(0, 3).join(', ');
    const count = names.length > 3 ? `, … (${names.length})` : '';
    throw databaseError('StoreForeign', database, `tables of another application: ${some}${count}`);
  }
  if (found > SCHEMA_VERSION) throw tooNew(database, found, SCHEMA_VERSION);
  return found;
}

/**
 * Refuses a database that takes no writes, and tables that this role may not write.
 *
 * @throws LifecycleError `StoreReadOnly`, `StoreAccessDenied`.
 */
export async function requireRights(session: Session, schema: string, database: string): Promise<void> {
  if ((await session.value("SELECT current_setting('transaction_read_only')")) === 'on') {
    const found = 'a database, or a role, that is read-only';
    throw databaseError('StoreReadOnly', database, found);
  }
  const denied = await session.rows(
    `SELECT relname FROM pg_catalog.pg_class WHERE relkind = 'r'
     AND relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1) AND NOT (
       has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
       AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE')
     ) ORDER BY relname`,
    [schema],
  );
  if (denied.length === 0) return;
  const found = `a role that may not write its tables (${denied.map(([name]) => name).join(', ')})`;
  const name = quoted(schema);
  const remedy = `have the owner grant it: GRANT USAGE ON SCHEMA ${name} TO …; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${name} TO …`;
  throw databaseError('StoreAccessDenied', database, found, undefined, remedy);
}

/** Brings the schema up to date. In one transaction, whose lock others that do the same wait for. */
export async function migrate(session: Session, schema: string, database: string): Promise<void> {
  for (let version = await versionOf(session, schema, database); version < SCHEMA_VERSION; version++)
    await session.script(stepFrom(version, schema));
}

/** Refuses a schema that has to be brought up to date first. @throws LifecycleError `StoreReadOnly`. */
export function requireCurrent(version: number, schema: string, database: string): void {
  if (version === SCHEMA_VERSION) return;
  const found =
    version === 0 ? 'no tables yet' : `schema version ${version}, which is older than ${SCHEMA_VERSION}`;
  const from = version === 0 ? '' : ` --from ${version}`;
  const remedy = `have its owner apply what \`tenure db sql --schema ${JSON.stringify(schema)}${from}\` prints, or open it once without \`migrate: false\``;
  const { message } = databaseError('StoreReadOnly', database, found, undefined, remedy);
  throw new LifecycleError('StoreReadOnly', message, { database, version });
}
