/** Task results and task reports of runs, by run, by user and one at a time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { taskResultId } from '../../../../src/model/ids.ts';
import type { Run } from '../../../../src/model/resources/resources.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';
import {
  allTasks,
  allUsers,
  codeOf,
  expectRecount,
  idsOf,
  makeWorld,
  type World,
  workflowInput,
} from '../../../helpers/world.ts';
import { makeDesk, walk } from '../support.ts';

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

describe('the task results of an external run', () => {
  it('are unknown for users with counts only, and queued for those without a result of a task', async () => {
    const { create, report, ledger } = await makeDesk();
    const run = await create(3);
    await report(run, 'completed', { subject: { id: 'counted' } });
    await report(run, 'queued', { subject: { id: 'waits' } });
    await report(run, 'completed', {
      subject: { id: 'known' },
      taskProcessingResults: [{ processingStatus: 'completed' }, { processingStatus: 'completed' }],
    });
    const { value } = await ledger.taskProcessingResults.list(run.id);
    expect(value.map(({ subject, processingStatus }) => [subject.id, processingStatus])).toEqual([
      ['waits', 'queued'],
      ['waits', 'queued'],
      ['known', 'completed'],
      ['known', 'completed'],
    ]);
  });

  it('are none of a run without users, which has a report for each task all the same', async () => {
    const { create, ledger } = await makeDesk();
    const run = await create(2);
    expect(await ledger.taskProcessingResults.list(run.id)).toEqual({ value: [], nextToken: null });
    expect((await ledger.taskReports.list(run.id)).map(({ task }) => task.taskDefinitionId)).toEqual([
      'a',
      'b',
    ]);
  });

  it('are those of one user, in execution order, by the id of its result in any letter case', async () => {
    const { create, report, ledger, workflow } = await makeDesk();
    const run = await create(1);
    const { id } = await report(run, 'queued', { subject: { id: 'ada' } });
    const results = await ledger.taskProcessingResults.listOfUser(run.id, id.toUpperCase());
    expect(results.map(({ task }) => task.id)).toEqual(workflow.tasks.map((task) => task.id));
    expect(await codeOf(ledger.taskProcessingResults.listOfUser(run.id, run.id))).toBe('NotFound');
    expect(await codeOf(ledger.taskProcessingResults.listOfUser('x', id))).toBe('NotFound');
  });

  it('name run and result when there is none', async () => {
    const { create, ledger } = await makeDesk();
    const run = await create(1);
    const id = taskResultId(run.id, 1, 1);
    await expect(ledger.taskProcessingResults.get(run.id, id)).rejects.toMatchObject({
      code: 'NotFound',
      message: `Expected run ${run.id} to have a task result \`${id}\`, got none`,
      details: { runId: run.id, id },
    });
  });

  it('are gone with their run', async () => {
    const { create, report, ledger } = await makeDesk();
    const run = await create(1);
    await report(run, 'completed');
    await ledger.runs.delete(run.id);
    expect(await codeOf(ledger.taskProcessingResults.list(run.id))).toBe('NotFound');
    expect(await codeOf(ledger.taskReports.list(run.id))).toBe('NotFound');
  });
});

it('the pages of task results are the naive list of them, cut, for any statuses of users and any page size', async () => {
  const status = fc.constantFrom('queued', 'completed', 'failed', 'canceled' as const);
  await fc.assert(
    fc.asyncProperty(
      fc.array(status, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 7 }),
      fc.option(fc.constantFrom('queued', 'completed', 'failed', 'canceled' as const), { nil: undefined }),
      async (statuses, top, processingStatus) => {
        const { create, report, ledger } = await makeDesk();
        // One user more than are reported, so that the run stays open.
        const run = await create(statuses.length + 1);
        for (const [index, one] of statuses.entries())
          await report(
            run,
            one as 'queued',
            {
              subject: { id: `s${index}` },
              ...(one === 'queued' ? {} : { taskProcessingResults: OUTCOMES[one as 'failed'] }),
            } as never,
          );
        const naive = [];
        for (const { id } of await allUsers(ledger, run.id))
          naive.push(...(await ledger.taskProcessingResults.listOfUser(run.id, id)));
        const wanted = naive.filter(
          (one) => (processingStatus ?? one.processingStatus) === one.processingStatus,
        );
        const given = processingStatus === undefined ? {} : { processingStatus };
        const pages = await walk(
          (options) => ledger.taskProcessingResults.list(run.id, { ...options, ...given } as never),
          { top },
        );
        expect(pages.flat()).toEqual(wanted);
        expect(pages.slice(0, -1).every((page) => page.length === top)).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});

/** Single outcomes that fit the counters of the tests' users with two tasks. */
const OUTCOMES = {
  completed: [{ processingStatus: 'completed' }, { processingStatus: 'completed' }],
  failed: [{ processingStatus: 'failed' }],
  canceled: [],
} as const;
