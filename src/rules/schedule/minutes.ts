import { type DurationMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../model/time.ts';

const SHAPE = /^PT(?=\d)(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?$/;

/** An ISO 8601 duration of hours, minutes and seconds, ms; `null` for any other text. */
export function clockDurationMs(text: string): DurationMs | null {
  const match = SHAPE.exec(text);
  if (!match) return null;
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS;
}
