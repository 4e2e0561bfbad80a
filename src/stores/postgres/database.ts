/** Connections: reads that survive their loss, and transactions whose end is known even when its answer is lost. */
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { DurationMs } from '../../model/time.ts';
import { databaseError, isLost, storeError } from './errors.ts';
import { type ForeignResult, Session, Statements } from './session.ts';

/** What is used of a `Client` of `pg`. */
export interface PostgresClient {
  readonly pipeline?: boolean;
  query(query: unknown): Promise<unknown>;
  release(destroy?: boolean): void;
  on(event: 'error' | 'end' | 'notification', listener: (value?: unknown) => void): unknown;
  removeListener(event: 'error' | 'end' | 'notification', listener: (value?: unknown) => void): unknown;
}

/** What is used of a `Pool` of `pg`. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Waits between attempts to reach a server, ms: they grow to this. */
const WAIT_FIRST_MS = 25;
const WAIT_MAX_MS = 2_000;
/** Longest that a process which stalls inside a transaction can block all others, ms. */
const IDLE_MAX_MS = 15_000;

/** How to use a database. */
export interface DatabaseOptions {
  readonly schema: string;
  /** What messages call it: without the password. */
  readonly name: string;
  /** Whether `close` ends the pool. */
  readonly ownsPool: boolean;
  /** How long to try to reach the server, ms. */
  readonly reconnectMs: DurationMs;
}

/** How a transaction ends. */
export interface Ending {
  /** Refuses every later call, and waits for those that were made. */
  end(): Promise<void>;
  /** Before the commit. @throws what keeps it from being committed. */
  requireSound(): void;
  /** After a rollback. */
  undo(): void;
}

/** The result of a statement without parameters. */
interface Result {
  readonly rows: readonly { readonly id?: string }[];
}

