import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';
import { LifecycleError } from '../../../errors/lifecycle-error.ts';
import type { EpochMs } from '../../../model/time.ts';
import { Connection } from './connection.ts';
import { sqliteCode, storeError } from './errors.ts';

/** The process that writes a file. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly sinceMs: EpochMs;
}

/** The right to write a file, until `release` or the end of the process. */
export interface WriterLock {
  release(): void;
}

const TAKES_MAX = 5;
const BUSY_TIMEOUT_MS = 100;
const SQLITE_BUSY = 5;

/** Number of locks taken by this module: distinguishes two of one process in the same millisecond. */
let taken = 0;

/**
 * Acquires the exclusive right to write `file`.
 *
 * The lock is SQLite's RESERVED lock on the sidecar `<file>-lock`, held by a transaction that stays open
 * and never writes. The operating system drops it with the process, however that ends, and it does not
 * prevent reading, so the holder's details are in the sidecar itself, committed by the transaction
 * before. The sidecar is never removed: a lock on a file that another process unlinks protects nothing.
 *
 * @throws LifecycleError `StoreLocked`, `details.holder` names the process.
 */
export function lockWriter(file: string, now?: () => EpochMs): WriterLock {
  const connection = new Connection(`${file}-lock`, { readOnly: false, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    // The moment is for people only, so SQLite's own clock will do.
    take(connection, file, now?.() ?? connection.number("SELECT 1000 * unixepoch('subsec')"));
    return { release: () => connection.close() };
  } catch (error) {
    connection.close();
    throw storeError(error, `${file}-lock`);
  }
}

function take(connection: Connection, file: string, sinceMs: EpochMs): void {
  taken += 1;
  const token = `${hostname()} ${process.pid} ${threadId} ${taken} ${sinceMs}`;
  for (let takes = 0; takes < TAKES_MAX; takes++) {
    begin(connection, file);
    connection.exec(
      'CREATE TABLE IF NOT EXISTS holder (one INTEGER PRIMARY KEY CHECK (one = 1), token TEXT, pid INTEGER, host TEXT, since_ms INTEGER)',
    );
    // Between the commit of our details and this BEGIN another process may have been the holder.
    if (connection.get('SELECT token FROM holder')?.[0] === token) return;
    connection.run(
      'REPLACE INTO holder VALUES (1, ?, ?, ?, ?)',
      token,
      process.pid,
      hostname(),
      Math.round(sinceMs),
    );
    connection.exec('COMMIT');
  }
  throw locked(file, holderOf(connection));
}

function begin(connection: Connection, file: string): void {
  try {
    connection.exec('BEGIN IMMEDIATE');
  } catch (error) {
    if (((sqliteCode(error) ?? 0) & 0xff) !== SQLITE_BUSY) throw error;
    throw locked(file, holderOf(connection));
  }
}

function holderOf(connection: Connection): Holder | null {
  try {
    const row = connection.get('SELECT pid, host, since_ms FROM holder');
    return row ? { pid: Number(row[0]), host: String(row[1]), sinceMs: Number(row[2]) } : null;
  } catch {
    return null; // the holder is just acquiring the lock
  }
}

function locked(file: string, holder: Holder | null): LifecycleError<'StoreLocked'> {
  const who = holder
    ? `process ${holder.pid} on ${holder.host}, which has written it since ${new Date(holder.sinceMs).toISOString()}`
    : 'another process that is opening it';
  return new LifecycleError(
    'StoreLocked',
    `Expected to be the only writer of ${file}, got ${who}; stop that process, or open the file with { readOnly: true }`,
    { file, holder },
  );
}
