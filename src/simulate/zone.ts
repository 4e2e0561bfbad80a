/** Days of a time zone, by the platform's table of zones. The machine's own zone plays no part. */
import { UTCDateMini } from '@date-fns/utc/date/mini';
import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS, MINUTE_MS } from '../model/time.ts';

/** A calendar day: `2026-03-29`. */
export type LocalDay = string;

/** A time zone. */
export interface Zone {
  readonly name: string;
  /** What local clocks show more than UTC at a moment, ms. */
  offsetAt(atMs: EpochMs): DurationMs;
  /** The day that a moment lies in. */
  dayOf(atMs: EpochMs): LocalDay;
  /** The first moment of a day. */
  startOf(day: LocalDay): EpochMs;
}

/** Whether the platform knows a zone by this name (`Europe/Berlin`). */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone of this name. Offsets are looked up once an hour of use and kept. */
export function zoneOf(name: string): Zone {
  const offsetAt = name === 'UTC' ? () => 0 : offsetsOf(name);
  return {
    name,
    offsetAt,
    dayOf: (atMs) => isoDay(atMs + offsetAt(atMs)),
    startOf(day) {
      const midnight = Date.parse(`${day}T00:00:00Z`);
      const guess = midnight - offsetAt(midnight);
      return midnight - offsetAt(guess);
    },
  };
}

/** The day after (or `days` after) a day. */
export function dayAfter(day: LocalDay, days = 1): LocalDay {
  return isoDay(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);
}

/** Hours of a day: 24, or 23 and 25 when clocks change. */
export function hoursOf(zone: Zone, day: LocalDay): number {
  return (zone.startOf(dayAfter(day)) - zone.startOf(day)) / HOUR_MS;
}

/** For date-fns (`{ in: utc }`): dates whose local time is UTC. The package's own context also loads formats of words. */
export function utc(value: Date | number | string): Date {
  return new UTCDateMini(new Date(value));
}

/** `2026-03-29` of a moment in UTC. */
export function isoDay(atMs: EpochMs): LocalDay {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** Offsets change at full quarter hours at the earliest. */
const LOOKUP_MS = 15 * MINUTE_MS;
const KEPT_MAX = 200_000;

function offsetsOf(name: string): (atMs: EpochMs) => DurationMs {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const kept = new Map<number, DurationMs>();
  return (atMs) => {
    const quarter = Math.floor(atMs / LOOKUP_MS);
    const known = kept.get(quarter);
    if (known !== undefined) return known;
    if (kept.size >= KEPT_MAX) kept.clear();
    const parts = new Map(
      format.formatToParts(quarter * LOOKUP_MS).map(({ type, value }) => [type, Number(value)]),
    );
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const local = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
    const offset = local - quarter * LOOKUP_MS;
    kept.set(quarter, offset);
    return offset;
  };
}
