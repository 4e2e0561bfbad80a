/** Moments as people read them, in their time zone. */
import { DAY_MS } from '../../../model/time.ts';
import { duration } from '../../../text/numbers.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly time: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(ms: number, timeZone: string): Parts {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
  formats.set(timeZone, format);
  const of = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  return {
    year: Number(of.get('year')),
    month: Number(of.get('month')),
    day: Number(of.get('day')),
    time: `${of.get('hour')}:${of.get('minute')}:${of.get('second')}`,
  };
}

/** `15:04:05` on the same day, `28 Nov, 15:04` before or after it, `28 Nov 2025, 15:04` in another year. */
export function momentText(iso: string, nowMs: number, timeZone: string): string {
  const [at, now] = [partsOf(Date.parse(iso), timeZone), partsOf(nowMs, timeZone)];
  const day = `${at.day} ${MONTHS[at.month - 1]}`;
  if (at.year !== now.year) return `${day} ${at.year}, ${at.time.slice(0, 5)}`;
  return at.month === now.month && at.day === now.day ? at.time : `${day}, ${at.time.slice(0, 5)}`;
}

/** `in 2 h 5 min`, `3 min ago`, `now`. */
export function agoText(iso: string, nowMs: number): string {
  const ms = Date.parse(iso) - nowMs;
  const size = Math.abs(ms);
  if (size < 1_000) return 'now';
  const unit = size < DAY_MS ? 1_000 : 3_600_000;
  const text = duration(Math.round(size / unit) * unit);
  return ms > 0 ? `in ${text}` : `${text} ago`;
}

/** From one moment to another, or to now; `null`: it has not begun. */
export function durationText(from: string | null, until: string | null, nowMs: number): string | null {
  if (from === null) return null;
  return duration(Math.max(0, (until === null ? nowMs : Date.parse(until)) - Date.parse(from)));
}
