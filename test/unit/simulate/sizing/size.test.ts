import { describe, expect, it } from 'vitest';
import { type Scenario, size } from '../../../../src/simulate.ts';
import { oneRun } from '../scenarios.ts';

const crowd = (more: Partial<Scenario> = {}): Scenario =>
  oneRun(40, { task: { duration: { kind: 'fixed', ms: 60_000 } } }, { horizon: 'P1D', ...more });
const few = { seeds: 2, workers: 1 };

describe('a sizing in threads', () => {
  it('ends with its signal', async () => {
    const gone = new AbortController();
    const sizing = size(crowd(), {
      goals: ['max(latency) <= 5min'],
      vary: ['concurrency=1..16'],
      ...few,
      signal: gone.signal,
      onProgress: () => gone.abort(new Error('gone')),
    });
    await expect(sizing).rejects.toThrow('gone');
  });
});

describe('what a sizing refuses before anything runs', () => {
  const refused = (options: object, scenario = crowd()) =>
    expect(
      size(scenario, { goals: ['max(latency) <= 5min'], vary: ['concurrency=1..4'], ...few, ...options }),
    ).rejects;

  it.each([
    [{ goals: [] }, /Expected goals to be an array that is not empty/],
    [
      { goals: ['p95(latency) <= 6h'] },
      /^Expected the simulated time to be at least 5 times the limit of p95\(latency\) <= 6h, got 1 day: most people/,
    ],
    [{ vary: [] }, /Expected vary to be an array that is not empty/],
    [{ vary: new Array(17).fill('processes=1') }, /Expected vary to be an array of at most 16/],
    [{ seeds: 1 }, /Expected seeds to be a whole number in 2..1000/],
    [
      {
        vary: ['concurrency=1..16', 'rate=1,2,3,4,5,6,7,8', 'interval=1..24', 'processes=1..64'],
        seeds: 1_000,
      },
      /^Expected at most 100000 simulations, got up to .*; vary less, fewer values, or with fewer seeds$/,
    ],
    [{ sede: 1 }, /Expected the options of size to have only goals, .*, got `sede`/],
  ])('%j', async (options, message) => {
    await refused(options).toThrow(message);
  });

  it('a number of processes that the scenario cannot have', async () => {
    const process = [
      { kind: 'off', from: '2026-01-05T01:00:00Z', until: '2026-01-05T02:00:00Z', no: 2 },
    ] as const;
    await refused({ vary: ['processes=1..4'] }, crowd({ processes: 2, process })).toThrow(
      /process\[0\].no to be one of the processes \(1\)/,
    );
  });

  it('a time in which no one is due', async () => {
    await refused({}, oneRun(0, {}, { horizon: 'P1D' })).toThrow(
      /^Expected people for the goal max\(latency\) <= 5min, got a simulated time in which no one was due$/,
    );
  });
});
