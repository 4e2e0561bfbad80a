/**
 * Records what goes through `node:sqlite`: every statement of every connection, with its values, so that a
 * run's writes can be counted, or replayed on their own.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** A call that reached SQLite. */
export interface Call {
  /** Path of the database file, as it was opened. */
  readonly file: string;
  /** `exec` runs without values; `run` changes rows; the others read. */
  readonly method: 'exec' | 'run' | 'get' | 'all' | 'iterate';
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
  /** Rows that a `run` changed, those of triggers not counted; else 0. */
  readonly changes: number;
}

/** Passes every call until `stop()` to `heard`. One recording at a time. */
export function startRecording(heard: (call: Call) => void): { stop(): void } {
  const { exec, prepare } = DatabaseSync.prototype;
  let isOn = true;
  const files = new WeakMap<DatabaseSync, string>();
  const fileOf = (db: DatabaseSync): string => {
    const file = files.get(db) ?? db.location() ?? '';
    files.set(db, file);
    return file;
  };
  DatabaseSync.prototype.exec = function (sql) {
    exec.call(this, sql);
    if (isOn) heard({ file: fileOf(this), method: 'exec', sql, values: [], changes: 0 });
  };
  DatabaseSync.prototype.prepare = function (sql, ...options) {
    const statement = prepare.call(this, sql, ...options);
    for (const method of ['run', 'get', 'all', 'iterate'] as const) {
      const call = statement[method].bind(statement) as (...values: SQLInputValue[]) => unknown;
      const watched = (...values: SQLInputValue[]): unknown => {
        const result = call(...values);
        const changes = method === 'run' ? Number((result as { changes: number | bigint }).changes) : 0;
        if (isOn) heard({ file: fileOf(this), method, sql, values, changes });
        return result;
      };
      Object.defineProperty(statement, method, { value: watched });
    }
    return statement as StatementSync;
  };
  return {
    stop: () => {
      isOn = false;
      Object.assign(DatabaseSync.prototype, { exec, prepare });
    },
  };
}
