/** What the values of a driver are in a person. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { faultOfId, normalizeText, SUBJECT_ID } from '../../input/subject-id.ts';
import type { Subject } from '../../model/subject.ts';
import type { Mapped, SqlColumnType, SqlId, SqlIdType } from './sql-options.ts';

const DAY = /^\d{4}-\d\d-\d\d$/;
const WHOLE = /^-?\d{1,30}$/;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** Of a value that a column of the type cannot have. */
const REFUSED = Symbol('refused');

type Convert = (value: unknown) => unknown;

const CONVERT: Readonly<Record<SqlColumnType, Convert>> = {
  text: (value) => (typeof value === 'string' ? value : REFUSED),
  boolean: (value) => {
    // MySQL's BIT(1) is a byte.
    const plain = value instanceof Uint8Array && value.length === 1 ? value[0] : value;
    if (typeof plain === 'boolean') return plain;
    return plain === 0 || plain === 1 || plain === 0n || plain === 1n ? Boolean(plain) : REFUSED;
  },
  integer: (value) => {
    if (typeof value === 'bigint' || (typeof value === 'string' && WHOLE.test(value))) {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : String(value);
    }
    return Number.isInteger(value) ? value : REFUSED;
  },
  day: (value) => (typeof value === 'string' && DAY.test(value) ? value : REFUSED),
  value: (value) => value,
};

const EXPECTED: Readonly<Record<SqlColumnType, string>> = {
  text: 'text',
  boolean: 'true, false, 0 or 1',
  integer: 'whole numbers',
  day: 'days such as 2026-01-31',
  value: 'values',
};

/**
 * A person, of a row whose columns are named by `aliasOf`.
 *
 * @throws LifecycleError `InvalidArgument` for a value that is not of its column's type.
 */
export function subjectOf(
  row: Readonly<Record<string, unknown>>,
  id: string,
  columns: readonly Mapped[],
): Subject {
  const subject: Record<string, unknown> = {};
  columns.forEach((column, index) => {
    const value = convertedValue(row[aliasOf(index)], column);
    if (value === null) return;
    const names = column.attribute.split('/');
    const last = names.pop() as string;
    let at = subject;
    for (const name of names) {
      if (!Object.hasOwn(at, name)) at[name] = {};
      at = at[name] as Record<string, unknown>;
    }
    at[last] = value;
  });
  return { ...subject, id };
}

/** The name of the n-th column of a statement: in small letters, which no database or plugin changes. */
export function aliasOf(index: number): string {
  return `c${index}`;
}

/** `null`: there is no value. */
function convertedValue(value: unknown, { attribute, column, type }: Mapped): unknown {
  if (value === null || value === undefined) return null;
  const converted = CONVERT[type](value);
  if (converted !== REFUSED) return converted;
  throw new LifecycleError(
    'InvalidArgument',
    `Expected column \`${column}\` to have ${EXPECTED[type]}, as its type is \`${type}\`, got ${kindOf(value)}; set the type of columns.${attribute}, or cast it in a view`,
    { field: `columns.${attribute}` },
  );
}

/** What a value is, without the value: it is about a person. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (value instanceof Date) return 'a Date';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a number';
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return (
    { string: 'other text', bigint: 'a whole number', boolean: 'a boolean' }[typeof value as string] ??
    typeof value
  );
}

/**
 * The id of a person, of what the driver gives.
 *
 * @throws LifecycleError `InvalidArgument` for an id that people cannot be found by.
 */
export function idOf(value: unknown, { column, type }: Required<SqlId>): string {
  const text = type === 'integer' ? idOfInteger(value) : value;
  if (typeof text !== 'string' || (type === 'integer' && !WHOLE.test(text)))
    throw badId(
      column,
      `${type === 'integer' ? 'whole numbers, exact in JavaScript' : 'text'}, as its type is \`${type}\``,
      kindOf(value),
      'set id.type, or cast it in a view',
    );
  const fault =
    faultOfId(text) ??
    (normalizeText(text) === text ? null : 'one with white space at its ends, or not in Unicode NFC');
  if (fault !== null) throw badId(column, SUBJECT_ID, fault, 'correct it, in a view for example');
  return text;
}

/** The parameter for a wanted id; `null`: no row can have it. */
export function idParameter(id: string, type: SqlIdType): string | number | null {
  if (type === 'uuid') return UUID.test(id) ? id : null;
  // A text with U+0000 is refused by Postgres, and is no id.
  if (type === 'text') return id.includes('\0') ? null : id;
  const number = Number(id);
  if (!/^(?:0|-?[1-9]\d{0,17})$/.test(id)) return null;
  return Number.isSafeInteger(number) ? number : id;
}

function idOfInteger(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : value;
  return typeof value === 'bigint' ? String(value) : value;
}

function badId(column: string, expected: string, got: string, remedy: string): LifecycleError {
  return new LifecycleError(
    'InvalidArgument',
    `Expected column \`${column}\` to have ${expected}, got ${got}; ${remedy}`,
    { field: 'id' },
  );
}
