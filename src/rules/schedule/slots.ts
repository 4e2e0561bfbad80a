/** The slots of a schedule, and when a subject is due. Pure; independent of the machine's time zone. */
import type { Admission } from '../../model/records.ts';
import { DAY_MS, type DurationMs, type EpochMs } from '../../model/time.ts';

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
  return hasCome(dueMs, slotMs) && !isOver(dueMs, slotMs, catchUpMs);
}

/** Whether a slot is not before the moment that makes a subject due. */
export function hasCome(dueMs: EpochMs, slotMs: EpochMs): boolean {
  return dueMs <= slotMs;
}

/** Whether the slot is too late for a subject that was due at `dueMs`. `reachMs` may be `Infinity`: none is. */
export function isOver(dueMs: EpochMs, slotMs: EpochMs, reachMs: DurationMs): boolean {
  return dueMs <= slotMs - reachMs;
}

/** Whether a subject was admitted for this very moment: it is not admitted for the same one twice. */
export function isAdmitted(admission: Admission | undefined, dueMs: EpochMs): boolean {
  return admission?.dueAtMs === dueMs;
}

/**
 * The moment `offsetInDays` calendar days (of UTC, so of 24 hours) after another; `null` beyond the calendar.
 */
export function momentAt(momentMs: EpochMs, offsetInDays: number): EpochMs | null {
  const ms = new Date(momentMs + offsetInDays * DAY_MS).getTime();
  return Number.isNaN(ms) ? null : ms;
}
