import type { DialectRules } from './sql-dialect.ts';

/** A statement and its values. */
export interface SqlStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A part of a statement that is true or false of a row. */
export type Condition = (values: Parameters) => string;

/** Gathers the values of a statement while its text is written from left to right. */
export class Parameters {
  readonly #style: '?' | '$';
  readonly #values: unknown[] = [];

  constructor(style: '?' | '$') {
    this.#style = style;
  }

  get values(): readonly unknown[] {
    return this.#values;
  }

  /** The placeholder of a value. */
  add(value: unknown): string {
    this.#values.push(value);
    return this.#style === '?' ? '?' : `$${this.#values.length}`;
  }

  /** Placeholders of values, for `IN`. */
  list(values: readonly unknown[]): string {
    return `(${values.map((value) => this.add(value)).join(', ')})`;
  }
}

/** Conditions that all hold, or of which one does. */
export function joined(conditions: readonly Condition[], word: 'AND' | 'OR'): Condition {
  return (values) => `(${conditions.map((condition) => condition(values)).join(` ${word} `)})`;
}

/** Writes a statement. */
export function statement(
  { placeholder }: Pick<DialectRules, 'placeholder'>,
  write: (values: Parameters) => string,
): SqlStatement {
  const values = new Parameters(placeholder);
  const sql = write(values);
  return { sql, parameters: values.values };
}
