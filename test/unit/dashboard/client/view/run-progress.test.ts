import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  paceOf,
  peopleParts,
  percentDone,
  type Sample,
  withSample,
} from '../../../../../src/dashboard/client/view/run-progress.ts';
import type { Run } from '../../../../../src/model/resources/resources.ts';

const counters = fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000), fc.nat(1_000_000)).map(
  ([good, bad, left]) =>
    ({
      totalUsersCount: good + bad + left,
      successfulUsersCount: good,
      failedUsersCount: bad,
      processingStatus: 'inProgress',
    }) as Run,
);

describe('the bar of a run', () => {
  it('has every person in one part, and is full', () => {
    fc.assert(
      fc.property(counters, (run) => {
        const parts = peopleParts(run);
        expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(run.totalUsersCount);
        const width = parts.reduce((sum, { percent }) => sum + percent, 0);
        expect(width).toBeCloseTo(run.totalUsersCount === 0 ? 0 : 100, 6);
      }),
    );
  });

  it('says 100 % exactly when every person has an outcome', () => {
    fc.assert(
      fc.property(counters, (run) => {
        const left = run.totalUsersCount - run.successfulUsersCount - run.failedUsersCount;
        expect(percentDone(run) === 100).toBe(left === 0);
      }),
    );
  });

  it('says of those that are left whether they are still to do', () => {
    const run = { totalUsersCount: 3, successfulUsersCount: 1, failedUsersCount: 1 } as Run;
    const wordOf = (processingStatus: Run['processingStatus']) =>
      peopleParts({ ...run, processingStatus }).at(-1)?.word;
    expect(wordOf('inProgress')).toBe('to do');
    expect(wordOf('canceled')).toBe('not processed');
  });
});

describe('the pace of a run', () => {
  const watched = (...samples: readonly Sample[]) =>
    samples.reduce<readonly Sample[]>((known, sample) => withSample(known, sample), []);

  it('is that of the last minute, and says how long the rest takes', () => {
    const samples = watched(
      { atMs: 0, tasks: 0 },
      { atMs: 30_000, tasks: 900 },
      { atMs: 70_000, tasks: 1_300 },
    );
    expect(paceOf(samples, 200)).toEqual({ perSecond: 10, leftMs: 20_000 });
  });

  it('is not known before two seconds were seen', () => {
    expect(paceOf([], 10)).toBeNull();
    expect(paceOf(watched({ atMs: 0, tasks: 0 }, { atMs: 1_999, tasks: 5 }), 10)).toBeNull();
  });

  it('says nothing of the rest while nothing gets on', () => {
    expect(paceOf(watched({ atMs: 0, tasks: 5 }, { atMs: 5_000, tasks: 5 }), 10)).toEqual({
      perSecond: 0,
      leftMs: null,
    });
  });

  it('begins anew when counters or the clock go back', () => {
    expect(watched({ atMs: 0, tasks: 5 }, { atMs: 5_000, tasks: 3 })).toEqual([{ atMs: 5_000, tasks: 3 }]);
    expect(watched({ atMs: 9_000, tasks: 5 }, { atMs: 5_000, tasks: 6 })).toEqual([
      { atMs: 5_000, tasks: 6 },
    ]);
  });
});
