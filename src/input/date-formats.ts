/**
 * Spellings of dates that somebody asked for by name, because the standard ones of `moments.ts` are not what a
 * file has. A format has to fit the whole text, letter for letter: `dd/MM/yyyy` reads `01/02/2026` and neither
 * `1/2/2026` nor `01/02/26`. A text that two of the formats read as different moments is not read at all.
 *
 * - `excel`: serial numbers of Excel's 1900 date system, from 61 (1 March 1900) to 9999; the fraction is the time.
 * - anything else: a pattern of date-fns. Month and day names are English, two digits of a year mean 1969 to 2068,
 *   and without `X` or `x` at its end the zone is UTC.
 */
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';
import { readArray, readText } from './fields.ts';
import { zoneOffset } from './moments.ts';
import { invalid, type Place } from './refuse.ts';

/** Reads what `moments.ts` cannot read; `null` when no format fits, or two disagree. */
export type DateFormatReader = (value: unknown) => EpochMs | null;

type DateFns = Readonly<{
  parse: typeof import('date-fns/parse').parse;
  format: typeof import('date-fns/format').format;
  utc: typeof import('@date-fns/utc').utc;
}>;

/** Different texts whose moments are remembered: a file has few dates and many people. */
const REMEMBERED_MAX = 10_000;
const TEXT_LENGTH_MAX = 64;
const FORMATS_MAX = 20;
/** Two digits of a year mean the years around this one, as `strptime` of POSIX has it: 1969 to 2068. */
const REFERENCE = new Date(Date.UTC(2019, 0, 1));
/** A moment of which no part is like another, to find out what a pattern says. */
const PROBE = new Date(Date.UTC(2023, 10, 22, 21, 43, 56, 789));
const EXCEL = 'excel';
/** Days from Excel's day 0, in a count that has no 29 February 1900, to 1970. */
const EXCEL_DAYS_TO_1970 = 25_569;
/** 1 March 1900: before it, Excel counts a day that never was. */
const EXCEL_SERIAL_MIN = 61;
const EXCEL_SERIAL_MAX = 2_958_466;

/**
 * The reader of some formats; `null` when there are none.
 *
 * @param place has the list of them.
 * @throws LifecycleError `InvalidArgument` for a pattern that date-fns does not have, or that leaves the day open.
 */
export async function openDateFormats(place: Place): Promise<DateFormatReader | null> {
  const readers = await Promise.all(readArray(place, FORMATS_MAX).map(readerOf));
  if (readers.length === 0) return null;
  const remembered = new Map<unknown, EpochMs | null>();
  return (value) => {
    const known = remembered.get(value);
    if (known !== undefined) return known;
    const read = agreed(readers.map((reader) => reader(value)));
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    remembered.set(value, read);
    return read;
  };
}

function agreed(readings: readonly (EpochMs | null)[]): EpochMs | null {
  const moments = new Set(readings.filter((one) => one !== null));
  const [first] = moments;
  return moments.size === 1 ? (first ?? null) : null;
}

async function readerOf(place: Place): Promise<DateFormatReader> {
  const pattern = readText(place, TEXT_LENGTH_MAX, 1);
  if (pattern === EXCEL) return excelMoment;
  // Loaded here: hundreds of small files, for those who need them.
  const [{ parse }, { format }, { utc }] = await Promise.all([
    import('date-fns/parse'),
    import('date-fns/format'),
    import('@date-fns/utc'),
  ]);
  const read = patternReader(pattern, place, { parse, format, utc });
  return (value) =>
    typeof value === 'string' && value.length <= TEXT_LENGTH_MAX ? read(value.trim()) : null;
}

function excelMoment(value: unknown): EpochMs | null {
  const isNumber = typeof value === 'string' && /^\s*\d{2,7}(?:\.\d{1,15})?\s*$/.test(value);
  const serial = isNumber ? Number(value) : value;
  if (typeof serial !== 'number' || !(serial >= EXCEL_SERIAL_MIN && serial < EXCEL_SERIAL_MAX)) return null;
  return Math.round((serial - EXCEL_DAYS_TO_1970) * DAY_MS);
}

function patternReader(pattern: string, place: Place, dateFns: DateFns): (text: string) => EpochMs | null {
  const letters = pattern.replace(/'[^']*'/g, '');
  // date-fns would print a warning before it refuses them.
  if (/[YD]/.test(letters)) throw invalid(place, 'a pattern with yyyy for years and dd for days');
  const [, local = '', zoned] = /^(.*?)\s*([Xx]{1,3})?$/s.exec(pattern) ?? [];
  if (/[XxOz]/.test(local.replace(/'[^']*'/g, '')))
    throw invalid(place, 'a pattern whose zone, X or x, stands at its end');
  const read = strictReader(local, dateFns);
  if (!saysTheDay(local, read, dateFns))
    throw invalid(place, 'excel, or a pattern of date-fns that says year, month and day, such as dd/MM/yyyy');
  if (zoned === undefined) return read;
  return (text) => {
    const [, before = '', zone = ''] = /^(.*?)\s*(Z|[+-]\d\d(?::?\d\d)?)$/is.exec(text) ?? [];
    const offsetMs = zone === '' ? null : zoneOffset(zone);
    const ms = read(before);
    return offsetMs === null || ms === null ? null : ms - offsetMs;
  };
}

/** date-fns is lenient: `1/2/25` fits `dd/MM/yyyy` and is of the year 25. What it reads must write the same text. */
function strictReader(pattern: string, { parse, format, utc }: DateFns): (text: string) => EpochMs | null {
  return (text) => {
    const date = parse(text, pattern, REFERENCE, { in: utc });
    if (Number.isNaN(date.getTime())) return null;
    return format(date, pattern, { in: utc }).toLowerCase() === text.toLowerCase() ? date.getTime() : null;
  };
}

/** Whether the probe comes back, but for the units below some size. */
function saysTheDay(
  pattern: string,
  read: (text: string) => EpochMs | null,
  { format, utc }: DateFns,
): boolean {
  try {
    const ms = read(format(PROBE, pattern, { in: utc }));
    const units = [1, 10, 100, SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS];
    return units.some((unit) => ms === Math.floor(PROBE.getTime() / unit) * unit);
  } catch {
    return false; // RangeError: letters that are no tokens, or tokens that exclude each other
  }
}
