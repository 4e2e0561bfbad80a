import { describe, expect, it } from 'vitest';
import { durationFor } from '../../../../src/simulate/process/durations.ts';
import { arrivalsOf } from '../../../../src/simulate/world/arrivals.ts';
import { type Scenario, simulate } from '../../../../src/simulate.ts';
import { seededRandom } from '../../../../src/system/virtual/random.ts';
import { oneRun, SMALL } from '../scenarios.ts';
import { sizeHere } from './here.ts';
import { erlangWaitMs, MINUTE_MS, meanOf, queueScenario, waitsOf } from './queue.ts';

const LONG = { horizon: 'PT6H' };
const minute = { duration: { kind: 'fixed', ms: MINUTE_MS } } as const;
const crowd = (task: object = {}, more: Partial<Scenario> = {}): Scenario =>
  oneRun(40, { task: { ...minute, ...task } }, { ...LONG, ...more });

describe('a sizing', () => {
  it('gives the cheapest setting that meets the goal, and how sure it is', async () => {
    const sizing = await sizeHere(crowd({ duration: { kind: 'exponential', meanMs: MINUTE_MS } }), {
      goals: ['max(latency) <= 15min'],
      vary: ['concurrency=1..16', 'concurrency(task)=4,8'],

      seeds: 3,
    });
    const { answer, settings, search, oneLess, asItIs, frontier } = sizing;
    expect(answer?.state).toBe('met');
    const [estimate] = answer?.goals ?? [];
    expect(estimate?.low).toBeLessThan(estimate?.value ?? 0);
    expect(estimate?.high).toBeLessThanOrEqual(15 * MINUTE_MS);
    expect(search).toMatchObject({
      method: 'bisection',
      settingsOfAll: 32,
      simulationsOfAll: 96,
      violation: null,
    });
    expect(search).toMatchObject({ settings: settings.length, simulations: 3 * settings.length });
    expect(settings.length).toBeLessThan(16);
    // One lane less does not meet it, which is why more would be waste.
    expect(oneLess.map(({ term, setting }) => [term, setting.state === 'met'])).toContainEqual([
      'concurrency',
      false,
    ]);
    expect(asItIs).toMatchObject({ values: {}, state: 'met' });
    const scores = frontier.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(JSON.parse(JSON.stringify(sizing))).toEqual(sizing);
  });

  it.each([
    ['lanes', 'concurrency', 'the lanes', crowd({}, { capacity: { concurrency: 2 } }), 'processes=1'],
    [
      'taskLimit',
      'concurrency(task)',
      'the own limit of “Task”',
      crowd({ concurrency: 2 }),
      'concurrency=4..32',
    ],
    ['rate', 'rate(task)', 'the rate of “Task”', crowd({ rate: { perSecond: 0.05 } }), 'concurrency=16..64'],
    [
      'rate',
      'rate',
      'the rate of all calls',
      crowd({}, { capacity: { callsPerSecond: 0.05 } }),
      'concurrency=64',
    ],
    ['schedule', 'interval', 'the schedule', { ...SMALL, horizon: 'P6D' }, 'concurrency=4,8'],
  ] as const)('names a planted bottleneck: %s, %s', async (kind, term, name, scenario, vary) => {
    const goals = ['mean(latency) <= 1min'];
    const { answer, nearest, binding, vary: varied } = await sizeHere(scenario, { goals, vary: [vary] });
    expect(answer).toBeNull();
    expect(binding).toMatchObject({ kind, term, name });
    expect(binding?.text).toContain(`add \`${term}=…\``);
    // More of what does not bind is of no use, so the nearest has the least of it.
    const [first] = varied[0]?.values ?? [];
    expect(Object.values(nearest?.values ?? {})).toEqual([first]);
  });

  it('tries every lane where a service refuses haste, and finds that fewer are better', async () => {
    const haste = {
      duration: { kind: 'fixed', ms: 10_000 },
      rate: { perSecond: 0.25, whenExceeded: 'fail' },
      retry: { attempts: 2, delayMs: 5_000 },
    } as const;
    const sizing = await sizeHere(oneRun(40, { task: haste }, LONG), {
      goals: ['failed <= 5%', 'max(latency) <= 1h'],
      vary: ['concurrency=1,2,16'],
    });
    expect(sizing.search).toMatchObject({ method: 'all', settings: 3 });
    expect(sizing.vary[0]?.triedAllBecause).toContain('refuses calls beyond its rate');
    expect(sizing.answer?.values).toEqual({ concurrency: 1 });
    expect(sizing.settings.at(-1)).toMatchObject({ values: { concurrency: 16 }, state: 'missed' });
  });

  it('says what people in the answer are delayed by, and counts those who have not ended with their wait so far', async () => {
    const slow = crowd({ concurrency: 1 }, { horizon: 'PT20M' });
    const { nearest } = await sizeHere(slow, {
      goals: ['max(latency) <= 4min'],
      vary: ['concurrency=1'],
    });
    expect(nearest?.goals[0]?.value).toBe(20 * MINUTE_MS - 1_000);
  });

  it('compares settings by prices where they are given', async () => {
    const options = { goals: ['max(latency) <= 5min'], vary: ['concurrency=4..10'] };
    const { answer } = await sizeHere(crowd(), options);
    expect(answer).toMatchObject({ values: { concurrency: 8 }, cost: [8] });
    const priced = await sizeHere(crowd(), { ...options, costs: ['concurrency=2.5'] });
    expect(priced.answer?.cost).toEqual([20, 8]);
  });
});

