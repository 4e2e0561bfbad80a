import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareCosts,
  costOf,
  partsOf,
  settingText,
  valuesOf,
  whyItCanHurt,
} from '../../../../src/simulate/sizing/setting.ts';
import { readDimensions } from '../../../../src/simulate/sizing/vary.ts';
import { readScenario, type Scenario } from '../../../../src/simulate.ts';
import { SMALL } from '../scenarios.ts';

const vary = (...texts: readonly string[]) =>
  readDimensions(
    texts.map((value) => ({ path: '', value })),
    readScenario(SMALL),
  );
const ALL = vary(
  'concurrency=1..4',
  'processes=1..3',
  'interval=1,3,6',
  'rate=1,2',
  'rate(greet)=1,5',
  'concurrency(greet)=2,3',
);

describe('a setting', () => {
  it('changes the parts of the scenario that it names, and no others', () => {
    expect(partsOf(SMALL, ALL, [3, 2, 0, 1, 1, 0])).toEqual({
      capacity: { concurrency: 4, callsPerSecond: 2 },
      processes: 3,
      schedule: { intervalHours: 6 },
      tasks: { ...SMALL.tasks, greet: { ...SMALL.tasks?.greet, rate: { perSecond: 5 }, concurrency: 2 } },
    });
    expect(partsOf(SMALL, [], [])).toEqual({});
  });

  it('keeps what a rate does to calls beyond it', () => {
    const refusing: Scenario = {
      ...SMALL,
      tasks: { greet: { rate: { perSecond: 9, whenExceeded: 'fail' } } },
    };
    expect(partsOf(refusing, vary('rate(greet)=3'), [0]).tasks?.greet).toEqual({
      rate: { perSecond: 3, whenExceeded: 'fail' },
    });
  });

  it('gives a task without behaviour of its own that of the others', () => {
    const others: Scenario = { ...SMALL, tasks: { '*': { failureProbability: 0.5 } } };
    expect(partsOf(others, vary('rate(greet)=3'), [0]).tasks?.greet).toEqual({
      failureProbability: 0.5,
      rate: { perSecond: 3 },
    });
  });

  it('is said in words', () => {
    const dimensions = vary('concurrency=1000', 'interval=3', 'rate(greet)=90/min');
    expect(settingText(dimensions, valuesOf(dimensions, [0, 0, 0]))).toBe(
      'concurrency 1,000, interval 3 h, rate(greet) 1.5/s',
    );
  });

  it('costs more with more of any capacity, whatever the prices', () => {
    const levels = fc.tuple(...ALL.map(({ values }) => fc.integer({ min: 0, max: values.length - 2 })));
    const prices = fc.dictionary(
      fc.constantFrom(...ALL.map(({ name }) => name)),
      fc.integer({ min: 0, max: 50 }),
    );
    fc.assert(
      fc.property(
        levels,
        prices,
        fc.integer({ min: 0, max: ALL.length - 1 }),
        (setting, priced, dimension) => {
          const cost = (of: readonly number[]) =>
            costOf(SMALL, ALL, valuesOf(ALL, of), new Map(Object.entries(priced)));
          const more = setting.with(dimension, (setting[dimension] ?? 0) + 1);
          expect(compareCosts(cost(more), cost(setting))).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('is cheapest with the fewest lanes, then the fewest processes, the lowest rates and the longest interval', () => {
    const dimensions = vary('concurrency=1..4', 'processes=1..4', 'rate(greet)=1,2', 'interval=1,6');
    const cost = (...setting: number[]) =>
      costOf(SMALL, dimensions, valuesOf(dimensions, setting), new Map());
    const ordered = [
      cost(1, 0, 1, 1),
      cost(2, 0, 1, 1),
      cost(3, 0, 0, 0),
      cost(3, 0, 0, 1),
      cost(3, 0, 1, 0),
      cost(1, 1, 0, 0),
      cost(0, 3, 0, 0),
    ];
    expect(ordered.toSorted(compareCosts)).toEqual(ordered);
  });

  it('can get worse with more capacity where a service refuses haste', () => {
    const [lanes, interval, rate] = vary('concurrency=1..4', 'interval=1,3', 'rate(greet)=1,2');
    const withGreet = (greet: object): Scenario => ({ ...SMALL, tasks: { greet } });
    const refusing = withGreet({ rate: { perSecond: 1, whenExceeded: 'fail' } });
    const timed = withGreet({ rate: { perSecond: 1 }, timeoutMs: 500 });
    if (!lanes || !interval || !rate) throw new Error('three terms');
    expect([lanes, rate].map((term) => whyItCanHurt(term, SMALL))).toEqual([null, null]);
    expect(whyItCanHurt(interval, SMALL)).toMatch(/at worse moments/);
    expect(whyItCanHurt(lanes, refusing)).toMatch(/“greet” refuses calls beyond its rate/);
    expect(whyItCanHurt(lanes, timed)).toMatch(/“greet” has a rate and a timeout/);
    expect(whyItCanHurt(rate, refusing)).toBeNull();
  });
});
