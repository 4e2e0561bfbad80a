import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInsights, type Insights } from '../../../../src/ledger/methods/insights.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { RunRecord, WorkflowRecord } from '../../../../src/model/records.ts';
import { EXECUTION_TYPES, PROCESSING_STATUSES, type ProcessingStatus } from '../../../../src/model/status.ts';
import { HOUR_MS } from '../../../../src/model/time.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import {
  runRecord,
  T0,
  task,
  workflowId,
  workflowRecord,
} from '../../../../src/testing/contract/records/records.ts';
import { codeOf, idsOf, makeWorld, workflowInput } from '../../../helpers/world.ts';

const DAY = 24 * HOUR_MS;
const FROM = T0;
const TO = T0 + DAY;
const iso = (atMs: number) => new Date(atMs).toISOString();

/** Insights over the workflows and runs. */
async function insightsOf(
  workflows: readonly WorkflowRecord[],
  runs: readonly RunRecord[],
): Promise<Insights> {
  const store = memoryStore();
  await store.transaction(async (tx) => {
    for (const record of workflows) await tx.putWorkflow(record);
    for (const run of runs) await tx.insertRun(run);
  });
  return createInsights({ store });
}

/** A final run with 3 users of 2 tasks: one user completed, one failed in the first task. */
const final = (n: number, changes: Partial<RunRecord> = {}): RunRecord =>
  runRecord(n, {
    processingStatus: 'completedWithErrors',
    startedAtMs: T0 + n,
    totalUsersCount: 3,
    successfulUsersCount: 1,
    failedUsersCount: 1,
    totalTasksCount: 6,
    failedTasksCount: 1,
    totalUnprocessedTasksCount: 3,
    taskReports: [
      { totalUsersCount: 3, successfulUsersCount: 1, failedUsersCount: 1 },
      { totalUsersCount: 3, successfulUsersCount: 1, failedUsersCount: 0 },
    ],
    ...changes,
  });

describe('the summary of processed workflows', () => {
  it.each<[string, Partial<RunRecord>, boolean]>([
    ['started at the first moment of the window', { startedAtMs: FROM }, true],
    ['started at the last moment of the window', { startedAtMs: TO }, true],
    ['started 1 ms before the window', { startedAtMs: FROM - 1 }, false],
    ['started 1 ms after the window', { startedAtMs: TO + 1 }, false],
    ['never started, scheduled at the first moment', { startedAtMs: null, scheduledAtMs: FROM }, true],
    ['never started, scheduled at the last moment', { startedAtMs: null, scheduledAtMs: TO }, true],
    [
      'never started, scheduled 1 ms before the window',
      { startedAtMs: null, scheduledAtMs: FROM - 1 },
      false,
    ],
    ['scheduled in the window, started after it', { scheduledAtMs: FROM, startedAtMs: TO + 1 }, false],
    ['scheduled before the window, started in it', { scheduledAtMs: FROM - DAY, startedAtMs: FROM }, true],
    ['a preview', { workflowExecutionType: 'preview' }, false],
    ['a run of an unknown workflow', { workflowId: workflowId(9) }, false],
  ])('of a run that is %s: counted is %3$s', async (_, changes, isCounted) => {
    const insights = await insightsOf([workflowRecord(0)], [final(1, changes)]);
    const { totalRuns } = await insights.workflowsProcessedSummary(iso(FROM), iso(TO));
    expect(totalRuns).toBe(isCounted ? 1 : 0);
  });

  it.each<[ProcessingStatus, number, number]>([
    ['queued', 0, 0],
    ['inProgress', 0, 0],
    ['canceling', 0, 0],
    ['canceled', 0, 0],
    ['quarantined', 0, 0],
    ['completed', 1, 0],
    ['completedWithErrors', 0, 1],
    ['failed', 0, 1],
  ])('counts a run that is %s as %i successful and %i failed runs', async (processingStatus, good, bad) => {
    const insights = await insightsOf([workflowRecord(0)], [final(1, { processingStatus })]);
    expect(await insights.workflowsProcessedSummary(iso(FROM), iso(TO))).toMatchObject({
      totalRuns: 1,
      successfulRuns: good,
      failedRuns: bad,
    });
  });

  it('counts as successful tasks those that are neither failed nor unprocessed', async () => {
    const insights = await insightsOf([workflowRecord(0)], [final(1)]);
    expect(await insights.workflowsProcessedSummary(iso(FROM), iso(TO))).toEqual({
      totalRuns: 1,
      successfulRuns: 0,
      failedRuns: 1,
      totalUsers: 3,
      successfulUsers: 1,
      failedUsers: 1,
      totalTasks: 6,
      successfulTasks: 2,
      failedTasks: 1,
    });
  });

  it('reads the runs of a window over several pages, each once, also those of one moment', async () => {
    const runs = Array.from({ length: 2 * LIMITS.usersPerBatch + 1 }, (_, n) =>
      final(n, n % 2 === 0 ? { startedAtMs: FROM } : { startedAtMs: null, scheduledAtMs: TO }),
    );
    const insights = await insightsOf([workflowRecord(0)], runs);
    const { totalRuns } = await insights.workflowsProcessedSummary(iso(FROM), iso(TO));
    expect(totalRuns).toBe(runs.length);
  });
});

