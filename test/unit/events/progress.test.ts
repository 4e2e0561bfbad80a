import { describe, expect, it } from 'vitest';
import { createLedger } from '../../../src/embed.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import { idsOf, makeWorld, workflowInput } from '../../helpers/world.ts';

describe('run.progress', () => {
  it('comes at most once per run and interval, in time with the newest counters', async () => {
    const { engine, clock } = makeWorld({
      subjects: 200,
      concurrency: 2,
      tasks: { '*': () => clock.sleep(10) },
    });
    const told = new Map<string, { atMs: number; left: number }[]>();
    engine.on('run.progress', ({ run }) => {
      const events = told.get(run.id) ?? [];
      events.push({ atMs: clock.elapsed(), left: run.totalUnprocessedTasksCount });
      told.set(run.id, events);
    });
    const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
    await clock.until(engine.start());
    const runs = await Promise.all(
      [100, 200].map((count) => engine.runs.activate(workflow.id, { subjects: idsOf(count) })),
    );
    await clock.until(Promise.all(runs.map(({ id }) => engine.runs.waitFor(id))));
    const tookMs = clock.elapsed();
    expect(told.size).toBe(2);
    for (const events of told.values()) {
      const gaps = events.slice(1).map(({ atMs }, at) => atMs - (events[at]?.atMs ?? 0));
      // The last one does not wait: it comes with the end of the run.
      for (const gapMs of gaps.slice(0, -1)) expect(gapMs).toBeGreaterThanOrEqual(LIMITS.progressIntervalMs);
      expect(events.length).toBeGreaterThan(3);
      expect(events.length).toBeLessThanOrEqual(2 + tookMs / LIMITS.progressIntervalMs);
      const left = events.map((one) => one.left);
      expect(left).toEqual(left.toSorted((a, b) => b - a));
      expect(left.at(-1)).toBe(0);
    }
    expect(clock.timers).toBe(1); // the scheduler's
  });

  it('is not late by more than an interval when nothing follows', async () => {
    const { engine, clock } = makeWorld({
      subjects: 3,
      tasks: { '*': ({ subject }) => clock.sleep(subject.id === 'u3' ? 60_000 : 1) },
    });
    const left: number[] = [];
    engine.on('run.progress', ({ run }) => left.push(run.totalUnprocessedTasksCount));
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.advance(5);
    expect(left).toEqual([3]);
    await clock.advance(LIMITS.progressIntervalMs);
    expect(left).toEqual([3, 1]);
  });

  it('comes with the last state when the engine stops, and leaves no timer', async () => {
    const { engine, clock } = makeWorld({
      subjects: 4,
      concurrency: 1,
      tasks: { '*': () => clock.sleep(10) },
    });
    const left: number[] = [];
    engine.on('run.progress', ({ run }) => left.push(run.totalUnprocessedTasksCount));
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: idsOf(4) });
    await clock.advance(25);
    await clock.until(engine.stop());
    const now = await engine.runs.get(id);
    expect(now.processingStatus).toBe('inProgress');
    expect(left.at(-1)).toBe(now.totalUnprocessedTasksCount);
    expect(clock.timers).toBe(0);
  });

  it('is as rare for a run that is reported to a ledger', async () => {
    const ledger = await createLedger();
    const told: string[] = [];
    for (const name of ['run.progress', 'run.finished'] as const)
      ledger.on(name, ({ run }) => told.push(`${name} ${run.successfulUsersCount}`));
    const workflow = await ledger.workflows.create(workflowInput(['a']));
    const count = 30;
    const run = await ledger.runs.create(workflow.id, {
      workflowExecutionType: 'onDemand',
      scheduledDateTime: '2026-01-31T17:00:00Z',
      totalUsersCount: count,
      totalUnprocessedTasksCount: count,
    });
    for (const id of idsOf(count))
      await ledger.userProcessingResults.create(run.id, {
        subject: { id },
        processingStatus: 'completed',
        totalTasksCount: 1,
        failedTasksCount: 0,
        totalUnprocessedTasksCount: 0,
      });
    expect(told[0]).toBe('run.progress 1');
    expect(told.slice(-2)).toEqual([`run.progress ${count}`, `run.finished ${count}`]);
    expect(told.length).toBeLessThan(count / 2);
    await ledger.close();
  });
});
