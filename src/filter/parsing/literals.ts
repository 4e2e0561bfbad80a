/**
 * The unquoted literals of OData 4 ABNF: GUIDs, moments, dates, times of day, numbers. Each is matched at a
 * position and must end at a word boundary.
 */
import { millisOf, parseMoment } from '../../input/moments.ts';
import type { FilterLiteral } from '../../model/filter.ts';
import { filterError } from '../filter-error.ts';

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/iy;
/** Where such a literal ends. OData knows fewer spellings than attributes may have, and no hour 24. */
const MOMENT = /\d{4}-\d\d-\d\d(?:T(\d\d):\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d)?)?/iy;
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
    const value = timeOfDay(Number(time[1]), Number(time[2]), Number(time[3] ?? 0), millisOf(time[4] ?? ''));
    return bounded(
      text,
      { kind: 'literal', type: 'timeOfDay', value, at },
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

/** `09:05:00.000`: one form for all times of day, so that they compare as text. */
export function timeOfDay(hour: number, minute: number, second: number, ms: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(hour)}:${two(minute)}:${two(second)}.${String(ms).padStart(3, '0')}`;
}

function scanMoment(text: string, at: number, match: RegExpExecArray): ScannedLiteral {
  const end = at + match[0].length;
  const moment = match[1] === '24' ? null : parseMoment(match[0]);
  if (moment === null) {
    throw filterError(text, at, {
      expected: 'a day and time that exist',
      got: `\`${match[0]}\``,
    });
  }
  if (moment.kind === 'local' && endsWord(text, end))
    throw filterError(text, end, { expected: 'a time zone after the time, `Z` or `+hh:mm`' });
  return bounded(
    text,
    { kind: 'literal', type: 'dateTime', value: moment.ms, at },
    end,
    'a date like 2026-01-31T09:00:00Z',
  );
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