/** A client of the pool, which goes back there once. */
class Client {
  readonly #client: PostgresClient;
  #isBroken = false;
  #isReleased = false;
  /** A query that is running fails with the error; between queries, the next one would. */
  readonly #lost = (): void => {
    this.#isBroken = true;
  };

  constructor(client: PostgresClient) {
    this.#client = client;
    // Without a listener, the loss of a connection would end the process.
    client.on('error', this.#lost);
  }

  async query(query: unknown): Promise<unknown> {
    try {
      return await this.#client.query(query);
    } catch (error) {
      if (isLost(error)) this.#isBroken = true;
      throw error;
    }
  }

  /** Sends a statement whose only fault can be that the connection is lost, ahead of the next one if `pg` can. */
  async send(statement: string): Promise<void> {
    const sent = this.query(statement);
    if (this.#client.pipeline === true) sent.catch(() => {});
    else await sent;
  }

  /** Ends what it was doing, and releases it. */
  async rollBack(): Promise<void> {
    try {
      if (!this.#isReleased && !this.#isBroken) await this.query('ROLLBACK');
    } catch {
      this.#isBroken = true;
    }
    this.release();
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#client.removeListener('error', this.#lost);
    this.#client.release(this.#isBroken);
  }
}

/** A pool of connections to one schema. */
export class Database {
  readonly name: string;
  readonly schema: string;
  readonly #pool: PostgresPool;
  readonly #options: DatabaseOptions;
  readonly #statements: Statements;
  /** Key of the advisory lock of this schema's transactions. */
  readonly #lock: string;
  #isPatient = false;

  constructor(pool: PostgresPool, options: DatabaseOptions) {
    this.name = options.name;
    this.schema = options.schema;
    this.#pool = pool;
    this.#options = options;
    this.#statements = new Statements(options.schema);
    this.#lock = createHash('sha256').update(`tenure ${options.schema}`).digest().readBigInt64BE().toString();
    // A connection that breaks while it is idle leaves the pool; the next call makes a new one.
    if (options.ownsPool) pool.on('error', () => {});
  }

  /** Reads with statements that see one committed state; again, when the connection is lost. */
  read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#patiently(() =>
      this.#withClient(async (client) => {
        await client.send('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        const result = await work(new Session(client, this.#statements));
        await client.send('COMMIT');
        return result;
      }),
    );
  }

  /** Reads with a single statement; again, when the connection is lost. */
  readOnce<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#patiently(() => this.#withClient((client) => work(new Session(client, this.#statements))));
  }

  /**
   * Runs `work` in a transaction, of which there is one at a time in the whole cluster, unless it is `concurrent`. A
   * server that cannot be reached is waited for before `work` begins. `work` is never run twice: it may have effects of
   * its own.
   *
   * When the answer to COMMIT is lost, the server is asked what became of the transaction, as long as that takes.
   *
   * @throws LifecycleError `StoreUnavailable`; nothing was kept, unless `details.commit` is `unknown`.
   */
  async transaction<Tx extends Ending, T>(
    begun: (session: Session) => Tx,
    work: (tx: Tx) => Promise<T>,
    order: 'serial' | 'concurrent' = 'serial',
  ): Promise<T> {
    const { client, id } = await this.#begin(order);
    const tx = begun(new Session(client, this.#statements));
    try {
      const result = await work(tx);
      await tx.end();
      tx.requireSound();
      await this.#commit(client, id);
      return result;
    } catch (error) {
      await tx.end();
      await client.rollBack();
      tx.undo();
      throw this.error(error);
    }
  }

  /** Runs statements, each of which is a commit of its own. Once: the caller knows what a lost answer means. */
  async write<T>(work: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.#withClient((client) => work(new Session(client, this.#statements)));
    } catch (error) {
      throw this.error(error);
    }
  }

  /** Runs a statement, or a script, of another package. Once, and with the errors that `pg` gives. */
  execute(text: string, values?: readonly unknown[]): Promise<ForeignResult> {
    return this.#withClient((client) => new Session(client, this.#statements).foreign(text, values));
  }

  /** The error that callers see. */
  error(error: unknown): unknown {
    return storeError(error, this.name);
  }

  /** Whether a server that cannot be reached is waited for from now on; at first it is not. */
  waitForServer(isPatient: boolean): void {
    this.#isPatient = isPatient;
  }

  /** Runs `work` in a transaction, of which there is one at a time in the whole cluster. */
  change<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const ending = { end: async () => {}, requireSound() {}, undo() {} };
    return this.transaction(
      (session) => ({ ...ending, session }),
      ({ session }) => work(session),
    );
  }

  /** Waits for all calls. */
  async close(): Promise<void> {
    if (this.#options.ownsPool) await this.#pool.end();
  }

  async #begin(order: 'serial' | 'concurrent'): Promise<{ readonly client: Client; readonly id: string }> {
    const statements = [
      'BEGIN',
      `SET LOCAL idle_in_transaction_session_timeout = ${IDLE_MAX_MS}`,
      ...(order === 'serial' ? [`SELECT pg_advisory_xact_lock(${this.#lock})`] : []),
      'SELECT pg_current_xact_id()::text AS id',
    ];
    return this.#patiently(async () => {
      const client = await this.#connect();
      try {
        const results = (await client.query(statements.join('; '))) as readonly Result[];
        return { client, id: String(results.at(-1)?.rows[0]?.id) };
      } catch (error) {
        await client.rollBack();
        throw error;
      }
    });
  }

  /** Commits, and leaves the client to the caller only when it throws. */
  async #commit(client: Client, id: string): Promise<void> {
    try {
      const { command } = (await client.query('COMMIT')) as { readonly command: string };
      if (command !== 'COMMIT')
        throw databaseError('StoreFailed', this.name, 'a transaction that a failed statement had ended');
    } catch (error) {
      if (!isLost(error)) throw error;
      await this.#requireCommitted(id, error);
    }
    client.release();
  }

  /** @throws LifecycleError `StoreUnavailable` unless the transaction has committed. */
  async #requireCommitted(id: string, cause: unknown): Promise<void> {
    let waitMs = WAIT_FIRST_MS;
    for (;;) {
      const status = await this.#statusOf(id);
      if (status === 'committed') return;
      const isUnknown = status === 'unknown' || (status === 'in progress' && !this.#isPatient);
      if (status === 'aborted' || isUnknown) {
        const found = isUnknown
          ? 'no answer to a COMMIT, so that it is not known whether the transaction was kept'
          : 'a connection that was lost; nothing of the transaction was kept';
        const { message } = databaseError('StoreUnavailable', this.name, found);
        const details = { database: this.name, commit: isUnknown ? 'unknown' : 'none' };
        throw new LifecycleError('StoreUnavailable', message, details, { cause });
      }
      await wait(waitMs);
      waitMs = Math.min(2 * waitMs, WAIT_MAX_MS);
    }
  }

  /** What became of a transaction; `in progress` also when no server answers. */
  async #statusOf(id: string): Promise<'committed' | 'aborted' | 'in progress' | 'unknown'> {
    try {
      const status = await this.#withClient((client) =>
        new Session(client, this.#statements).value('SELECT pg_xact_status($1::text::xid8)', [id]),
      );
      return (status as 'committed' | 'aborted' | 'in progress' | null) ?? 'unknown';
    } catch (error) {
      if (isLost(error)) return 'in progress';
      // A server that has taken over from the one of the COMMIT does not know it: the transaction is lost.
      return /in the future/.test(String(error)) ? 'aborted' : 'unknown';
    }
  }

  async #withClient<T>(act: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    try {
      const result = await act(client);
      client.release();
      return result;
    } catch (error) {
      await client.rollBack();
      throw error;
    }
  }

  async #connect(): Promise<Client> {
    return new Client(await this.#pool.connect());
  }

  /** Repeats `act` while it fails for a lost connection, after growing waits. */
  async #patiently<T>(act: () => Promise<T>): Promise<T> {
    let waitMs = WAIT_FIRST_MS;
    for (let waitedMs = 0; ; waitedMs += waitMs, waitMs = Math.min(2 * waitMs, WAIT_MAX_MS)) {
      try {
        return await act();
      } catch (error) {
        const isOver = !this.#isPatient || waitedMs + waitMs > this.#options.reconnectMs;
        if (!isLost(error) || isOver) throw this.error(error);
      }
      await wait(waitMs);
    }
  }
}
