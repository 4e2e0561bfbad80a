import { describe, expect, it } from 'vitest';
import { bottleneckOf } from '../../../../src/simulate/metrics/bottleneck.ts';
import type { Delay, DelayCause } from '../../../../src/simulate.ts';

const HOUR = 3_600_000;

function delay(cause: DelayCause, hours: number, more: Partial<Delay> = {}): Delay {
  return {
    cause,
    definition: null,
    task: null,
    limit: null,
    totalMs: hours * HOUR,
    peopleMax: 0,
    atLimitMs: null,
    ...more,
  };
}

const BADGE = {
  definition: 'printBadge',
  task: 'Print badge',
  limit: 1,
  peopleMax: 401,
  atLimitMs: 10 * HOUR,
};

describe('the bottleneck', () => {
  it('is the first delay, with its share, its time for each person, and what is next', () => {
    const delays = [delay('taskConcurrency', 80, BADGE), delay('schedule', 20)];
    expect(bottleneckOf(delays, 10, 3 * HOUR)).toEqual({
      cause: 'taskConcurrency',
      definition: 'printBadge',
      task: 'Print badge',
      share: 0.8,
      meanMs: 8 * HOUR,
      summary: '“Print badge” (1 call at once): 8 h of 10 h on average (80 %)',
      advice:
        'The task’s own limit was reached for 10 h; up to 401 people waited at once. A higher concurrency of this task, or quicker calls, help; more concurrency of the engine does not. Next: The schedule, 20 %.',
    });
  });

  it('names no second cause of less than a twentieth', () => {
    const delays = [delay('schedule', 96), delay('taskConcurrency', 4, BADGE)];
    expect(bottleneckOf(delays, 10, 3 * HOUR)?.advice).toBe(
      'People are due, and wait for the next slot: there is one every 3 h. A shorter interval helps; more concurrency does not.',
    );
  });

  it.each<[DelayCause, Partial<Delay>, string]>([
    ['directory', {}, 'Late entries in the directory: '],
    ['process', {}, 'The process, off or asleep: '],
    ['concurrency', { limit: 256, atLimitMs: HOUR }, 'The engine’s concurrency (256 calls at once): '],
    ['rate', { limit: 2, task: 'Join groups' }, 'The rate of “Join groups” (2 a second): '],
    ['rate', { limit: 0.5 }, 'The rate of all calls (0.5 a second): '],
    ['retries', { task: 'Join groups' }, 'Waits for another attempt of “Join groups”: '],
    ['tasks', { task: 'Join groups', peopleMax: 1 }, 'Calls of “Join groups”: '],
  ])('can be %s %j', (cause, more, beginning) => {
    const found = bottleneckOf([delay(cause, 3, more)], 3, 3 * HOUR);
    expect(found?.summary).toBe(`${beginning}1 h of 1 h on average (100 %)`);
    expect(found?.advice).not.toMatch(/null|undefined|NaN/);
  });

  it('is null when no one was due, or nothing took time', () => {
    expect(bottleneckOf([], 0, HOUR)).toBeNull();
    expect(bottleneckOf([delay('concurrency', 0, { limit: 256 })], 5, HOUR)).toBeNull();
  });
});
