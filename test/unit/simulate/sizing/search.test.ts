import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Judge, type Space, search, settingsOf } from '../../../../src/simulate/sizing/search.ts';
import type { Setting } from '../../../../src/simulate/sizing/setting.ts';

const NUM_RUNS = Number(process.env.SIZING_RUNS ?? 100);

/** Costs that grow with every dimension: the sum of the weights, then the levels from the left. */
function spaceOf(sizes: readonly number[], canBisect: readonly boolean[], weights: readonly number[]): Space {
  const costOf = (setting: Setting): readonly number[] => [
    setting.reduce((sum, level, at) => sum + level * (weights[at] ?? 1), 0),
    ...setting,
  ];
  return {
    sizes,
    canBisect,
    compareCosts: (a, b) => {
      const [some, others] = [costOf(a), costOf(b)];
      const at = some.findIndex((one, index) => one !== others[index]);
      return at < 0 ? 0 : (some[at] ?? 0) - (others[at] ?? 0);
    },
  };
}

/** A judge by a rule, which notes what it was asked. */
function judgeBy(meets: (setting: Setting) => boolean): Judge & { readonly asked: Setting[] } {
  const asked: Setting[] = [];
  return {
    asked,
    meets: async (setting) => {
      asked.push(setting);
      return meets(setting);
    },
    isWorse: () => true,
  };
}

const cheapestOf = (space: Space, meets: (setting: Setting) => boolean): Setting | null =>
  settingsOf(space.sizes).filter(meets).sort(space.compareCosts)[0] ?? null;

const space = fc
  .integer({ min: 1, max: 4 })
  .chain((count) =>
    fc.tuple(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: count, maxLength: count }),
      fc.array(fc.boolean(), { minLength: count, maxLength: count }),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count }),
    ),
  )
  .map(([sizes, canBisect, weights]) => spaceOf(sizes, canBisect, weights));

/** Whether a setting has at least one of some corners: monotone where bisection is allowed, anything elsewhere. */
const monotone = space.chain((of) =>
  fc
    .array(fc.tuple(...of.sizes.map((size) => fc.integer({ min: 0, max: size }))), { maxLength: 4 })
    .map((corners) => {
      const meets = (setting: Setting): boolean =>
        corners.some((corner) =>
          corner.every((level, at) =>
            of.canBisect[at] ? (setting[at] ?? 0) >= level : setting[at] === level,
          ),
        );
      return { of, meets };
    }),
);
const any = space.chain((of) =>
  fc.integer({ min: 0, max: 2 ** 31 }).map((seed) => {
    const meets = (setting: Setting): boolean =>
      (Math.imul(seed ^ (Number(setting.join('')) + 1), 0x9e3779b1) >>> 0) % 3 === 0;
    return { of, meets };
  }),
);

const options = { settingsMax: 10_000 };

describe('the search for the cheapest setting', () => {
  it('finds what trying all settings finds, wherever more capacity cannot hurt', async () => {
    await fc.assert(
      fc.asyncProperty(monotone, async ({ of, meets }) => {
        const judge = judgeBy(meets);
        const found = await search(of, judge, options);
        expect(found.cheapest).toEqual(cheapestOf(of, meets));
        expect(found.violation).toBeNull();
        expect(found.judged).toBe(judge.asked.length);
        expect(new Set(judge.asked.map(String)).size).toBe(judge.asked.length);
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('never gives a setting that does not meet the goal, whatever the goal is', async () => {
    await fc.assert(
      fc.asyncProperty(any, async ({ of, meets }) => {
        const { cheapest, method, violation } = await search(of, judgeBy(meets), options);
        if (cheapest !== null) expect(meets(cheapest)).toBe(true);
        if (method === 'all') expect(cheapest).toEqual(cheapestOf(of, meets));
        if (violation !== null) {
          expect([meets(violation.less), meets(violation.more)]).toEqual([true, false]);
          expect(method).toBe('all');
        }
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('needs few of the settings', async () => {
    const of = spaceOf([1_000, 8, 3], [true, true, false], [1, 30, 5]);
    const meets = ([level = 0, processes = 0, interval = 0]: Setting): boolean =>
      level * (processes + 1) >= 700 && interval >= 1;
    const found = await search(of, judgeBy(meets), options);
    expect(found.cheapest).toEqual(cheapestOf(of, meets));
    expect(found).toMatchObject({ method: 'bisection', violation: null });
    expect(found.judged).toBeLessThan(100);
  });

  it('tries all settings where the neighbours of its answer contradict it, and says which', async () => {
    const of = spaceOf([8], [true], [1]);
    const found = await search(
      of,
      judgeBy(([level]) => level === 3 || level === 7),
      options,
    );
    expect(found.method).toBe('all');
    expect(found.cheapest).toEqual([3]);
    expect(found.judged).toBe(8);
    expect(found.violation).toEqual({ less: [3], more: [4] });
  });

  it('keeps to the bisection where all settings would be too many, and still says what contradicts it', async () => {
    const of = spaceOf([8], [true], [1]);
    const found = await search(
      of,
      judgeBy(([level]) => level === 3 || level === 7),
      { settingsMax: 7 },
    );
    expect(found).toMatchObject({ method: 'bisection', violation: { less: [3], more: [4] } });
  });

  it('takes settings that differ by chance alone for no contradiction', async () => {
    const of = spaceOf([8], [true], [1]);
    const judge = { ...judgeBy(([level]) => level === 3 || level === 7), isWorse: () => false };
    expect(await search(of, judge, options)).toMatchObject({ method: 'bisection', cheapest: [3] });
  });

  it('takes a cheaper neighbour that meets the goal by chance', async () => {
    const of = spaceOf([8, 2], [true, true], [1, 1]);
    const lucky = ([a = 0, b = 0]: Setting): boolean => (b === 1 && a >= 2) || (a === 2 && b === 0);
    const { cheapest } = await search(of, { ...judgeBy(lucky), isWorse: () => false }, options);
    expect(cheapest).toEqual([2, 0]);
  });

  it('reports its progress up to the end', async () => {
    for (const canBisect of [true, false]) {
      const shares: number[] = [];
      const onProgress = (share: number): void => void shares.push(share);
      await search(
        spaceOf([5, 4], [canBisect, canBisect], [1, 1]),
        judgeBy(([a = 0]) => a > 2),
        {
          ...options,
          onProgress,
        },
      );
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
      expect(shares.at(-1)).toBe(1);
    }
  });
});
