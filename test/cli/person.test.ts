import { beforeAll, describe, expect, it } from 'vitest';
import { expectCode, workplace } from './support.ts';

const { tenure, write } = workplace();

const workflow = (displayName: string) =>
  JSON.stringify({
    category: 'leaver',
    displayName,
    executionConditions: 'onDemand',
    tasks: [
      { taskDefinitionId: 'disableUserAccount' },
      { taskDefinitionId: 'removeUserFromAllGroups' },
      { taskDefinitionId: 'deleteUserAccount' },
    ],
  });

const TASKS = `
export const disableUserAccount = () => ({ changes: ['accountEnabled: true → false'], processingInfo: 'done' });
export const removeUserFromAllGroups = () => { throw new Error('no such group'); };
export const deleteUserAccount = () => {};
`;

beforeAll(async () => {
  await write('staff.csv', 'id\nE1042\nE2000\n');
  await write('first.json', workflow('First day away'));
  await write('second.json', workflow('Last day'));
  await write('tasks.mjs', TASKS);
  const run = ['run', '--users', 'staff.csv', '--db', 'hr.db', '--workflow'];
  expectCode(await tenure(...run, 'first.json', '--tasks', 'tasks.mjs'), 2);
  expectCode(await tenure(...run, 'second.json', '--no-op'), 0);
});

const person = (...args: string[]) => tenure('person', ...args, '--db', 'hr.db');

describe('tenure person', () => {
  it('prints what the runs of all workflows have done for a person, newest first, task by task', async () => {
    const { stdout, stderr } = expectCode(await person('E1042'), 0);
    const lines = stdout.trimEnd().split('\n');
    expect(stderr).toBe('');
    expect(lines[0]).toMatch(
      /^\d{4}-\S+ \S+Z {2}Last day · version 1 · run [0-9a-f]{8} · onDemand · completed$/,
    );
    expect(lines[4]).toBe('');
    expect(lines[5]).toMatch(/ {2}First day away · version 1 · run [0-9a-f]{8} · onDemand · failed$/);
    expect(lines[6]).toMatch(/^ {2}completed {2}\S.* {2}done$/);
    expect(lines[7]).toBe('      changed: accountEnabled: true → false');
    expect(lines[8]).toMatch(/^ {2}failed .* {2}HandlerFailed: no such group$/);
    expect(lines).toHaveLength(10);
  });

  it('prints pages for programs, which the token continues', async () => {
    const first = JSON.parse(expectCode(await person('E1042', '--top', '1', '--json'), 0).stdout);
    const args = ['E1042', '--after', first.nextToken, '--json'];
    const second = JSON.parse(expectCode(await person(...args), 0).stdout);
    const names = [first, second].map(({ value }) => value[0].run.workflow.displayName);
    expect(names).toEqual(['Last day', 'First day away']);
    expect(second.value[0].tasks[1]).toMatchObject({
      processingStatus: 'failed',
      failureReason: 'no such group',
    });
    expect(second.nextToken).toBeUndefined();
  });

  it('of a person without a result names the one who may be meant, or how to ask why', async () => {
    const near = expectCode(await person('E1024'), 0);
    expect(near.stdout).toBe('');
    expect(near.stderr).toBe('No run has taken E1024.\nDid you mean E1042?\n');
    const far = expectCode(await person('Zoë Smith'), 0);
    expect(far.stderr).toMatch(
      /^No run has taken Zoë Smith\.\nWhy not\? See: .*explain WORKFLOW 'Zoë Smith' --db hr\.db\n$/,
    );
    const none = expectCode(await person('E1024', '--json'), 0);
    expect(JSON.parse(none.stdout)).toEqual({ value: [] });
  });

  it('needs a database', async () => {
    expect(expectCode(await tenure('person', 'E1042'), 1).stderr).toContain('--db');
  });
});
