import { describe, expect, it } from 'vitest';
import { compare, type Scenario, simulate } from '../../../../src/simulate.ts';
import { recount } from '../recount.ts';
import { oneRun, SMALL, traced } from '../scenarios.ts';

const SECOND: Scenario['tasks'] = { task: { duration: { kind: 'fixed', ms: 1_000 } } };

/** A thousand people whose task takes a second, ten of them at once in each of `processes`. */
function thousand(processes: number, more: Partial<Scenario> = {}, tasks = SECOND): Scenario {
  return oneRun(1_000, tasks, { processes, capacity: { concurrency: 10 }, ...more });
}

describe('three processes', () => {
  it('are done sooner than one, with the same outcome for each person', async () => {
    const tasks = { task: { ...SECOND.task, failureProbability: 0.3 } };
    const compared = await compare(thousand(1, {}, tasks), thousand(3, {}, tasks));
    const { workflows, people } = compared;
    expect([compared.differingParts, compared.hasSamePeople, people]).toEqual([['processes'], true, []]);
    const [one] = workflows;
    expect(one?.a?.latency.maxMs).toBe(100_000);
    // A third would be 33.4 s; a process takes slices of 50 people, of which there are twenty.
    expect(one?.b?.latency.maxMs).toBeGreaterThanOrEqual(34_000);
    expect(one?.b?.latency.maxMs).toBeLessThanOrEqual(40_000);
  });

  it('share the people, each with its own concurrency, and break no invariant', async () => {
    const { result, lines } = await traced(thousand(3));
    expect(result.violations).toEqual([]);
    expect(result.errors).toEqual([]);
    expect(result.processes.map(({ no, busyMax }) => [no, busyMax])).toEqual([
      [1, 10],
      [2, 10],
      [3, 10],
    ]);
    const calls = result.processes.map((one) => one.calls);
    expect(calls.reduce((sum, count) => sum + count, 0)).toBe(1_000);
    expect(Math.min(...calls)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...result.load.buckets.map(({ busyMax }) => busyMax))).toBe(30);
    const counted = recount(lines);
    expect([counted.runs, counted.users]).toEqual([{ completed: 1 }, { completed: 1_000 }]);
    expect(counted.completed).toBe(1_000);
  });

  it('give the same trace each time, and another one than two', async () => {
    const [first, again, two] = [
      await traced(thousand(3)),
      await traced(thousand(3)),
      await traced(thousand(2)),
    ];
    expect(again.lines).toEqual(first.lines);
    expect(again.result).toEqual(first.result);
    expect(two.result.trace.sha256).not.toBe(first.result.trace.sha256);
  });

  it('evaluate each slot once, as one process does', async () => {
    const [one, three] = [await simulate(SMALL), await simulate({ ...SMALL, processes: 3 }, { check: true })];
    expect(three.calendar).toEqual(one.calendar);
    expect([three.totals.runs, three.totals.users]).toEqual([one.totals.runs, one.totals.users]);
    expect([three.errors, three.violations]).toEqual([[], []]);
  });

  it('share the rate of a service', async () => {
    const tasks = { task: { rate: { perSecond: 20 } } };
    const [one, three] = [
      await simulate(thousand(1, { capacity: { concurrency: 100 } }, tasks)),
      await simulate(thousand(3, { capacity: { concurrency: 100 } }, tasks)),
    ];
    expect(one.latency.maxMs).toBe(49_950);
    expect(three.latency.maxMs).toBe(49_950);
    const common = { capacity: { concurrency: 100, callsPerSecond: 20 } };
    expect((await simulate(thousand(3, common, {}))).latency.maxMs).toBe(49_950);
  });
});

describe('one of three processes', () => {
  const from = '2026-01-05T00:00:10.500Z';
  const until = '2026-01-05T00:00:40Z';

  it('that is killed is replaced by the others, which take over its slices', async () => {
    const process: Scenario['process'] = [{ kind: 'off', no: 2, how: 'kill', from, until }];
    const { result, lines } = await traced(thousand(3, { process }));
    expect(result.totals.users).toEqual({ completed: 1_000 });
    expect([result.errors, result.violations]).toEqual([[], []]);
    expect(lines.filter((line) => / (killed|on) /.test(line)).map((line) => line.slice(24))).toEqual([
      ' killed 2',
      ' on 2',
    ]);
    // What its ten lanes had begun was lost with it, and made again.
    expect(result.totals.calls).toBe(1_000);
    const [first, second, third] = result.processes.map(({ calls }) => calls);
    expect(second).toBeGreaterThanOrEqual(90);
    expect(second).toBeLessThan(Math.min(first ?? 0, third ?? 0));
    expect(result.latency.maxMs).toBeLessThan(60_000);
  });

  it('that is stopped hands its slices over, and nothing is made twice', async () => {
    const process: Scenario['process'] = [{ kind: 'off', no: 1, from, until }];
    const { result } = await traced(thousand(3, { process }));
    expect(result.totals.users).toEqual({ completed: 1_000 });
    expect([result.totals.calls, result.errors, result.violations]).toEqual([1_000, [], []]);
    expect(result.delays.find(({ cause }) => cause === 'process')).toBeUndefined();
  });

  it('can be off one after the other, as in a deployment; people wait for the process when all are', async () => {
    const off = (no: number | undefined, second: number) =>
      ({
        kind: 'off',
        ...(no === undefined ? {} : { no }),
        from: `2026-01-05T00:00:${second}Z`,
        until: `2026-01-05T00:00:${second + 4}Z`,
      }) as const;
    const process = [off(1, 10), off(2, 14), off(3, 18), off(undefined, 24)];
    const { result } = await traced(thousand(3, { process }));
    expect(result.totals.users).toEqual({ completed: 1_000 });
    expect([result.totals.calls, result.errors, result.violations]).toEqual([1_000, [], []]);
    const down = result.delays.find(({ cause }) => cause === 'process');
    expect(down?.totalMs).toBeGreaterThan(0);
  });
});

it('one process is the default, and gives the trace of a scenario that does not name it', async () => {
  const [named, unnamed] = [
    await traced({ ...SMALL, processes: 1 }, { seed: 7 }),
    await traced(SMALL, { seed: 7 }),
  ];
  expect(named.lines).toEqual(unnamed.lines);
  expect(named.result.processes).toHaveLength(1);
});
