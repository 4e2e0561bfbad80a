/** A sizing with two goals. */
import type { SizedSetting, Sizing } from '../../../../src/simulate.ts';

const MINUTE_MS = 60_000;

/** A setting with a p95 of so many minutes, and a share of failures. */
export function setting(concurrency: number, minutes: number, failed = 0.005): SizedSetting {
  const state = minutes <= 30 ? 'met' : 'missed';
  return {
    values: { concurrency, interval: 1 },
    cost: [concurrency],
    state,
    goals: [
      { value: minutes * MINUTE_MS, low: (minutes - 1) * MINUTE_MS, high: (minutes + 1) * MINUTE_MS, state },
      { value: failed, low: -0.001, high: 0.009, state: 'met' },
    ],
    score: minutes / 30,
    bottleneck: null,
  };
}

export const ANSWER = setting(10, 25);
export const SIZING: Sizing = {
  goals: [
    {
      text: 'p95(latency) <= 30min',
      measure: 'latency',
      statistic: 'p95',
      workflow: null,
      limit: 30 * MINUTE_MS,
    },
    { text: 'failed <= 1%', measure: 'failed', statistic: null, workflow: null, limit: 0.01 },
  ],
  scenario: {
    name: 'Intake <1>',
    description: null,
    startDateTime: '2026-03-01T00:00:00.000Z',
    endDateTime: '2026-03-04T00:00:00.000Z',
    horizon: 'P3D',
    timeZone: 'UTC',
  },
  seeds: { first: 1, count: 20 },
  vary: [
    { name: 'concurrency', kind: 'concurrency', task: null, values: [8, 10, 16], triedAllBecause: null },
    { name: 'interval', kind: 'interval', task: null, values: [1], triedAllBecause: 'slots move' },
  ],
  answer: ANSWER,
  nearest: null,
  binding: { kind: 'lanes', term: 'concurrency', name: 'the lanes', text: 'All lanes were busy.' },
  oneLess: [{ term: 'concurrency', setting: setting(8, 300) }],
  asItIs: { ...setting(8, 300), values: {} },
  frontier: [setting(8, 300), ANSWER, setting(16, 12)],
  settings: [setting(8, 300), ANSWER, setting(16, 12)],
  search: {
    method: 'bisection',
    violation: null,
    settings: 3,
    settingsOfAll: 9,
    simulations: 60,
    simulationsOfAll: 180,
  },
};
