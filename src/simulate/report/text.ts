/** Words of a report, the same on every machine. */

/** Text for HTML, between tags or in a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] as string,
  );
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
