import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/index.ts';
import { SimulationPool } from '../../../../src/simulate/pool/simulation-pool.ts';
import { withParts } from '../../../../src/simulate/scenario/read-scenario.ts';
import { readScenario, simulateRead } from '../../../../src/simulate.ts';
import { oneRun, SMALL } from '../scenarios.ts';

const read = readScenario(SMALL);
const other = readScenario(oneRun(20));
const JOBS = [
  { read, seed: 3 },
  { read: other, seed: 3 },
  { read, seed: 4, parts: { capacity: { concurrency: 1 }, schedule: { intervalHours: 1 } } },
  { read, seed: 5 },
] as const;

describe('a pool of simulations', () => {
  const pool = new SimulationPool({ workers: 2 });
  afterAll(() => pool.close());

  it('gives what the same simulations give here, in the order of its jobs, whatever the number of threads', async () => {
    const steps: { readonly share: number; readonly done: number }[] = [];
    const pooled = await pool.run(JOBS, { onProgress: (step) => steps.push(step) });
    await using single = new SimulationPool({ workers: 1 });
    expect(await single.run(JOBS)).toEqual(pooled);
    for (const [at, { read: scenario, seed, ...job }] of JOBS.entries()) {
      const { calendar, load, runs, runsDropped, ...figures } = await simulateRead(
        withParts(scenario, 'parts' in job ? job.parts : {}),
        { seed },
      );
      expect(pooled[at]).toEqual(figures);
    }
    const shares = steps.map(({ share }) => share);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(steps.at(-1)).toEqual({ share: 1, done: JOBS.length });
  });

  it('refuses parts that cannot be before anything runs', async () => {
    const parts = { capacity: { concurrency: 0 } };
    await expect(pool.run([{ read, seed: 1, parts }])).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { field: 'capacity.concurrency' },
    });
  });

  it('ends with its signal, before and while it runs, and serves the next', async () => {
    const gone = new Error('gone');
    await expect(pool.run(JOBS, { signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
    const controller = new AbortController();
    const onProgress = () => controller.abort(gone);
    await expect(pool.run(JOBS, { signal: controller.signal, onProgress })).rejects.toBe(gone);
    expect(await pool.run([{ read: other, seed: 3 }])).toHaveLength(1);
  });

  it('serves several callers at once', async () => {
    const [a, b] = await Promise.all([
      pool.run([{ read: other, seed: 1 }]),
      pool.run([
        { read: other, seed: 2 },
        { read: other, seed: 1 },
      ]),
    ]);
    expect(b[1]).toEqual(a[0]);
    expect(b[0]?.trace).not.toEqual(a[0]?.trace);
  });

  it('fails for people that are no data, and for memory that does not suffice', async () => {
    const population = { kind: 'given', people: [{ id: 'a', department: () => 'IT' }] } as never;
    await expect(pool.run([{ read: readScenario({ ...SMALL, population }), seed: 1 }])).rejects.toMatchObject(
      {
        code: 'InvalidArgument',
        message: expect.stringContaining('Small, seed 1: Expected people whose attributes are data'),
      },
    );
    await using small = new SimulationPool({ workers: 1, heapMbMax: 8 });
    const error = await small
      .run([{ read: readScenario(oneRun(20_000)), seed: 7 }])
      .catch((one: unknown) => one);
    expect(LifecycleError.is(error) && [error.code, error.details]).toEqual([
      'LimitExceeded',
      { limit: 'simulationHeap', max: 8 },
    ]);
    expect((error as Error).message).toContain(
      'One run, seed 7: Expected a simulation that needs at most 8 MB',
    );
  });

  it('rejects what is under way when it is closed', async () => {
    const closing = new SimulationPool({ workers: 1 });
    const running = closing.run(JOBS);
    const closed = closing.close();
    await expect(running).rejects.toThrow('The pool of simulations was closed');
    await closed;
    await expect(closing.run(JOBS)).rejects.toThrow('The pool of simulations was closed');
  });

  describe('whose job throws', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'tenure-pool-'));
      writeFileSync(join(folder, 'people.csv'), 'id,id\n1,2\n');
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('names the job, and ends the others', async () => {
      const population = { kind: 'file', path: 'people.csv' } as const;
      const broken = readScenario({ ...SMALL, population }, { folder });
      const error = await pool
        .run([{ read: broken, seed: 9 }, ...JOBS])
        .catch((one: unknown) => one as LifecycleError);
      expect(error).toMatchObject({ code: 'InvalidFile' });
      expect((error as Error).message).toContain('Small, seed 9: ');
    });
  });
});
