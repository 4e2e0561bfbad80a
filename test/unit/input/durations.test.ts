import { formatISODuration } from 'date-fns/formatISODuration';
import { milliseconds } from 'date-fns/milliseconds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayTimeMs, parseDuration } from '../../../src/input/durations.ts';

const whole = (max: number) => fc.integer({ min: 0, max });
const clock = { hours: whole(9_999_999), minutes: whole(999_999_999), seconds: whole(999_999_999) };
const calendar = { years: whole(9_999), months: whole(9_999), weeks: whole(9_999), days: whole(99_999_999) };
const ZERO = { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0, milliseconds: 0 };
/** `-0` as `0`. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The ISO 8601 text of a duration; date-fns leaves weeks out. */
function textOf(duration: Parameters<typeof formatISODuration>[0]): string {
  return formatISODuration(duration).replace('M', `M${duration.weeks ?? 0}W`);
}

describe('parseDuration', () => {
  it('reads every unit of what date-fns writes', () => {
    fc.assert(
      fc.property(fc.record({ ...calendar, ...clock }), (duration) => {
        expect(parseDuration(textOf(duration))).toEqual({ ...duration, milliseconds: 0 });
      }),
    );
  });

  it('reads a text with a minus as the negative of the text without, and letters in either case', () => {
    fc.assert(
      fc.property(fc.record({ ...calendar, ...clock }), (duration) => {
        const text = textOf(duration);
        const negative = Object.entries(duration).map(([unit, count]) => [unit, -count]);
        expect(plain(parseDuration(`-${text}`))).toEqual(plain({ ...ZERO, ...Object.fromEntries(negative) }));
        expect(parseDuration(`+${text.toLowerCase()}`)).toEqual(parseDuration(text));
      }),
    );
  });

  it.each([
    ['P1Y', { years: 1 }],
    ['P18M', { months: 18 }],
    ['P2W', { weeks: 2 }],
    ['P10DT12H', { days: 10, hours: 12 }],
    ['PT5M', { minutes: 5 }],
    ['PT0.5S', { milliseconds: 500 }],
    ['PT4.5678S', { seconds: 4, milliseconds: 567 }],
    ['P0D', {}],
  ])('reads %s', (text, units) => {
    expect(parseDuration(text)).toEqual({ ...ZERO, ...units });
  });

  it.each([
    ...[
      '',
      'P',
      'PT',
      'P1',
      '1Y',
      'P-1D',
      'P1.5D',
      'P1DT',
      'P1H',
      'PT1D',
      'PT1H2H',
      'P1D2M',
      'PT.5S',
      'PT5.S',
    ],
    ...[
      ' P1D',
      'P1D ',
      'P1D\n',
      'P١D',
      'P10000Y',
      'P100000000D',
      'PT1234567890S',
      '--P1D',
      'P1M1Y',
      'PT1,5S',
    ],
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});

describe('dayTimeMs', () => {
  it('is what date-fns counts, for days to seconds', () => {
    fc.assert(
      fc.property(fc.record({ days: whole(99_999_999), ...clock }), (duration) => {
        expect(dayTimeMs(formatISODuration(duration))).toBe(milliseconds(duration));
      }),
    );
  });

  it('has a day of 24 hours, and cuts fractions to ms', () => {
    expect(dayTimeMs('P1DT2H3M4.567S')).toBe(93_784_567);
    expect(dayTimeMs('-PT0.0019S')).toBe(-1);
  });

  it('is null for units that have no fixed length, for weeks, and for other texts', () => {
    for (const text of ['P1Y', 'P1M', 'P1M1D', 'P1W', 'P1WT1H', 'soon']) expect(dayTimeMs(text)).toBeNull();
  });
});
