import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { dueAtMs, isDue, nextSlot, slotStart } from '../../../src/ledger/schedule-times.ts';
import { DAY_MS, HOUR_MS } from '../../../src/model/time.ts';

const ms = (text: string): number => Date.parse(text);
const instants = fc.integer({ min: -8.64e15 + 30 * DAY_MS, max: 8.64e15 - 30 * DAY_MS });
const intervals = fc.integer({ min: 1, max: 30 * DAY_MS });
const offsets = fc.integer({ min: -180, max: 180 });
/** Instants of which ISO texts have four-digit years, with room for the offset. */
const datable = fc.integer({ min: ms('0100-01-01T00:00:00Z'), max: ms('9998-01-01T00:00:00Z') });
const zone = process.env.TZ;

afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe('slots', () => {
  it('begin at multiples of the interval since the epoch, in UTC', () => {
    const interval = 3 * HOUR_MS;
    expect(slotStart(ms('2026-03-08T07:59:59.999Z'), interval)).toBe(ms('2026-03-08T06:00:00Z'));
    expect(slotStart(ms('2026-03-08T06:00:00Z'), interval)).toBe(ms('2026-03-08T06:00:00Z'));
    expect(nextSlot(ms('2026-03-08T06:00:00Z'), interval)).toBe(ms('2026-03-08T09:00:00Z'));
    expect(nextSlot(ms('2026-03-08T05:59:59.999Z'), interval)).toBe(ms('2026-03-08T06:00:00Z'));
  });

  it('are whole days for an interval of 24 hours, also when a clock is put forward', () => {
    for (const day of ['2026-03-08', '2026-11-01', '2028-02-29'])
      expect(slotStart(ms(`${day}T23:00:00Z`), 24 * HOUR_MS)).toBe(ms(`${day}T00:00:00Z`));
  });

  it('cover time without a gap or an overlap', () => {
    fc.assert(
      fc.property(instants, intervals, (now, interval) => {
        const start = slotStart(now, interval);
        const next = nextSlot(now, interval);
        expect(start <= now && now < next).toBe(true);
        expect(next - start).toBe(interval);
        expect(Math.abs(start % interval)).toBe(0);
        expect(slotStart(next, interval)).toBe(next);
        expect(slotStart(next - 1, interval)).toBe(start);
      }),
    );
  });

  it('are the same for every instant in them', () => {
    fc.assert(
      fc.property(
        instants,
        intervals,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (now, interval, part) => {
          const start = slotStart(now, interval);
          expect(slotStart(start + Math.floor(part * interval), interval)).toBe(start);
        },
      ),
    );
  });
});

