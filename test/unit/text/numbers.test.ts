import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, numeral, percent, plural } from '../../../src/text/numbers.ts';

describe('a duration in words', () => {
  it.each([
    [0, '0 ms'],
    [-0.2, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1_240, '1.2 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min'],
    [90_000, '1 min 30 s'],
    [3_599_600, '1 h'],
    [5_915_999, '1 h 39 min'],
    [7_200_000, '2 h'],
    [86_390_000, '1 day'],
    [90_061_000, '1 day 1 h'],
    [-3_600_000, '−1 h'],
  ])('says %d ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  const UNIT_MS: Readonly<Record<string, number>> = {
    ms: 1,
    s: 1_000,
    min: 60_000,
    h: 3_600_000,
    day: 86_400_000,
    days: 86_400_000,
  };

  it('is at most half of its smaller unit off, and its smaller unit never makes a whole one', () => {
    const halfOf = (ms: number): number =>
      ms < 1_000 ? 0.5 : ms < 60_000 ? 50 : ms < 3.6e6 ? 500 : ms < 86.4e6 ? 30_000 : 1.8e6;
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (ms) => {
        const parts = [...duration(ms).matchAll(/([\d,.]+) (\w+)/g)].map(([, value = '', unit = '']) => ({
          value: Number(value.replaceAll(',', '')),
          unitMs: UNIT_MS[unit] as number,
        }));
        const said = parts.reduce((sum, { value, unitMs }) => sum + value * unitMs, 0);
        expect(Math.abs(said - ms)).toBeLessThanOrEqual(halfOf(ms) + 1e-3);
        const [whole, rest] = parts;
        if (whole && rest) expect(rest.value * rest.unitMs).toBeLessThan(whole.unitMs);
      }),
    );
  });
});

describe('a number in words', () => {
  it('groups digits, and has one digit after the point at most', () => {
    expect([1_234_567, -12.34, 0, -0.01, 1_000.96].map(numeral)).toEqual([
      '1,234,567',
      '−12.3',
      '0',
      '0',
      '1,001',
    ]);
  });

  it('agrees with its noun', () => {
    expect([plural(1, 'user'), plural(0, 'user'), plural(2_000, 'person', 'people')]).toEqual([
      '1 user',
      '0 users',
      '2,000 people',
    ]);
  });

  it('is never rounded up to all, or down to none, of a whole', () => {
    expect([percent(1, 1), percent(9_999, 10_000), percent(1, 10_000), percent(0, 5), percent(0, 0)]).toEqual(
      ['100 %', '> 99.9 %', '< 0.1 %', '0 %', '–'],
    );
  });
});
