/** What an engine says of work that it does not do, of work that was done, and to an audit log. */
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/model/resources/audit.ts';
import { HOUR_MS } from '../../../src/model/time.ts';
import { checkDatabase } from '../../../src/testing/oracles/check-database.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import {
  allTasks,
  codeOf,
  expectSound,
  idsOf,
  makeWorld,
  scheduledInput,
  workflowInput,
} from '../../helpers/world.ts';

describe('a preview', () => {
  it('has no effects, records what each task would do, and replaces the last preview', async () => {
    const effects: string[] = [];
    const run = () => void effects.push('done');
    const preview = ({ subject }: { subject: { id: string } }) => {
      if (subject.id === 'u2') throw new Error('no mailbox');
      return { processingInfo: `would mail ${subject.id}` };
    };
    const world = makeWorld({ tasks: { plain: run, told: { run, preview, retry: { attempts: 3 } } } });
    const { workflows, runs } = world.engine;
    const workflow = await workflows.create(workflowInput(['plain', 'told']));
    await world.engine.start();
    expect(await workflows.previewedSubjects(workflow.id)).toEqual([]);
    const first = await workflows.preview(workflow.id, { subjects: [{ id: 'u1' }, 'u2', 'u1'] });
    const done = await runs.waitFor(first.id);
    expect(done).toMatchObject({ workflowExecutionType: 'preview', processingStatus: 'completedWithErrors' });
    const told = (await allTasks(world.engine, first.id)).map(
      (task) => task.processingInfo ?? task.failureReason,
    );
    expect(told).toEqual([
      'Preview: the task would run',
      'would mail u1',
      'Preview: the task would run',
      'no mailbox',
    ]);
    expect(effects).toEqual([]);
    expect(await workflows.previewedSubjects(workflow.id)).toEqual([{ id: 'u1' }, { id: 'u2' }]);
    const previews = async () =>
      (await runs.list(workflow.id, { filter: "workflowExecutionType eq 'preview'" })).value.map(
        ({ id }) => id,
      );
    expect(await previews()).toEqual([first.id]);
    // The property has to be asked for: a text that reads like its name does not do.
    expect((await runs.list(workflow.id, { filter: "id ne 'workflowExecutionType'" })).value).toEqual([]);
    const second = await workflows.preview(workflow.id, { subjects: ['u3'] });
    await runs.waitFor(second.id);
    expect(await previews()).toEqual([second.id]);
    expect(await workflows.previewedSubjects(workflow.id)).toEqual([{ id: 'u3' }]);

    const real = await runs.activate(workflow.id, { subjects: ['u1'] });
    await runs.waitFor(real.id);
    const listed = await runs.list(workflow.id, { count: true });
    expect([listed.value.map(({ id }) => id), listed.count]).toEqual([[real.id], 1]);
    const failed = await runs.list(workflow.id, { filter: "processingStatus ne 'failed'", count: true });
    expect(failed.count).toBe(1);
    expect(effects).toEqual(['done', 'done']);
    await expectSound(world.store);
    expect((await checkDatabase(world.store.inner)).violations).toEqual([]);
    await world.engine.stop();
  });

  it('that still runs is deleted by the next one, and waits for it are rejected', async () => {
    const aborted: unknown[] = [];
    const preview = ({ subject, signal }: { subject: { id: string }; signal: AbortSignal }) =>
      subject.id === 'u1'
        ? new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => {
              aborted.push(subject.id);
              resolve();
            });
          })
        : { processingInfo: 'would' };
    const world = makeWorld({ tasks: { a: { run: () => {}, preview } } });
    const { workflows, runs } = world.engine;
    const { id } = await workflows.create(workflowInput(['a']));
    await world.engine.start();
    const first = await workflows.preview(id, { subjects: ['u1'] });
    await world.clock.advance(1);
    expect((await runs.get(first.id)).processingStatus).toBe('inProgress');
    const waiting = codeOf(runs.waitFor(first.id));
    const second = await workflows.preview(id, { subjects: ['u2'] });
    expect(await waiting).toBe('NotFound');
    expect(aborted).toEqual(['u1']);
    expect(await codeOf(runs.get(first.id))).toBe('NotFound');
    expect(await runs.waitFor(second.id)).toMatchObject({ processingStatus: 'completed' });
    expect(await workflows.previewedSubjects(id)).toEqual([{ id: 'u2' }]);
    await world.clock.advance(HOUR_MS);
    expect(world.errors()).toEqual([]);
    await expectSound(world.store);
    await world.engine.stop();
  });

  it('is refused for too many subjects, for none, and for a workflow with a change trigger', async () => {
    const world = makeWorld({ limits: { subjectsPerPreviewMax: 2 }, subjects: 3 });
    const { workflows } = world.engine;
    const { id } = await workflows.create(workflowInput(['a']));
    const preview = (input: unknown, workflowId = id) =>
      codeOf(workflows.preview(workflowId, input as never));
    expect(await preview({ subjects: idsOf(3) })).toBe('LimitExceeded');
    expect(await preview({ subjects: [] })).toBe('InvalidArgument');
    expect(await preview({ subjects: ['x'] })).toBe('SubjectUnknown');
    expect(await preview({})).toBe('InvalidArgument');
    const executionConditions = {
      scope: { rule: "a eq 'b'" },
      trigger: { triggerAttributes: [{ name: 'a' }] },
    };
    const changing = await workflows.create(workflowInput(['a'], { executionConditions }));
    expect(await preview({ subjects: ['u1'] }, changing.id)).toBe('InvalidArgument');
    expect(() => makeWorld({ tasks: { a: { run: () => {}, preview: 1 as never } } })).toThrow(
      /tasks\.a\.preview/,
    );
  });

  it('of failures names the tasks that cannot be run, and why', async () => {
    const schema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => ({ issues: [{ message: 'too short', path: ['text'] }] }),
      },
    } as const;
    const world = makeWorld({ tasks: { good: () => {}, picky: { run: () => {}, argumentsSchema: schema } } });
    const { workflows } = world.engine;
    const off = { id: 'other', isEnabled: false };
    const workflow = await workflows.create(workflowInput(['good', 'picky', 'missing', off]));
    const failures = await workflows.unrunnableTasks(workflow.id);
    expect(failures.map(({ definitionId }) => definitionId)).toEqual(['picky', 'missing']);
    expect(failures[0]).toMatchObject({
      taskId: workflow.tasks[1]?.id,
      name: workflow.tasks[1]?.displayName,
      failureReason: expect.stringContaining('text: too short'),
    });
    expect(failures[1]?.failureReason).toMatch(/got none for missing/);
    const fine = await workflows.create(workflowInput(['good']));
    expect(await workflows.unrunnableTasks(fine.id)).toEqual([]);
  });
});

