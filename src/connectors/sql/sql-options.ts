import { shown } from '../../errors/shown.ts';
import { readFlag, readFunction, readLine, readWhole, readWord } from '../../input/fields.ts';
import { optional, type ReadShape, type ShapeOf, shapeReader, withDefault } from '../../input/options.ts';
import { readClock } from '../../input/ports.ts';
import { invalid, type Place, pathOf } from '../../input/refuse.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../system/real/clock.ts';
import { DIALECT_RULES, type DialectRules, SQL_DIALECTS, type SqlDialect } from './sql-dialect.ts';

const NAME_LENGTH_MAX = 128;
const COLUMNS_MAX = 500;

/** Runs a statement with its values. Returns its rows, as objects by column. */
export type SqlQuery = (
  sql: string,
  parameters: readonly unknown[],
) => Promise<readonly object[]> | readonly object[];

const COLUMN_TYPES = ['text', 'boolean', 'integer', 'day', 'value'] as const;
/**
 * What a column has. `text`; `boolean`: also 0 and 1; `integer`: whole numbers; `day`: a date without a time, which
 * becomes `2026-01-31`; `value`: anything, passed on as the driver gives it: timestamps. Rules are translated for the
 * first three.
 */
export type SqlColumnType = (typeof COLUMN_TYPES)[number];

/** A column of the view. */
export interface SqlColumn {
  readonly column: string;
  /** Default `text`. */
  readonly type?: SqlColumnType;
}

const ID_TYPES = ['text', 'integer', 'uuid'] as const;
/** What a column of ids has; `uuid` is Postgres' type. */
export type SqlIdType = (typeof ID_TYPES)[number];

/** The column of ids. */
export interface SqlId {
  readonly column: string;
  /** Default `text`. */
  readonly type?: SqlIdType;
}

const MOMENT_TYPES = ['date', 'text', 'epochMs', 'epochSeconds'] as const;
/** How a driver gives a timestamp: a `Date`, text such as `2026-01-31 08:00:00` in UTC, or a count since 1970. */
export type SqlMomentType = (typeof MOMENT_TYPES)[number];

/** The column that says when a row was changed. */
export interface SqlUpdatedAt {
  readonly column: string;
  /** Default `date`. */
  readonly type?: SqlMomentType;
  /** For transactions that were committed later than their timestamp says, ms; 0..86,400,000. Default 300,000. */
  readonly overlapMs?: DurationMs;
  /**
   * Whether it also grows when a person joins or leaves a group. Default `false`: with `groups`, the directory does not
   * report changes, since it would miss those.
   */
  readonly coversGroups?: boolean;
}

/** A table with a row for each membership. */
export interface SqlGroups {
  /** Table or view, as in {@link SqlDirectoryOptions.table}. */
  readonly table: string;
  /** The column with the person's id: of the type of the people's id. */
  readonly personColumn: string;
  /** The column with the group's id. */
  readonly groupColumn: string;
}

/** Options of {@link sqlDirectory}. */
export interface SqlDirectoryOptions {
  /** Runs a statement with its values through your driver, and gives the rows. */
  readonly query: SqlQuery;
  /** Which SQL the database speaks. */
  readonly dialect: SqlDialect;
  /** Table or view with one row a person; `hr.people` is the table `people` of the schema `hr`. */
  readonly table: string;
  /** The column that is the person's id, or its name: unique and never changed. */
  readonly id: string | SqlId;
  /** Columns by the attributes that they are: `{ department: 'dept', 'employeeOrgData/division': 'division' }`. */
  readonly columns: Readonly<Record<string, string | SqlColumn>>;
  /** Default: changes are not reported, and each slot examines everyone. */
  readonly updatedAt?: string | SqlUpdatedAt;
  /** Default: people have no `memberOf`. */
  readonly groups?: SqlGroups;
  /** How values stand in statements: `?`, or `$1`, `$2` … Default: the dialect's. */
  readonly placeholder?: '?' | '$';
  /** Rows of a page; 1..10,000. Default 1,000. */
  readonly pageSize?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
}

