import type { Connection } from './connection.ts';
import { tooNew } from './errors.ts';
import {
  APPLICATION_ID,
  SCHEMA_1,
  SCHEMA_2,
  SCHEMA_3,
  SCHEMA_4,
  SCHEMA_5,
  SCHEMA_6,
  SCHEMA_7,
  SCHEMA_8,
  SCHEMA_9,
  SCHEMA_10,
  SCHEMA_11,
} from './schema.ts';

/** One step: from the schema version before it (its index in the list) to the next. */
export type Migration = (connection: Connection) => void;

/** All steps in order; the first makes a new file. Their number is the version that is written. */
export const MIGRATIONS: readonly Migration[] = [
  (connection) => {
    connection.exec(SCHEMA_1);
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  },
  (connection) => connection.exec(SCHEMA_2),
  (connection) => connection.exec(SCHEMA_3),
  (connection) => connection.exec(SCHEMA_4),
  (connection) => connection.exec(SCHEMA_5),
  (connection) => connection.exec(SCHEMA_6),
  (connection) => connection.exec(SCHEMA_7),
  (connection) => connection.exec(SCHEMA_8),
  (connection) => connection.exec(SCHEMA_9),
  (connection) => connection.exec(SCHEMA_10),
  (connection) => connection.exec(SCHEMA_11),
];

/** The version of the schema that this package writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the file up to the last of `migrations`, each step in a transaction of its own.
 *
 * @throws LifecycleError `StoreTooNew` for a version above; nothing is changed then.
 */
export function migrate(connection: Connection, migrations: readonly Migration[] = MIGRATIONS): void {
  const found = versionOf(connection);
  if (found > migrations.length) throw tooNew(connection.file, found, migrations.length);
  for (let version = found; version < migrations.length; version++) {
    connection.exec('BEGIN IMMEDIATE');
    try {
      migrations[version]?.(connection);
      connection.exec(`PRAGMA user_version = ${version + 1}`);
      connection.exec('COMMIT');
    } catch (error) {
      if (connection.inTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  }
}

/** The schema version of the file; 0 for an empty one. */
export function versionOf(connection: Connection): number {
  return connection.number('PRAGMA user_version');
}
