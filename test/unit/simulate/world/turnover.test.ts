import { describe, expect, it } from 'vitest';
import { monthsWithin } from '../../../../src/simulate/world/turnover.ts';
import { zoneOf } from '../../../../src/simulate/world/zone.ts';

const zone = zoneOf('Europe/Berlin');
const BEFORE_MS = 1;
const from = (day: string, until: string) => ({
  zone,
  startMs: zone.startOf(day) - BEFORE_MS,
  endMs: zone.startOf(until) - BEFORE_MS,
});

describe('the months within a period', () => {
  it.each(['join', 'move', 'leave'] as const)('are whole for whole months, and add up (%s)', (kind) => {
    expect(monthsWithin({}, kind, from('2026-01-01', '2026-04-01'))).toBeCloseTo(3);
    const parts = [
      from('2026-01-01', '2026-01-20'),
      from('2026-01-20', '2026-03-07'),
      from('2026-03-07', '2026-04-01'),
    ];
    expect(parts.reduce((sum, part) => sum + monthsWithin({}, kind, part), 0)).toBeCloseTo(3);
  });

  it('have their busiest day where dates are drawn most', () => {
    const joinDays = { mondays: 0, monthStarts: 70, otherWorkdays: 30 };
    const firstDay = from('2026-06-01', '2026-06-02');
    expect(monthsWithin({ joinDays }, 'join', firstDay)).toBeCloseTo(0.7 + 0.3 / 22);
    expect(monthsWithin({ joinDays }, 'join', from('2026-06-06', '2026-06-08'))).toBe(0);
    const leaveDays = { fridays: 0, monthEnds: 100, otherWorkdays: 0 };
    expect(monthsWithin({ leaveDays }, 'leave', from('2026-06-30', '2026-07-01'))).toBeCloseTo(1);
  });
});
