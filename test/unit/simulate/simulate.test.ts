import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SCENARIOS, type Scenario, type SimulationResult, simulate } from '../../../src/simulate.ts';
import { recount } from './recount.ts';
import { oneRun, SMALL, traced } from './scenarios.ts';

const CHILD = resolve(import.meta.dirname, 'child.ts');

function expectRecounted(result: SimulationResult, lines: readonly string[]): void {
  const counted = recount(lines);
  const { totals, latency } = result;
  expect(counted.runs).toEqual(totals.runs);
  expect(counted.users).toEqual(totals.users);
  expect({ completed: counted.completed, failed: counted.failed, notRun: counted.notRun }).toEqual({
    completed: totals.tasksCompleted,
    failed: totals.tasksFailed,
    notRun: totals.tasksNotRun,
  });
  expect(counted.retries).toBe(totals.retries);
  const { entered, moved, leaving, removed } = totals;
  expect({ entered: 0, moved: 0, leaving: 0, removed: 0, ...counted.directory }).toEqual({
    entered,
    moved,
    leaving,
    removed,
  });
  const reasons: Record<string, number> = {};
  for (const { reason, count } of result.failures) reasons[reason] = (reasons[reason] ?? 0) + count;
  expect(counted.reasons).toEqual(reasons);
  const sorted = counted.latencies.toSorted((a, b) => a - b);
  expect(latency.count).toBe(sorted.length);
  expect(latency.maxMs).toBe(sorted.at(-1) ?? 0);
  expect(latency.minMs).toBe(sorted[0] ?? 0);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
  expect(latency.p95Ms).toBeGreaterThanOrEqual(p95);
  expect(latency.p95Ms).toBeLessThanOrEqual(p95 * 1.008 + 1);
  expect(
    createHash('sha256')
      .update(lines.map((line) => `${line}\n`).join(''))
      .digest('hex'),
  ).toBe(result.trace.sha256);
  expect(result.trace.lines).toBe(lines.length);
}