describe('dueAtMs', () => {
  it.each([
    ['2026-02-01', 0, '2026-02-01T00:00:00Z'],
    ['2026-02-01', -7, '2026-01-25T00:00:00Z'],
    ['2026-02-01T09:30:00Z', 7, '2026-02-08T09:30:00Z'],
    ['2026-02-01T09:30:00.1234567Z', 0, '2026-02-01T09:30:00.123Z'],
    ['2026-02-01T09:30:00+02:00', 0, '2026-02-01T07:30:00Z'],
    ['2026-02-01T09:30:00-0530', 0, '2026-02-01T15:00:00Z'],
    ['2026-02-01T09:30', 0, '2026-02-01T09:30:00Z'],
    ['2026-02-01 09:30:15', 0, '2026-02-01T09:30:15Z'],
    ['2026-02-01t09:30:15z', 0, '2026-02-01T09:30:15Z'],
    [' 2026-02-01 ', 0, '2026-02-01T00:00:00Z'],
    ['2028-02-29', 0, '2028-02-29T00:00:00Z'],
    ['2028-02-28', 1, '2028-02-29T00:00:00Z'],
    ['2027-02-28', 1, '2027-03-01T00:00:00Z'],
    ['2028-03-01', -1, '2028-02-29T00:00:00Z'],
    ['2100-02-28', 1, '2100-03-01T00:00:00Z'],
    ['2026-03-07T07:30:00Z', 1, '2026-03-08T07:30:00Z'],
    ['2026-10-31T06:30:00Z', 1, '2026-11-01T06:30:00Z'],
    ['9999-12-31T23:59:59.9999999Z', 0, '9999-12-31T23:59:59.999Z'],
    ['/Date(1769817600000)/', 1, '2026-02-01T00:00:00Z'],
    ['/Date(1769817600000+0200)/', 0, '2026-01-31T00:00:00Z'],
    ['/Date(-86400000)/', 0, '1969-12-31T00:00:00Z'],
  ])('of %s with %i days is %s', (value, offset, due) => {
    expect(dueAtMs(value, offset)).toBe(ms(due));
  });

  it('reads a Date', () => {
    expect(dueAtMs(new Date(0), 2)).toBe(2 * DAY_MS);
    expect(dueAtMs(new Date(Number.NaN), 0)).toBeNull();
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['.NET’s “not set”', '0001-01-01T00:00:00Z'],
    ['.NET’s “not set” as a date', '0001-01-01'],
    ['a day that February lacks', '2026-02-30'],
    ['29 February of a common year', '2027-02-29T00:00:00Z'],
    ['a thirteenth month', '2026-13-01'],
    ['a 25th hour', '2026-01-01T25:00:00Z'],
    ['a 61st minute', '2026-01-01T10:61:00Z'],
    ['a zone that nobody has', '2026-01-01T10:00:00+99:00'],
    ['digits behind the minutes', '2026-01-01T10:001Z'],
    ['an American date', '01/02/2026'],
    ['words', 'next Monday'],
    ['a year of five digits', '12026-01-01'],
    ['a negative year', '-000001-01-01'],
    ['a number', 1769817600000],
    ['a big integer', 1769817600000n],
    ['a flag', true],
    ['an object', { getTime: () => 0 }],
    ['an array', ['2026-02-01']],
    ['.NET beyond the calendar', '/Date(9999999999999999)/'],
    ['.NET without digits', '/Date()/'],
    ['a very long text', `2026-02-01${' '.repeat(100_000)}`],
  ])('of %s is null', (_, value) => {
    expect(dueAtMs(value, 0)).toBeNull();
  });

  it('of a date whose offset leaves the calendar is null', () => {
    expect(dueAtMs(new Date(8.64e15), 1)).toBeNull();
    expect(dueAtMs(new Date(-8.64e15), -1)).toBeNull();
  });

  it('is a whole number of 24-hour days away, in every zone', () => {
    fc.assert(
      fc.property(datable, offsets, (at, offset) => {
        expect(dueAtMs(new Date(at).toISOString(), offset)).toBe(at + offset * DAY_MS);
      }),
    );
  });

  it.each([
    'UTC',
    'America/New_York',
    'Europe/Berlin',
    'Pacific/Apia',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
  ])('does not depend on the machine’s zone: %s', (name) => {
    process.env.TZ = name;
    // 2026-03-08: New York loses an hour. 2011-12-30: Apia had no such day.
    expect(dueAtMs('2026-03-08', 0)).toBe(ms('2026-03-08T00:00:00Z'));
    expect(dueAtMs('2026-03-07T07:30:00Z', 1)).toBe(ms('2026-03-08T07:30:00Z'));
    expect(dueAtMs('2026-03-28T01:30:00', 1)).toBe(ms('2026-03-29T01:30:00Z'));
    expect(dueAtMs('2011-12-29T12:00', 1)).toBe(ms('2011-12-30T12:00:00Z'));
    fc.assert(
      fc.property(datable, offsets, (at, offset) => {
        expect(dueAtMs(new Date(at), offset)).toBe(at + offset * DAY_MS);
      }),
      { numRuns: 50 },
    );
  });

  it('is a number in the calendar or null, whatever the attribute is', () => {
    fc.assert(
      fc.property(fc.anything(), offsets, (value, offset) => {
        const due = dueAtMs(value, offset);
        expect(due === null || (Number.isInteger(due) && Math.abs(due) <= 8.64e15)).toBe(true);
      }),
    );
  });

  it('is a number in the calendar or null, whatever text looks like a date', () => {
    const digits = fc.stringMatching(
      /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:?\d\d)?)?$/,
    );
    fc.assert(
      fc.property(digits, offsets, (value, offset) => {
        const due = dueAtMs(value, offset);
        expect(due === null || Number.isInteger(due)).toBe(true);
      }),
    );
  });
});

describe('isDue', () => {
  const catchUp = 3 * DAY_MS;

  it('holds from the trigger moment until the catch-up window is over', () => {
    const due = ms('2026-01-25T00:00:00Z');
    expect(isDue(due, due - 1, catchUp)).toBe(false);
    expect(isDue(due, due, catchUp)).toBe(true);
    expect(isDue(due, due + catchUp - 1, catchUp)).toBe(true);
    expect(isDue(due, due + catchUp, catchUp)).toBe(false);
  });

  it.each([
    [10, false, 'is not yet due'],
    [7, true, 'is due now'],
    [5, true, 'is 2 days late'],
    [3, false, 'is 4 days late'],
  ])('a hire in %i days with offset −7: %s, for it %s', (days, expected) => {
    const slot = ms('2026-05-01T00:00:00Z');
    const due = dueAtMs(new Date(slot + days * DAY_MS), -7);
    expect(due !== null && isDue(due, slot, catchUp)).toBe(expected);
  });

  it('holds for at least one slot of any schedule whose interval fits the window', () => {
    fc.assert(
      fc.property(datable, fc.integer({ min: 1, max: catchUp }), (due, interval) => {
        const first = slotStart(due + interval - 1, interval);
        expect(first).toBe(slotStart(due, interval) === due ? due : nextSlot(due, interval));
        expect(isDue(due, first, catchUp)).toBe(true);
        expect(isDue(due, first - interval, catchUp)).toBe(false);
      }),
    );
  });
});
