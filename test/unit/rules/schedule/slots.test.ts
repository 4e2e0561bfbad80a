import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../../src/model/time.ts';
import {
  hasCome,
  isAdmitted,
  isDue,
  isOver,
  momentAt,
  nextSlot,
  slotStart,
} from '../../../../src/rules/schedule/slots.ts';

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

describe('momentAt', () => {
  it.each([
    ['2026-02-01T00:00:00Z', -7, '2026-01-25T00:00:00Z'],
    ['2028-02-28T00:00:00Z', 1, '2028-02-29T00:00:00Z'],
    ['2027-02-28T00:00:00Z', 1, '2027-03-01T00:00:00Z'],
    ['2028-03-01T00:00:00Z', -1, '2028-02-29T00:00:00Z'],
    ['2100-02-28T00:00:00Z', 1, '2100-03-01T00:00:00Z'],
    ['2026-03-07T07:30:00Z', 1, '2026-03-08T07:30:00Z'],
    ['2026-10-31T06:30:00Z', 1, '2026-11-01T06:30:00Z'],
  ])('%s and %i days is %s', (moment, offset, due) => {
    expect(momentAt(ms(moment), offset)).toBe(ms(due));
  });

  it('is null beyond the calendar', () => {
    expect(momentAt(8.64e15, 1)).toBeNull();
    expect(momentAt(-8.64e15, -1)).toBeNull();
  });

  it.each(['UTC', 'America/New_York', 'Europe/Berlin', 'Pacific/Apia', 'Asia/Kathmandu'])(
    'is a whole number of 24-hour days away on a machine in %s',
    (name) => {
      process.env.TZ = name;
      fc.assert(
        fc.property(datable, offsets, (at, offset) => {
          expect(momentAt(at, offset)).toBe(at + offset * DAY_MS);
        }),
        { numRuns: 50 },
      );
    },
  );
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
    const due = momentAt(slot + days * DAY_MS, -7);
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

describe('a moment', () => {
  it('has come at its own slot and later, and is over when the reach has passed', () => {
    expect([9, 10, 11].map((slot) => hasCome(10, slot))).toEqual([false, true, true]);
    expect([12, 13].map((slot) => isOver(10, slot, 3))).toEqual([false, true]);
    expect(isOver(10, 8.64e15, Number.POSITIVE_INFINITY)).toBe(false);
  });

  it('makes due where it has come and is not over', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.nat(), (due, slot, reach) => {
        expect(isDue(due, slot, reach)).toBe(hasCome(due, slot) && !isOver(due, slot, reach));
      }),
    );
  });

  it('is one that a subject was admitted for only when it is the very same', () => {
    const admission = { workflowId: 'w', subjectId: 'u', dueAtMs: 10, runId: 'r' };
    expect([isAdmitted(admission, 10), isAdmitted(admission, 11), isAdmitted(undefined, 10)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
