/** The coming slots as days of a calendar. */
import type { CalendarPage } from '../../wire.ts';

/** A slot, with its workflow. */
export interface CalendarSlot {
  readonly workflowId: string;
  readonly workflow: string;
  readonly slotDateTime: string;
  readonly usersCount: number;
  readonly quarantineReason: string | null;
}

/** A day in the reader's time zone. */
export interface CalendarDay {
  /** `2026-01-31`. */
  readonly day: string;
  /** People that its slots will take. */
  readonly usersCount: number;
  /** By time. */
  readonly slots: readonly CalendarSlot[];
  /** How strongly it is coloured: 0 for no people, 4 for the most of all days. */
  readonly heat: 0 | 1 | 2 | 3 | 4;
  /** A slot would put its workflow in quarantine. */
  readonly isTooMany: boolean;
}

const STEP_MS = 3_600_000;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The day of a moment in a time zone: `2026-01-31`. */
export function dayIn(ms: number, timeZone: string): string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  formats.set(timeZone, format);
  const of = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${of.get('year')}-${of.get('month')}-${of.get('day')}`;
}

/** All days from the next slot to the end of what was looked at, those without slots too. */
export function calendarDays(page: CalendarPage, timeZone: string): readonly CalendarDay[] {
  const days = new Map<string, CalendarSlot[]>();
  const [fromMs, toMs] = [Date.parse(page.fromDateTime), Date.parse(page.toDateTime)];
  for (let ms = fromMs; ms < toMs; ms += STEP_MS) {
    const day = dayIn(ms, timeZone);
    if (!days.has(day)) days.set(day, []);
  }
  for (const { id, displayName, slots } of page.workflows) {
    for (const slot of slots) {
      const day = days.get(dayIn(Date.parse(slot.slotDateTime), timeZone));
      day?.push({ workflowId: id, workflow: displayName, ...slot });
    }
  }
  const sums = [...days].map(([day, slots]) => ({
    day,
    slots: slots.sort((a, b) => (a.slotDateTime < b.slotDateTime ? -1 : 1)),
    usersCount: slots.reduce((sum, { usersCount }) => sum + usersCount, 0),
    isTooMany: slots.some(({ quarantineReason }) => quarantineReason !== null),
  }));
  const most = Math.max(...sums.map(({ usersCount }) => usersCount));
  return sums.map((sum) => ({ ...sum, heat: heatOf(sum.usersCount, most) }));
}

function heatOf(count: number, most: number): CalendarDay['heat'] {
  return (count === 0 ? 0 : Math.ceil((4 * count) / most)) as CalendarDay['heat'];
}

/** Monday is 1, Sunday is 7. */
export function weekdayNo(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
}

/** `Mon`. */
export function weekdayOf(day: string): string {
  return WEEKDAYS[weekdayNo(day) - 1] as string;
}
