/**
 * The unquoted literals of OData 4 ABNF: GUIDs, moments, dates, times of day, numbers. Each is matched at a
 * position and must end at a word boundary.
 */
import type { FilterLiteral } from '../model/filter.ts';
import { HOUR_MS, MINUTE_MS } from '../model/time.ts';
import { filterError } from './filter-error.ts';

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/iy;
const MOMENT = /(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(Z|[+-]\d\d:\d\d)?)?/iy;
const TIME_OF_DAY = /([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,12}))?)?/y;
const NUMBER = /[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy;
const SPECIAL_NUMBER = /NaN|-?INF/y;
const WORD = /[\p{L}\p{N}_.:]/u;

/** A literal and where the text goes on after it. */
export interface ScannedLiteral {
  readonly literal: FilterLiteral;
  readonly end: number;
}

/**
 * The unquoted literal that starts at `at`; `null` when none does.
 *
 * @throws LifecycleError `InvalidFilter` for a literal that is broken: 30 February, a moment without a zone,
 *   letters behind a number.
 */
export function scanLiteral(text: string, at: number): ScannedLiteral | null {
  const guid = matchAt(GUID, text, at);
  if (guid && endsWord(text, at + guid[0].length)) {
    return { literal: { kind: 'literal', type: 'string', value: guid[0], at }, end: at + guid[0].length };
  }
  const moment = matchAt(MOMENT, text, at);
  if (moment) return scanMoment(text, at, moment);
  const time = matchAt(TIME_OF_DAY, text, at);
  if (time) {
    const value = timeOfDay(Number(time[1]), Number(time[2]), Number(time[3] ?? 0), millisOf(time[4]));
    return bounded(
      text,
      { kind: 'literal', type: 'string', value, at },
      at + time[0].length,
      'a time of day',
    );
  }
  const special = matchAt(SPECIAL_NUMBER, text, at)?.[0];
  if (special && endsWord(text, at + special.length)) {
    const value = special === 'NaN' ? Number.NaN : special === 'INF' ? Infinity : -Infinity;
    return { literal: { kind: 'literal', type: 'number', value, at }, end: at + special.length };
  }
  const number = matchAt(NUMBER, text, at)?.[0];
  if (!number) return null;
  return bounded(
    text,
    { kind: 'literal', type: 'number', value: Number(number), at },
    at + number.length,
    'a number',
  );
}

/**
 * Reads an ISO 8601 date or moment, as it stands in an attribute: `2026-01-31`, `2026-01-31T09:00:00+01:00`. A
 * moment without a zone is taken as UTC.
 *
 * @returns epoch ms, or `null` when the whole text is nothing of the kind or no such day exists.
 */
export function parseMoment(text: string): number | null {
  const match = matchAt(MOMENT, text, 0);
  return match && match[0].length === text.length ? momentMs(match) : null;
}

/** `09:05:00.000`: one form for all times of day, so that they compare as text. */
export function timeOfDay(hour: number, minute: number, second: number, ms: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(hour)}:${two(minute)}:${two(second)}.${String(ms).padStart(3, '0')}`;
}

function scanMoment(text: string, at: number, match: RegExpExecArray): ScannedLiteral {
  const end = at + match[0].length;
  if (match[4] !== undefined && match[8] === undefined && endsWord(text, end)) {
    throw filterError(text, end, { expected: 'a time zone after the time, `Z` or `+hh:mm`' });
  }
  const value = momentMs(match);
  if (value === null) {
    throw filterError(text, at, {
      expected: 'a day and time that exist',
      got: `\`${match[0]}\``,
    });
  }
  return bounded(
    text,
    { kind: 'literal', type: 'dateTime', value, at },
    end,
    'a date like 2026-01-31T09:00:00Z',
  );
}

function momentMs(match: RegExpExecArray): number | null {
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction, zone] = match;
  const at = new Date(0);
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // A day that does not exist rolls over into the next month.
  if (at.getUTCMonth() !== Number(month) - 1 || at.getUTCDate() !== Number(day)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  at.setUTCHours(Number(hour), Number(minute), Number(second), millisOf(fraction));
  const offset = offsetMs(zone);
  return offset === null ? null : at.getTime() - offset;
}

/** ABNF allows hours to 23 and minutes to 59; `null` beyond. */
function offsetMs(zone: string | undefined): number | null {
  if (zone === undefined || zone.length === 1) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS);
}

/** Digits after the dot, cut to whole ms: a store keeps no finer time. */
function millisOf(fraction: string | undefined): number {
  return Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
}

function bounded(text: string, literal: FilterLiteral, end: number, noun: string): ScannedLiteral {
  if (!endsWord(text, end))
    throw filterError(text, end, { expected: `a blank, a comma or \`)\` after ${noun}` });
  return { literal, end };
}

function endsWord(text: string, end: number): boolean {
  const next = text.codePointAt(end);
  return next === undefined || !WORD.test(String.fromCodePoint(next));
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
