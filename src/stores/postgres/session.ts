/** Statements and their values. */
import { createHash } from 'node:crypto';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Row } from '../sql/cells.ts';
import { quoted } from './schema.ts';

/** Statements that each connection keeps prepared, not counting the fixed ones after these. */
const STATEMENTS_MAX = 256;
/** Types of Postgres, by their numbers in its catalogue. */
const BOOL = 16;
/** int8, int2, int4, float8. Integers of 8 bytes as numbers, since all that are kept here are below 2^53. */
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 701]);

const TYPES = {
  getTypeParser: (type: number) => (text: string) =>
    NUMBERS.has(type) ? Number(text) : type === BOOL ? text === 't' : text,
};

/** A statement with its parameters: numbers, texts, and arrays as {@link textArray} writes them. */
export type Values = readonly (string | number | boolean | null)[];

/** What a statement of another package gives; several statements without values: an array of these. */
export interface ForeignResult {
  readonly rows: unknown[];
}

/** What runs queries. */
interface Queryable {
  query(query: unknown): Promise<unknown>;
}

/** Runs statements in which `{s}` stands for the schema. Rows come as arrays. */
export class Session {
  readonly #client: Queryable;
  readonly #statements: Statements;

  constructor(client: Queryable, statements: Statements) {
    this.#client = client;
    this.#statements = statements;
  }

  /** Runs a fixed statement, which the server keeps prepared. */
  rows(sql: string, values: Values = []): Promise<readonly Row[]> {
    return this.#run(this.#statements.prepared(sql), values);
  }

  /** Runs a statement whose text depends on its input; its placeholders are `?`. */
  list(sql: string, values: Values): Promise<readonly Row[]> {
    let count = 0;
    const text = sql.replace(/\?/g, () => `$${++count}`);
    return this.#run(this.#statements.listed(text), values);
  }

  /** Runs several statements without parameters, as they are: they name the schema already. */
  async script(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  /** Runs a statement of another package as it is. Rows come as objects, with the types that `pg` has by default. */
  foreign(text: string, values?: readonly unknown[]): Promise<ForeignResult> {
    return this.#client.query({ text, values }) as Promise<ForeignResult>;
  }

  /** The first value of the first row of a fixed statement; `null`: there is none. */
  async value(sql: string, values: Values = []): Promise<string | number | null> {
    return (await this.rows(sql, values))[0]?.[0] ?? null;
  }

  async #run(
    query: { readonly text: string; readonly name?: string },
    values: Values,
  ): Promise<readonly Row[]> {
    for (const value of values) if (typeof value === 'string' && !canHold(value)) throw unfit();
    const result = await this.#client.query({ ...query, values, rowMode: 'array', types: TYPES });
    return (result as { readonly rows: readonly Row[] }).rows;
  }
}

/** Texts of statements with the schema's name, and the names under which servers keep them. */
export class Statements {
  readonly #schema: string;
  readonly #known = new Map<string, { readonly text: string; readonly name: string }>();

  constructor(schema: string) {
    this.#schema = quoted(schema);
  }

  inSchema(sql: string): string {
    return sql.replaceAll('{s}', () => this.#schema);
  }

  /** Prepared as well, while there are few: many shapes of filters would fill the server's memory. */
  listed(sql: string): { readonly text: string; readonly name?: string } {
    if (this.#known.size >= STATEMENTS_MAX && !this.#known.has(sql)) return { text: this.inSchema(sql) };
    return this.prepared(sql);
  }

  prepared(sql: string): { readonly text: string; readonly name: string } {
    let known = this.#known.get(sql);
    if (known === undefined) {
      const text = this.inSchema(sql);
      known = { text, name: `tenure_${createHash('sha256').update(text).digest('hex').slice(0, 16)}` };
      this.#known.set(sql, known);
    }
    return known;
  }
}

/** Whether Postgres can hold a text: it has no NUL, and UTF-8 has no half of a surrogate pair. */
export function canHold(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** A bound of moments, rounded to whole ms: as a fraction, no index of moments could be searched by it. It may be infinite. */
export function wholeMs(ms: number, round: (ms: number) => number): number {
  return round(Math.min(Math.max(ms, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER));
}

function unfit(): LifecycleError<'InvalidArgument'> {
  return new LifecycleError(
    'InvalidArgument',
    'Expected texts that Postgres can hold, got one with a NUL or half of a surrogate pair; leave it out',
  );
}

/** An array as Postgres reads it. Its own writer, since `pg`'s costs a quarter of a commit's time. */
export function textArray(values: readonly (string | number | null)[]): string {
  let text = '';
  for (const value of values) {
    const item =
      value === null ? 'NULL' : typeof value === 'number' ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
    text += `${text === '' ? '' : ','}${item}`;
  }
  return `{${text}}`;
}