describe('the insights by category', () => {
  it('have all three categories, zero without runs', async () => {
    const insights = await insightsOf([], []);
    expect(await insights.workflowsProcessedByCategory(iso(FROM), iso(TO))).toEqual({
      failedJoinerRuns: 0,
      successfulJoinerRuns: 0,
      totalJoinerRuns: 0,
      failedLeaverRuns: 0,
      successfulLeaverRuns: 0,
      totalLeaverRuns: 0,
      failedMoverRuns: 0,
      successfulMoverRuns: 0,
      totalMoverRuns: 0,
    });
  });
});

describe('the tasks with the most users', () => {
  it('are summed by definition, over the tasks, versions and workflows that use it', async () => {
    const insights = await insightsOf(
      [workflowRecord(0), workflowRecord(1, { tasks: [task(1, 1)] })],
      [final(1), final(2, { workflowId: workflowId(1), taskReports: [final(1).taskReports[0] ?? ZERO] })],
    );
    expect(await insights.topTasksProcessedSummary(iso(FROM), iso(TO))).toEqual([
      {
        taskDefinitionId: '70b29d51-b59a-4773-9280-8841dfd3f2ea',
        taskDefinitionDisplayName: 'Send welcome email',
        totalTasks: 9,
        totalUsers: 9,
        successfulTasks: 3,
        successfulUsers: 3,
        failedTasks: 2,
        failedUsers: 2,
      },
    ]);
  });

  it('skip disabled tasks: the reports of a run are those of its enabled tasks in order', async () => {
    const tasks = [
      task(0, 1, { taskDefinitionId: 'off', isEnabled: false }),
      task(0, 2, { taskDefinitionId: 'first', displayName: 'First' }),
      task(0, 3, { taskDefinitionId: 'second', displayName: 'Second' }),
    ];
    const insights = await insightsOf([workflowRecord(0, { tasks })], [final(1)]);
    const top = await insights.topTasksProcessedSummary(iso(FROM), iso(TO));
    expect(top.map((one) => [one.taskDefinitionId, one.taskDefinitionDisplayName, one.failedTasks])).toEqual([
      ['first', 'First', 1],
      ['second', 'Second', 0],
    ]);
  });

  it('are those of the version that the run has pinned, not of the newest', async () => {
    const first = workflowRecord(0, { tasks: [task(0, 1, { taskDefinitionId: 'old' })] });
    const second = workflowRecord(0, { version: 2, tasks: [task(0, 1, { taskDefinitionId: 'new' })] });
    const insights = await insightsOf(
      [first, second],
      [final(1), final(2, { workflowVersion: 2 }), final(3, { workflowVersion: 2 })],
    );
    const top = await insights.topTasksProcessedSummary(iso(FROM), iso(TO));
    expect(top.map((one) => [one.taskDefinitionId, one.totalTasks])).toEqual([
      ['new', 6],
      ['old', 3],
    ]);
  });
});

