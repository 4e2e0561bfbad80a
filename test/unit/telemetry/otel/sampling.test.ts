import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fractionOf, Sampling } from '../../../../src/telemetry/otel/sampling.ts';

const traced = (sampling: Sampling, runId: string, people: number) =>
  Array.from({ length: people }, (_, n) => sampling.has(runId, `u${n}`)).filter(Boolean).length;

describe('sampling of people', () => {
  it('takes all people of a run of up to 10,000, and one in a hundred of a larger one', () => {
    const sampling = new Sampling(null);
    sampling.seen({ id: 'small', totalUsersCount: 10_000 });
    sampling.seen({ id: 'large', totalUsersCount: 10_001 });
    expect(traced(sampling, 'small', 10_000)).toBe(10_000);
    expect(traced(sampling, 'large', 100_000)).toBeGreaterThan(900);
    expect(traced(sampling, 'large', 100_000)).toBeLessThan(1_100);
  });

  it('takes one in a hundred of a run whose size is not known yet, the same ones as when it is known', () => {
    const [before, after] = [new Sampling(null), new Sampling(null)];
    after.seen({ id: 'r', totalUsersCount: 50_000 });
    for (let n = 0; n < 1_000; n += 1) expect(before.has('r', `u${n}`)).toBe(after.has('r', `u${n}`));
  });

  it('takes the part that is asked for, of runs of any size', () => {
    for (const [ratio, low, high] of [
      [0, 0, 0],
      [0.25, 2_300, 2_700],
      [1, 10_000, 10_000],
    ] as const) {
      const sampling = new Sampling(ratio);
      sampling.seen({ id: 'r', totalUsersCount: 10 });
      const count = traced(sampling, 'r', 10_000);
      expect(count).toBeGreaterThanOrEqual(low);
      expect(count).toBeLessThanOrEqual(high);
    }
  });

  it('shows a hundred failures of a run beside the traced people', () => {
    const sampling = new Sampling(0);
    const shown = Array.from({ length: 200 }, () => sampling.takeFailure('r')).filter(Boolean);
    expect(shown).toHaveLength(100);
    expect(sampling.takeFailure('another')).toBe(true);
  });

  it('forgets runs that have ended, and the oldest when there are many', () => {
    const sampling = new Sampling(null);
    sampling.seen({ id: 'r', totalUsersCount: 1 });
    sampling.ended('r');
    expect(traced(sampling, 'r', 1_000)).toBeLessThan(100);
    sampling.seen({ id: 'first', totalUsersCount: 1 });
    for (let n = 0; n < 10_000; n += 1) sampling.seen({ id: `r${n}`, totalUsersCount: 1 });
    expect(traced(sampling, 'first', 1_000)).toBeLessThan(100);
  });
});

describe('the fraction of a text', () => {
  it('lies in [0, 1) and is always the same', () =>
    fc.assert(
      fc.property(fc.string(), fc.integer(), (text, seed) => {
        const fraction = fractionOf(text, seed);
        expect(fraction).toBeGreaterThanOrEqual(0);
        expect(fraction).toBeLessThan(1);
        expect(fractionOf(text, seed)).toBe(fraction);
      }),
    ));

  it('spreads over ids that differ in a number only', () => {
    const buckets = new Array<number>(10).fill(0);
    for (let n = 0; n < 10_000; n += 1) {
      const bucket = Math.floor(fractionOf(`u${n}`, 7) * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
