import { describe, expect, it } from 'vitest';
import {
  type ProcessWindow,
  type Scenario,
  type SimulationResult,
  simulate,
} from '../../../../src/simulate.ts';
import { SMALL, traced } from '../scenarios.ts';

const DAILY: Scenario = { ...SMALL, schedule: { intervalHours: 3 } };

function sums({ calendar }: SimulationResult) {
  const sum = (of: 'planned' | 'onTime' | 'late' | 'skipped' | 'missed'): number =>
    calendar.reduce((total, day) => total + day[of], 0);
  return {
    planned: sum('planned'),
    onTime: sum('onTime'),
    late: sum('late'),
    skipped: sum('skipped'),
    missed: sum('missed'),
  };
}

function withWindow(window: ProcessWindow, missedSlots: 'skip' | 'once' | 'each' = 'once'): Scenario {
  return { ...DAILY, schedule: { intervalHours: 3, missedSlots }, process: [window] };
}

/** Thirty hours, of which ten slots pass. */
const SPAN = { from: '2026-03-24T00:30:00Z', until: '2026-03-25T06:30:00Z' } as const;

describe('the calendar', () => {
  it('has every local day, with 23 and 25 hours when clocks change', async () => {
    const spring = await simulate({ ...DAILY, schedule: { intervalHours: 1 } });
    expect(spring.calendar.map(({ day }) => day)).toHaveLength(14);
    expect(spring.calendar.find(({ day }) => day === '2026-03-29')).toMatchObject({
      hours: 23,
      planned: 23,
      onTime: 23,
    });
    expect(spring.calendar.find(({ day }) => day === '2026-03-28')).toMatchObject({
      hours: 24,
      planned: 24,
      onTime: 24,
    });
    const autumn = await simulate({
      ...DAILY,
      start: '2026-10-20',
      horizon: 'P7D',
      schedule: { intervalHours: 1 },
    });
    expect(autumn.calendar.find(({ day }) => day === '2026-10-25')).toMatchObject({
      hours: 25,
      planned: 25,
      onTime: 25,
    });
  });

  it('counts every run and person on the day that it was scheduled for', async () => {
    const result = await simulate(DAILY);
    const count = (of: 'runs' | 'users'): number =>
      result.calendar.reduce(
        (sum, day) => sum + Object.values(day[of]).reduce((all, one) => all + one, 0),
        0,
      );
    expect(count('runs')).toBe(result.totals.runsCount);
    expect(count('users')).toBe(result.totals.usersCount);
  });

  it.each([
    ['off', 'once', { late: 1, skipped: 0, missed: 9 }],
    ['off', 'each', { late: 10, skipped: 0, missed: 0 }],
    ['off', 'skip', { late: 0, skipped: 10, missed: 0 }],
    ['asleep', 'once', { late: 1, skipped: 0, missed: 9 }],
    ['asleep', 'each', { late: 10, skipped: 0, missed: 0 }],
    ['asleep', 'skip', { late: 0, skipped: 10, missed: 0 }],
  ] as const)(
    'of a process that was %s shows what `%s` does about ten missed slots',
    async (kind, policy, expected) => {
      const result = await simulate(withWindow({ kind, ...SPAN }, policy));
      const { planned, onTime, ...others } = sums(result);
      expect(others).toEqual(expected);
      expect(onTime).toBe(planned - 10);
      expect(result.calendar.filter(({ process }) => process.includes(kind)).map(({ day }) => day)).toEqual([
        '2026-03-24',
        '2026-03-25',
      ]);
    },
  );

  it('is the same for a process that was killed as for one that was off', async () => {
    const killed = await traced(withWindow({ kind: 'off', how: 'kill', ...SPAN }));
    const stopped = await traced(withWindow({ kind: 'off', ...SPAN }));
    expect(sums(killed.result)).toEqual(sums(stopped.result));
    expect(killed.result.totals.users).toEqual(stopped.result.totals.users);
    expect(killed.result.violations).toEqual([]);
  });

  it('loses no one within the catch-up window, and people beyond it', async () => {
    const whole = await simulate({ ...SMALL, tasks: {} });
    const within = await simulate({ ...withWindow({ kind: 'off', ...SPAN }), tasks: {} });
    expect(within.totals.users).toEqual(whole.totals.users);
    const long = { kind: 'off', from: '2026-03-22T00:30:00Z', until: '2026-03-30T06:30:00Z' } as const;
    const beyond = await simulate({ ...withWindow(long), tasks: {} });
    expect(beyond.totals.usersCount).toBeLessThan(whole.totals.usersCount);
  });

  it('survives a process that does not come back before the horizon', async () => {
    const result = await simulate(withWindow({ kind: 'off', from: '2026-03-30', until: '2026-05-01' }));
    expect(sums(result).missed).toBeGreaterThan(20);
    expect(result.errors).toEqual([]);
  });

  it.each([-5_400, 5_400, 93_600])(
    'survives a clock that jumps by %i s: no one is processed twice, no invariant is broken',
    async (bySeconds) => {
      const scenario = withWindow({ kind: 'clockJump', at: '2026-03-25T13:10:00Z', bySeconds });
      const seen: string[] = [];
      const { result } = await traced(scenario, { onUser: ({ subjectId }) => void seen.push(subjectId) });
      expect(new Set(seen).size).toBe(seen.length);
      expect(result.violations).toEqual([]);
      expect(result.totals.usersCount).toBeGreaterThan(20);
    },
  );
});

describe('tasks under way when the process ends', () => {
  const slow = (how: 'stop' | 'kill'): Scenario => ({
    ...SMALL,
    tasks: { openAccount: { duration: { kind: 'fixed', ms: 3_000_000 } }, greet: {} },
    process: [{ kind: 'off', how, from: '2026-03-23T00:20:00Z', until: '2026-03-23T01:00:00Z' }],
  });

  it.each(['stop', 'kill'] as const)('run again after a %s, and all end', async (how) => {
    const { result } = await traced(slow(how));
    const plain = await simulate({ ...slow(how), process: [] });
    expect(result.totals.users).toEqual(plain.totals.users);
    expect(result.totals.calls).toBeGreaterThanOrEqual(plain.totals.calls);
    expect(result.violations).toEqual([]);
  });
});
