import { utc } from '@date-fns/utc';
import { add } from 'date-fns/add';
import type { EpochMs } from '../model/time.ts';

const SHAPE =
  /^P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,6})D)?(?:T(?=.)(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;

/**
 * The moment that lies an ISO 8601 duration (`P1Y`, `P6M`, `P2W`, `P10DT12H`, `PT36H`) after `startMs`, by the
 * calendar of UTC: a month after 31 January is 28 February. `null` when `text` is no such duration.
 */
export function momentAfter(startMs: EpochMs, text: string): EpochMs | null {
  const match = SHAPE.exec(text);
  if (!match) return null;
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const parts = { years, months, weeks, days, hours, minutes, seconds };
  const given = Object.entries(parts).filter((entry): entry is [string, number] => entry[1] !== undefined);
  const endMs = add(startMs, Object.fromEntries(given), { in: utc }).getTime();
  return Number.isNaN(endMs) ? null : endMs;
}
