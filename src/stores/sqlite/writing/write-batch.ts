import { DamagedRow } from '../../journal/damaged-row.ts';
import type { Cell } from '../../sql/cells.ts';
import type { Connection } from '../file/connection.ts';

/** Takes statements that change rows: a connection runs them at once, a {@link WriteBatch} collects them. */
export interface Writes {
  run(sql: string, ...params: readonly Cell[]): unknown;
}

/** Collected statements in two flat arrays: few objects to copy when they are posted to a thread. */
export interface Recording {
  readonly statements: readonly string[];
  /** Per call: the index of its statement, the number of its parameters, and these. */
  readonly calls: readonly Cell[];
}

/** Estimate of what a call writes beside its texts, bytes: a row with its index entries. */
const BYTES_PER_CALL = 150;

/** Writes that are collected and applied later, all together. */
export class WriteBatch implements Writes {
  readonly #numbers = new Map<string, number>();
  readonly #calls: Cell[] = [];
  /** Number of calls. */
  length = 0;
  /** Estimate of the bytes that they write. */
  bytes = 0;

  run(sql: string, ...params: readonly Cell[]): void {
    let number = this.#numbers.get(sql);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(sql, number);
    }
    this.#calls.push(number, params.length, ...params);
    this.length += 1;
    this.bytes += BYTES_PER_CALL;
    for (const cell of params) if (typeof cell === 'string') this.bytes += cell.length;
  }

  get recording(): Recording {
    return { statements: [...this.#numbers.keys()], calls: this.#calls };
  }
}

/** Applies collected writes. @throws DamagedRow for an UPDATE that finds no row: the row existed when it was collected. */
export function applyWrites({ statements, calls }: Recording, connection: Connection): void {
  for (let at = 0; at < calls.length; ) {
    const sql = statements[Number(calls[at])] ?? '';
    const end = at + 2 + Number(calls[at + 1]);
    const changed = connection.run(sql, ...calls.slice(at + 2, end));
    if (changed === 0 && sql.startsWith('UPDATE')) throw new DamagedRow('a row that is not there any more');
    at = end;
  }
}
