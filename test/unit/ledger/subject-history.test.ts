import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/index.ts';
import { codeOf, makeWorld, workflowInput } from '../../helpers/world.ts';

let engine: Engine;
const workflowIds: string[] = [];
const runIds: string[] = [];

/** Three runs of two workflows, made against the order of their schedules, in each of which `ada` failed in the first task. */
beforeAll(async () => {
  ({ engine } = makeWorld());
  for (let count = 0; count < 2; count += 1)
    workflowIds.push((await engine.workflows.create(workflowInput(['a', 'b']))).id);
  for (const [at, day] of ['2026-02-03', '2026-02-02', '2026-02-01'].entries()) {
    const { id } = await engine.runs.create(workflowIds[at % 2] as string, {
      scheduledDateTime: `${day}T00:00:00Z`,
      workflowExecutionType: 'onDemand',
      totalUsersCount: 1,
      totalUnprocessedTasksCount: 2,
    });
    runIds.push(id);
    const user = await engine.userProcessingResults.create(id, {
      subject: { id: 'ada' },
      processingStatus: 'inProgress',
      totalTasksCount: 2,
      failedTasksCount: 0,
      totalUnprocessedTasksCount: 2,
    });
    await engine.userProcessingResults.recordTask(id, user.id, {
      processingStatus: 'failed',
      failureReason: `no mailbox on ${day}`,
    });
  }
});

const listed = (options?: { readonly top?: number; readonly after?: string }) =>
  engine.userProcessingResults.listOfSubject('ada', options);

describe('what was done for a subject', () => {
  it('is listed over all workflows, the run created last first, with its tasks', async () => {
    const { value, nextToken } = await listed();
    expect(nextToken).toBeNull();
    expect(value.map(({ run }) => run.id)).toEqual(runIds.toReversed());
    expect(new Set(value.map(({ run }) => run.workflow.id))).toEqual(new Set(workflowIds));
    for (const { run, result, tasks } of value) {
      expect(run).toEqual(await engine.runs.get(run.id));
      expect(result).toEqual(await engine.userProcessingResults.get(run.id, result.id));
      expect(tasks).toEqual(await engine.taskProcessingResults.listOfUser(run.id, result.id));
    }
    expect(value[0]?.tasks[0]?.failureReason).toBe('no mailbox on 2026-02-01');
  });

  it('comes on pages that a token continues, also after a further run', async () => {
    const first = await listed({ top: 2 });
    await engine.runs.create(workflowIds[0] as string, {
      scheduledDateTime: '2026-02-09T00:00:00Z',
      workflowExecutionType: 'onDemand',
      totalUsersCount: 1,
      totalUnprocessedTasksCount: 1,
    });
    const second = await listed({ top: 2, after: first.nextToken as string });
    expect([...first.value, ...second.value].map(({ run }) => run.id)).toEqual(runIds.toReversed());
    expect(second.nextToken).toBeNull();
  });

  it('of a subject that no run has taken is an empty page', async () => {
    expect(await engine.userProcessingResults.listOfSubject('bob')).toEqual({ value: [], nextToken: null });
  });

  it.each(['', 'a\u0000b'])('of %j is refused, which is no id', async (id) => {
    expect(await codeOf(engine.userProcessingResults.listOfSubject(id))).toBe('InvalidArgument');
  });

  it('refuses the token of another subject, and a page of 0', async () => {
    const { nextToken } = await listed({ top: 1 });
    const other = engine.userProcessingResults.listOfSubject('bob', { after: nextToken as string });
    expect(await codeOf(other)).toBe('InvalidPageToken');
    expect(await codeOf(listed({ top: 0 }))).toBe('InvalidArgument');
  });
});
