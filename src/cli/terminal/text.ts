/** Formatting of values for display. */
import { escapeHidden } from '../../errors/shown.ts';
import { numeral } from '../../text/numbers.ts';

/** `1,234,567`. */
export function count(value: number): string {
  return numeral(Math.round(value));
}

/** `1 user`, `2 users`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `8 s`, `0.5 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toLocaleString('en-US', { maximumFractionDigits: 3 })} s`;
}

/** `2026-01-31 08:00:00Z` for an ISO time; `–` for none. */
export function moment(iso: string | null): string {
  return iso === null ? '–' : `${iso.slice(0, 19).replace('T', ' ')}Z`;
}

/** A text on one line, with control characters as escapes. */
export function oneLine(text: string): string {
  return escapeHidden(text.replace(/\s+/g, ' ').trim());
}

/** At most `max` characters, with `…` for the rest. */
export function shortened(text: string, max: number): string {
  const line = oneLine(text);
  return line.length <= max ? line : `${line.slice(0, Math.max(1, max - 1))}…`;
}

/** The first digits of a run's id, enough to identify it. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** A word of a command line that can be pasted into a shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
