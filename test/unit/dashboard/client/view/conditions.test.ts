import { describe, expect, it } from 'vitest';
import { scopeText, taskText, versionChanges } from '../../../../../src/dashboard/client/view/conditions.ts';
import type { Workflow } from '../../../../../src/model/workflow/workflow.ts';
import { makeWorld, scheduledInput, workflowInput } from '../../../../helpers/world.ts';

/** Two versions of a workflow; the newer one as `change` makes it. */
async function versions(change: (workflow: Workflow) => object): Promise<readonly [Workflow, Workflow]> {
  const { engine } = makeWorld();
  const first = await engine.workflows.create(scheduledInput(['badge', 'mail'], { displayName: 'Joiners' }));
  const second = await engine.workflows.createNewVersion(first.id, { ...first, ...change(first) } as never);
  await engine.close();
  return [first, second];
}

describe('what differs between versions', () => {
  it('is nothing when tasks have new ids only', async () => {
    expect(versionChanges(...(await versions(() => ({}))))).toEqual([]);
  });

  it('is the rule, with both texts', async () => {
    const rule = "department eq 'Sales' or department eq 'Marketing'";
    const { executionConditions } = scheduledInput(['badge'], { rule });
    expect(versionChanges(...(await versions(() => ({ executionConditions }))))).toEqual([
      { what: 'Rule', before: "department eq 'Sales'", after: rule },
    ]);
  });

  it('is each task at its place: changed, new, gone', async () => {
    const tasks = [
      { taskDefinitionId: 'badge' },
      { taskDefinitionId: 'mail', isEnabled: false },
      { taskDefinitionId: 'x' },
    ];
    const [first, second] = await versions(() => ({ tasks }));
    expect(versionChanges(first, second)).toEqual([
      { what: 'Task 2', before: 'mail', after: 'mail (disabled)' },
      { what: 'Task 3', before: null, after: 'x' },
    ]);
    expect(versionChanges(second, first).at(-1)).toEqual({ what: 'Task 3', before: 'x', after: null });
  });
});

describe('conditions in words', () => {
  it('say which people: a rule, groups, or those that are named', () => {
    const groups = { scope: { groups: [{ id: 'g1' }, { id: 'g2' }] }, trigger: {} } as never;
    expect(scopeText(groups)).toBe('members of g1, g2');
    expect(scopeText(workflowInput(['a']).executionConditions as never)).toBeNull();
  });

  it('have all of a task that decides what it does', () => {
    const task = {
      displayName: 'Mail',
      arguments: [{ name: 'to', value: 'manager' }],
      isEnabled: true,
      continueOnError: true,
    };
    expect(taskText(task as never)).toBe('Mail (to = manager; others go on when it fails)');
  });
});
