import { describe, expect, it } from 'vitest';
import { Delays, type DelaysOptions, type TaskLimits } from '../../../../src/simulate/metrics/delays.ts';
import { type Delay, type DelayCause, type Scenario, simulate } from '../../../../src/simulate.ts';
import { oneRun, SMALL } from '../scenarios.ts';

const START = Date.parse('2026-03-02T00:00:00Z');
const NO_LIMITS = { handler: '*', concurrency: null, perSecond: null };

/** Delays whose time is moved by hand, in seconds. */
function setUp(options: Partial<DelaysOptions> = {}, limits: Readonly<Record<string, TaskLimits>> = {}) {
  let nowMs = START;
  const delays = new Delays({
    now: () => nowMs,
    concurrency: 10,
    callsPerSecond: null,
    limitsOf: (definition) => limits[definition] ?? NO_LIMITS,
    ...options,
  });
  return {
    delays,
    pass: (seconds: number) => {
      nowMs += seconds * 1_000;
    },
    /** Seconds by cause and task. */
    byCause: () =>
      Object.fromEntries(
        delays
          .delays()
          .filter(({ totalMs }) => totalMs > 0)
          .map(({ cause, task, totalMs }) => [task === null ? cause : `${cause} ${task}`, totalMs / 1_000]),
      ),
    /** People who were due just now, have started, and have a task of this station next. */
    ready: (definition: string, people: number) => {
      const station = delays.station(definition, definition);
      for (let left = people; left > 0; left--) delays.arrived(station);
      return station;
    },
  };
}

const NO_WAIT = { ms: 0, isCommon: false };

describe('the time before a run', () => {
  it('is the schedule’s, from the moment that people are due to the slot', () => {
    const { delays, byCause } = setUp();
    delays.queued(START - 5_000, START - 60_000);
    delays.queued(START - 7_000, START - 60_000);
    expect(byCause()).toEqual({ schedule: 12 });
  });

  it('is the directory’s as long as it did not know of them', () => {
    const { delays, byCause } = setUp();
    delays.queued(START - 10_000, START - 4_000);
    expect(byCause()).toEqual({ directory: 6, schedule: 4 });
  });

  it('is the process’s while it was off or asleep', () => {
    const { delays, pass, byCause } = setUp();
    delays.running(0);
    pass(30);
    delays.running(1);
    pass(5);
    delays.queued(START + 10_000, START);
    expect(byCause()).toEqual({ process: 20, schedule: 5 });
  });
});

describe('the time in a run', () => {
  it('is the task’s while it is called, and the engine’s while all calls at once are under way', () => {
    const { ready, delays, pass, byCause } = setUp({ concurrency: 2 });
    const station = ready('t', 5);
    const ends = [delays.called(station, NO_WAIT), delays.called(station, NO_WAIT)];
    pass(10);
    for (const end of ends) end();
    expect(byCause()).toEqual({ 'tasks t': 20, concurrency: 30 });
    expect(delays.delays().find(({ cause }) => cause === 'concurrency')).toMatchObject({
      limit: 2,
      peopleMax: 3,
      atLimitMs: 10_000,
    });
  });

  it('is a task’s own limit’s while that is reached, for those too who have not started', () => {
    const limits = { badge: { handler: 'badge', concurrency: 1, perSecond: null } };
    const { ready, delays, pass, byCause } = setUp({}, limits);
    const station = ready('badge', 4);
    delays.queued(START, START);
    delays.called(station, NO_WAIT);
    pass(10);
    expect(byCause()).toEqual({ 'taskConcurrency badge': 40, 'tasks badge': 10 });
    expect(delays.delays()[0]).toMatchObject({ limit: 1, peopleMax: 4, atLimitMs: 10_000 });
  });

  it('shares a limit among the definitions of one handler', () => {
    const shared = { handler: 'both', concurrency: 1, perSecond: null };
    const { ready, delays, pass, byCause } = setUp({}, { a: shared, b: shared });
    delays.called(ready('a', 1), NO_WAIT);
    ready('b', 1);
    pass(3);
    expect(byCause()).toEqual({ 'tasks a': 3, 'taskConcurrency b': 3 });
  });

  it('is a rate’s while calls wait for it, and for those whose place they have', () => {
    const limits = { t: { handler: 't', concurrency: 1, perSecond: 2 } };
    const { ready, delays, pass, byCause } = setUp({}, limits);
    const station = ready('t', 2);
    const end = delays.called(station, { ms: 4_000, isCommon: false });
    pass(6);
    end();
    expect(byCause()).toEqual({ 'rate t': 8, 'tasks t': 2, 'taskConcurrency t': 2 });
  });

  it('is the common rate’s when that is what calls wait for', () => {
    const { ready, delays, pass, byCause } = setUp({ callsPerSecond: 1 });
    const end = delays.called(ready('t', 1), { ms: 4_000, isCommon: true });
    pass(5);
    end();
    expect(byCause()).toEqual({ rate: 4, 'tasks t': 1 });
  });

  it('is the retries’ between two attempts, and not after the pause was ended', () => {
    const { ready, delays, pass, byCause } = setUp();
    const station = ready('t', 2);
    delays.paused(station, 10_000);
    const end = delays.paused(station, 10_000);
    pass(4);
    end();
    end();
    delays.left(station);
    pass(16);
    delays.left(station);
    expect(byCause()).toEqual({ 'retries t': 14, concurrency: 10 });
  });

  it('is the process’s while that is off, whose calls have ended with it', () => {
    const { ready, delays, pass, byCause } = setUp({ concurrency: 1 });
    const station = ready('t', 2);
    const end = delays.called(station, { ms: 60_000, isCommon: false });
    pass(1);
    end();
    delays.running(0);
    pass(100);
    delays.running(1);
    end();
    const again = delays.called(station, NO_WAIT);
    pass(2);
    again();
    expect(byCause()).toEqual({ 'rate t': 2, process: 200, 'tasks t': 2, concurrency: 2 });
  });

  it('is the concurrency of the processes that are on', () => {
    const { ready, delays, pass, byCause } = setUp({ concurrency: 1, processes: 2 });
    const station = ready('t', 3);
    const ends = [delays.called(station, NO_WAIT), delays.called(station, NO_WAIT)];
    pass(1);
    ends[0]?.();
    delays.running(1);
    pass(10);
    expect(byCause()).toEqual({ 'tasks t': 12, concurrency: 21 });
    const concurrency = delays.delays().find(({ cause }) => cause === 'concurrency');
    expect([concurrency?.limit, concurrency?.atLimitMs]).toEqual([2, 11_000]);
  });

  it('is that of as many people as there are, when a call goes on without its person', () => {
    const { ready, delays, pass, byCause } = setUp();
    const station = ready('t', 1);
    delays.called(station, NO_WAIT);
    pass(1);
    delays.left(station);
    pass(5);
    expect(byCause()).toEqual({ 'tasks t': 1 });
  });
});

