/** The order of events, and failures of listeners. */

import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/array-directory.ts';
import { readSettings } from '../../../src/engine/settings.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { seededIds } from '../../../src/system/virtual/random.ts';
import { expectNoUnhandledRejection } from '../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { idsOf, makeWorld, people, SILENT, workflowInput } from '../../helpers/world.ts';

expectNoUnhandledRejection();

describe('events', () => {
  it('a listener of once() is called once', async () => {
    const { engine, clock } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const heard: string[] = [];
    engine.once('run.finished', ({ run }) => void heard.push(run.id));
    await clock.until(engine.start());
    const first = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(first.id));
    const second = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(second.id));
    expect(heard).toEqual([first.id]);
  });

  it('task.retrying is emitted after the commit of the failed attempt', async () => {
    const { engine, clock, store } = makeWorld({
      tasks: {
        a: {
          run: () => {
            throw new Error('not yet');
          },
          retry: { attempts: 2, delayMs: 10 },
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const seen: unknown[] = [];
    engine.on('task.retrying', ({ runId }) => {
      void store.inner.getUser(runId, 1).then((user) => seen.push(user?.attempts?.failures));
    });
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(run.id));
    expect(seen).toEqual([1]);
  });

  it('task.completed, task.failed and task.retrying name task, user and run', async () => {
    const { engine, clock, events } = makeWorld({
      tasks: {
        skips: () => ({ processingInfo: 'nothing to do' }),
        fails: {
          run: () => {
            throw new Error('no');
          },
          retry: { attempts: 2, delayMs: 10 },
        },
      },
    });
    const workflow = await engine.workflows.create(
      workflowInput([{ id: 'off', isEnabled: false }, 'skips', 'fails']),
    );
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(run.id));
    const [, skips, fails] = workflow.tasks;
    const where = { workflowId: workflow.id, runId: run.id, subjectId: 'u1' };
    const first = { ...where, taskId: skips?.id, taskDefinitionId: 'skips', position: 1 };
    const second = { ...where, taskId: fails?.id, taskDefinitionId: 'fails', position: 2 };
    const failed = { failureReason: expect.stringContaining('no') };
    const at = expect.stringMatching(/^2026-.*Z$/);
    const times = { startedDateTime: at, completedDateTime: at };
    expect(events.filter(({ name }) => name.startsWith('task.'))).toEqual([
      { name: 'task.completed', payload: { ...first, processingInfo: 'nothing to do', changes: [] } },
      {
        name: 'task.retrying',
        payload: { ...second, ...failed, attempt: 1, notBeforeDateTime: at },
      },
      { name: 'task.failed', payload: { ...second, ...failed, code: 'HandlerFailed', ...times } },
    ]);
    expect(events).toContainEqual({
      name: 'user.finished',
      payload: { ...where, result: expect.objectContaining({ processingStatus: 'failed' }) },
    });
  });

  it('run.finished is the last event of a run', async () => {
    const { engine, clock, events } = makeWorld({
      tasks: {
        a: () => {
          throw new Error('no');
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(run.id));
    await clock.settle();
    const names = events.map(({ name }) => name).filter((name) => !name.startsWith('schedule'));
    expect(names.at(-1)).toBe('run.finished');
    expect(names).toContain('task.failed');
  });

  it('run.finished comes after user.finished of the users that a cancel ends', async () => {
    const { engine, clock, events } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(2) });
    await engine.runs.cancel(run.id);
    await clock.settle();
    expect(events.map(({ name }) => name).filter((name) => name !== 'run.progress')).toEqual([
      'run.created',
      'run.canceling',
      'user.finished',
      'user.finished',
      'run.finished',
    ]);
  });

  it('user.finished never comes before run.started', async () => {
    const { engine, clock, events } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const run = await engine.runs.create(workflow.id, {
      scheduledDateTime: clock.iso(),
      workflowExecutionType: 'onDemand',
      totalUsersCount: 1,
      totalUnprocessedTasksCount: 1,
    });
    await engine.userProcessingResults.create(run.id, {
      processingStatus: 'completed',
      totalTasksCount: 1,
      failedTasksCount: 0,
      totalUnprocessedTasksCount: 0,
    });
    const names = events.map(({ name }) => name);
    expect(names.indexOf('run.started')).toBeLessThan(names.indexOf('user.finished'));
  });

  it('an error of a listener reaches the logger when engine.error has no listener', async () => {
    const logged: string[] = [];
    const { assembleEngine } = await import('../../../src/engine/engine.ts');
    const clock = new VirtualClock();
    const engine = assembleEngine(
      {
        store: memoryStore(),
        clock,
        directory: arrayDirectory(people(1)),
        random: { next: () => 0 },
        ids: seededIds(5),
        logger: { ...SILENT, error: (message) => void logged.push(message) },
      },
      readSettings({ tasks: { '*': () => {} } }),
    );
    const workflow = await engine.workflows.create(workflowInput(['a']));
    engine.on('run.created', () => {
      throw new Error('the listener is broken');
    });
    await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect(logged).toHaveLength(1);
  });
});
