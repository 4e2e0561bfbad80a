import { accessSync, constants, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { shown } from '../../errors/shown.ts';
import { readFlag, readFunction, readWhole, readWord } from '../../input/fields.ts';
import { optional, type ReadShape, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import type { Place } from '../../input/refuse.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Store } from '../../ports/store.ts';
import { Connection } from './file/connection.ts';
import { fileError, NEEDS_ROLLBACK, sqliteCode, storeError, tooNew } from './file/errors.ts';
import { lockWriter } from './file/lock.ts';
import { migrate, SCHEMA_VERSION, versionOf } from './file/migrations.ts';
import { APPLICATION_ID } from './file/schema.ts';
import { checkpointJournals } from './journal/checkpoint.ts';
import { ReadOnlySqliteStore, SqliteStore } from './store.ts';
import { WriterThread } from './writing/writer-thread.ts';

/** How to open a file. */
export interface SqliteOptions {
  /** `true`: reads only, also while another process writes. Default `false`. */
  readonly readOnly?: boolean;
  /** The file may grow to this many bytes; a commit beyond is `StoreFull`. Default: as far as the disk goes. */
  readonly sizeBytesMax?: number;
  /**
   * Which commits of task outcomes a thread of its own makes, so that the host's event loop waits neither for
   * their writing nor for the disk (decision 15):
   *
   * - `auto`: those of an engine in real time, whose lanes go on meanwhile. The thread starts after about
   *   80,000 outcomes: a short run starts none.
   * - `always`: all that it can, from the first, of all callers. Not with a clock in virtual time, which waits for no thread.
   * - `never`.
   *
   * Where no thread can be started, the store makes all commits itself and emits a process warning with the code
   * `TENURE_WRITER_THREAD`. Default: `auto`.
   */
  readonly writerThread?: 'auto' | 'always' | 'never';
  /** The present, for the details of the lock. Default: the system's clock. */
  readonly now?: () => EpochMs;
}

const OPTIONS = {
  readOnly: withDefault(readFlag, false),
  sizeBytesMax: optional((place) => readWhole(place, 1, Number.MAX_SAFE_INTEGER)),
  writerThread: withDefault((place: Place) => readWord(place, ['auto', 'always', 'never'] as const), 'auto'),
  now: optional(readFunction<() => EpochMs>),
} satisfies ShapeOf<SqliteOptions>;

/** How long to wait for another program's lock, blocking the thread, ms. Tenure's own locks are never held long. */
const BUSY_TIMEOUT_MS = 1_000;
const PAGE_BYTES = 4_096;
/** Page caches, KiB: rows and indexes of the runs at work; a page of a list. 16 MB together, and 8 MB of the thread. */
const WRITER_CACHE_KIB = 8_192;
const READER_CACHE_KIB = 8_192;
/** Pages in the write-ahead log before it is copied into the file: 16 MB. The excess is truncated after that. */
const CHECKPOINT_PAGES = 4_096;
const LOG_BYTES_MAX = CHECKPOINT_PAGES * PAGE_BYTES;
/** Bytes of commits before the thread starts, for which one commit waits some 40 ms: those of about 80,000 outcomes. */
const THREAD_START_BYTES = 4 * 1_024 * 1_024;
/** Links that are followed one after the other, as many as Linux follows. */
const LINKS_MAX = 40;

/**
 * Opens, or makes, a store in the SQLite file at `path`. A file that cannot be used is left as it is.
 *
 * @throws LifecycleError `StoreLocked` when another writer has it, `StoreForeign`, `StoreTooNew`,
 *   `StoreCorrupt`, `StoreReadOnly`, `StoreFull`; `NotFound` for a missing file and `readOnly`;
 *   `InvalidArgument` for a path that cannot be a file.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { sqliteStore } from 'tenure/sqlite';
 *
 * const engine = await createEngine({ store: sqliteStore('hr.db') });
 * console.log((await engine.workflows.list()).length); // → 0
 * await engine.close();
 * ```
 */
export async function sqliteStore(path: string, options?: SqliteOptions): Promise<Store> {
  const given = readOptions(options, 'sqliteStore', OPTIONS);
  const { file, isNew } = locate(path);
  try {
    return given.readOnly ? openReader(file, isNew) : openWriter(file, isNew, given);
  } catch (error) {
    throw storeError(error, file);
  }
}

function openWriter(file: string, isNew: boolean, options: ReadShape<typeof OPTIONS>): Store {
  requireAccess(dirname(file), constants.W_OK | constants.X_OK, file);
  if (!isNew) {
    requireAccess(file, constants.R_OK | constants.W_OK, file);
    examine(file);
  }
  const lock = lockWriter(file, options.now);
  const connections: Connection[] = [];
  const open = (readOnly: boolean): Connection => {
    const connection = new Connection(file, { readOnly, busyTimeoutMs: BUSY_TIMEOUT_MS });
    connections.push(connection);
    return connection;
  };
  try {
    const writer = open(false);
    prepareWriter(writer, options.sizeBytesMax);
    const reader = open(true);
    reader.exec(`PRAGMA cache_size = -${READER_CACHE_KIB}`);
    return new SqliteStore({ file, writer, reader, lock, thread: threadOf(file, options) });
  } catch (error) {
    for (const connection of connections) connection.close();
    lock.release();
    throw error;
  }
}

function threadOf(
  file: string,
  { sizeBytesMax, writerThread }: ReadShape<typeof OPTIONS>,
): WriterThread | null {
  if (writerThread === 'never') return null;
  return new WriterThread({
    file,
    busyTimeoutMs: BUSY_TIMEOUT_MS,
    pragmas: `${writerPragmas(sizeBytesMax)}; PRAGMA wal_autocheckpoint = 0`,
    logBytesMax: LOG_BYTES_MAX,
    startBytes: writerThread === 'always' ? 0 : THREAD_START_BYTES,
  });
}

/** Settings of every connection that writes. */
function writerPragmas(sizeBytesMax: number | undefined): string {
  const common = `PRAGMA cache_size = -${WRITER_CACHE_KIB}; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${LOG_BYTES_MAX}`;
  if (sizeBytesMax === undefined) return common;
  return `${common}; PRAGMA max_page_count = ${Math.max(1, Math.floor(sizeBytesMax / PAGE_BYTES))}`;
}

function prepareWriter(writer: Connection, sizeBytesMax: number | undefined): void {
  writer.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  const mode = writer.get('PRAGMA journal_mode = WAL')?.[0];
  if (mode !== 'wal') {
    const found = `journal mode ${mode} where WAL is needed`;
    throw fileError('StoreFailed', writer.file, found, undefined, 'keep it on a local disk');
  }
  writer.exec(`${writerPragmas(sizeBytesMax)}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  migrate(writer);
  checkpointJournals(writer);
}

function openReader(file: string, isNew: boolean): Store {
  if (isNew) {
    throw new LifecycleError(
      'NotFound',
      `Expected ${file} to exist, got no such file; open it for writing once to make it`,
      {
        file,
      },
    );
  }
  requireAccess(file, constants.R_OK, file);
  examine(file);
  // SQLite cannot make the files that it needs beside one in use, but nothing is in use: a backup, say.
  const immutable = !canWriteBeside(file) && !isInUse(file);
  const connection = new Connection(file, { readOnly: true, busyTimeoutMs: BUSY_TIMEOUT_MS, immutable });
  try {
    const version = requireOurs(connection);
    if (version === 0) throw fileError('StoreForeign', file, 'an empty file');
    if (version < SCHEMA_VERSION) {
      const found = `schema version ${version}, which has to be brought to ${SCHEMA_VERSION} first`;
      throw fileError('StoreReadOnly', file, found, undefined, 'open it for writing once');
    }
    connection.exec(`PRAGMA cache_size = -${READER_CACHE_KIB}`);
    return new ReadOnlySqliteStore(connection, immutable ? () => requireUnused(file) : () => {});
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Checks whether the file is ours, through a connection that cannot write. Never with `fs`: closing any
 * descriptor of a file drops all POSIX locks that this process has on it, those of SQLite among them.
 */
function examine(file: string): void {
  // Without these files no process has it open, and reading it as immutable leaves none of them behind.
  const immutable = !isInUse(file);
  const connection = new Connection(file, { readOnly: true, busyTimeoutMs: BUSY_TIMEOUT_MS, immutable });
  try {
    requireOurs(connection);
  } catch (error) {
    if (sqliteCode(error) !== NEEDS_ROLLBACK) throw error;
  } finally {
    connection.close();
  }
}

/** Whether a process has the file open, or has left something behind that is not in it. */
function isInUse(file: string): boolean {
  return statOf(`${file}-wal`) !== undefined || statOf(`${file}-journal`) !== undefined;
}

/** @throws LifecycleError `StoreFailed`: what is read without locks may be in motion. */
function requireUnused(file: string): void {
  if (!isInUse(file)) return;
  const found = 'another program that has begun to write it, while this user cannot write to its folder';
  throw fileError('StoreFailed', file, found, undefined, 'open it again');
}

function canWriteBeside(file: string): boolean {
  try {
    accessSync(dirname(file), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The schema version; 0 for an empty file. */
function requireOurs(connection: Connection): number {
  const application = connection.number('PRAGMA application_id');
  if (application === APPLICATION_ID) {
    const version = versionOf(connection);
    if (version > SCHEMA_VERSION) throw tooNew(connection.file, version, SCHEMA_VERSION);
    return version;
  }
  const isEmpty = application === 0 && connection.number('SELECT count(*) FROM sqlite_schema') === 0;
  if (isEmpty) return 0;
  throw fileError('StoreForeign', connection.file, `the database of another application (id ${application})`);
}

/** The file behind `path`, whatever links lead to it: its name is that of its lock. */
function locate(path: string): { readonly file: string; readonly isNew: boolean } {
  if (typeof path !== 'string' || path === '' || path === ':memory:' || path.includes('\0')) {
    throw badPath(
      `Expected the path of a file, got ${shown(path)}; for a store in memory use memoryStore()`,
      path,
    );
  }
  const full = endOfLinks(resolve(path));
  const folder = dirname(full);
  if (!statOf(folder)?.isDirectory()) {
    throw badPath(`Expected ${folder} to be a folder that exists, got none; create it first`, path);
  }
  const found = statOf(full);
  if (found && !found.isFile()) throw badPath(`Expected ${full} to be a file, got something else`, path);
  return found
    ? { file: realpathSync(full), isNew: false }
    : { file: join(realpathSync(folder), basename(full)), isNew: true };
}

/** Follows links to a file that does not exist yet, which no `realpath` does: SQLite makes the file where they end. */
function endOfLinks(path: string, followed = 0): string {
  if (followed === LINKS_MAX || statOf(path) !== undefined) return path;
  let target: string;
  try {
    target = readlinkSync(path);
  } catch {
    return path; // no link
  }
  return endOfLinks(resolve(realpathSync(dirname(path)), target), followed + 1);
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // a part of the path is no folder
  }
}

function badPath(message: string, path: unknown): LifecycleError<'InvalidArgument'> {
  return new LifecycleError('InvalidArgument', message, { field: 'path', value: path });
}

function requireAccess(path: string, mode: number, file: string): void {
  try {
    accessSync(path, mode);
  } catch (error) {
    throw fileError('StoreReadOnly', file, error instanceof Error ? error.message : String(error), error);
  }
}
