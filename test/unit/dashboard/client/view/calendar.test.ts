import { describe, expect, it } from 'vitest';
import {
  calendarDays,
  dayIn,
  weekdayNo,
  weekdayOf,
} from '../../../../../src/dashboard/client/view/calendar.ts';

const slot = (slotDateTime: string, usersCount: number, quarantineReason: string | null = null) => ({
  slotDateTime,
  usersCount,
  quarantineReason,
});
const PAGE = {
  now: '2026-03-27T20:30:00.000Z',
  fromDateTime: '2026-03-27T21:00:00.000Z',
  toDateTime: '2026-03-31T21:00:00.000Z',
  examinedUsersCount: 9,
  isCut: false,
  workflows: [
    { id: 'w1', displayName: 'A', outlook: 'dates' as const, slots: [slot('2026-03-29T21:00:00.000Z', 1)] },
    {
      id: 'w2',
      displayName: 'B',
      outlook: 'dates' as const,
      slots: [slot('2026-03-29T03:00:00.000Z', 8, 'too many'), slot('2026-03-30T03:00:00.000Z', 2)],
    },
  ],
};

describe('the calendar', () => {
  it('has every day that was looked at, with its slots by time', () => {
    const days = calendarDays(PAGE, 'UTC');
    expect(days.map(({ day, usersCount, heat, isTooMany }) => [day, usersCount, heat, isTooMany])).toEqual([
      ['2026-03-27', 0, 0, false],
      ['2026-03-28', 0, 0, false],
      ['2026-03-29', 9, 4, true],
      ['2026-03-30', 2, 1, false],
      ['2026-03-31', 0, 0, false],
    ]);
    expect(days[2]?.slots.map(({ workflow }) => workflow)).toEqual(['B', 'A']);
  });

  it('has the days of the time zone, also where clocks change', () => {
    const days = calendarDays(PAGE, 'Europe/Berlin');
    expect(days.map(({ day, usersCount }) => [day, usersCount])).toEqual([
      ['2026-03-27', 0],
      ['2026-03-28', 0],
      ['2026-03-29', 9],
      ['2026-03-30', 2],
      ['2026-03-31', 0],
    ]);
    expect(dayIn(Date.parse('2026-03-29T22:00:00Z'), 'Europe/Berlin')).toBe('2026-03-30');
    expect(dayIn(Date.parse('2026-03-29T03:00:00Z'), 'America/New_York')).toBe('2026-03-28');
  });

  it('begins weeks on Monday', () => {
    expect([weekdayNo('2026-03-30'), weekdayOf('2026-03-30')]).toEqual([1, 'Mon']);
    expect([weekdayNo('2026-03-29'), weekdayOf('2026-03-29')]).toEqual([7, 'Sun']);
  });

  it('colours no day when none takes people', () => {
    const days = calendarDays({ ...PAGE, workflows: [] }, 'UTC');
    expect(days.every(({ heat }) => heat === 0)).toBe(true);
  });
});
