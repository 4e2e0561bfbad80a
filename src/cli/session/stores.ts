import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Store } from '../../ports/store.ts';
import { memoryStore } from '../../stores/memory/memory-store.ts';
import type { SqliteOptions } from '../../stores/sqlite/open.ts';
import { type PostgresPlace, postgresAt } from '../database-url.ts';
import { CliError } from '../terminal/cli-error.ts';
import { quoted } from '../terminal/text.ts';

/** Opens the database of a command for writing, or a store in memory when it names none. @throws CliError, LifecycleError. */
export async function openStore(db: string | undefined, options: SqliteOptions = {}): Promise<Store> {
  if (db === undefined) return memoryStore();
  if (db === ':memory:')
    throw new CliError(
      'Expected --db to name a file, got :memory:',
      'Without --db everything is kept in memory',
    );
  const postgres = postgresAt(db);
  if (postgres !== null) {
    const { postgresStore } = await import('../../postgres.ts');
    return postgresStore({ ...postgres });
  }
  const { sqliteStore } = await import('../../sqlite.ts');
  return sqliteStore(db, options);
}

/** Opens the database of a command that changes nothing; it may not be there yet. */
export async function openToLook(db: string | undefined): Promise<Store> {
  if (db === undefined) return memoryStore();
  const postgres = postgresAt(db);
  if (postgres !== null) return (await openTables(postgres)) ?? memoryStore();
  return existsSync(db) ? openExisting(db, 'read') : memoryStore();
}

/**
 * Opens an existing database. With access `read`, another process may be writing it.
 *
 * @throws CliError when there is none; LifecycleError `Store…`.
 */
export async function openExisting(db: string, access: 'read' | 'write'): Promise<Store> {
  const postgres = postgresAt(db);
  if (postgres !== null) {
    const reader = await openTables(postgres);
    if (reader === null) throw noDatabase(db, 'no tables');
    if (access === 'read') return reader;
    await reader.close();
    return openStore(db);
  }
  if (!(await stat(db).catch(() => null))) throw noDatabase(db, 'no file');
  const { sqliteStore } = await import('../../sqlite.ts');
  return sqliteStore(db, { readOnly: access === 'read' });
}

/** Opens a Postgres database to be read; `null`: it has no tables of tenure yet. */
async function openTables(postgres: PostgresPlace): Promise<Store | null> {
  const { postgresStore } = await import('../../postgres.ts');
  try {
    return await postgresStore({ ...postgres, readOnly: true });
  } catch (error) {
    if (LifecycleError.is(error) && error.code === 'StoreReadOnly' && error.details.version === 0)
      return null;
    throw error;
  }
}

function noDatabase(db: string, got: string): CliError {
  return new CliError(
    `Expected ${db} to be a tenure database, got ${got}`,
    `Create one with: tenure run --db ${quoted(db)} …`,
  );
}
