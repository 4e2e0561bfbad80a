import { add } from 'date-fns/add';
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';
import { utc, type Zone } from './zone.ts';

const SHAPE =
  /^P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,6})D)?(?:T(?=.)(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;

/**
 * The moment that lies an ISO 8601 duration (`P1Y`, `P6M`, `P2W`, `P10DT12H`, `PT36H`) after `startMs`. Years to
 * days count by the calendar of `zone`: a month after 31 January is 28 February, and a day on which clocks change
 * has 23 or 25 hours; hours to seconds are exact. `null` when `text` is no such duration.
 */
export function momentAfter(
  startMs: EpochMs,
  text: string,
  zone: Pick<Zone, 'offsetAt'> = UTC,
): EpochMs | null {
  const match = SHAPE.exec(text);
  if (!match) return null;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const local = startMs + zone.offsetAt(startMs);
  const moved = add(local, { years, months, weeks, days }, { in: utc }).getTime();
  if (Number.isNaN(moved)) return null;
  // Without days to add, the moment stays, also within an hour that clocks show twice.
  const guess = moved - zone.offsetAt(moved);
  const dayMs = moved === local ? startMs : moved - zone.offsetAt(guess);
  const endMs = dayMs + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS;
  return Number.isNaN(new Date(endMs).getTime()) ? null : endMs;
}

const UTC = { offsetAt: () => 0 };
