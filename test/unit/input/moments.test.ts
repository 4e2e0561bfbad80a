import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { momentOrNull, parseMoment, readAttribute } from '../../../src/input/moments.ts';

const ms = (text: string): number => Date.parse(text);
const machineZone = process.env.TZ;

afterEach(() => {
  if (machineZone === undefined) delete process.env.TZ;
  else process.env.TZ = machineZone;
});

describe('parseMoment', () => {
  it.each([
    ['2026-02-01', 'date', '2026-02-01T00:00:00Z'],
    [' 2026-02-01 ', 'date', '2026-02-01T00:00:00Z'],
    ['\u00a02026-02-01\u00a0', 'date', '2026-02-01T00:00:00Z'],
    ['2028-02-29', 'date', '2028-02-29T00:00:00Z'],
    ['2026-02-01T09:30', 'local', '2026-02-01T09:30:00Z'],
    ['2026-02-01 09:30:15', 'local', '2026-02-01T09:30:15Z'],
    ['2026-02-01T24:00', 'local', '2026-02-02T00:00:00Z'],
    ['2026-02-01T09:30:00Z', 'instant', '2026-02-01T09:30:00Z'],
    ['2026-02-01t09:30:15z', 'instant', '2026-02-01T09:30:15Z'],
    ['2026-02-01T09:30:00.1234567Z', 'instant', '2026-02-01T09:30:00.123Z'],
    ['2026-02-01T09:30:00.5Z', 'instant', '2026-02-01T09:30:00.500Z'],
    ['1969-12-31T23:59:59.9999Z', 'instant', '1969-12-31T23:59:59.999Z'],
    ['2026-02-01T09:30:00+02:00', 'instant', '2026-02-01T07:30:00Z'],
    ['2026-02-01T09:30:00-0530', 'instant', '2026-02-01T15:00:00Z'],
    ['2026-02-01 09:30:00+00', 'instant', '2026-02-01T09:30:00Z'],
    ['2026-02-01T09:30-23:59', 'instant', '2026-02-02T09:29:00Z'],
    ['2026-12-31T24:00:00.000Z', 'instant', '2027-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59.9999999Z', 'instant', '9999-12-31T23:59:59.999Z'],
    ['/Date(1769817600000)/', 'instant', '2026-01-31T00:00:00Z'],
    ['/Date(1769817600000+0200)/', 'instant', '2026-01-31T00:00:00Z'],
    ['/Date(-86400000)/', 'instant', '1969-12-31T00:00:00Z'],
  ])('reads %j as %s %s', (text, kind, moment) => {
    expect(parseMoment(text)).toEqual({ ms: ms(moment), kind });
  });

  it('reads the years 0000 to 0099 as they are written', () => {
    expect(new Date(parseMoment('0000-02-29')?.ms ?? Number.NaN).toISOString()).toBe(
      '0000-02-29T00:00:00.000Z',
    );
    expect(new Date(parseMoment('0050-01-01')?.ms ?? Number.NaN).toISOString()).toBe(
      '0050-01-01T00:00:00.000Z',
    );
  });

  it.each([
    '', ' ', 'next Monday', '01/02/2026', '31/12/2025', '12/31/2025', '31.12.2025', '31-Dec-25', '46022', '20251231',
    '20251231000000.0Z', '1767139200000', '2026-1-5', '2026-02-30', '2027-02-29', '2026-13-01', '2026-00-10',
    '2026-01-00', '2026-W05-1', '2026-032', '12026-01-01', '-000001-01-01', '2026-01-01T', '2026-01-01T10',
    '2026-01-01T25:00Z', '2026-01-01T24:00:01Z', '2026-01-01T24:01', '2026-01-01T10:61:00Z', '2026-01-01T10:00:60Z',
    '2026-01-01T10:001Z', '2026-01-01T10:00:00,5Z', '2026-01-01T10:00:00.Z', '2026-01-01T10:00:00.1234567890123Z',
    '2026-01-01T10:00:00+24:00', '2026-01-01T10:00:00+01:60', '2026-01-01T10:00:00+1', '2026-01-01T10:00:00 +0100',
    '2026-01-01T10:00:00 UTC', '2026-01-01  10:00', '2026-01-01Z', '/Date()/', '/Date(9999999999999999)/',
    `2026-02-01${' '.repeat(100_000)}`,
  ])('does not read %j', (text) => expect(parseMoment(text)).toBeNull()); // biome-ignore format: a list

  it('gives back every moment of the years 0000 to 9999', () => {
    const moment = fc.integer({ min: ms('0000-01-01T00:00:00Z'), max: ms('9999-12-31T23:59:59.999Z') });
    fc.assert(
      fc.property(moment, (at) => {
        expect(parseMoment(new Date(at).toISOString())).toEqual({ ms: at, kind: 'instant' });
      }),
    );
  });

  it.each(['UTC', 'America/New_York', 'Europe/Berlin', 'Pacific/Apia', 'Australia/Lord_Howe'])(
    'does not depend on the machine’s zone: %s',
    (name) => {
      process.env.TZ = name;
      // New York loses an hour on the first day, Berlin on the second; Apia never had the third.
      expect(parseMoment('2026-03-08')?.ms).toBe(ms('2026-03-08T00:00:00Z'));
      expect(parseMoment('2026-03-29T02:30')?.ms).toBe(ms('2026-03-29T02:30:00Z'));
      expect(parseMoment('2011-12-30T12:00')?.ms).toBe(ms('2011-12-30T12:00:00Z'));
    },
  );

  it('gives a moment of the calendar or null, whatever the text is', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?([+-]\d\d:?\d\d)?$/),
    );
    fc.assert(
      fc.property(text, (one) => {
        const moment = parseMoment(one);
        if (moment !== null) expect(new Date(moment.ms).getTime()).toBe(moment.ms);
      }),
    );
  });
});

describe('readAttribute', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['blanks', ' \u00a0'],
    ['.NET’s “not set”', '0001-01-01T00:00:00Z'],
    ['.NET’s “not set” as a date', ' 0001-01-01 '],
    ['.NET’s “not set” east of Greenwich', '0001-01-01T00:00:00+01:00'],
    ['.NET’s “not set” as old services write it', '/Date(-62135596800000)/'],
  ])('says that there is no date: %s', (_, value) => {
    expect(readAttribute(value)).toBe('none');
    expect(momentOrNull(value)).toBeNull();
  });

  it.each<[string, unknown]>([
    ['an ambiguous date', '01/02/2026'],
    ['a day that February lacks', '2026-02-30'],
    ['a number', 1769817600000],
    ['a big integer', 1769817600000n],
    ['a flag', true],
    ['an object', { getTime: () => 0 }],
    ['an array', ['2026-02-01']],
    ['an invalid Date', new Date(Number.NaN)],
  ])('says that it cannot read %s', (_, value) => {
    expect(readAttribute(value)).toBe('unreadable');
    expect(momentOrNull(value)).toBeNull();
  });

  it('reads texts and Dates', () => {
    expect(readAttribute('2026-02-01')).toBe(ms('2026-02-01T00:00:00Z'));
    expect(readAttribute(new Date(5))).toBe(5);
  });
});
