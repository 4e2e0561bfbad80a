import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram, HistogramFamily, NumberFamily, SERIES_MAX } from '../../../src/metrics/families.ts';
import { METRICS } from '../../../src/metrics/table.ts';

describe('a family of series', () => {
  it('has at most a thousand series, and counts what is beyond in one with the labels `other`', () => {
    const family = new NumberFamily('tenure.run.finished');
    for (let no = 0; no < SERIES_MAX + 10; no++)
      family.of(`workflow ${no}`, 'completed', 'onDemand').value += 1;
    family.of('workflow 0', 'completed', 'onDemand').value += 1;
    const { series } = family.metric();
    expect(series).toHaveLength(SERIES_MAX + 1);
    expect(series[0]).toMatchObject({ labels: { workflow: 'workflow 0' }, value: 2 });
    expect(series.at(-1)).toEqual({
      labels: { workflow: 'other', status: 'other', execution_type: 'other' },
      value: 10,
    });
  });

  it('cuts the values of labels to 100 characters, and never within one', () => {
    const family = new NumberFamily('tenure.engine.errors');
    family.of(`${'x'.repeat(99)}😀`).value += 1;
    family.of(`${'x'.repeat(99)}😀 and more`).value += 1;
    expect(family.metric().series).toEqual([{ labels: { during: `${'x'.repeat(99)}\uFFFD` }, value: 2 }]);
  });

  it('has the bounds of the table', () => {
    const family = new HistogramFamily('tenure.commit.duration');
    family.of().add(2.5);
    expect(family.metric()).toMatchObject({
      bounds: METRICS['tenure.commit.duration'].bounds,
      series: [{ labels: {}, counts: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0], count: 1, sum: 0.0025 }],
    });
  });
});

describe('a histogram', () => {
  it('counts each duration in the first bucket whose bound it does not exceed', () => {
    const bounds = [0.01, 0.1, 1];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(10, 100, 1_000), fc.integer({ min: -5, max: 5_000 }))),
        (all) => {
          const histogram = new Histogram(bounds);
          for (const ms of all) histogram.add(ms);
          const { counts, count, sum } = histogram.series({});
          expect(count).toBe(all.length);
          expect(sum).toBeCloseTo(all.reduce((total, ms) => total + Math.max(0, ms), 0) / 1_000);
          for (const [index, bound] of bounds.entries()) {
            const atMost = counts.slice(0, index + 1).reduce((total, one) => total + one, 0);
            expect(atMost).toBe(all.filter((ms) => ms <= bound * 1_000).length);
          }
        },
      ),
    );
  });
});
