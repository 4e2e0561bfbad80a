import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IsoDuration, parseDuration } from '../../../../src/input/durations.ts';
import { hoursOf, isZone, momentAfter, zoneOf } from '../../../../src/simulate/world/zone.ts';

const HOUR_MS = 3_600_000;
const anyZone = fc.constantFrom(
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'America/Sao_Paulo', 'Asia/Kolkata', 'Australia/Lord_Howe'],
  ...['Africa/Cairo', 'Pacific/Apia', 'Asia/Kathmandu', 'America/St_Johns'],
);
const anyMoment = fc
  .date({ min: new Date('1975-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map((date) => date.getTime());

describe('a zone', () => {
  it('has days of 23 and 25 hours when clocks change', () => {
    const zone = zoneOf('Europe/Berlin');
    expect(hoursOf(zone, '2026-03-29')).toBe(23);
    expect(hoursOf(zone, '2026-10-25')).toBe(25);
    expect(hoursOf(zone, '2026-10-26')).toBe(24);
  });

  it('has the day that its clocks show', () => {
    const zone = zoneOf('Europe/Berlin');
    expect(zone.dayOf(Date.parse('2026-01-01T22:59:59Z'))).toBe('2026-01-01');
    expect(zone.dayOf(Date.parse('2026-01-01T23:00:00Z'))).toBe('2026-01-02');
  });

  it('has, at any moment, the offset of the platform', () => {
    fc.assert(
      fc.property(anyZone, anyMoment, (name, atMs) => {
        const shown = new Intl.DateTimeFormat('sv-SE', {
          timeZone: name,
          dateStyle: 'short',
          timeStyle: 'medium',
        }).format(atMs);
        const local = new Date(atMs + zoneOf(name).offsetAt(atMs)).toISOString();
        expect(local.slice(0, 19)).toBe(shown.replace(' ', 'T'));
      }),
    );
  });

  it('begins a day no later than any moment of it', () => {
    fc.assert(
      fc.property(anyZone, anyMoment, (name, atMs) => {
        const zone = zoneOf(name);
        const start = zone.startOf(zone.dayOf(atMs));
        expect(start).toBeLessThanOrEqual(atMs);
        expect(atMs - start).toBeLessThan(26 * HOUR_MS);
      }),
    );
  });

  it('finds a moment again by what its clocks show, unless they show it twice', () => {
    fc.assert(
      fc.property(anyZone, anyMoment, (name, atMs) => {
        const zone = zoneOf(name);
        const offset = zone.offsetAt(atMs);
        fc.pre([-3, 3].every((hours) => zone.offsetAt(atMs + hours * HOUR_MS) === offset));
        expect(zone.fromLocal(atMs + offset)).toBe(atMs);
      }),
    );
  });

  it('that does not exist is not one', () => {
    expect(isZone('Mars/Olympus')).toBe(false);
    expect(isZone('Europe/Berlin')).toBe(true);
  });
});

describe('the moment after a duration', () => {
  const endOf = (start: string, text: string, zone?: string): string | null => {
    const ms = momentAfter(Date.parse(start), parseDuration(text) as IsoDuration, zone);
    return ms === null ? null : new Date(ms).toISOString();
  };

  it('counts months by the calendar', () => {
    expect(endOf('2026-01-31T00:00:00Z', 'P1M')).toBe('2026-02-28T00:00:00.000Z');
    expect(endOf('2026-01-01T00:00:00Z', 'P1Y')).toBe('2027-01-01T00:00:00.000Z');
    expect(endOf('2026-01-01T00:00:00Z', 'P1Y2M3W4DT5H6M7.5S')).toBe('2027-03-26T05:06:07.500Z');
    expect(endOf('2026-01-01T00:00:00Z', 'PT36H')).toBe('2026-01-02T12:00:00.000Z');
  });

  it('counts days of a zone, also when clocks change', () => {
    expect(endOf('2026-03-27T23:00:00Z', 'P3D', 'Europe/Berlin')).toBe('2026-03-30T22:00:00.000Z');
    expect(endOf('2026-03-27T23:00:00Z', 'PT72H', 'Europe/Berlin')).toBe('2026-03-30T23:00:00.000Z');
  });

  it('is exact for hours, also within an hour that clocks show twice', () => {
    fc.assert(
      fc.property(anyZone, anyMoment, fc.integer({ min: 0, max: 100_000 }), (zone, atMs, hours) => {
        const end = momentAfter(atMs, parseDuration(`PT${hours}H`) as IsoDuration, zone);
        expect(end).toBe(atMs + hours * HOUR_MS);
      }),
    );
    expect(endOf('2026-10-25T01:30:00Z', 'PT1H', 'Europe/Berlin')).toBe('2026-10-25T02:30:00.000Z');
  });

  it('is null beyond the dates that there are', () => {
    expect(endOf('2026-01-01T00:00:00Z', 'P99999999D')).toBeNull();
  });
});
