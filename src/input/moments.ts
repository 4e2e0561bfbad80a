/**
 * The one parser of dates and times. Everything that reads them from outside comes here: triggers, scope rules,
 * `$filter`, request bodies, files of people, scenarios, options of the command line.
 *
 * | spelling                                               | means                                           |
 * |--------------------------------------------------------|-------------------------------------------------|
 * | `2026-01-31`                                           | 00:00 UTC                                       |
 * | `2026-01-31T09:00`, `…T09:00:00`, `…T09:00:00.1234567` | UTC; a fraction of 1 to 12 digits is cut to ms  |
 * | `2026-01-31 09:00:00`                                  | the same: one blank in place of the `T`         |
 * | `…T09:00Z`, `…+01:00`, `…+0100`, `…+01`                | in that zone; offsets up to 23:59               |
 * | `2026-01-31T24:00`, `…24:00:00`, `…24:00:00.000`       | the end of that day                             |
 * | `/Date(1769817600000)/`, `/Date(1769817600000+0100)/`  | ms since 1970 UTC; its offset changes nothing   |
 *
 * `T` and `Z` in either letter case, blanks around the text ignored, years 0000 to 9999, days that exist.
 * Everything else is unreadable, and never guessed at: `01/02/2026`, `31.12.2025`, `20251231`, `31-Dec-25`, week
 * and ordinal dates, and numbers, which may be seconds, milliseconds or days. Files of people can have more
 * spellings, when they are asked for by name: `date-formats.ts`.
 */
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';

/** A text that was read as a date or a moment. */
export interface Moment {
  /** Without a zone: as if the text said UTC. */
  readonly ms: EpochMs;
  /** `date`: a date alone. `local`: a date and time without a zone. `instant`: it says which moment it is. */
  readonly kind: 'date' | 'local' | 'instant';
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const DOT_NET = /^\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\/$/;
/** Longer texts are no dates; bounds the work of the expressions above. */
const LENGTH_MAX = 64;
/** .NET's `DateTime.MinValue`, which stands for "not set". */
const NOT_SET_DAY = '0001-01-01';
const NOT_SET_MS: EpochMs = -62_135_596_800_000;

/** The moment that a text says, by the table above; `null` when it says none. */
export function parseMoment(text: string): Moment | null {
  if (text.length > LENGTH_MAX) return null;
  const trimmed = text.trim();
  const dotNet = DOT_NET.exec(trimmed)?.[1];
  if (dotNet !== undefined) return atInstant(Number(dotNet));
  const match = ISO.exec(trimmed);
  if (!match) return null;
  const [, year = '', month = '', day = '', hour, minute = '', second = '00', fraction = '', zone] = match;
  const dayMs = dayOf(Number(year), Number(month), Number(day));
  if (dayMs === null) return null;
  if (hour === undefined) return { ms: dayMs, kind: 'date' };
  const timeMs = timeOf(Number(hour), Number(minute), Number(second), millisOf(fraction));
  if (timeMs === null) return null;
  if (zone === undefined) return { ms: dayMs + timeMs, kind: 'local' };
  const offsetMs = zoneOffset(zone);
  return offsetMs === null ? null : { ms: dayMs + timeMs - offsetMs, kind: 'instant' };
}

/** What an attribute says of a moment. `none`: it says that there is none. */
export type MomentReading = EpochMs | 'none' | 'unreadable';

/**
 * Reads an attribute of a person. `none`: absent, null, blank, or .NET's "not set" (1 January of the year 1).
 * `unreadable`: there is something, and it is no moment; that is never taken for `none`.
 */
export function readAttribute(value: unknown): MomentReading {
  if (value === undefined || value === null) return 'none';
  if (value instanceof Date) return readMs(value.getTime());
  if (typeof value !== 'string') return 'unreadable';
  const moment = parseMoment(value);
  if (moment === null) return value.trim() === '' ? 'none' : 'unreadable';
  return value.trim().startsWith(NOT_SET_DAY) ? 'none' : readMs(moment.ms);
}

/** As {@link readAttribute}; `null` also when it cannot be read. */
export function momentOrNull(value: unknown): EpochMs | null {
  const reading = readAttribute(value);
  return typeof reading === 'number' ? reading : null;
}

/** Of `Z`, `+01:00`, `+0100` or `+01`, ms east of UTC; `null` beyond 23:59. */
export function zoneOffset(zone: string): number | null {
  if (zone.length === 1) return 0;
  const digits = zone.slice(1).replace(':', '');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS);
}

/** Digits behind a decimal point as whole ms, cut: stores keep no finer time. */
export function millisOf(fraction: string): number {
  return Number(fraction.slice(0, 3).padEnd(3, '0'));
}

function readMs(ms: number): MomentReading {
  if (Number.isNaN(ms)) return 'unreadable';
  return ms === NOT_SET_MS ? 'none' : ms;
}

function atInstant(ms: number): Moment | null {
  return Number.isNaN(new Date(ms).getTime()) ? null : { ms, kind: 'instant' };
}

/** `null`: there is no such day. */
function dayOf(year: number, month: number, day: number): EpochMs | null {
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  // A day that does not exist rolls over into the next month.
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day ? at.getTime() : null;
}

/** Since midnight; `null`: there is no such time. */
function timeOf(hour: number, minute: number, second: number, ms: number): number | null {
  const timeMs = hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + ms;
  return minute > 59 || second > 59 || timeMs > DAY_MS ? null : timeMs;
}