describe('insights', () => {
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

describe('an audit log', () => {
  it('has the changes of administrators and the executions', async () => {
    const world = makeWorld({
      subjects: [{ id: 'u1', department: 'Sales', employeeHireDate: new Date(HOUR_MS).toISOString() }],
    });
    const lines: AuditEntry[] = [];
    world.engine.on('audit.recorded', (entry) => lines.push(entry));
    const { workflows, runs, settings } = world.engine;
    await world.engine.start();
    const input = scheduledInput(['a'], { isSchedulingEnabled: false });
    const workflow = await workflows.create(input, { by: 'ada' });
    await workflows.update(workflow.id, { isSchedulingEnabled: true });
    await settings.update({ workflowScheduleIntervalInHours: 4 }, { by: 'bob' });
    const run = await runs.activate(workflow.id, { subjects: ['u1'] }, { by: 'cleo' });
    expect(run).toMatchObject({
      workflow: { id: workflow.id, displayName: workflow.displayName, version: 1 },
      createdBy: { id: 'cleo' },
    });
    await runs.waitFor(run.id);
    await workflows.delete(workflow.id, { by: 'dan' });
    await workflows.purge(workflow.id, { by: 'eve' });
    expect(lines.map(({ category, activity }) => `${category}: ${activity}`)).toEqual([
      'WorkflowManagement: Create workflow',
      'WorkflowManagement: Add execution conditions',
      'WorkflowManagement: Enable workflow schedule',
      'WorkflowManagement: Update tenant settings',
      'WorkflowManagement: On-demand workflow execution completed',
      'WorkflowManagement: Delete workflow',
      'WorkflowManagement: Hard delete workflow',
    ]);
    expect(lines.map(({ initiatedBy }) => initiatedBy?.id ?? null)).toEqual([
      'ada',
      'ada',
      null,
      'bob',
      'cleo',
      'dan',
      'eve',
    ]);
    expect(lines[0]).toMatchObject({
      target: { id: workflow.id, displayName: workflow.displayName },
      workflowId: workflow.id,
      runId: null,
    });
    expect(lines[3]).toMatchObject({ target: null, workflowId: null });
    expect(lines[4]).toMatchObject({ workflowId: workflow.id, runId: run.id });
    await world.engine.stop();
  });

  it('names the author of changes of extensions, and none for scheduled runs', async () => {
    const clock = new VirtualClock('2026-03-02T11:59:00Z');
    const world = makeWorld({
      clock,
      subjects: [{ id: 'u1', department: 'Sales', employeeHireDate: '2026-03-02' }],
    });
    const lines: AuditEntry[] = [];
    world.engine.on('audit.recorded', (entry) => lines.push(entry));
    const { customTaskExtensions, workflows } = world.engine;
    const extension = {
      displayName: 'Badge',
      endpointConfiguration: { targetUrl: 'https://hooks.example/run' },
    };
    const { id } = await customTaskExtensions.create(extension, { by: 'ada' });
    await customTaskExtensions.update(id, { description: 'changed' }, { by: 'bob' });
    await customTaskExtensions.delete(id, { by: 'cleo' });
    await workflows.create(scheduledInput(['a']), { by: 'dan' });
    await clock.until(world.engine.start());
    await clock.advance(120_000);
    await clock.until(world.engine.stop());
    expect(lines.map(({ activity, initiatedBy }) => [activity, initiatedBy?.id ?? null])).toEqual([
      ['Create custom task extension', 'ada'],
      ['Update custom task extension', 'bob'],
      ['Delete custom task extension', 'cleo'],
      ['Create workflow', 'dan'],
      ['Add execution conditions', 'dan'],
      ['Schedule workflow execution started', null],
      ['Schedule workflow execution completed', null],
    ]);
  });
});
