/** When a schedule ticks, and when a subject is due. Pure; nothing here depends on the machine's zone. */
import { DAY_MS, type DurationMs, type EpochMs } from '../model/time.ts';

/**
 * Start of the slot that `nowMs` lies in: the last multiple of `intervalMs` since the epoch that is
 * not after it. `intervalMs`: whole, ≥ 1. Slots are the same in every process and after every restart.
 */
export function slotStart(nowMs: EpochMs, intervalMs: DurationMs): EpochMs {
  // Remainders of integers are exact; dividing would round for instants far from the epoch.
  const intoSlot = nowMs % intervalMs;
  return nowMs - (intoSlot < 0 ? intoSlot + intervalMs : intoSlot);
}

/** Start of the first slot after `nowMs`; never `nowMs` itself. */
export function nextSlot(nowMs: EpochMs, intervalMs: DurationMs): EpochMs {
  return slotStart(nowMs, intervalMs) + intervalMs;
}

/**
 * Whether a subject that is due at `dueMs` is picked up at `slotMs`: not before it is due, and less
 * than `catchUpMs` late. Source: domain §3.1, §3.2.
 */
export function isDue(dueMs: EpochMs, slotMs: EpochMs, catchUpMs: DurationMs): boolean {
  return dueMs <= slotMs && dueMs > slotMs - catchUpMs;
}

/**
 * The trigger moment of a subject: `offsetInDays` calendar days (of UTC, so of 24 hours) after the
 * attribute's moment. `null` when the attribute is absent, no date, or .NET's `0001-01-01` ("not set").
 *
 * Dates are ISO 8601 texts or `Date`s. A date alone means 00:00 UTC; a time without a zone is UTC; a
 * fraction beyond milliseconds is cut. `/Date(1769817600000)/`, as old .NET services write, is read
 * too. Numbers are refused: nobody can tell seconds from milliseconds from ticks.
 */
export function dueAtMs(attributeValue: unknown, offsetInDays: number): EpochMs | null {
  const momentMs = momentOf(attributeValue);
  if (momentMs === null) return null;
  return numberOrNull(new Date(momentMs + offsetInDays * DAY_MS).getTime());
}

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:(\.\d{1,3})\d{0,9})?(Z|[+-]\d\d:?\d\d)?)?$/i;
const DOT_NET = /^\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\/$/;
/** Longer texts are no dates; bounds the work of the expressions above. */
const DATE_LENGTH_MAX = 64;

function momentOf(value: unknown): EpochMs | null {
  if (value instanceof Date) return numberOrNull(value.getTime());
  if (typeof value !== 'string' || value.length > DATE_LENGTH_MAX) return null;
  const text = value.trim();
  const dotNet = DOT_NET.exec(text)?.[1];
  if (dotNet !== undefined) return numberOrNull(new Date(Number(dotNet)).getTime());
  const [, day, minutes = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = ISO.exec(text) ?? [];
  if (day === undefined || day.startsWith('0001-01-01') || !isCalendarDay(day)) return null;
  const offset = zone.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  return numberOrNull(Date.parse(`${day}T${minutes}${seconds}${fraction}${offset}`));
}

/** `Date.parse` makes 2 March out of 30 February, but 28 days every month has. */
function isCalendarDay(day: string): boolean {
  const ofMonth = Number(day.slice(-2));
  return ofMonth <= 28 || new Date(`${day}T00:00:00Z`).getUTCDate() === ofMonth;
}

function numberOrNull(ms: number): EpochMs | null {
  return Number.isNaN(ms) ? null : ms;
}