describe('the workflows with the most runs', () => {
  it('come by number of runs, then by id, at most 10 unless asked otherwise', async () => {
    const workflows = Array.from({ length: 12 }, (_, n) => workflowRecord(n));
    const runs = workflows.flatMap(({ workflow }, n) =>
      Array.from({ length: n === 3 ? 2 : 1 }, (_, k) => final(20 * k + n, { workflowId: workflow.id })),
    );
    const insights = await insightsOf(workflows, runs);
    const ids = workflows.map(({ workflow }) => workflow.id).filter((id) => id !== workflowId(3));
    const expected = [workflowId(3), ...ids.sort()];
    const top = async (options?: { top: number }) =>
      (await insights.topWorkflowsProcessedSummary(iso(FROM), iso(TO), options)).map((one) => one.workflowId);
    expect(await top()).toEqual(expected.slice(0, 10));
    expect(await top({ top: 999 })).toEqual(expected);
    expect(await top({ top: 0 })).toEqual([]);
  });

  it('have the name and version that the workflow has now, whatever the run pinned', async () => {
    const renamed = workflowRecord(0, { version: 3, displayName: 'Renamed', category: 'mover' });
    const insights = await insightsOf([renamed], [final(1)]);
    expect(await insights.topWorkflowsProcessedSummary(iso(FROM), iso(TO))).toMatchObject([
      { workflowDisplayName: 'Renamed', workflowVersion: 3, workflowCategory: 'mover', totalRuns: 1 },
    ]);
  });
});

describe('insights are refused', () => {
  it.each<[string, string, string, string]>([
    ['a window that ends before it begins', iso(TO), iso(FROM), 'endDateTime'],
    ['a start that is no date', 'yesterday', iso(TO), 'startDateTime'],
    ['an end without a zone', iso(FROM), '2026-01-02T00:00:00', 'endDateTime'],
  ])('for %s, by every one of them', async (_, from, to, field) => {
    const insights = await insightsOf([], []);
    for (const method of [
      'workflowsProcessedSummary',
      'workflowsProcessedByCategory',
      'topTasksProcessedSummary',
      'topWorkflowsProcessedSummary',
    ] as const)
      await expect(insights[method](from, to)).rejects.toMatchObject({
        code: 'InvalidArgument',
        details: { field },
      });
  });

  it.each([-1, 1_000, 1.5, '5', null])('for a top of %j', async (top) => {
    const insights = await insightsOf([], []);
    for (const method of ['topTasksProcessedSummary', 'topWorkflowsProcessedSummary'] as const)
      await expect(insights[method](iso(FROM), iso(TO), { top } as never)).rejects.toMatchObject({
        code: 'InvalidArgument',
        details: { field: expect.stringMatching(/top$/) },
      });
  });
});

