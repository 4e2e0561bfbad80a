/**
 * Who has changed, by a timestamp of each row. A token is the newest timestamp, and no later than the clock: one row with a
 * date in the future would hide all later changes.
 */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { parseMoment } from '../../input/moments.ts';
import { type EpochMs, SECOND_MS } from '../../model/time.ts';
import type { DirectoryChanges } from '../../ports/directory.ts';
import type { Settings, SqlMomentType } from './sql-options.ts';
import type { SqlReader } from './sql-reader.ts';
import { kindOf } from './sql-values.ts';

/** With more changes than this, examining everyone is cheaper. */
const CHANGED_MAX = 50_000;

/** Options of a directory that reports changes. */
export type UpdatedAt = NonNullable<Settings['updatedAt']>;

/** The people that have changed since a token, and the token of now. */
export async function changesSince(
  reader: SqlReader,
  updatedAt: UpdatedAt,
  token: string | null,
): Promise<DirectoryChanges> {
  const { rules, clock } = reader.settings;
  const newest = await newestChange(reader, updatedAt);
  const since = token === null ? null : readToken(token);
  const newestMs = Math.min(newest === null ? 0 : momentOf(newest, updatedAt), clock.now());
  const next = String(Math.max(newestMs, since ?? 0));
  if (since === null || newest === null) return { subjectIds: since === null ? null : [], token: next };
  const column = rules.quote(updatedAt.column);
  const from = parameterOf(since - updatedAt.overlapMs, updatedAt.type, newest);
  const ids: string[] = [];
  for await (const some of reader.ids((values) => `${column} >= ${values.add(from)}`)) {
    ids.push(...some);
    if (ids.length > CHANGED_MAX) return { subjectIds: null, token: next };
  }
  return { subjectIds: ids, token: next };
}

/** The newest timestamp, as the driver gives it; `null`: no row has one. */
export async function newestChange(reader: SqlReader, { column }: UpdatedAt): Promise<unknown> {
  const quoted = reader.settings.rules.quote(column);
  const [row] = await reader.rows(() => `SELECT MAX(${quoted}) AS c0 FROM ${reader.table}`);
  return row?.c0 ?? null;
}

/** @throws LifecycleError `InvalidArgument` for what is no moment of the type. */
export function momentOf(value: unknown, { column, type }: Pick<UpdatedAt, 'column' | 'type'>): EpochMs {
  const ms = READ[type](value);
  if (ms !== null && !Number.isNaN(ms)) return ms;
  throw new LifecycleError(
    'InvalidArgument',
    `Expected column \`${column}\` to have ${EXPECTED[type]}, as its type is \`${type}\`, got ${kindOf(value)}; set updatedAt.type`,
    { field: 'updatedAt' },
  );
}

const EXPECTED: Readonly<Record<SqlMomentType, string>> = {
  date: 'what the driver gives as a Date',
  text: 'dates and times in UTC such as 2026-01-31 08:00:00',
  epochMs: 'milliseconds since 1970',
  epochSeconds: 'seconds since 1970',
};

/** `null` or `NaN`: it is none. */
const READ: Readonly<Record<SqlMomentType, (value: unknown) => EpochMs | null>> = {
  date: (value) => (value instanceof Date ? value.getTime() : null),
  text: (value) => {
    const moment = typeof value === 'string' && isOfUtc(value) ? parseMoment(value) : null;
    return moment === null || moment.kind === 'date' ? null : moment.ms;
  },
  epochMs: countOf,
  epochSeconds: (value) => {
    const seconds = countOf(value);
    return seconds === null ? null : Math.floor(seconds * SECOND_MS);
  },
};

function countOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' || (typeof value === 'string' && /^\d{1,16}$/.test(value))
    ? Number(value)
    : null;
}

/** Texts of one zone are in the order of their moments. */
function isOfUtc(text: string): boolean {
  return !/[+-]\d\d(?::?\d\d)?$/.test(text.slice(10)) || /[+-]00(?::?00)?$/.test(text.slice(10));
}

/** A moment as the column has it, not later. @param like a value of the column. */
function parameterOf(ms: EpochMs, type: SqlMomentType, like: unknown): unknown {
  const at = new Date(Math.max(ms, 0));
  switch (type) {
    case 'date':
      return at;
    case 'text':
      // Up to the second: every text of that second, however it goes on, is later in the order of texts.
      return at.toISOString().slice(0, 19).replace('T', String(like).charAt(10));
    case 'epochMs':
      return at.getTime();
    case 'epochSeconds':
      return Math.floor(at.getTime() / SECOND_MS);
  }
}

/** `null`: the token is of something else; all people are examined. */
function readToken(token: string): EpochMs | null {
  return /^\d{1,16}$/.test(token) ? Number(token) : null;
}