describe('a simulation', () => {
  it('runs a workflow with a change trigger on demand only', async () => {
    const template = 'Employee job profile change';
    const activations = [{ at: '2026-03-22', limit: 3 }];
    const scenario = { ...SMALL, tasks: {}, workflows: [{ template, activations }] };
    await expect(simulate(scenario)).rejects.toMatchObject({
      code: 'InvalidArgument',
      message: expect.stringContaining('or isSchedulingEnabled false, got'),
    });
    const overrides = { isSchedulingEnabled: false };
    const { totals } = await simulate({ ...scenario, workflows: [{ template, activations, overrides }] });
    expect([totals.runs, totals.users]).toEqual([{ completed: 1 }, { completed: 3 }]);
  });

  it('gives the same trace for the same seed, and another one for another', async () => {
    const [first, again, other] = [
      await traced(SMALL, { seed: 7 }),
      await traced(SMALL, { seed: 7 }),
      await traced(SMALL, { seed: 8 }),
    ];
    expect(again.lines).toEqual(first.lines);
    expect(again.result).toEqual(first.result);
    expect(other.result.trace.sha256).not.toBe(first.result.trace.sha256);
    expect(first.lines.length).toBeGreaterThan(200);
  });

  it.each(['America/New_York', 'Pacific/Chatham'])(
    'gives the same trace in a process with TZ=%s',
    async (zone) => {
      const { result } = await traced(SMALL, { seed: 7 });
      const { stdout } = await promisify(execFile)(process.execPath, [CHILD], {
        env: { ...process.env, TZ: zone, LC_ALL: 'de_DE.UTF-8' },
      });
      expect(stdout.trim()).toBe(result.trace.sha256);
    },
  );

  // A change of one of these changes what a seed means: add it to the changelog.
  it.each([
    ['onboarding-year', 'P21D', 'ee9fe3bb033aa907c61eb55b9157cbb22d6b06d2ecf33eb808660dcfd6aba566'],
    ['offboarding-merger-before', 'P60D', '7726ac83595c0ba301c79dc32b4fa5bf187f979b82e57c4db6c0bcf2582fc5eb'],
    ['offboarding-merger-after', 'P60D', 'a589074388417ff3d9f715b20a0751635d56d695837fb10ccfee7f9d34c8d7c7'],
    ['overloaded-directory', 'P8D', '0d894cf6222e5794d2034a339ad76129b01d72b054138b5b527711da973c3382'],
  ])('of the shipped scenario %s over %s has the trace that it always had', async (name, horizon, sha256) => {
    const { result, lines } = await traced(SCENARIOS[name] as Scenario, { horizon });
    expectRecounted(result, lines);
    expect(result.violations).toEqual([]);
    expect(result.errors).toEqual([]);
    expect(result.trace.sha256).toBe(sha256);
  });

  it('has figures that a recount of its trace gives too', async () => {
    for (const seed of [1, 2, 3]) {
      const { result, lines } = await traced(SMALL, { seed });
      expectRecounted(result, lines);
      expect(result.violations).toEqual([]);
      expect(result.totals.usersCount).toBeGreaterThan(20);
    }
  });

  it('counts what is unfinished at the horizon', async () => {
    const { result, lines } = await traced(
      oneRun(
        100,
        { task: { duration: { kind: 'fixed', ms: 3_600_000 } } },
        { capacity: { concurrency: 10 } },
      ),
    );
    expectRecounted(result, lines);
    expect(result.totals.users).toEqual({ completed: 10, unfinished: 90 });
    expect(result.totals.runs).toEqual({ unfinished: 1 });
    expect(result.runs[0]?.run.processingStatus).toBe('inProgress');
    expect(lines.at(-1)).toMatch(/end unfinished 1$/);
  });

  it('has the same outcome when all people are streamed in each slot', async () => {
    const indexed = await simulate(SMALL, { seed: 3 });
    const scanned = await simulate(SMALL, { seed: 3, scansAllPeople: true });
    expect(scanned.trace.sha256).toBe(indexed.trace.sha256);
  });

  it('keeps runs up to a bound and reports all of them', async () => {
    const reported: string[] = [];
    const result = await simulate(SMALL, { runsKeptMax: 3, onRun: ({ run }) => void reported.push(run.id) });
    expect(result.runs.length).toBe(3);
    expect(result.runsDropped).toBe(reported.length - 3);
    expect(reported.length).toBe(result.totals.runsCount);
    expect(new Set(reported).size).toBe(reported.length);
  });

  it('reports progress from the start to the end', async () => {
    const shares: number[] = [];
    await simulate(SMALL, { onProgress: ({ share }) => void shares.push(share) });
    expect(shares.length).toBeGreaterThan(50);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('adds up queue and use over time', async () => {
    const { load } = await simulate(
      oneRun(20, { task: { duration: { kind: 'fixed', ms: 60_000 } } }, { capacity: { concurrency: 10 } }),
    );
    const busyMs = load.buckets.reduce((sum, { utilisation }) => sum + utilisation * 10 * load.bucketMs, 0);
    expect(Math.round(busyMs / 1_000)).toBe(20 * 60);
    expect(Math.max(...load.buckets.map(({ busyMax }) => busyMax))).toBe(10);
    expect(Math.max(...load.buckets.map(({ queuedMax }) => queuedMax))).toBe(20);
  });

  it('makes people wait for the rate of a handler, without a lane, and says so', async () => {
    const { result } = await traced(
      oneRun(
        50,
        { task: { handlerRate: { limit: 10, intervalMs: 60_000 } } },
        { capacity: { concurrency: 2 } },
      ),
    );
    expect(result.totals.users).toEqual({ completed: 50 });
    const [first] = result.delays.filter(({ cause }) => cause !== 'schedule' && cause !== 'directory');
    // Four times ten people waited for one, two, three and four minutes.
    expect(first).toMatchObject({ cause: 'rate', totalMs: 10 * (1 + 2 + 3 + 4) * 60_000, peopleMax: 40 });
  });

  it('has empty figures for a scenario in which no one is due', async () => {
    const { result } = await traced({
      ...SMALL,
      turnover: {},
      population: { kind: 'generated', headcount: 0 },
    });
    expect(result.totals.usersCount).toBe(0);
    expect(result.calendar.every(({ onTime, planned }) => onTime === planned)).toBe(true);
  });
});
