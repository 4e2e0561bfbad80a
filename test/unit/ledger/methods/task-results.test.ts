/** Task results and task reports of runs, by run, by user and one at a time. */
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src/model/resources/resources.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';
import {
  allTasks,
  codeOf,
  expectRecount,
  idsOf,
  makeWorld,
  type World,
  workflowInput,
} from '../../../helpers/world.ts';
import { walk } from '../support.ts';

describe('task results and reports', () => {
  async function ran(): Promise<World & { workflow: Workflow; run: Run }> {
    const world = makeWorld({
      subjects: 23,
      tasks: {
        a: ({ subject }) => {
          if (Number(subject.id.slice(1)) % 4 === 0) throw new Error('a fails');
        },
        b: ({ subject }) => {
          if (Number(subject.id.slice(1)) % 3 === 0) throw new Error('b fails');
        },
        c: () => ({ processingInfo: 'already so' }),
      },
    });
    const { engine, clock } = world;
    const workflow = await engine.workflows.create(
      workflowInput([{ id: 'a', continueOnError: true }, { id: 'off', isEnabled: false }, 'b', 'c']),
    );
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(23) });
    return { ...world, workflow, run: await clock.until(engine.runs.waitFor(run.id)) };
  }

  it.each([undefined, 'completed', 'failed', 'canceled', 'queued'] as const)(
    'pages of %s add up to all of them, in order',
    async (processingStatus) => {
      const { engine, run } = await ran();
      const all = await allTasks(engine, run.id);
      const expected = all.filter(
        (one) => processingStatus === undefined || one.processingStatus === processingStatus,
      );
      for (const top of [1, 2, 5, 100]) {
        const status = processingStatus === undefined ? {} : { processingStatus };
        const pages = await walk(
          (options) => engine.taskProcessingResults.list(run.id, { ...options, ...status }),
          { top },
        );
        expect(pages.flat()).toEqual(expected);
        expect(pages.every((page, index) => page.length === top || index === pages.length - 1)).toBe(true);
      }
    },
  );

  it('each can be got by its id in any letter case, and by nothing else', async () => {
    const { engine, run } = await ran();
    for (const task of await allTasks(engine, run.id))
      expect(await engine.taskProcessingResults.get(run.id, task.id.toUpperCase())).toEqual(task);
    for (const id of [
      run.id,
      'nobody',
      run.id.replace('-8000-', '-8009-').replace(/0$/, '1'),
      run.id.replace(/0$/, '1'),
    ])
      expect(await codeOf(engine.taskProcessingResults.get(run.id, id))).toBe('NotFound');
  });

  it('reports have one row for each enabled task, and sum to the run', async () => {
    const { engine, run } = await ran();
    const reports = await engine.taskReports.list(run.id);
    expect(reports.map(({ task }) => task.taskDefinitionId)).toEqual(['a', 'b', 'c']);
    expect(reports.map(({ failedUsersCount }) => failedUsersCount)).toEqual([5, 7, 0]);
    expect(reports.map(({ unprocessedUsersCount }) => unprocessedUsersCount)).toEqual([0, 0, 7]);
    expect(reports.map(({ processingStatus }) => processingStatus)).toEqual([
      'completedWithErrors',
      'completedWithErrors',
      'completedWithErrors',
    ]);
    await expectRecount(engine, run);
  });

  it('an unknown status is refused', async () => {
    const { engine, run } = await ran();
    expect(
      await codeOf(engine.taskProcessingResults.list(run.id, { processingStatus: 'canceling' as never })),
    ).toBe('InvalidArgument');
  });
});
