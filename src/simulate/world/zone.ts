/** Days of a time zone, by the platform's zone data. Independent of the machine's own zone. */
import { TZDateMini } from '@date-fns/tz/date/mini';
import { tzOffset } from '@date-fns/tz/tzOffset';
import { UTCDateMini } from '@date-fns/utc/date/mini';
import { add } from 'date-fns/add';
import type { IsoDuration } from '../../input/durations.ts';
import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS, MINUTE_MS } from '../../model/time.ts';

/** A calendar day: `2026-03-29`. */
export type LocalDay = string;

/** A time zone. */
export interface Zone {
  readonly name: string;
  /** Offset of local time from UTC at a moment, ms. */
  offsetAt(atMs: EpochMs): DurationMs;
  /** The local day of a moment. */
  dayOf(atMs: EpochMs): LocalDay;
  /** The first moment of a day. */
  startOf(day: LocalDay): EpochMs;
  /** The moment at which clocks show what `localMs` is in UTC. */
  fromLocal(localMs: EpochMs): EpochMs;
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

/** The zone of this name. Offsets are looked up once per quarter hour and kept. */
export function zoneOf(name: string): Zone {
  const offsetAt = name === 'UTC' ? () => 0 : offsetsOf(name);
  const fromLocal = (localMs: EpochMs): EpochMs => localMs - offsetAt(localMs - offsetAt(localMs));
  return {
    name,
    offsetAt,
    dayOf: (atMs) => isoDay(atMs + offsetAt(atMs)),
    startOf: (day) => fromLocal(Date.parse(`${day}T00:00:00Z`)),
    fromLocal,
  };
}

/**
 * The moment that lies a duration after `startMs`. Years to days count by the calendar of the zone: a month after 31
 * January is 28 February, and a day on which clocks change has 23 or 25 hours; hours to seconds are exact. `null`
 * beyond the dates that JavaScript has.
 */
export function momentAfter(startMs: EpochMs, duration: IsoDuration, zone = 'UTC'): EpochMs | null {
  const endMs = add(new TZDateMini(startMs, zone), duration).getTime() + duration.milliseconds;
  return Number.isNaN(new Date(endMs).getTime()) ? null : endMs;
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

/** Kept, since a year of turnover asks for millions of days: 0.6 µs a day, and 26 with a `TZDateMini` for each. */
function offsetsOf(name: string): (atMs: EpochMs) => DurationMs {
  const kept = new Map<number, DurationMs>();
  return (atMs) => {
    const quarter = Math.floor(atMs / LOOKUP_MS);
    const known = kept.get(quarter);
    if (known !== undefined) return known;
    if (kept.size >= KEPT_MAX) kept.clear();
    const offset = Math.round(tzOffset(name, new Date(quarter * LOOKUP_MS)) * MINUTE_MS);
    kept.set(quarter, offset);
    return offset;
  };
}
