/** Previews, and the tasks that an engine cannot run. */
import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../src/model/time.ts';
import { checkDatabase } from '../../../src/testing/oracles/check-database.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import {
  allTasks,
  codeOf,
  expectSound,
  idsOf,
  makeWorld,
  people,
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

  it('of the next slot is for all people that the slot then takes, who are not admitted by it', async () => {
    const hired = (no: number) => ({
      department: 'Sales',
      employeeHireDate: no > 1_200 ? '2040-01-01' : '2026-01-01',
    });
    const clock = new VirtualClock('2026-01-01T13:00:00Z');
    const { engine } = makeWorld({ clock, subjects: people(1_250, hired) });
    const { id } = await engine.workflows.create(scheduledInput(['a']));
    await engine.start();
    const preview = await engine.workflows.preview(id, { nextSlot: true });
    expect(await engine.runs.waitFor(preview.id)).toMatchObject({
      workflowExecutionType: 'preview',
      processingStatus: 'completed',
      totalUsersCount: 1_200,
    });
    expect(await engine.workflows.previewedSubjects(id)).toHaveLength(1_200);
    expect((await engine.workflows.wouldQuarantine(id)).usersCount).toBe(1_200);
    await clock.advance(2 * HOUR_MS);
    const [run] = (await engine.runs.list(id)).value;
    expect(run).toMatchObject({ workflowExecutionType: 'scheduled', totalUsersCount: 1_200 });
    for (const input of [{ nextSlot: true, subjects: ['u1'] }, { nextSlot: false }, {}])
      expect(await codeOf(engine.workflows.preview(id, input as never))).toBe('InvalidArgument');
    expect(await codeOf(engine.workflows.preview(id, { nextSlot: true }))).toBe('InvalidArgument');
    await engine.close();
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
