import { describe, expect, it } from 'vitest';
import { Timeline } from '../../../../src/simulate/record/timeline.ts';
import { zoneOf } from '../../../../src/simulate/world/zone.ts';

const START_MS = Date.parse('2026-03-02T00:00:00Z');
const MINUTE_MS = 60_000;
const PERIOD = {
  zone: zoneOf('UTC'),
  startMs: START_MS,
  endMs: START_MS + 10 * 86_400_000,
  days: 10,
};
const at = (minutes: number): number => START_MS + minutes * MINUTE_MS;

function timeline(lanes = 4, answered: readonly string[] = []): Timeline {
  return new Timeline(PERIOD, lanes, new Set(answered));
}

describe('the timeline of a record', () => {
  it('finds an outage among calls that mostly succeed, to five minutes', () => {
    const times = timeline();
    for (let minute = 0; minute < 1_000; minute++)
      times.add(
        'mail',
        at(minute),
        at(minute),
        at(minute) + 100,
        (minute >= 300 && minute < 360) || minute % 50 === 7,
      );
    expect(times.outages('mail')).toEqual([{ fromMs: at(300), untilMs: at(360) }]);
  });

  it('finds none among failures that are frequent at all times, and none in few', () => {
    const often = timeline();
    for (let minute = 0; minute < 1_000; minute++)
      often.add('mail', at(minute), at(minute), at(minute) + 100, minute % 20 !== 3);
    expect(often.outages('mail')).toEqual([]);
    const few = timeline();
    for (let minute = 0; minute < 9; minute++)
      few.add('mail', at(minute), at(minute), at(minute) + 100, true);
    for (let minute = 60; minute < 200; minute++)
      few.add('mail', at(minute), at(minute), at(minute) + 100, false);
    expect(few.outages('mail')).toEqual([]);
    expect(few.outages('badge')).toEqual([]);
  });

  it('joins failures over the time in which no one called', () => {
    const times = timeline();
    for (const hour of [0, 3, 6, 9, 12, 15])
      for (let call = 0; call < 30; call++)
        times.add('mail', at(60 * hour), at(60 * hour), at(60 * hour) + 10, hour === 6 || hour === 9);
    expect(times.outages('mail')).toEqual([{ fromMs: at(360), untilMs: at(545) }]);
  });

  it('has an outage from when people were ready until the last of their attempts', () => {
    const times = timeline();
    for (let minute = 0; minute < 100; minute++)
      times.add('mail', at(minute), at(minute), at(minute) + 100, false);
    for (let call = 0; call < 20; call++) times.add('mail', at(200), at(215), at(216), true);
    expect(times.outages('mail')).toEqual([{ fromMs: at(200), untilMs: at(216) + 1 }]);
  });

  it('needs no lanes for tasks that wait for callbacks', () => {
    const times = timeline(4, ['approve']);
    for (let call = 0; call < 9; call++) times.add('approve', at(10), at(10), at(100), false);
    expect(times.isCrowded(at(50))).toBe(false);
    expect(times.peak()).toBe(0);
  });

  it('knows when most lanes were busy', () => {
    const times = timeline(4);
    for (let call = 0; call < 3; call++) times.add('mail', at(10), at(10), at(11), false);
    expect(times.isCrowded(at(10) + 30_000)).toBe(true);
    expect(times.isCrowded(at(11) + 1_000)).toBe(false);
    expect(times.peak()).toBeCloseTo(3);
  });

  it('counts only what lies in the period', () => {
    const times = timeline();
    times.add('mail', START_MS - 5_000, START_MS - 5_000, START_MS + 1_000, false);
    times.add('mail', PERIOD.endMs - 500, PERIOD.endMs - 500, PERIOD.endMs + 86_400_000, true);
    expect(times.peak()).toBe(1);
    expect(times.outages('mail')).toEqual([]);
  });
});
