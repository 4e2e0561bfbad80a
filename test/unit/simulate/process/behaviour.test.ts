import { describe, expect, it } from 'vitest';
import { simulate } from '../../../../src/simulate.ts';
import { oneRun, traced } from '../scenarios.ts';

const at = (seconds: number): string =>
  new Date(Date.parse('2026-01-05T00:00:00Z') + seconds * 1_000).toISOString().replace('.000', '');
const SECOND = { kind: 'fixed', ms: 1_000 } as const;

describe('a simulated task', () => {
  it('answers at once by default', async () => {
    const { totals, latency } = await simulate(oneRun(50));
    expect(totals).toMatchObject({ users: { completed: 50 }, calls: 50, callsMs: 0 });
    expect(latency.maxMs).toBe(0);
  });

  it('takes the time of its distribution', async () => {
    const shape = { kind: 'lognormal', medianMs: 1_000, p95Ms: 4_000 } as const;
    const { tasks } = await simulate(
      oneRun(4_000, { task: { duration: shape } }, { capacity: { concurrency: 5_000 } }),
    );
    expect(Math.abs((tasks[0]?.duration.p50Ms ?? 0) - 1_000)).toBeLessThan(60);
    expect(Math.abs((tasks[0]?.duration.p95Ms ?? 0) - 4_000)).toBeLessThan(500);
  });

  it('takes the time that was measured, on straight lines between the quantiles', async () => {
    const points = [
      { share: 0, ms: 100 },
      { share: 0.5, ms: 1_000 },
      { share: 1, ms: 9_000 },
    ];
    const { tasks } = await simulate(
      oneRun(
        4_000,
        { task: { duration: { kind: 'quantiles', points } } },
        { capacity: { concurrency: 5_000 } },
      ),
    );
    const { minMs = 0, p50Ms = 0, p90Ms = 0, maxMs = 0 } = tasks[0]?.duration ?? {};
    expect(minMs).toBeGreaterThanOrEqual(100);
    expect(Math.abs(p50Ms - 1_000)).toBeLessThan(150);
    expect(Math.abs(p90Ms - 7_400)).toBeLessThan(300);
    expect(maxMs).toBeLessThanOrEqual(9_000);
  });

  it('waits before its first attempt without a lane, and makes one call', async () => {
    const task = {
      wait: { kind: 'fixed', ms: 60_000 },
      duration: SECOND,
      retry: { attempts: 2, delayMs: 0 },
    } as const;
    const { totals, latency, load, delays } = await simulate(
      oneRun(10, { task }, { capacity: { concurrency: 1 } }),
    );
    expect(totals).toMatchObject({ users: { completed: 10 }, calls: 10, retries: 0, callsMs: 10_000 });
    expect([latency.minMs, latency.maxMs]).toEqual([61_000, 70_000]);
    expect(Math.max(...load.buckets.map(({ busyMax }) => busyMax))).toBe(1);
    expect(delays.find(({ cause }) => cause === 'retries')?.totalMs).toBe(600_000);
  });

  it('fails with the code of a rule, for the reports of managers and in hours of the zone', async () => {
    const people = Array.from({ length: 100 }, (_, no) => ({
      id: `p${no}`,
      manager: no % 2 === 0 ? 'm1' : { id: 'm2' },
    }));
    const failing = (rule: object) =>
      oneRun(
        0,
        { task: { failures: [{ probability: 1, reason: 'Busy', code: 'Busy', ...rule }] } },
        { population: { kind: 'given', people }, timeZone: 'Asia/Tokyo' },
      );
    for (const [rule, failed] of [
      [{ managers: ['m1'] }, 50],
      [{ managers: ['m2'] }, 50],
      [{ managers: ['m3'] }, 0],
      [{ hours: [9] }, 100],
      [{ hours: [0, 8, 10] }, 0],
    ] as const) {
      const { totals, failures } = await simulate(failing(rule));
      expect([rule, totals.tasksFailed]).toEqual([rule, failed]);
      if (failed > 0) expect(failures[0]?.reason).toBe('Busy (Busy)');
    }
  });

  it('fails as often as its probability says', async () => {
    const { totals, failures } = await simulate(oneRun(4_000, { task: { failureProbability: 0.1 } }));
    expect(Math.abs(totals.tasksFailed - 400)).toBeLessThan(80);
    expect(failures).toEqual([
      { workflow: 'W', task: 'Task', code: 'HandlerFailed', reason: 'Failed', count: totals.tasksFailed },
    ]);
  });

  it('fails during an outage and not before or after, with its reason', async () => {
    const outages = [{ from: at(10), until: at(20), reason: 'Down' }];
    const during = await simulate(oneRun(10, { task: { duration: { kind: 'fixed', ms: 12_000 }, outages } }));
    expect(during.failures[0]).toMatchObject({ reason: 'Down', count: 10 });
    const before = await simulate(oneRun(10, { task: { duration: { kind: 'fixed', ms: 8_999 }, outages } }));
    const after = await simulate(oneRun(10, { task: { duration: { kind: 'fixed', ms: 19_000 }, outages } }));
    expect([before.totals.users, after.totals.users]).toEqual([{ completed: 10 }, { completed: 10 }]);
  });

  it('waits in an outage as the outage says, and fails after that', async () => {
    const outages = [{ from: at(0), until: at(900), wait: { kind: 'fixed', ms: 600_000 } }] as const;
    const { totals, latency } = await simulate(oneRun(10, { task: { wait: SECOND, outages } }));
    expect([totals.users, latency.maxMs]).toEqual([{ failed: 10 }, 600_000]);
    const late = await simulate(
      oneRun(10, { task: { wait: SECOND, outages: [{ ...outages[0], from: at(100) }] } }),
    );
    expect([late.totals.users, late.latency.maxMs]).toEqual([{ completed: 10 }, 1_000]);
  });

  it('survives an outage by its repeated attempts', async () => {
    const task = { outages: [{ from: at(0), until: at(30) }], retry: { attempts: 5, delayMs: 10_000 } };
    const { totals } = await simulate(oneRun(10, { task }));
    expect(totals.users).toEqual({ completed: 10 });
    expect(totals.retries).toBeGreaterThanOrEqual(20);
  });

  it('fails for people of a department only, at every attempt when they are the cause', async () => {
    const task = {
      failures: [{ probability: 0.5, persistent: true, departments: ['Sales'], reason: 'Sales only' }],
      retry: { attempts: 5, delayMs: 0 },
    };
    const { totals, failures } = await simulate(oneRun(1_000, { task }));
    expect(failures.map(({ reason }) => reason)).toEqual(['Sales only']);
    expect(totals.tasksFailed).toBeGreaterThan(50);
    expect(totals.tasksFailed).toBeLessThan(130);
    const transient = { ...task, failures: [{ probability: 0.5, departments: ['Sales'] }] };
    expect((await simulate(oneRun(1_000, { task: transient }))).totals.tasksFailed).toBeLessThan(20);
  });

  it('that hangs is ended by its time-out; one that ignores the abort keeps its lane only beyond the bound', async () => {
    const hang = { probability: 1 };
    const polite = await simulate(
      oneRun(6, { task: { hang, timeoutMs: 1_000 } }, { capacity: { concurrency: 2 } }),
    );
    expect(polite.failures[0]).toMatchObject({ count: 6, reason: 'Timed out after 1000 ms' });
    const rude = await simulate(
      oneRun(
        6,
        { task: { hang: { probability: 1, ignoresAbort: true }, timeoutMs: 1_000 } },
        { capacity: { concurrency: 2 } },
      ),
    );
    // Two lanes are replaced, and the next two are held.
    expect(rude.totals.users).toEqual({ failed: 4, unfinished: 2 });
  });

  it('waits for its turn when its service takes fewer calls', async () => {
    const { latency, totals } = await simulate(oneRun(31, { task: { rate: { perSecond: 2 } } }));
    expect(totals.users).toEqual({ completed: 31 });
    expect(latency.maxMs).toBe(15_000);
  });

  it('is refused when its service takes fewer calls and does not let it wait', async () => {
    const { failures, totals } = await simulate(
      oneRun(31, { task: { rate: { perSecond: 2, whenExceeded: 'fail' } } }),
    );
    expect(totals.users).toEqual({ completed: 1, failed: 30 });
    expect(failures[0]?.reason).toBe('Too many requests');
  });

  it('shares the bound on all calls with the other tasks', async () => {
    const { latency } = await simulate(oneRun(21, {}, { capacity: { callsPerSecond: 1 } }));
    expect(latency.maxMs).toBe(20_000);
  });

  it('keeps within its concurrency', async () => {
    const { latency, load } = await simulate(oneRun(12, { task: { duration: SECOND, concurrency: 3 } }));
    expect(latency.maxMs).toBe(4_000);
    expect(Math.max(...load.buckets.map(({ busyMax }) => busyMax))).toBe(3);
  });
});

describe('on demand', () => {
  it('runs for the people that the rule selects, up to the limit', async () => {
    const scenario = oneRun(300);
    const [workflow] = scenario.workflows;
    const activations = [
      { at: at(5), rule: "department eq 'Sales'" },
      { at: at(60), limit: 7 },
    ];
    const { result } = await traced({ ...scenario, workflows: [{ ...workflow, activations }] });
    const sizes = result.runs.map(({ run }) => run.totalUsersCount);
    expect(sizes).toHaveLength(2);
    expect(sizes[0]).toBeLessThan(100);
    expect(sizes[1]).toBe(7);
  });

  it('reports an error when no one is selected or the process is off', async () => {
    const scenario = oneRun(3, {}, { process: [{ kind: 'off', from: at(100), until: at(200) }] });
    const [workflow] = scenario.workflows;
    const activations = [{ at: at(5), rule: "department eq 'Nowhere'" }, { at: at(150) }];
    const { errors } = await simulate({ ...scenario, workflows: [{ ...workflow, activations }] });
    expect(errors.map(({ during }) => during)).toEqual([
      'an activation on demand (nobody is selected)',
      'an activation on demand (the process is off)',
    ]);
  });
});
