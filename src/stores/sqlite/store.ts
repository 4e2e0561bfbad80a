import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Store, StoreCapabilities, StoreRequests, StoreTransaction } from '../../ports/store.ts';
import type { Connection } from './file/connection.ts';
import { fileError, storeError } from './file/errors.ts';
import type { WriterLock } from './file/lock.ts';
import { type ActiveUsers, type Journals, NO_ACTIVE_USERS } from './journal/active-users.ts';
import { checkpointJournals } from './journal/checkpoint.ts';
import { readJournal } from './journal/journal.ts';
import { ReadCache } from './reading/read-cache.ts';
import { SqliteReader } from './reading/reader.ts';
import { SubjectFilters } from './reading/subjects.ts';
import { SqliteRequests } from './requests.ts';
import { SqliteTransaction } from './writing/transaction.ts';
import type { WriteBatch } from './writing/write-batch.ts';
import type { WriterThread } from './writing/writer-thread.ts';

const CAPABILITIES: StoreCapabilities = { durable: true, sharedWriters: false, synchronous: true };

/** Parts of a store that writes. */
export interface WriterParts {
  readonly file: string;
  /** Runs transactions and nothing else. */
  readonly writer: Connection;
  /** Reads outside of transactions; sees commits only. */
  readonly reader: Connection;
  readonly lock: WriterLock;
  /** Makes commits in the background; `null`: the calling thread makes all of them. */
  readonly thread: WriterThread | null;
}

interface State {
  closed: boolean;
  /** The error after which the content of the file is unknown; `null`: none. */
  failure: unknown;
}

/** The one writer of a file. */
export class SqliteStore extends SqliteReader implements Store {
  readonly capabilities = CAPABILITIES;
  readonly requests: StoreRequests;
  readonly #parts: WriterParts;
  readonly #journals: Journals;
  readonly #filters = new SubjectFilters();
  readonly #cache: ReadCache;
  /** Settles when the last queued transaction has ended; transactions run one after another. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #state: State;
  #closing: Promise<void> | null = null;

  /** `parts.writer` has a current schema and an empty journal. */
  constructor(parts: WriterParts) {
    const journals: Journals = new Map();
    const state: State = { closed: false, failure: null };
    const { reader, writer } = parts;
    // While the thread commits, the reader keeps the snapshot before: it does not read the newest version.
    const cache = new ReadCache(() => (reader.inTransaction ? null : writer.number('PRAGMA data_version')));
    super({
      connection: parts.reader,
      cache,
      activeUsers: (runNo): ActiveUsers => journals.get(runNo)?.committed ?? NO_ACTIVE_USERS,
      // This process is the only writer and no read awaits anything: no commit can happen during a read.
      snapshot: (read) => read(),
      checkOpen: () => checkOpen(state),
    });
    this.requests = new SqliteRequests(parts.file);
    this.#parts = parts;
    this.#journals = journals;
    this.#cache = cache;
    this.#state = state;
  }

  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#run(work));
    this.#queue = result.catch(() => {});
    return result;
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.then(() => this.#close());
    return this.#closing;
  }

  async #run<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    checkOpen(this.#state);
    const { file, writer, thread } = this.#parts;
    const tx = new SqliteTransaction(writer, this.#journals, this.#filters, thread?.isForAll === true);
    try {
      if (thread === null) withStoreErrors(file, () => tx.begin());
      const result = await work(tx);
      tx.end();
      tx.requireSound();
      const { batch } = tx;
      if (batch !== null && thread?.isFor(batch) && (await thread.isAvailable()))
        await this.#commitInThread(tx, batch, thread);
      else this.#commit(tx);
      return result;
    } catch (error) {
      tx.end();
      rollBack(writer);
      this.#settle(tx, 'rollBack');
      throw error;
    }
  }

  #commit(tx: SqliteTransaction): void {
    const { file, writer } = this.#parts;
    if (tx.batch?.length !== 0) {
      withStoreErrors(file, () => {
        tx.begin();
        writer.exec('COMMIT');
      });
    }
    this.#settle(tx, 'commit');
  }

  /** Until the thread answers, all reads see the state before, so that rows and journals are always of one commit. */
  async #commitInThread(tx: SqliteTransaction, batch: WriteBatch, thread: WriterThread): Promise<void> {
    const { file, reader } = this.#parts;
    try {
      await thread.checkpoint();
      reader.exec('BEGIN');
      reader.get('SELECT 1 FROM settings LIMIT 1'); // the first read takes the snapshot
      await thread.commit(batch);
    } catch (cause) {
      const error = storeError(cause, file);
      if (thread.isDead) this.#state.failure = error;
      throw error;
    } finally {
      if (reader.inTransaction) reader.exec('COMMIT');
      this.#cache.clear();
    }
    this.#settle(tx, 'commit');
  }

  /** Called synchronously after the commit, so that no read combines cached values from before it with newer rows. */
  #settle(tx: SqliteTransaction, how: 'commit' | 'rollBack'): void {
    tx.settle(how);
    this.#cache.forget(tx.changedWorkflows, tx.changedRuns);
  }

  async #close(): Promise<void> {
    this.#state.closed = true;
    const { writer, reader, lock, thread } = this.#parts;
    await thread?.close();
    try {
      if (this.#state.failure === null) checkpointJournals(writer);
    } catch {
      // The journal is on disk; the next start checkpoints it.
    }
    reader.close();
    writer.close();
    lock.release();
  }
}

/** A store that reads a file which another process may be writing. */
export class ReadOnlySqliteStore extends SqliteReader implements Store {
  readonly capabilities = CAPABILITIES;
  readonly requests: StoreRequests;
  readonly #connection: Connection;
  readonly #state: State;

  /** @param checkUsable asked before each read; throws when the file cannot be read as it is any more. */
  constructor(connection: Connection, checkUsable: () => void) {
    const state: State = { closed: false, failure: null };
    super({
      connection,
      activeUsers: (runNo, runId) => readJournal(connection, runNo, runId),
      snapshot: (read) => readAtOnce(connection, read),
      checkOpen: () => {
        checkOpen(state);
        checkUsable();
      },
    });
    this.requests = new SqliteRequests(connection.file);
    this.#connection = connection;
    this.#state = state;
  }

  async transaction<T>(): Promise<T> {
    checkOpen(this.#state);
    const found = 'a transaction on a store that was opened to be read';
    throw fileError(
      'StoreReadOnly',
      this.#connection.file,
      found,
      undefined,
      'open it without `readOnly` to write',
    );
  }

  async close(): Promise<void> {
    this.#state.closed = true;
    this.#connection.close();
  }
}

/** A read transaction: rows and journal as of one commit, whatever the writer does meanwhile. */
function readAtOnce<T>(connection: Connection, read: () => T): T {
  connection.exec('BEGIN');
  try {
    return read();
  } finally {
    rollBack(connection);
  }
}

function rollBack(connection: Connection): void {
  try {
    if (connection.inTransaction) connection.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself, or cannot; the error that led here is the one to report.
  }
}

function withStoreErrors(file: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw storeError(error, file);
  }
}

function checkOpen({ closed, failure }: State): void {
  if (failure !== null) throw failure;
  if (closed) throw new LifecycleError('StoreClosed', 'The store is closed; open it again to use it');
}
