/** Numbers formatted for people, the same in terminals and reports, on every machine. */
import { type DurationMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';

/** `12,345`; at most one digit after the point. */
export function numeral(value: number): string {
  const [whole = '0', fraction = '0'] = Math.abs(value).toFixed(1).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const isZero = whole === '0' && fraction === '0';
  return `${value < 0 && !isZero ? '−' : ''}${grouped}${fraction === '0' ? '' : `.${fraction}`}`;
}

/** `1 person`, `2 people`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${numeral(count)} ${count === 1 ? one : many}`;
}

/** `99.8 %`; 0 and 100 only when exact. `–` when `whole` is 0. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const value = (100 * part) / whole;
  const rounded =
    value > 0 && value < 0.1 ? '< 0.1' : value < 100 && value > 99.9 ? '> 99.9' : numeral(value);
  return `${rounded} %`;
}

/** `350 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`, `3 days 4 h`: at most two units, the smaller one rounded. */
export function duration(ms: DurationMs): string {
  const text = durationOf(Math.abs(ms));
  return ms < 0 && text !== '0 ms' ? `−${text}` : text;
}

function durationOf(ms: DurationMs): string {
  if (Math.round(ms) < SECOND_MS) return `${Math.round(ms)} ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${numeral(tenths / 10)} s`;
  const seconds = Math.round(ms / SECOND_MS);
  if (seconds < 3_600) return twoUnits(seconds, 60, 'min', 's');
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 1_440) return twoUnits(minutes, 60, 'h', 'min');
  const hours = Math.round(ms / HOUR_MS);
  return twoUnits(hours, 24, hours < 48 ? 'day' : 'days', 'h');
}

function twoUnits(parts: number, perUnit: number, unit: string, part: string): string {
  const rest = parts % perUnit;
  return `${numeral(Math.floor(parts / perUnit))} ${unit}${rest === 0 ? '' : ` ${rest} ${part}`}`;
}
