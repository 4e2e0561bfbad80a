import { describe, expect, it } from 'vitest';
import { readWorkflow } from '../../../src/cli/workflow-source.ts';
import { createLedger } from '../../../src/embed.ts';

const ONBOARD = 'Onboard new hire employee';
const args = (...pairs: [string, string][]) => new Map(pairs);

describe('a workflow that is chosen', () => {
  it('is a template by name or GUID, in any letter case, with its arguments filled in', async () => {
    const byName = await readWorkflow({
      workflow: ONBOARD.toUpperCase(),
      arg: args(['groupID', 'a'], ['cc', 'x@y']),
    });
    const byId = await readWorkflow({
      workflow: '4e06785d-7c1d-4b24-b9e1-bba2b890c58b',
      arg: args(['cc', 'x@y'], ['groupID', 'a']),
    });
    expect(byId).toEqual(byName);
    expect(byName.tasks.map((task) => task.arguments)).toEqual([
      [],
      [{ name: 'cc', value: 'x@y' }],
      [{ name: 'groupID', value: 'a' }],
    ]);
  });

  it('is never scheduled by itself, whatever it asks for', async () => {
    const { workflows } = await createLedger();
    const chosen = await readWorkflow({ workflow: ONBOARD, arg: args(['groupID', 'a']) });
    expect((await workflows.ensure(chosen)).workflow.isSchedulingEnabled).toBe(false);
  });

  it('stays scheduled when it is so already', async () => {
    const { workflows } = await createLedger();
    const chosen = await readWorkflow({ workflow: ONBOARD, arg: args(['groupID', 'a']) });
    const { workflow } = await workflows.ensure({ ...chosen, isSchedulingEnabled: true });
    expect(await workflows.ensure(chosen)).toMatchObject({
      outcome: 'unchanged',
      workflow: { id: workflow.id, isSchedulingEnabled: true },
    });
  });

  it('takes another name and scope', async () => {
    const rule = "department eq 'Sales'";
    const chosen = await readWorkflow({
      workflow: ONBOARD,
      arg: args(['groupID', 'a']),
      name: 'Mine',
      scope: rule,
    });
    expect(chosen).toMatchObject({ displayName: 'Mine', executionConditions: { scope: { rule } } });
    const bad = readWorkflow({ workflow: ONBOARD, arg: args(['groupID', 'a']), scope: 'department eq' });
    await expect(bad).rejects.toThrow(/--scope: Expected/);
  });
});

describe('a workflow that is kept', () => {
  it('is the same when it is identical, a new version when it differs, a new one under another name', async () => {
    const { workflows } = await createLedger();
    const keep = async (group: string, name?: string) => {
      const choice = {
        workflow: ONBOARD,
        arg: args(['groupID', group]),
        ...(name === undefined ? {} : { name }),
      };
      const { workflow, outcome } = await workflows.ensure(await readWorkflow(choice));
      return [outcome, workflow.version];
    };
    expect(await keep('a')).toEqual(['created', 1]);
    expect(await keep('a')).toEqual(['unchanged', 1]);
    expect(await keep('a', 'onboard NEW hire employee')).toEqual(['updated', 1]);
    expect(await keep('b')).toEqual(['newVersion', 2]);
    expect(await keep('b')).toEqual(['unchanged', 2]);
    expect(await keep('a', 'Another')).toEqual(['created', 1]);
    expect(await workflows.list()).toHaveLength(2);
  });
});
