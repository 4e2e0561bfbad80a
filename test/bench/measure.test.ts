import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, type Side } from '../../bench/measure.ts';
import { median, quantile } from '../../bench/statistics.ts';

/** A side whose goes give these rates, and who notes when he had his turn. */
function sideOf(name: string, rates: readonly number[], turns: string[] = []): Side {
  let no = 0;
  return {
    name,
    go: async () => {
      turns.push(name);
      const perSecond = rates[no] ?? Number.NaN;
      no += 1;
      return { perSecond, figures: { no } };
    },
  };
}

describe('a comparison of sides', () => {
  it('has the medians of the rates and of the ratios of each round, with the spread', async () => {
    const ours = sideOf('ours', [10, 30, 20]);
    const { perSecond, others, figures } = await compare(ours, [sideOf('limit', [20, 40, 100])], 3);
    expect(perSecond).toBe(20);
    expect(others).toEqual([{ name: 'limit', perSecond: 40, ratio: 0.5, spread: [0.2, 0.75] }]);
    expect(figures).toEqual({ no: [1, 2, 3] });
  });

  it('runs every side once a round, in reverse order every other round', async () => {
    const turns: string[] = [];
    const sides = ['a', 'b', 'c'].map((name) => sideOf(name, [1, 1], turns));
    await compare(sides[0] as Side, sides.slice(1), 2);
    expect(turns).toEqual(['a', 'b', 'c', 'c', 'b', 'a']);
  });
});

describe('statistics of the bench', () => {
  it('a median has as many values below as above it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const middle = median(values);
        const [below, above] = [values.filter((one) => one < middle), values.filter((one) => one > middle)];
        expect(below.length).toBeLessThanOrEqual(values.length / 2);
        expect(above.length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('a quantile is one of the values, and no fewer than its share are not above it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const found = quantile(values, share);
          expect(values).toContain(found);
          expect(values.filter((one) => one <= found).length).toBeGreaterThanOrEqual(share * values.length);
        },
      ),
    );
    expect(quantile([3, 1, 2, 4], 0.5)).toBe(2);
  });
});
