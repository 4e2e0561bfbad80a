import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Store, StoreCapabilities, StoreSlices, StoreTransaction } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { databaseError } from './errors.ts';
import { Journals, readJournal, readUser } from './journal.ts';
import { PostgresReader } from './reader.ts';
import type { ForeignResult, Session } from './session.ts';
import type { News } from './slices/news.ts';
import { PostgresSlices } from './slices/slices.ts';
import { PostgresTransaction } from './transaction.ts';

const CAPABILITIES: StoreCapabilities = { durable: true, sharedWriters: true };

/** A store in a schema of a Postgres database, which other processes may be writing, too. */
export class PostgresStore extends PostgresReader implements Store {
  readonly capabilities = CAPABILITIES;
  readonly slices: StoreSlices;
  readonly #news: News;
  readonly #database: Database;
  readonly #isReadOnly: boolean;
  readonly #journals = new Journals();
  /**
   * Settles when the last queued transaction of this process has ended. The database would make them wait, too, but
   * each with a connection, and none would be left for the reads of the one at work.
   */
  #queue: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | null = null;
  #isClosed = false;

  constructor(database: Database, isReadOnly: boolean, news: News) {
    super({
      read: async (statements, read) => {
        this.#checkOpen();
        return statements === 'one' ? database.readOnce(read) : database.read(read);
      },
      activeUsers: readJournal,
      user: readUser,
    });
    this.#database = database;
    this.#isReadOnly = isReadOnly;
    this.#news = news;
    const slices = new PostgresSlices(database, news, (session) => this.#begun(session)).port();
    this.slices = whileOpen(slices, () => this.#checkOpen());
  }

  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#run(work));
    this.#queue = result.catch(() => {});
    return result;
  }

  /** Schema of its tables. */
  get schema(): string {
    return this.#database.schema;
  }

  /**
   * Runs a statement, or a script, of another package that keeps tables in this database, such as a job queue. It is a
   * commit of its own; those that belong to a transaction go through `PostgresTransaction.executeSql`.
   *
   * @throws what `pg` throws; {@link PostgresStore.explained} makes it an error of stores.
   */
  async executeSql(text: string, values?: readonly unknown[]): Promise<ForeignResult> {
    this.#checkWritable();
    return this.#database.execute(text, values);
  }

  /** The error of stores for one of `pg`; others come back as they are. */
  explained(error: unknown): unknown {
    return this.#database.error(error);
  }

  close(): Promise<void> {
    this.#database.waitForServer(false);
    this.#news.close();
    this.#closing ??= this.#queue.then(() => {
      this.#isClosed = true;
      return this.#database.close();
    });
    return this.#closing;
  }

  async #run<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    this.#checkWritable();
    return this.#database.transaction<PostgresTransaction, T>((session) => this.#begun(session), work);
  }

  #begun(session: Session): PostgresTransaction {
    return new PostgresTransaction(session, this.#journals, (error) => this.#database.error(error));
  }

  #checkWritable(): void {
    this.#checkOpen();
    if (!this.#isReadOnly) return;
    const found = 'a transaction on a store that was opened to be read';
    throw databaseError('StoreReadOnly', this.#database.name, found, undefined, 'open it without `readOnly`');
  }

  #checkOpen(): void {
    if (this.#isClosed)
      throw new LifecycleError('StoreClosed', 'The store is closed; open it again to use it');
  }
}

/** The slices of a store, whose calls are refused once `checkOpen` throws. */
function whileOpen(slices: StoreSlices, checkOpen: () => void): StoreSlices {
  const methods = Object.entries(slices).map(([name, call]) => {
    const made = call as (...args: unknown[]) => Promise<unknown>;
    const checked = async (...args: unknown[]) => {
      checkOpen();
      return made(...args);
    };
    return [name, name === 'watch' ? made : checked];
  });
  return Object.fromEntries(methods) as StoreSlices;
}
