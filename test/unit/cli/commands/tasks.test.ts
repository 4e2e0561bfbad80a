import { describe, expect, it } from 'vitest';
import { TASK_DEFINITIONS } from '../../../../src/catalogue/task-definitions.ts';
import { WORKFLOW_TEMPLATES } from '../../../../src/catalogue/workflow-templates.ts';
import { tenure } from '../support.ts';

describe('tenure templates', () => {
  it('lists every template with its tasks and the arguments to fill in', async () => {
    const { code, stdout } = await tenure('templates');
    expect(code).toBe(0);
    for (const { displayName, id } of WORKFLOW_TEMPLATES) {
      expect(stdout).toContain(displayName);
      expect(stdout).toContain(id);
    }
    expect(stdout).toContain('    addUserToGroups  --arg groupID=…\n');
    expect(stdout).toContain('7 days before employeeHireDate');
  });

  it('prints them as JSON', async () => {
    const { stdout } = await tenure('templates', '--json');
    expect(JSON.parse(stdout)).toEqual({ value: JSON.parse(JSON.stringify(WORKFLOW_TEMPLATES)) });
  });
});

describe('tenure tasks', () => {
  it('lists every task with its key and arguments', async () => {
    const { code, stdout } = await tenure('tasks');
    expect(code).toBe(0);
    for (const { key } of TASK_DEFINITIONS) expect(stdout).toMatch(new RegExp(`^${key} `, 'm'));
    const json = await tenure('tasks', '--json');
    expect(JSON.parse(json.stdout).value).toHaveLength(TASK_DEFINITIONS.length);
  });
});

describe('help', () => {
  it.each([
    [['run', '--help'], '$ tenure run --users'],
    [['serve', '--help'], '$ tenure serve --db'],
    [['resume', '--help'], '$ tenure resume --db'],
    [['runs', 'list', '--help'], '$ tenure runs list --db'],
    [['runs', 'show', '--help'], '$ tenure runs show'],
    [['runs', 'cancel', '--help'], '$ tenure runs cancel'],
    [['runs', 'delete', '--help'], '$ tenure runs delete'],
    [['check', '--help'], '$ tenure check --db'],
    [['sample', '--help'], '$ tenure sample --users'],
    [['templates', '--help'], '$ tenure run --users'],
    [['tasks', '--help'], '// handlers.mjs'],
  ])('of %j has an example', async (args, example) => {
    const { code, stdout, stderr } = await tenure(...args);
    expect(stdout).toContain(example);
    expect([code, stderr]).toEqual([0, '']);
  });
});
