import { describe, expect, test } from 'vitest';
import { codeOf, makeWorld, workflowInput } from '../../helpers/world.ts';

describe('a task', () => {
  test('of the newest version gets another name and description in place, and nothing else', async () => {
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

  test('tells its handler its new name', async () => {
    const names: string[] = [];
    const world = makeWorld({ tasks: { a: ({ task }) => void names.push(task.displayName) } });
    const { workflows, runs } = world.engine;
    const workflow = await workflows.create(workflowInput(['a']));
    await world.engine.start();
    const run = async () => runs.finished((await runs.activate(workflow.id, { subjects: ['u1'] })).id);
    await run();
    await workflows.updateTask(workflow.id, workflow.tasks[0]?.id ?? '', { displayName: 'New' });
    await run();
    expect(names).toEqual([workflow.tasks[0]?.displayName, 'New']);
    await world.engine.stop();
  });
});
