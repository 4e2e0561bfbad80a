import { getISODay } from 'date-fns/getISODay';
import { plural } from '../../text/numbers.ts';
import type { CalendarDay } from '../calendar.ts';
import { utc } from '../zone.ts';
import { legend } from './charts.ts';
import { escaped, longDay, monthOf } from './text.ts';

const CELL = 14;
const LEFT = 32;
const TOP = 18;
const WEEKDAYS = ['Mon', '', 'Wed', '', 'Fri', '', 'Sun'] as const;
/** Weeks in one block: a year has four. Blocks stand side by side where the page is wide enough. */
const WEEKS_PER_BLOCK = 14;

const KINDS = [
  { className: 'slot-good', name: 'all slots on time' },
  { className: 'slot-late', name: 'some evaluated late' },
  { className: 'slot-missed', name: 'some missed or skipped' },
  { className: 'slot-none', name: 'no slots planned' },
] as const;

/** Days as squares, a column a week: what the schedule planned and what happened. A ring: clocks change that day. */
export function calendarChart(days: readonly CalendarDay[]): string {
  const first = days[0];
  if (!first) return '';
  const blocks: string[] = [];
  const lead = getISODay(first.day, { in: utc }) - 1;
  const weeks = Math.ceil((days.length + lead) / 7);
  for (let week = 0; week < weeks; week += WEEKS_PER_BLOCK) {
    const from = Math.max(0, week * 7 - lead);
    const until = (week + WEEKS_PER_BLOCK) * 7 - lead;
    blocks.push(blockOf(days.slice(from, until), week === 0 ? lead : 0));
  }
  const used = KINDS.filter(({ className }) => days.some((day) => classOf(day) === className));
  const hasRing = days.some(({ hours }) => hours !== 24);
  const hasProcess = days.some(({ process }) => process.length > 0);
  const marks = [
    ...(hasRing ? [{ className: 'ring', name: 'clocks change (23 or 25 hours)' }] : []),
    ...(hasProcess ? [{ className: 'dot', name: 'process off, asleep or with a wrong clock' }] : []),
  ];
  return `${legend([...used, ...marks])}<div class="calendar">${blocks.join('')}</div>`;
}

function blockOf(days: readonly CalendarDay[], lead: number): string {
  const weekdays = WEEKDAYS.map(
    (name, at) => `<text class="axis" x="0" y="${TOP + at * CELL + 11}">${name}</text>`,
  );
  const months: string[] = [];
  let freeX = 0;
  const cells = days.map((day, at) => {
    const [column, row] = [Math.floor((at + lead) / 7), (at + lead) % 7];
    const [x, y] = [LEFT + column * CELL, TOP + row * CELL];
    if ((day.day.endsWith('-01') || at === 0) && x >= freeX && column <= WEEKS_PER_BLOCK - 2) {
      months.push(`<text class="axis" x="${x}" y="12">${escaped(monthOf(day.day))}</text>`);
      freeX = x + (day.day.slice(5, 7) === '01' ? 58 : 30);
    }
    const ring =
      day.hours === 24 ? '' : `<rect class="ring" x="${x + 1}" y="${y + 1}" width="10" height="10" rx="2"/>`;
    const dot = day.process.length === 0 ? '' : `<circle class="dot" cx="${x + 6}" cy="${y + 6}" r="2.5"/>`;
    return `<g><title>${escaped(titleOf(day))}</title><rect class="${classOf(day)}" x="${x}" y="${y}" width="12" height="12" rx="2"/>${ring}${dot}</g>`;
  });
  const width = LEFT + WEEKS_PER_BLOCK * CELL;
  const height = TOP + 7 * CELL;
  return `<svg width="${width}" height="${height}" role="img" aria-label="Calendar of planned and actual slots">${weekdays.join('')}${months.join('')}${cells.join('')}</svg>`;
}

function classOf(day: CalendarDay): (typeof KINDS)[number]['className'] {
  if (day.planned === 0) return 'slot-none';
  if (day.missed + day.skipped > 0) return 'slot-missed';
  return day.late > 0 ? 'slot-late' : 'slot-good';
}

function titleOf(day: CalendarDay): string {
  const parts = [
    `${longDay(day.day)}: ${plural(day.planned, 'slot')} planned, ${day.onTime} on time`,
    day.late > 0 && `${day.late} late`,
    day.skipped > 0 && `${day.skipped} skipped`,
    day.missed > 0 && `${day.missed} missed`,
    day.hours !== 24 && `a day of ${day.hours} hours`,
    day.process.length > 0 && `process ${day.process.join(', ')}`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}
