import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Store, StoreCapabilities, StoreTransaction } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { databaseError } from './errors.ts';
import { Journals, readJournal, readUser } from './journal.ts';
import { PostgresReader } from './reader.ts';
import type { Session } from './session.ts';
import { PostgresTransaction } from './transaction.ts';

const CAPABILITIES: StoreCapabilities = { durable: true, sharedWriters: true };

/** A store in a schema of a Postgres database, which other processes may be writing, too. */
export class PostgresStore extends PostgresReader implements Store {
  readonly capabilities = CAPABILITIES;
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

  constructor(database: Database, isReadOnly: boolean) {
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
  }

  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#run(work));
    this.#queue = result.catch(() => {});
    return result;
  }

  close(): Promise<void> {
    this.#database.waitForServer(false);
    this.#closing ??= this.#queue.then(() => {
      this.#isClosed = true;
      return this.#database.close();
    });
    return this.#closing;
  }

  async #run<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    this.#checkOpen();
    if (this.#isReadOnly) {
      const found = 'a transaction on a store that was opened to be read';
      throw databaseError(
        'StoreReadOnly',
        this.#database.name,
        found,
        undefined,
        'open it without `readOnly`',
      );
    }
    const begun = (session: Session) =>
      new PostgresTransaction(session, this.#journals, (error) => this.#database.error(error));
    return this.#database.transaction<PostgresTransaction, T>(begun, work);
  }

  #checkOpen(): void {
    if (this.#isClosed)
      throw new LifecycleError('StoreClosed', 'The store is closed; open it again to use it');
  }
}
