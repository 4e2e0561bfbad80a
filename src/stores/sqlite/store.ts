import { LifecycleError } from '../../errors/index.ts';
import type { Store, StoreCapabilities, StoreRequests, StoreTransaction } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { fileError, storeError } from './errors.ts';
import { foldJournals } from './fold.ts';
import { type InFlight, type Journals, NOBODY } from './in-flight.ts';
import { readJournal } from './journal.ts';
import type { WriterLock } from './lock.ts';
import { ReadCache } from './read-cache.ts';
import { SqliteReader } from './reader.ts';
import { SqliteRequests } from './requests.ts';
import { SubjectFilters } from './subjects.ts';
import type { Tape } from './tape.ts';
import { SqliteTransaction } from './transaction.ts';
import type { WriterThread } from './writer-thread.ts';

const CAPABILITIES: StoreCapabilities = { durable: true, sharedWriters: false };

/** What a store that writes is made of. */
export interface WriterParts {
  readonly file: string;
  /** Transactions, and nothing else. */
  readonly writer: Connection;
  /** Reads outside of transactions: it sees commits only. */
  readonly reader: Connection;
  readonly lock: WriterLock;
  /** Makes large commits; `null`: this thread makes them all. */
  readonly thread: WriterThread | null;
}

interface State {
  closed: boolean;
  /** Why nobody can say any more what the file has. */
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
  /** Settles when the last transaction in line has ended; transactions run one after another. */
  #line: Promise<unknown> = Promise.resolve();
  readonly #state: State;
  #closing: Promise<void> | null = null;

  /** `parts.writer` has a current schema and an empty journal. */
  constructor(parts: WriterParts) {
    const journals: Journals = new Map();
    const state: State = { closed: false, failure: null };
    const { reader, writer } = parts;
    // While the thread commits, the reader stands at the state before: what it reads is not of the newest version.
    const cache = new ReadCache(() => (reader.inTransaction ? null : writer.number('PRAGMA data_version')));
    super({
      connection: parts.reader,
      cache,
      inFlight: (runNo): InFlight => journals.get(runNo)?.committed ?? NOBODY,
      // This process is the only writer and no read awaits anything: no commit can fall into one.
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
    const result = this.#line.then(() => this.#run(work));
    this.#line = result.catch(() => {});
    return result;
  }

  close(): Promise<void> {
    this.#closing ??= this.#line.then(() => this.#close());
    return this.#closing;
  }

  async #run<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    checkOpen(this.#state);
    const { file, writer, thread } = this.#parts;
    const tx = new SqliteTransaction(writer, this.#journals, this.#filters, thread !== null);
    try {
      if (thread === null) inStoreTerms(file, () => tx.begin());
      const result = await work(tx);
      tx.end();
      tx.requireSound();
      const { tape } = tx;
      if (tape !== null && thread?.isFor(tape) && (await thread.isAvailable()))
        await this.#commitInThread(tx, tape, thread);
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
    if (tx.tape?.length !== 0) {
      inStoreTerms(file, () => {
        tx.begin();
        writer.exec('COMMIT');
      });
    }
    this.#settle(tx, 'commit');
  }

  /** Until the thread has answered, all reads are of the state before: rows and journals are of one commit, always. */
  async #commitInThread(tx: SqliteTransaction, tape: Tape, thread: WriterThread): Promise<void> {
    const { file, reader } = this.#parts;
    try {
      await thread.checkpoint();
      reader.exec('BEGIN');
      reader.get('SELECT 1 FROM settings LIMIT 1'); // it is a read that chooses the state
      await thread.commit(tape);
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

  /** In the synchronous stretch of the commit: nobody reads what was kept before it beside what is in the file now. */
  #settle(tx: SqliteTransaction, how: 'commit' | 'rollBack'): void {
    tx.settle(how);
    this.#cache.forget(tx.changedWorkflows, tx.changedRuns);
  }

  async #close(): Promise<void> {
    this.#state.closed = true;
    const { writer, reader, lock, thread } = this.#parts;
    await thread?.close();
    try {
      if (this.#state.failure === null) foldJournals(writer);
    } catch {
      // The journal is on the disk as it is, and is folded at the next start.
    }
    reader.close();
    writer.close();
    lock.release();
  }
}

/** A store that reads a file which somebody else may be writing. */
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
      inFlight: (runNo, runId) => readJournal(connection, runNo, runId),
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
    throw fileError(
      'StoreReadOnly',
      this.#connection.file,
      'a transaction on a store that was opened to be read',
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
    // SQLite has rolled back by itself, or cannot; the error that led here is the one that counts.
  }
}

function inStoreTerms(file: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw storeError(error, file);
  }
}

function checkOpen({ closed, failure }: State): void {
  if (failure !== null) throw failure;
  if (closed)
    throw new LifecycleError('StoreClosed', 'Expected the store to be open, got a call after close()');
}
