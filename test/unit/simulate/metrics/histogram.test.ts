import { describe, expect, it } from 'vitest';
import { bucketsOf, Gauge } from '../../../../src/simulate/metrics/gauge.ts';
import { Histogram } from '../../../../src/simulate/metrics/histogram.ts';
import { durationFor } from '../../../../src/simulate/process/durations.ts';
import { exp, ln, normalQuantile } from '../../../../src/system/virtual/exact-math.ts';
import {
  drawFor,
  hashOf,
  randomFor,
  seededIds,
  seededRandom,
  weighted,
} from '../../../../src/system/virtual/random.ts';

describe('exact logarithm and exponential', () => {
  it('agree with the platform to 13 digits', () => {
    for (const x of [1e-9, 0.001, 0.3, 0.9999, 1, 1.5, 2, 10, 12_345.678, 1e12]) {
      expect(Math.abs(ln(x) - Math.log(x))).toBeLessThan(1e-13 * Math.max(1, Math.abs(Math.log(x))));
    }
    for (const x of [-50, -3.3, -0.1, 0, 0.5, 1, 7.7, 100]) {
      expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
    }
  });

  it('give the known quantiles of the normal distribution', () => {
    expect(normalQuantile(0.5)).toBe(0);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 6);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232, 6);
    expect(normalQuantile(0.95)).toBeCloseTo(1.644854, 6);
  });
});

describe('seeded random numbers', () => {
  it('are the same for a seed, on every machine', () => {
    const random = seededRandom(42);
    expect([random.next(), random.next(), random.next()].map((value) => Math.floor(value * 2 ** 32))).toEqual(
      [2581720956, 1925393290, 3661312704],
    );
    expect(seededIds(1).guid()).toBe(seededIds(1).guid());
    expect(seededIds(1).guid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(randomFor(1, 'a').next()).not.toBe(randomFor(1, 'b').next());
  });

  it('spread draws by key evenly', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let at = 0; at < 20_000; at++) {
      const bin = Math.floor(drawFor(hashOf(`1|p${at}|task`), at % 3) * 10);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  it('pick by weight, and never an entry of weight 0', () => {
    expect(weighted([1, 0, 3], 0)).toBe(0);
    expect(weighted([1, 0, 3], 0.2499)).toBe(0);
    expect(weighted([1, 0, 3], 0.25)).toBe(2);
    expect(weighted([1, 3, 0], 0.999_999_999)).toBe(1);
  });
});

describe('durations', () => {
  it('meet the given median and 95th percentile', () => {
    const shape = { kind: 'lognormal', medianMs: 800, p95Ms: 5_000 } as const;
    expect(durationFor(shape, 0.5)).toBe(800);
    expect(durationFor(shape, 0.95)).toBe(5_000);
    expect(durationFor({ kind: 'uniform', minMs: 10, maxMs: 20 }, 0.5)).toBe(15);
    expect(durationFor({ kind: 'exponential', meanMs: 1_000 }, 1 - 1 / Math.E)).toBe(1_000);
    expect(durationFor({ kind: 'fixed', ms: 7 }, 0.9)).toBe(7);
  });

  it('are whole, bounded and never negative, for the smallest and the largest draw', () => {
    for (const draw of [0, 1 - 2 ** -32]) {
      for (const shape of [
        { kind: 'lognormal', medianMs: 1, p95Ms: 604_800_000 },
        { kind: 'exponential', meanMs: 604_800_000 },
      ] as const) {
        const ms = durationFor(shape, draw);
        expect(Number.isInteger(ms) && ms >= 0 && ms <= 604_800_000).toBe(true);
      }
    }
  });
});

describe('a histogram', () => {
  it('gives exact counts, means and extremes, and percentiles at most 0.8 % too high', () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 100_000; ms++) histogram.add(ms);
    const { count, minMs, maxMs, meanMs, p50Ms, p99Ms } = histogram.figures();
    expect({ count, minMs, maxMs, meanMs }).toEqual({
      count: 100_000,
      minMs: 1,
      maxMs: 100_000,
      meanMs: 50_001,
    });
    expect(p50Ms).toBeGreaterThanOrEqual(50_000);
    expect(p50Ms).toBeLessThanOrEqual(50_400);
    expect(p99Ms).toBeGreaterThanOrEqual(99_000);
    expect(p99Ms).toBeLessThanOrEqual(99_792);
  });

  it('has zeros when empty, and one value when one was added', () => {
    expect(new Histogram().figures().maxMs).toBe(0);
    const one = new Histogram();
    one.add(123_456_789);
    expect(one.figures()).toMatchObject({ p50Ms: 123_456_789, p99Ms: 123_456_789, count: 1 });
  });

  it('sorts durations into bars', () => {
    const histogram = new Histogram();
    for (const ms of [0, 5, 10, 99, 5_000]) histogram.add(ms);
    expect(histogram.bars([0, 10, 100]).map(({ count }) => count)).toEqual([2, 2, 1]);
  });
});

describe('a gauge', () => {
  it('averages over time and keeps peaks', () => {
    const gauge = new Gauge({ startMs: 0, widthMs: 100, count: 3 });
    gauge.add(4, 50);
    gauge.add(-2, 150);
    gauge.add(-2, 150);
    gauge.add(10, 299);
    gauge.add(-10, 299);
    expect(gauge.levels(300)).toEqual([
      { mean: 2, max: 4 },
      { mean: 2, max: 4 },
      { mean: 0, max: 10 },
    ]);
  });

  it('chooses round widths', () => {
    expect(bucketsOf(0, 3_600_000)).toMatchObject({ widthMs: 60_000, count: 60 });
    expect(bucketsOf(0, 365 * 86_400_000)).toMatchObject({ widthMs: 86_400_000, count: 365 });
  });
});