describe('the delays of a simulation', () => {
  const HALT: Scenario['process'] = [
    { kind: 'off', from: '2026-03-23T01:00:00', until: '2026-03-23T07:00:00', how: 'kill' },
    { kind: 'asleep', from: '2026-03-24T00:30:00', until: '2026-03-24T09:00:00' },
  ];

  it.each<[string, Scenario]>([
    ['ordinary days', SMALL],
    ['one lane', { ...SMALL, capacity: { concurrency: 1 } }],
    ['a common rate', { ...SMALL, capacity: { callsPerSecond: 0.05, concurrency: 4 } }],
    ['a process that is killed, and one that sleeps', { ...SMALL, process: HALT }],
    ['a handler that does not end', hanging()],
    ['many retries', oneRun(300, { task: { failureProbability: 0.5, retry: { attempts: 4 } } })],
  ])('add up to the time of all people: %s', async (_, scenario) => {
    let sumMs = 0;
    let unfinished = 0;
    const { delays } = await simulate(scenario, {
      onUser: ({ latencyMs }) => {
        sumMs += latencyMs ?? 0;
        unfinished += latencyMs === null ? 1 : 0;
      },
    });
    const delaysMs = delays.reduce((sum, { totalMs }) => sum + totalMs, 0);
    if (unfinished === 0) expect(Math.abs(delaysMs - sumMs)).toBeLessThan(delays.length);
    else expect(delaysMs).toBeGreaterThan(sumMs);
    expect(sumMs).toBeGreaterThan(0);
  });

  const causes = (delays: readonly Delay[]): readonly DelayCause[] =>
    delays.filter(({ totalMs }) => totalMs > 0).map(({ cause }) => cause);
  const minute = { kind: 'fixed', ms: 60_000 } as const;

  it('have the limit of a task first where it is the bottleneck, by whatever name the task is given', async () => {
    for (const name of ['task', '*']) {
      const { delays, bottleneck } = await simulate(
        oneRun(60, { [name]: { duration: minute, concurrency: 2 } }),
      );
      expect(causes(delays)).toEqual(['taskConcurrency', 'tasks']);
      expect(delays[0]).toMatchObject({ task: 'Task', limit: 2, peopleMax: 58, atLimitMs: 30 * 60_000 });
      expect(bottleneck).toMatchObject({ cause: 'taskConcurrency', task: 'Task' });
    }
  });

  it('have the engine’s concurrency, or a rate, first where that is the bottleneck', async () => {
    const lanes = await simulate(
      oneRun(60, { task: { duration: minute } }, { capacity: { concurrency: 2 } }),
    );
    expect(causes(lanes.delays)).toEqual(['concurrency', 'tasks']);
    const rate = await simulate(
      oneRun(60, { task: { rate: { perSecond: 0.1 } } }, { capacity: { concurrency: 5 } }),
    );
    expect(causes(rate.delays)).toEqual(['rate']);
    expect(rate.delays[0]).toMatchObject({ task: 'Task', limit: 0.1 });
    const common = await simulate(oneRun(60, {}, { capacity: { callsPerSecond: 1 } }));
    expect(common.delays[0]).toMatchObject({ cause: 'rate', task: null, limit: 1 });
  });

  function hanging(): Scenario {
    const hang = { probability: 0.2, ignoresAbort: true };
    return oneRun(40, { task: { hang, timeoutMs: 1_000 } }, { capacity: { concurrency: 30 } });
  }
});
