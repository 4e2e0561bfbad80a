/**
 * The one reader of ISO 8601 durations: `$filter`, callbacks of custom task extensions, scenarios. What a place takes
 * of them (a sign, months, a range) is for that place to say.
 */
import { DAY_MS, type DurationMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';
import { millisOf } from './moments.ts';

/** A duration in whole units, which are all ≤ 0 when its text begins with `-`. The units are those of date-fns. */
export interface IsoDuration {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  /** The fraction of the seconds, cut to ms. */
  readonly milliseconds: number;
}

/** Each number is bounded, so that no sum of them leaves the whole numbers that are exact. */
const SHAPE =
  /^([+-])?P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,8})D)?(?:T(?=\d)(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,12}))?S)?)?$/i;

/** `P1Y6M`, `P2W`, `P10DT12H`, `PT0.5S`, `-P1D`: units in this order, a fraction of seconds only, letters in either case; `null` for other texts. */
export function parseDuration(text: string): IsoDuration | null {
  const match = SHAPE.exec(text);
  if (!match) return null;
  const sign = match[1] === '-' ? -1 : 1;
  const unit = (group: number): number => sign * Number(match[group] ?? 0);
  return {
    years: unit(2),
    months: unit(3),
    weeks: unit(4),
    days: unit(5),
    hours: unit(6),
    minutes: unit(7),
    seconds: unit(8),
    milliseconds: sign * millisOf(match[9] ?? ''),
  };
}

/**
 * The length of a duration of days to seconds, which is what OData's `Edm.Duration` has; a day has 24 hours. `null`
 * for other texts, also for those with weeks, months or years above 0.
 */
export function dayTimeMs(text: string): DurationMs | null {
  const duration = parseDuration(text);
  if (duration === null) return null;
  const { years, months, weeks, days, hours, minutes, seconds, milliseconds } = duration;
  if (years !== 0 || months !== 0 || weeks !== 0) return null;
  return days * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS + milliseconds;
}