describe('a single queue', () => {
  const [perHour, meanMs] = [60, 2 * MINUTE_MS];

  it('has the waits that customers have who are served one after another, by as many lanes', async () => {
    const scenario = queueScenario(perHour, meanMs, { horizon: 'PT8H', start: '2026-01-05' });
    const served = async (concurrency: number) => {
      const users: { readonly atMs: number; readonly tookMs: number }[] = [];
      await simulate(
        { ...scenario, capacity: { concurrency } },
        {
          onUser: ({ scheduledDateTime, latencyMs }) =>
            void users.push({ atMs: Date.parse(scheduledDateTime), tookMs: latencyMs ?? Number.NaN }),
        },
      );
      return users.sort((a, b) => a.atMs - b.atMs);
    };
    // With many lanes no one waits, and the draws are the same: these are the service times.
    const alone = await served(1_000);
    const ended = alone.filter(({ tookMs }) => !Number.isNaN(tookMs));
    expect(ended.length).toBeGreaterThan(400);
    const waits = waitsOf(
      alone.map(({ atMs, tookMs }) => ({ atMs, takesMs: tookMs })),
      3,
    );
    const queued = await served(3);
    const both = queued.map(({ tookMs }, at) => [tookMs - (alone[at]?.tookMs ?? 0), waits[at] ?? 0] as const);
    const compared = both.filter(([wait]) => !Number.isNaN(wait)).slice(0, 400);
    expect(compared.filter(([, wait]) => wait > 0).length).toBeGreaterThan(50);
    for (const [wait, expected] of compared) expect(Math.abs(wait - expected)).toBeLessThanOrEqual(2);
  });

  it.each([2, 4])('of %i lanes has waits within 2 % of Erlang’s formula, load 75 %', (lanes) => {
    const rate = (0.75 * lanes * 60 * MINUTE_MS) / meanMs;
    const random = seededRandom(7);
    const arrivals = arrivalsOf(
      { key: 'W', entry: { arrivals: { perHour: rate } } },
      0,
      (400_000 / rate) * 60 * MINUTE_MS,
      7,
    );
    const customers = arrivals.map(({ atMs }) => ({
      atMs,
      takesMs: durationFor({ kind: 'exponential', meanMs }, random.next()),
    }));
    const ratio = meanOf(waitsOf(customers, lanes)) / erlangWaitMs(rate, meanMs, lanes);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.02);
  });

  it('is sized as the formula says: the fewest lanes whose mean time meets the goal', async () => {
    const timeMs = (lanes: number) => meanMs + erlangWaitMs(perHour, meanMs, lanes);
    expect([timeMs(3), timeMs(4)].map((ms) => Math.round(ms / 1_000))).toEqual([173, 130]);
    const { answer, settings } = await sizeHere(queueScenario(perHour, meanMs, { horizon: 'PT5H' }), {
      goals: ['mean(latency) <= 150s'],
      vary: ['concurrency=3,4'],
      seeds: 3,
    });
    expect(answer?.values).toEqual({ concurrency: 4 });
    for (const { values, goals } of settings)
      expect(Math.abs((goals[0]?.value ?? 0) / timeMs(values.concurrency ?? 0) - 1)).toBeLessThan(0.1);
  });
});
