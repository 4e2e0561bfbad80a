import { describe, expect, it } from 'vitest';
import { codeOf, makeWorld, workflowInput } from '../../../helpers/world.ts';

describe('a task', () => {
  it('of the newest version gets another name and description in place, and nothing else', async () => {
    const world = makeWorld();
    const { workflows } = world.engine;
    const before = await workflows.create(workflowInput(['a', 'b']));
    const [, second] = before.tasks;
    const taskId = (second?.id ?? '').toUpperCase();
    const changed = await workflows.updateTask(before.id, taskId, { displayName: 'New', description: 'why' });
    expect(changed).toEqual({ ...second, displayName: 'New', description: 'why' });
    const after = await workflows.get(before.id);
    expect(after).toMatchObject({ version: 1, tasks: [before.tasks[0], changed] });
    expect(await workflows.getVersion(before.id, 1)).toEqual(after);
    expect(await workflows.updateTask(before.id, taskId, { displayName: 'New' })).toEqual(changed);
    expect((await workflows.get(before.id)).lastModifiedDateTime).toBe(after.lastModifiedDateTime);
    expect(await workflows.updateTask(before.id, taskId, changed)).toEqual(changed);
    const pair = { name: 'a', value: 'b' };
    for (const patch of [
      { displayName: '' },
      { isEnabled: false },
      { arguments: [pair] },
      { id: 'x' },
      null,
      [],
    ])
      expect(await codeOf(workflows.updateTask(before.id, taskId, patch as object))).toBe('InvalidArgument');
    expect(await codeOf(workflows.updateTask(before.id, before.id, {}))).toBe('NotFound');
    const { executionConditions } = before;
    await workflows.createNewVersion(before.id, { executionConditions, tasks: [{ taskDefinitionId: 'a' }] });
    expect(await codeOf(workflows.updateTask(before.id, taskId, { displayName: 'Old' }))).toBe('NotFound');
  });

  it('passes its new name to its handler', async () => {
    const names: string[] = [];
    const world = makeWorld({ tasks: { a: ({ task }) => void names.push(task.displayName) } });
    const { workflows, runs } = world.engine;
    const workflow = await workflows.create(workflowInput(['a']));
    await world.engine.start();
    const run = async () => runs.waitFor((await runs.activate(workflow.id, { subjects: ['u1'] })).id);
    await run();
    await workflows.updateTask(workflow.id, workflow.tasks[0]?.id ?? '', { displayName: 'New' });
    await run();
    expect(names).toEqual([workflow.tasks[0]?.displayName, 'New']);
    await world.engine.stop();
  });

  it('is put after the others, and taken out, in a new version', async () => {
    const { workflows } = makeWorld().engine;
    const before = await workflows.create(workflowInput(['a', 'b']));
    const task = await workflows.addTask(
      before.id,
      { taskDefinitionId: 'c', continueOnError: true },
      { by: 'ada' },
    );
    const second = await workflows.get(before.id);
    expect(second).toMatchObject({ version: 2, lastModifiedBy: { id: 'ada' } });
    expect(second.tasks.map(({ displayName }) => displayName)).toEqual(['a', 'b', 'c']);
    expect(second.tasks.at(-1)).toEqual(task);
    const third = await workflows.removeTask(before.id, (second.tasks[0]?.id ?? '').toUpperCase());
    expect(third.tasks.map(({ displayName, executionSequence: no }) => [no, displayName])).toEqual([
      [1, 'b'],
      [2, 'c'],
    ]);
    expect((await workflows.getVersion(before.id, 1)).tasks).toEqual(before.tasks);
    expect(await codeOf(workflows.removeTask(before.id, task.id))).toBe('NotFound');
    const fourth = await workflows.removeTask(before.id, third.tasks[0]?.id ?? '');
    expect(await codeOf(workflows.removeTask(before.id, fourth.tasks[0]?.id ?? ''))).toBe('InvalidArgument');
    expect(await codeOf(workflows.addTask(before.id, { taskDefinitionId: '' }))).toBe('InvalidArgument');
    expect((await workflows.get(before.id)).version).toBe(4);
  });
});
