import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stopPlan } from '../../../src/engine/stop-deadline.ts';
import { LIMITS } from '../../../src/model/limits.ts';

const durations = fc.integer({ min: 0, max: LIMITS.stopDeadlineMsMax });

describe('the time of a stop', () => {
  it('is never exceeded by abort and grace, and leaves an eighth, at most 1 s, for recording', () => {
    fc.assert(
      fc.property(durations, durations, (deadlineMs, abortGraceMs) => {
        const { abortAfterMs, graceMs } = stopPlan(deadlineMs, abortGraceMs);
        expect(abortAfterMs).toBeGreaterThanOrEqual(0);
        expect(deadlineMs - abortAfterMs - graceMs).toBe(Math.min(1_000, Math.floor(deadlineMs / 8)));
      }),
    );
  });

  it('gives aborted handlers the grace of the settings, or half of the time when that is shorter', () => {
    fc.assert(
      fc.property(durations, durations, (deadlineMs, abortGraceMs) => {
        expect(stopPlan(deadlineMs, abortGraceMs).graceMs).toBe(
          Math.min(abortGraceMs, Math.floor(deadlineMs / 2)),
        );
      }),
    );
  });

  it('is 8 s by default, below the 10 s after which containers are killed: aborts come after 3 s', () => {
    expect(LIMITS.stopDeadlineMs).toBe(8_000);
    expect(stopPlan(LIMITS.stopDeadlineMs, LIMITS.abortGraceMs)).toEqual({
      abortAfterMs: 3_000,
      graceMs: 4_000,
    });
  });
});
