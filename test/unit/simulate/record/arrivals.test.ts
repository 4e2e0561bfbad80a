import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../../src/model/subject.ts';
import { arrivalsOf, Movements } from '../../../../src/simulate/record/arrivals.ts';
import { zoneOf } from '../../../../src/simulate/world/zone.ts';

const zone = zoneOf('UTC');
const YEAR = {
  zone,
  startMs: Date.parse('2026-01-01T00:00:00Z'),
  endMs: Date.parse('2027-01-01T00:00:00Z'),
  days: 365,
};

function peopleOf(people: readonly Subject[]) {
  return { byId: new Map(people.map((one) => [one.id, one])), idOf: (id: string) => id, dropped: [] };
}

describe('the arrivals of a record', () => {
  it('have the people of the start, without those who came later and without last days to come', () => {
    const all = peopleOf([
      { id: 'old', employeeHireDate: '2020-01-01' },
      { id: 'leaving', employeeHireDate: '2020-01-01', employeeLeaveDateTime: '2026-05-01' },
      { id: 'left', employeeHireDate: '2020-01-01', employeeLeaveDateTime: '2025-12-01' },
      { id: 'joined', employeeHireDate: '2026-03-02' },
      { id: 'coming', employeeHireDate: '2027-03-01' },
      { id: 'undated' },
      { id: 'welcomed' },
    ]);
    const movements = new Movements(all);
    movements.add('joiner', 'w', 'welcomed');
    movements.add('joiner', 'w', 'joined');
    movements.add('joiner', 'w', 'gone');
    movements.add('leaver', 'w', 'gone');
    for (const id of ['old', 'left', 'old']) movements.add('mover', 'm', id);
    const { people, turnover, notes } = arrivalsOf(all, movements, YEAR);
    expect(people).toEqual([
      { id: 'old', employeeHireDate: '2020-01-01' },
      { id: 'leaving', employeeHireDate: '2020-01-01' },
      { id: 'left', employeeHireDate: '2020-01-01', employeeLeaveDateTime: '2025-12-01' },
      { id: 'undated' },
    ]);
    // Joined, welcomed and gone; three moves; leaving and gone: in twelve months.
    expect(turnover).toEqual({ joinersPerMonth: 0.25, moversPerMonth: 0.25, leaversPerMonth: 0.17 });
    expect(notes[0]).toMatch(/^3 people joined and 2 left in the record/);
    expect(notes.join(' ')).toMatch(/2 people of joiner and leaver runs are not in the directory any more/);
  });

  it('have the days of notice of those who were entered in the record, in days of the calendar', () => {
    const entered = (id: string, hireDate: string, createdDateTime: string): Subject => ({
      id,
      employeeHireDate: hireDate,
      createdDateTime,
    });
    // Entered in the course of a day, 10 to 40 days ahead; and at the very beginning, a few days ahead.
    const ahead = Array.from({ length: 310 }, (_, no) => {
      const day = Date.parse('2026-06-01T15:00:00Z') - (10 + (no % 31)) * 86_400_000;
      return entered(`a${no}`, '2026-06-01', new Date(day).toISOString());
    });
    const atFirst = Array.from({ length: 10 }, (_, no) =>
      entered(`b${no}`, `2026-01-0${1 + (no % 4)}T12:00:00Z`, '2026-01-01T00:00:00Z'),
    );
    const all = peopleOf([...ahead, ...atFirst]);
    const { turnover } = arrivalsOf(all, new Movements(all), YEAR);
    expect([turnover.noticeDays, turnover.lateShare]).toEqual([{ min: 10, max: 40 }, 0]);
  });

  it('have the seasons of a whole year, and the days on which people start', () => {
    const mondays = (month: string, count: number): Subject[] =>
      Array.from({ length: count }, (_, no) => ({
        id: `${month} ${no}`,
        employeeHireDate: month,
        createdDateTime: new Date(Date.parse(month) - (10 + (no % 11)) * 86_400_000).toISOString(),
      }));
    const all = peopleOf([...mondays('2026-02-09', 100), ...mondays('2026-09-14', 300)]);
    const { turnover } = arrivalsOf(all, new Movements(all), YEAR);
    const { seasonality = [], joinDays, noticeDays, lateShare } = turnover;
    expect(seasonality.map((factor) => factor > 0)).toEqual(
      Array.from({ length: 12 }, (_, month) => month === 1 || month === 8),
    );
    expect((seasonality[8] ?? 0) / (seasonality[1] ?? 1)).toBeCloseTo((3 * 28) / 30, 1);
    expect([joinDays, noticeDays, lateShare]).toEqual([
      { mondays: 100, monthStarts: 0, otherWorkdays: 0 },
      { min: 10, max: 20 },
      0,
    ]);
    const half = { ...YEAR, endMs: Date.parse('2026-07-01T00:00:00Z'), days: 181 };
    expect(arrivalsOf(all, new Movements(all), half).turnover.seasonality).toBeUndefined();
  });
});
