/** A run ends right whatever store call its process dies at. */
import { describe, expect, it } from 'vitest';
import {
  crashEverywhere,
  crashTwiceEverywhere,
  type Enumerated,
  failEverywhere,
  type SmallScenario,
} from './enumeration.ts';

const STORES = ['memory', 'sqlite'] as const;
const SIZES = [1, 2, 3].flatMap((users) => [1, 2, 3].map((tasks) => ({ users, tasks })));

/** Cancels while a task runs, between tasks, before the first and after the last. */
const cancels = ({ users, tasks }: { users: number; tasks: number }): SmallScenario['cancelAt'][] => [
  undefined,
  { ms: 1 },
  ...Array.from({ length: users * tasks }, (_, index) => ({ handler: index + 1 })),
];

function expectNone({ failures, points }: Enumerated, pointsMin: number): void {
  expect(points).toBeGreaterThanOrEqual(pointsMin);
  expect(failures.map(({ violation, plan }) => `${violation}\n${JSON.stringify(plan)}`)).toEqual([]);
}

describe('a run whose process dies at the n-th store call, for every n', () => {
  for (const size of SIZES) {
    it(`ends right on memory with ${size.users} users × ${size.tasks} tasks, canceled at any task or not`, async () => {
      for (const cancelAt of cancels(size))
        expectNone(
          await crashEverywhere({ store: 'memory', ...size, ...(cancelAt ? { cancelAt } : {}) }),
          10,
        );
    });
  }

  for (const size of [
    { users: 1, tasks: 1 },
    { users: 2, tasks: 2 },
    { users: 3, tasks: 3 },
  ]) {
    it(`ends right on SQLite with ${size.users} users × ${size.tasks} tasks, canceled while a task runs or not`, async () => {
      expectNone(await crashEverywhere({ store: 'sqlite', ...size }), 10);
      expectNone(await crashEverywhere({ store: 'sqlite', ...size, cancelAt: { ms: 1 } }), 10);
    });
  }

  for (const store of STORES) {
    it(`ends right on ${store} when a schedule made it`, async () => {
      expectNone(await crashEverywhere({ store, users: 2, tasks: 2, isScheduled: true }), 10);
    });

    it(`ends right on ${store} when tasks are retried`, async () => {
      expectNone(await crashEverywhere({ store, users: 2, tasks: 2, hasRetry: true }), 10);
    });
  }

  it('ends right when the next process dies too, at every later call', async () => {
    expectNone(await crashTwiceEverywhere({ store: 'memory', users: 1, tasks: 2 }), 100);
    expectNone(await crashTwiceEverywhere({ store: 'memory', users: 2, tasks: 1, cancelAt: { ms: 1 } }), 100);
  });
});

describe('a run whose n-th store call is refused, for every n', () => {
  for (const store of STORES) {
    it(`ends right on ${store}`, async () => {
      for (const more of [{}, { hasRetry: true }, { cancelAt: { ms: 1 } }, { isScheduled: true }])
        expectNone(await failEverywhere({ store, users: 2, tasks: 2, ...more }), 10);
    });
  }
});
