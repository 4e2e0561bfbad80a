import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { Cell, Row } from '../../sql/cells.ts';
import { storeError } from './errors.ts';

/** Not imported: an import that an old Node cannot resolve fails before any code can say which Node is needed. */
const sqlite = process.getBuiltinModule('node:sqlite');

/** Prepared statements that a connection keeps: all fixed ones, and the latest shapes of filters. */
const STATEMENTS_MAX = 256;

/** How to open a connection. */
export interface ConnectionOptions {
  readonly readOnly: boolean;
  /** How long a call may wait for another program's lock, ms. Blocks the thread. */
  readonly busyTimeoutMs: number;
  /** `true`: the file does not change meanwhile. Nothing is locked, and nothing appears beside the file. */
  readonly immutable?: boolean;
}

/** One SQLite connection with its prepared statements. Rows come as arrays, integers as numbers. */
export class Connection {
  readonly file: string;
  readonly #db: DatabaseSync;
  /** By text, oldest first. */
  readonly #statements = new Map<string, StatementSync>();

  /** @throws LifecycleError with a `Store…` code. */
  constructor(file: string, options: ConnectionOptions) {
    this.file = file;
    try {
      this.#db = new sqlite.DatabaseSync(options.immutable ? immutable(file) : file, {
        readOnly: options.readOnly,
        timeout: options.busyTimeoutMs,
      });
    } catch (error) {
      throw storeError(error, file);
    }
  }

  /** `true` between BEGIN and COMMIT; `false` also after SQLite itself has rolled back. */
  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  /** Runs statements that have no parameters and no rows. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** The prepared statement of `sql`. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    if (this.#statements.size >= STATEMENTS_MAX) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs a statement that writes. @returns the number of rows that it changed. */
  run(sql: string, ...params: readonly Cell[]): number {
    return Number(this.statement(sql).run(...params).changes);
  }

  /** The first row. */
  get(sql: string, ...params: readonly Cell[]): Row | undefined {
    return this.statement(sql).get(...params) as unknown as Row | undefined;
  }

  /** All rows. */
  all(sql: string, ...params: readonly Cell[]): readonly Row[] {
    return this.statement(sql).all(...params) as unknown as readonly Row[];
  }

  /** The rows one by one. A loop that leaves early ends the statement. */
  each(sql: string, ...params: readonly Cell[]): Iterable<Row> {
    return this.statement(sql).iterate(...params) as unknown as Iterable<Row>;
  }

  /** The first column of the first row as a number; 0 without a row. */
  number(sql: string, ...params: readonly Cell[]): number {
    return Number(this.get(sql, ...params)?.[0] ?? 0);
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }
}

function immutable(file: string): URL {
  const url = pathToFileURL(file);
  url.searchParams.set('immutable', '1');
  return url;
}
