/** What differs between databases in the few statements that a directory needs. */

export const SQL_DIALECTS = ['postgres', 'sqlite', 'mysql'] as const;
/** A family of databases. `mysql` is MariaDB, too. */
export type SqlDialect = (typeof SQL_DIALECTS)[number];

/** Kinds of columns that a rule is translated for, by what has to be compared. */
export type ComparedKind = 'text' | 'boolean' | 'integer';

/** The ways of one family. */
export interface DialectRules {
  /** An identifier in quotes. */
  quote(name: string): string;
  /** How the n-th parameter, from 1 on, stands in a statement. */
  readonly placeholder: '?' | '$';
  /** A column as text, for any column. */
  asText(column: string): string;
  /** A column with days as `2026-01-31`, whatever the time zone of the process. */
  asDay(column: string): string;
  /** A column of ids as it is compared with one of another table, whose collation may differ. */
  exact(column: string, type: 'text' | 'integer' | 'uuid'): string;
  /** How a column of a kind is compared, without hindrance to an index. */
  compared(column: string, kind: ComparedKind): string;
  /** A parameter that is compared with a column of a kind. */
  parameter(placeholder: string, kind: ComparedKind): string;
  /** Added to a comparison: rows whose value the database does not compare as a program does; `null`: there are none. */
  exceptions(column: string, kind: ComparedKind): string | null;
  /** As a parameter. */
  boolean(value: boolean): unknown;
}

// SQLite takes a name in double quotes that is no column for a text.
const backticks = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
const plain = (text: string): string => text;

export const DIALECT_RULES: Readonly<Record<SqlDialect, DialectRules>> = {
  postgres: {
    quote: (name) => `"${name.replaceAll('"', '""')}"`,
    placeholder: '$',
    asText: (column) => `CAST(${column} AS text)`,
    asDay: (column) => `to_char(${column}, 'YYYY-MM-DD')`,
    exact: (column, type) => (type === 'text' ? `CAST(${column} AS text) COLLATE "C"` : column),
    // The cast lets ids, enumerations and texts be compared alike; of a text it is nothing, and an index serves.
    compared: (column, kind) => (kind === 'text' ? `CAST(${column} AS text)` : column),
    parameter: (placeholder, kind) =>
      `CAST(${placeholder} AS ${{ text: 'text', boolean: 'boolean', integer: 'bigint' }[kind]})`,
    exceptions: () => null,
    boolean: (value) => value,
  },
  sqlite: {
    quote: backticks,
    placeholder: '?',
    asText: (column) => `CAST(${column} AS TEXT)`,
    asDay: (column) => `CAST(${column} AS TEXT)`,
    exact: plain,
    compared: plain,
    parameter: plain,
    // A cell can be of any type, whatever its column says.
    exceptions: (column, kind) =>
      `typeof(${column}) NOT IN ('null', ${kind === 'text' ? `'text'` : `'integer', 'real'`})`,
    boolean: Number,
  },
  mysql: {
    quote: backticks,
    placeholder: '?',
    asText: (column) => `CAST(${column} AS CHAR)`,
    asDay: (column) => `DATE_FORMAT(${column}, '%Y-%m-%d')`,
    exact: (column) => `CAST(CONVERT(${column} USING utf8mb4) AS BINARY)`,
    compared: plain,
    parameter: plain,
    exceptions: () => null,
    boolean: Number,
  },
};
