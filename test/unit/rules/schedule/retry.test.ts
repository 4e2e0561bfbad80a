/** How long a retry waits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../../../src/rules/schedule/retry.ts';

const SCHEDULE = { attempts: 9, delayMs: 1_000, factor: 2, delayMsMax: 5_000 };

describe('the wait before an attempt', () => {
  it('is the delay before the second, and grows by the factor up to the longest', () => {
    const longest = [2, 3, 4, 5, 6].map((attempt) => retryDelayMs(SCHEDULE, attempt, 1 - Number.EPSILON));
    expect(longest).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    const shortest = [2, 3, 4, 5, 6].map((attempt) => retryDelayMs(SCHEDULE, attempt, 0));
    expect(shortest).toEqual([500, 1_000, 2_000, 2_500, 2_500]);
  });

  it('is a whole number in the upper half, whatever chance says', () => {
    const attempt = fc.integer({ min: 2, max: 50 });
    const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(attempt, unit, fc.nat({ max: 90_000 }), (nth, random, delayMs) => {
        const full = Math.min(delayMs * 2 ** (nth - 2), 5_000);
        const waitMs = retryDelayMs({ ...SCHEDULE, delayMs }, nth, random);
        expect(Number.isSafeInteger(waitMs)).toBe(true);
        expect(waitMs).toBeGreaterThanOrEqual(Math.floor(full / 2));
        expect(waitMs).toBeLessThanOrEqual(Math.ceil(full));
      }),
    );
  });
});