it('the insights of any runs are what a naive sum over them gives', async () => {
  const workflows = [
    workflowRecord(0),
    workflowRecord(1, { category: 'mover' }),
    workflowRecord(2, { category: 'leaver' }),
    workflowRecord(3, { deletedDateTime: iso(T0) }),
  ];
  const moment = fc.oneof(fc.constantFrom(FROM, TO, FROM - 1, TO + 1), fc.integer({ min: FROM, max: TO }));
  const arbitrary = fc.array(
    fc.record({
      workflow: fc.nat({ max: 3 }),
      startedAtMs: fc.option(moment),
      scheduledAtMs: moment,
      processingStatus: fc.constantFrom(...PROCESSING_STATUSES),
      workflowExecutionType: fc.constantFrom(...EXECUTION_TYPES),
    }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(arbitrary, async (drafts) => {
      const runs = drafts.map(({ workflow, ...draft }, n) =>
        final(n, { ...draft, workflowId: workflowId(workflow) }),
      );
      const insights = await insightsOf(workflows, runs);
      const within = runs.filter((run) => {
        const atMs = run.startedAtMs ?? run.scheduledAtMs;
        const isLive = run.workflowId !== workflowId(3);
        return isLive && run.workflowExecutionType !== 'preview' && atMs >= FROM && atMs <= TO;
      });
      const failed = within.filter((run) => ['failed', 'completedWithErrors'].includes(run.processingStatus));
      const window = [iso(FROM), iso(TO)] as const;
      const summary = await insights.workflowsProcessedSummary(...window);
      expect([summary.totalRuns, summary.failedRuns, summary.totalTasks, summary.successfulTasks]).toEqual([
        within.length,
        failed.length,
        6 * within.length,
        2 * within.length,
      ]);
      const categories = await insights.workflowsProcessedByCategory(...window);
      const of = (n: number) => within.filter((run) => run.workflowId === workflowId(n)).length;
      expect([
        categories.totalJoinerRuns,
        categories.totalMoverRuns,
        categories.totalLeaverRuns,
        categories.failedJoinerRuns + categories.failedMoverRuns + categories.failedLeaverRuns,
      ]).toEqual([of(0), of(1), of(2), failed.length]);
      const byWorkflow = await insights.topWorkflowsProcessedSummary(...window);
      expect(Object.fromEntries(byWorkflow.map((one) => [one.workflowId, one.totalRuns]))).toEqual(
        Object.fromEntries([0, 1, 2].flatMap((n) => (of(n) === 0 ? [] : [[workflowId(n), of(n)]]))),
      );
      const byTask = await insights.topTasksProcessedSummary(...window);
      expect(byTask.map((one) => one.totalTasks)).toEqual(within.length === 0 ? [] : [6 * within.length]);
    }),
    { numRuns: 100, seed: 7 },
  );
});

const ZERO = { totalUsersCount: 0, successfulUsersCount: 0, failedUsersCount: 0 };

describe('insights of an engine', () => {
  it('add up the runs of a window over all workflows', async () => {
    const world = makeWorld({
      tasks: {
        good: () => {},
        bad: () => {
          throw new Error('no');
        },
      },
    });
    const { workflows, runs, insights } = world.engine;
    await world.engine.start();
    const joiner = await workflows.create(workflowInput(['good', 'bad'], { displayName: 'J' }));
    const leaver = await workflows.create(workflowInput(['good'], { category: 'leaver', displayName: 'L' }));
    const gone = await workflows.create(workflowInput(['good']));
    const run = async (id: string, count: number) =>
      runs.waitFor((await runs.activate(id, { subjects: idsOf(count) })).id);
    await run(joiner.id, 1);
    await world.clock.advance(HOUR_MS);
    const from = new Date(world.clock.now()).toISOString();
    await run(joiner.id, 2);
    await run(leaver.id, 3);
    await run(leaver.id, 1);
    await run(gone.id, 4);
    await workflows.preview(leaver.id, { subjects: ['u1'] });
    await workflows.delete(gone.id);
    const queued = {
      scheduledDateTime: from,
      workflowExecutionType: 'onDemand',
      totalUsersCount: 1,
      totalTasksCount: 1,
    } as const;
    await runs.create(leaver.id, queued);
    await world.clock.advance(HOUR_MS);
    const to = new Date(world.clock.now()).toISOString();
    expect(await insights.workflowsProcessedSummary(from, to)).toEqual({
      failedRuns: 1,
      failedTasks: 2,
      failedUsers: 2,
      successfulRuns: 2,
      successfulTasks: 6,
      successfulUsers: 4,
      totalRuns: 4,
      totalTasks: 9,
      totalUsers: 7,
    });
    expect(await insights.workflowsProcessedByCategory(from, to)).toEqual({
      failedJoinerRuns: 1,
      successfulJoinerRuns: 0,
      totalJoinerRuns: 1,
      failedLeaverRuns: 0,
      successfulLeaverRuns: 2,
      totalLeaverRuns: 3,
      failedMoverRuns: 0,
      successfulMoverRuns: 0,
      totalMoverRuns: 0,
    });
    expect(await insights.topTasksProcessedSummary(from, to)).toMatchObject([
      { taskDefinitionId: 'good', totalTasks: 6, successfulTasks: 6, failedUsers: 0 },
      { taskDefinitionId: 'bad', totalTasks: 2, successfulUsers: 0, failedTasks: 2 },
    ]);
    const top = await insights.topWorkflowsProcessedSummary(from, to);
    expect(
      top.map((one) => [one.workflowDisplayName, one.totalRuns, one.totalUsers, one.failedRuns]),
    ).toEqual([
      ['L', 3, 5, 0],
      ['J', 1, 2, 1],
    ]);
    expect(await insights.topWorkflowsProcessedSummary(from, to, { top: 1 })).toEqual(top.slice(0, 1));
    expect(await insights.topTasksProcessedSummary(from, to, { top: 0 })).toEqual([]);
    for (const options of [{ top: -1 }, { top: 1_000 }, { limit: 1 }])
      expect(await codeOf(insights.topTasksProcessedSummary(from, to, options as never))).toBe(
        'InvalidArgument',
      );
    expect(await codeOf(insights.workflowsProcessedSummary(to, from))).toBe('InvalidArgument');
    await world.engine.stop();
  });
});
