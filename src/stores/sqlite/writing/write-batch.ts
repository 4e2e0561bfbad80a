import type { Cell, Connection } from '../file/connection.ts';
import { DamagedRow } from '../file/errors.ts';

/** Where statements that change rows go: a connection makes them at once, a {@link WriteBatch} keeps them. */
export interface Writes {
  run(sql: string, ...params: readonly Cell[]): unknown;
}

/** Statements to be made, in two flat arrays: few objects to copy when a thread is to make them. */
export interface Recording {
  readonly statements: readonly string[];
  /** Per call: the index of its statement, how many values follow, and these. */
  readonly calls: readonly Cell[];
}

/** About what a call writes beside its texts, bytes: a row with its index entries. */
const BYTES_PER_CALL = 150;

/** Writes that are made later, all together. */
export class WriteBatch implements Writes {
  readonly #numbers = new Map<string, number>();
  readonly #calls: Cell[] = [];
  /** How many calls there are. */
  length = 0;
  /** About what they write. */
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

/** Makes what was recorded. @throws DamagedRow for an UPDATE that finds no row: its row was there when it was recorded. */
export function play({ statements, calls }: Recording, connection: Connection): void {
  for (let at = 0; at < calls.length; ) {
    const sql = statements[Number(calls[at])] ?? '';
    const end = at + 2 + Number(calls[at + 1]);
    const changed = connection.run(sql, ...calls.slice(at + 2, end));
    if (changed === 0 && sql.startsWith('UPDATE')) throw new DamagedRow('a row that is not there any more');
    at = end;
  }
}
