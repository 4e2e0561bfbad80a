import { statSync } from 'node:fs';
import type { LeftRequest, RequestKind, StoreRequest } from '../../model/request.ts';
import type { StoreRequests } from '../../ports/store.ts';
import type { Row } from '../sql/cells.ts';
import { Connection } from './file/connection.ts';
import { storeError } from './file/errors.ts';

/** How long to wait for another process's write, blocking the thread, ms. */
const BUSY_TIMEOUT_MS = 1_000;

const TABLE = `
CREATE TABLE IF NOT EXISTS requests (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  by TEXT,
  refusal TEXT,
  UNIQUE (kind, id)
) STRICT`;

const SELECT = 'SELECT no, kind, id, by, refusal FROM requests';

/**
 * Requests to the writer of `file`, in the sidecar `<file>-requests` (decision 17). Only its one writer writes `file`
 * itself. The sidecar is created with the first request and never removed: it is opened for each call, so that
 * no process holds a lock on it for longer.
 */
export class SqliteRequests implements StoreRequests {
  readonly #file: string;

  constructor(file: string) {
    this.#file = `${file}-requests`;
  }

  async leave({ kind, id, by }: StoreRequest): Promise<void> {
    this.#open((connection) => {
      connection.exec(TABLE);
      connection.run('REPLACE INTO requests (kind, id, by) VALUES (?, ?, ?)', kind, id, by);
    });
  }

  async find({ kind, id }: Pick<StoreRequest, 'kind' | 'id'>): Promise<LeftRequest | null> {
    const sql = `${SELECT} WHERE kind = ? AND id = ?`;
    return this.#read((connection) => connection.all(sql, kind, id).map(requestOf))[0] ?? null;
  }

  async list(): Promise<readonly LeftRequest[]> {
    const sql = `${SELECT} WHERE refusal IS NULL ORDER BY no`;
    return this.#read((connection) => connection.all(sql).map(requestOf));
  }

  async refuse({ no }: LeftRequest, reason: string): Promise<void> {
    this.#open((connection) => connection.run('UPDATE requests SET refusal = ? WHERE no = ?', reason, no));
  }

  async remove({ no }: LeftRequest): Promise<void> {
    this.#open((connection) => connection.run('DELETE FROM requests WHERE no = ?', no));
  }

  /** Reads requests; empty while the sidecar does not exist. */
  #read(read: (connection: Connection) => readonly LeftRequest[]): readonly LeftRequest[] {
    if (!statSync(this.#file, { throwIfNoEntry: false })) return [];
    return this.#open((connection) => {
      connection.exec(TABLE);
      return read(connection);
    });
  }

  #open<T>(work: (connection: Connection) => T): T {
    let connection: Connection | null = null;
    try {
      connection = new Connection(this.#file, { readOnly: false, busyTimeoutMs: BUSY_TIMEOUT_MS });
      return work(connection);
    } catch (error) {
      throw storeError(error, this.#file);
    } finally {
      connection?.close();
    }
  }
}

function requestOf([no, kind, id, by, refusal]: Row): LeftRequest {
  return {
    no: Number(no),
    kind: kind as RequestKind,
    id: String(id),
    by: by === null ? null : String(by),
    refusal: refusal === null ? null : String(refusal),
  };
}
