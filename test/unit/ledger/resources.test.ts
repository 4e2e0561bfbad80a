import { describe, expect, it } from 'vitest';
import {
  enabledTasks,
  isoOrNull,
  reportResources,
  sharedRunResource,
  taskResources,
  userResource,
} from '../../../src/ledger/resources.ts';
import type { Task, Workflow } from '../../../src/model/workflow/workflow.ts';
import { AT, makeRun, makeUser, step } from '../stores/sqlite/records.ts';

const task = (id: string, isEnabled = true) =>
  ({ id, displayName: id.toUpperCase(), taskDefinitionId: `d-${id}`, isEnabled }) as Task;
const TASKS = enabledTasks({
  tasks: [task('a'), task('off', false), task('b'), task('c')],
} as unknown as Workflow);
const content = { tasks: TASKS, workflowSubject: null };

it('disabled tasks are no tasks of a run', () => {
  expect(TASKS.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

describe('the task results of a user', () => {
  const user = step(makeUser(1, { totalTasksCount: 3, totalUnprocessedTasksCount: 3 }));

  it('are one for each task, with their statuses and times', () => {
    expect(taskResources(user, content)).toMatchObject([
      { task: { id: 'a' }, processingStatus: 'completed', completedDateTime: isoOrNull(AT + 3) },
      { task: { id: 'b' }, processingStatus: 'inProgress', completedDateTime: null },
      { task: { id: 'c' }, processingStatus: 'queued', startedDateTime: null },
    ]);
  });

  it('are those of its own positions in a reprocessing run, under the ids of the positions', () => {
    const all = taskResources(user, content);
    const reprocessed = makeUser(1, { positions: [1, 3], totalTasksCount: 2 });
    const results = taskResources(reprocessed, content);
    expect(results.map((one) => one.task.id)).toEqual(['a', 'c']);
    expect(results.map(({ id }) => id)).toEqual([all[0]?.id, all[2]?.id]);
  });

  it('are none when only counts were reported', () => {
    expect(taskResources({ ...user, outcomes: null }, content)).toEqual([]);
  });
});

describe('the task reports of a run', () => {
  const report = (totalUsersCount: number) => ({
    successfulUsersCount: 0,
    failedUsersCount: 0,
    totalUsersCount,
  });
  const taskReports = [report(2), report(0), report(2)];

  it('leave out a task without users in a run that the engine drives', () => {
    const reports = reportResources(makeRun({ taskReports }), TASKS);
    expect(reports.map((one) => one.task.id)).toEqual(['a', 'c']);
    expect(reports.map(({ unprocessedUsersCount }) => unprocessedUsersCount)).toEqual([2, 2]);
  });

  it('have every task in an external run, whose users are not known in advance', () => {
    const reports = reportResources(makeRun({ taskReports, driver: 'external' }), TASKS);
    expect(reports.map((one) => one.task.id)).toEqual(['a', 'b', 'c']);
  });
});

it('a shared run resource is one frozen object for one record', () => {
  const run = makeRun();
  expect(sharedRunResource(run)).toBe(sharedRunResource(run));
  expect(Object.isFrozen(sharedRunResource(run))).toBe(true);
  expect(sharedRunResource({ ...run })).not.toBe(sharedRunResource(run));
});

it('a user result has the version of its user, and the execution type of its run', () => {
  const result = userResource(
    makeRun({ workflowExecutionType: 'onDemand' }),
    makeUser(1, { workflowVersion: 3 }),
  );
  expect(result).toMatchObject({ workflowVersion: 3, workflowExecutionType: 'onDemand' });
});
