/** Numbers and words of a report, the same on every machine. */
import { DAY_MS, type DurationMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../model/time.ts';

/** Text for HTML, between tags or in a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] as string,
  );
}

/** `12,345`; at most one digit after the point. */
export function numeral(value: number): string {
  const [whole = '0', fraction = '0'] = Math.abs(value).toFixed(1).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${value < 0 ? '−' : ''}${grouped}${fraction === '0' ? '' : `.${fraction}`}`;
}

/** `99.8 %`; 0 and 100 only when exact. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const value = (100 * part) / whole;
  const rounded =
    value > 0 && value < 0.1 ? '< 0.1' : value < 100 && value > 99.9 ? '> 99.9' : numeral(value);
  return `${rounded} %`;
}

/** `2 h 5 min`, `3 days 4 h`, `1.2 s`, `350 ms`: two units at most. */
export function duration(ms: DurationMs): string {
  const value = Math.abs(ms);
  const sign = ms < 0 ? '−' : '';
  if (value < SECOND_MS) return `${sign}${Math.round(value)} ms`;
  if (value < MINUTE_MS) return `${sign}${numeral(value / SECOND_MS)} s`;
  if (value < HOUR_MS) return sign + two(value, MINUTE_MS, 'min', SECOND_MS, 's');
  if (value < DAY_MS) return sign + two(value, HOUR_MS, 'h', MINUTE_MS, 'min');
  const isOne = Math.floor(value / DAY_MS) === 1;
  return sign + two(value, DAY_MS, isOne ? 'day' : 'days', HOUR_MS, 'h');
}

function two(value: number, unit: number, name: string, part: number, partName: string): string {
  const whole = Math.floor(value / unit);
  const rest = Math.floor((value % unit) / part);
  return `${numeral(whole)} ${name}${rest === 0 ? '' : ` ${rest} ${partName}`}`;
}

/** `1 person`, `2 people`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${numeral(count)} ${count === 1 ? one : many}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `29 Mar` of `2026-03-29`. */
export function shortDay(day: string): string {
  return `${Number(day.slice(8, 10))} ${MONTHS[Number(day.slice(5, 7)) - 1]}`;
}

/** `29 Mar 2026`. */
export function longDay(day: string): string {
  return `${shortDay(day)} ${day.slice(0, 4)}`;
}

/** `Mar`, with the year in January. */
export function monthOf(day: string): string {
  const month = MONTHS[Number(day.slice(5, 7)) - 1] as string;
  return month === 'Jan' ? `Jan ${day.slice(0, 4)}` : month;
}

/** Words for a status. */
export const STATUS_WORDS: Readonly<Record<string, string>> = {
  completed: 'completed',
  completedWithErrors: 'with errors',
  failed: 'failed',
  canceled: 'canceled',
  unfinished: 'unfinished',
  queued: 'queued',
  inProgress: 'in progress',
  canceling: 'canceling',
  quarantined: 'quarantined',
  notProcessed: 'not processed',
};

/** Statuses in the order in which charts stack them; the CSS has a colour for each. */
export const STATUS_ORDER = ['completed', 'completedWithErrors', 'failed', 'canceled', 'unfinished'] as const;
