import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Estimate,
  meanInterval,
  pairedDifference,
  quantileInterval,
} from '../../../../src/simulate/statistics/intervals.ts';
import { seededRandom } from '../../../../src/system/virtual/random.ts';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 60 });
const holds = ({ low, high }: Estimate, truth: number): boolean => low <= truth && truth <= high;

describe('the interval of a mean', () => {
  it("is Student's", () => {
    // Mean 3, standard error √(2.5 / 5), t(0.95, 4) = 2.776.
    const { value, low, high } = meanInterval([1, 2, 3, 4, 5]);
    expect(value).toBe(3);
    expect(low).toBeCloseTo(3 - 2.776_445 * Math.sqrt(0.5), 5);
    expect(high).toBeCloseTo(3 + 2.776_445 * Math.sqrt(0.5), 5);
  });

  it('is a point when all values are the same, and has no ends when there is one', () => {
    expect(meanInterval([7, 7, 7])).toEqual({ value: 7, low: 7, high: 7 });
    expect(meanInterval([7])).toEqual({
      value: 7,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
  });

  it('holds the mean in its middle, and is wider for more confidence', () => {
    fc.assert(
      fc.property(values, (some) => {
        const [wide, narrow] = [meanInterval(some, 0.99), meanInterval(some, 0.9)];
        expect(holds(wide, wide.value)).toBe(true);
        expect(wide.high - wide.value).toBeCloseTo(wide.value - wide.low, 5);
        expect(wide.high - wide.low).toBeGreaterThanOrEqual(narrow.high - narrow.low);
      }),
    );
  });

  it('holds the truth about 19 times of 20', () => {
    const random = seededRandom(1);
    const intervals = Array.from({ length: 2_000 }, () =>
      meanInterval(Array.from({ length: 12 }, () => random.next() + random.next() + random.next())),
    );
    const share = intervals.filter((one) => holds(one, 1.5)).length / intervals.length;
    expect(share).toBeGreaterThan(0.935);
    expect(share).toBeLessThan(0.965);
  });
});

describe('the difference of pairs', () => {
  it('is that of after and before, without what both have in common', () => {
    const before = [100, 900, 300, 500];
    expect(
      pairedDifference(
        before,
        before.map((one) => one + 3),
      ),
    ).toEqual({ value: 3, low: 3, high: 3 });
  });

  it('turns its sign with its sides', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 2, maxLength: 30 }),
        (pairs) => {
          const [a, b] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
          const [there, back] = [pairedDifference(a, b), pairedDifference(b, a)];
          expect(there.value).toBeCloseTo(-back.value, 3);
          expect(Math.abs(there.low + back.high)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(there.low)));
        },
      ),
    );
  });

  it('is refused for pairs that are none', () => {
    expect(() => pairedDifference([1, 2], [1])).toThrow('Expected as many values after as before (2), got 1');
  });
});

describe('the interval of a quantile', () => {
  const ordered = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

  it.each([
    // Ranks of the binomial tables.
    [ordered(6), 0.5, { value: 3, low: 1, high: 6 }],
    [ordered(10), 0.5, { value: 5, low: 2, high: 9 }],
    [ordered(20), 0.5, { value: 10, low: 6, high: 15 }],
    [ordered(100), 0.5, { value: 50, low: 40, high: 61 }],
  ])('has its ends by rank', (some, share, expected) => {
    expect(quantileInterval(some.toReversed(), share)).toEqual(expected);
  });

  it('has no end where the values are too few', () => {
    expect(quantileInterval(ordered(5), 0.5)).toEqual({
      value: 3,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
    expect(quantileInterval(ordered(20), 0.95)).toMatchObject({ value: 19, high: Number.POSITIVE_INFINITY });
  });

  it('holds the value, and does not depend on the order or on what is done to all values', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (some, share) => {
        const one = quantileInterval(some, share);
        expect(holds(one, one.value)).toBe(true);
        expect(quantileInterval(some.toReversed(), share)).toEqual(one);
        expect(
          quantileInterval(
            some.map((x) => 2 * x),
            share,
          ),
        ).toEqual({ value: 2 * one.value, low: 2 * one.low, high: 2 * one.high });
      }),
    );
  });
});