const ID = { column: readColumnName, type: withDefault((place) => readWord(place, ID_TYPES), 'text') };
const COLUMN = {
  column: readColumnName,
  type: withDefault((place) => readWord(place, COLUMN_TYPES), 'text'),
};
const UPDATED_AT = {
  column: readColumnName,
  type: withDefault((place) => readWord(place, MOMENT_TYPES), 'date'),
  overlapMs: withDefault((place: Place) => readWhole(place, 0, 86_400_000), 300_000),
  coversGroups: withDefault(readFlag, false),
};

export const OPTIONS = {
  query: readFunction<SqlQuery>,
  dialect: (place) => readWord(place, SQL_DIALECTS),
  table: readTableName,
  id: orColumnName(shapeReader(ID)),
  columns: readColumns,
  updatedAt: optional(orColumnName(shapeReader(UPDATED_AT))),
  groups: optional(
    shapeReader({
      table: readTableName,
      personColumn: readColumnName,
      groupColumn: readColumnName,
    } satisfies ShapeOf<SqlGroups>),
  ),
  placeholder: optional((place) => readWord(place, ['?', '$'] as const)),
  pageSize: withDefault((place: Place) => readWhole(place, 1, 10_000), 1_000),
  clock: withDefault(readClock, systemClock),
} satisfies ShapeOf<Omit<SqlDirectoryOptions, 'columns'> & { columns: readonly Mapped[] }>;

/** A column of a directory, and the attribute that it is. */
export interface Mapped {
  readonly attribute: string;
  readonly column: string;
  readonly type: SqlColumnType;
}

/** What a directory works with: its options, and the ways of its database. */
export type Settings = ReadShape<typeof OPTIONS> & { readonly rules: DialectRules };

/** The options with the ways of their database. */
export function settingsOf(options: ReadShape<typeof OPTIONS>): Settings {
  const rules = DIALECT_RULES[options.dialect];
  return { ...options, rules: { ...rules, placeholder: options.placeholder ?? rules.placeholder } };
}

/** The name of a table in quotes, with its schema. */
export function quotedTable({ rules }: Pick<Settings, 'rules'>, table: string): string {
  return table.split('.').map(rules.quote).join('.');
}

function readTableName(place: Place): string {
  const name = readLine(place, NAME_LENGTH_MAX);
  if (name.split('.').every((part) => part.trim() !== '')) return name;
  throw invalid(place, 'a table or view, such as people or hr.people');
}

function readColumnName(place: Place): string {
  return readLine(place, NAME_LENGTH_MAX);
}

/** A column with its settings, or only its name. */
function orColumnName<T>(read: (place: Place) => T): (place: Place) => T {
  return (place) =>
    read(typeof place.value === 'string' ? { ...place, value: { column: place.value } } : place);
}

const ATTRIBUTE = /^[A-Za-z]\w{0,127}(?:\/[A-Za-z]\w{0,127}){0,3}$/;

function readColumns(place: Place): readonly Mapped[] {
  const { value } = place;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = isObject ? Object.entries(value) : [];
  if (!isObject || entries.length > COLUMNS_MAX)
    throw invalid(place, `an object with at most ${COLUMNS_MAX} columns by attribute`);
  const read = orColumnName(shapeReader(COLUMN));
  const names = entries.map(([name]) => name);
  return entries.map(([attribute, column]) => {
    const at = { path: pathOf(place, attribute), value: column };
    if (!ATTRIBUTE.test(attribute) || attribute === 'id' || attribute === 'memberOf')
      throw invalid(at, 'for an attribute such as department or employeeOrgData/division', shown(attribute));
    const inner = names.find((name) => name.startsWith(`${attribute}/`));
    if (inner !== undefined) throw invalid(at, `one value, or several such as ${inner}`, 'both');
    return { attribute, ...read(at) };
  });
}
