import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { WorkflowRecord } from '../model/records.ts';
import type { Store } from '../ports/store.ts';
import { wrapStore } from '../ports/wrap-store.ts';
import { memoryStore } from '../stores/memory/index.ts';
import type { SqliteOptions } from '../stores/sqlite/open.ts';
import { CliError } from './cli-error.ts';
import { quoted } from './text.ts';

/** Opens the database of a command for writing, or a store in memory when it names none. @throws CliError, LifecycleError. */
export async function openStore(db: string | undefined, options: SqliteOptions = {}): Promise<Store> {
  if (db === undefined) return memoryStore();
  if (db === ':memory:')
    throw new CliError(
      'Expected --db to name a file, got :memory:',
      'Without --db everything is kept in memory',
    );
  const { sqliteStore } = await import('../sqlite.ts');
  return sqliteStore(db, options);
}

/** Opens the database of a command that changes nothing; it may not be there yet. */
export async function openToLook(db: string | undefined): Promise<Store> {
  return db === undefined || !existsSync(db) ? memoryStore() : openExisting(db, 'read');
}

/**
 * Opens a database that must be there. To be looked at only, it may be written by another process.
 *
 * @throws CliError when there is none; LifecycleError `Store…`.
 */
export async function openExisting(db: string, access: 'read' | 'write'): Promise<Store> {
  if (!(await stat(db).catch(() => null))) {
    throw new CliError(
      `Expected ${db} to be a database of tenure, got no file`,
      `A run makes one: tenure run --db ${quoted(db)} …`,
    );
  }
  const { sqliteStore } = await import('../sqlite.ts');
  return sqliteStore(db, { readOnly: access === 'read' });
}

/**
 * The store with every workflow's schedule off, for an engine that is to finish runs and start none: a
 * service's own database must not get its scheduled runs from a command line.
 */
export function withoutSchedules(store: Store): Store {
  const unscheduled = async (): Promise<readonly WorkflowRecord[]> => {
    const records = await store.listWorkflows();
    return records.map((record) => ({
      ...record,
      workflow: { ...record.workflow, isSchedulingEnabled: false },
    }));
  };
  const { requests } = store;
  return wrapStore(store, {}, { listWorkflows: unscheduled, ...(requests ? { requests } : {}) });
}
