import { beforeAll, describe, expect, it } from 'vitest';
import { expectCode, workplace } from './support.ts';

const { tenure, start, people } = workplace();

const OFFBOARD = 'Offboard an employee';

beforeAll(async () => {
  await people('staff.csv', 3);
  const run = ['run', '--users', 'staff.csv', '--effects', 'done.jsonl', '--db', 'hr.db', '--quiet'];
  expectCode(await tenure(...run, '--workflow', OFFBOARD), 0);
  const onboard = ['--workflow', 'Onboard new hire employee', '--arg', 'groupID=all-staff'];
  expectCode(await tenure(...run, ...onboard), 0);
});

const workflows = (...args: string[]) => tenure('workflows', ...args, '--db', 'hr.db');

describe('tenure workflows', () => {
  it('list prints a line for each workflow, or the resources with --json', async () => {
    const { stdout } = expectCode(await workflows('list'), 0);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^id +workflow +category +version +tasks +state +when$/);
    expect(rows).toEqual([
      expect.stringMatching(
        /^[0-9a-f]{8} +Offboard an employee +leaver +1 +3 +enabled +on employeeLeaveDateTime$/,
      ),
      expect.stringMatching(
        /^[0-9a-f]{8} +Onboard new hire employee +joiner +1 +3 +enabled +on employeeHireDate$/,
      ),
    ]);
    const { value } = JSON.parse(expectCode(await workflows('list', '--json'), 0).stdout);
    expect(value).toMatchObject([{ displayName: OFFBOARD, isEnabled: true }, { category: 'joiner' }]);
  });

  it('show finds a workflow by its name or the first digits of its id, with its tasks', async () => {
    const byName = JSON.parse(
      expectCode(await workflows('show', OFFBOARD.toUpperCase(), '--json'), 0).stdout,
    );
    expect(byName).toMatchObject({ displayName: OFFBOARD, version: 1 });
    const { stdout } = expectCode(await workflows('show', byName.id.slice(0, 8)), 0);
    expect(stdout).toContain(byName.id);
    expect(stdout).toMatch(/^Offboard an employee · version 1 · leaver\n/);
    expect(stdout).toMatch(
      / state +enabled\n +when +on employeeLeaveDateTime\n +for +department eq 'Marketing'\n/,
    );
    expect(stdout).toMatch(/ 1 +Disable user account +disableUserAccount\n/);
    expect(stdout).toContain("runs list --db hr.db --workflow 'Offboard an employee'");
    const wrong = expectCode(await workflows('show', 'Offboard an employe'), 1);
    expect(wrong.stderr).toMatch(
      /got `Offboard an employe`\nDid you mean "Offboard an employee"\?\nWorkflows:\n/,
    );
  });

  it('disable, enable, delete and restore change a workflow and store the author', async () => {
    const state = async () =>
      JSON.parse((await workflows('show', OFFBOARD, '--json')).stdout) as Record<string, unknown>;
    const disabled = expectCode(await workflows('disable', OFFBOARD, '--by', 'ada'), 0);
    expect(disabled.stdout).toBe(
      `Workflow "${OFFBOARD}" is disabled, and its unfinished runs are canceled.\n`,
    );
    expect(await state()).toMatchObject({ isEnabled: false, lastModifiedBy: { id: 'ada' } });
    const enabled = expectCode(await workflows('enable', OFFBOARD, '--json'), 0);
    expect(JSON.parse(enabled.stdout)).toMatchObject({ isEnabled: true, isSchedulingEnabled: false });
    expectCode(await workflows('delete', OFFBOARD), 0);
    expect((await workflows('list')).stdout).not.toContain(OFFBOARD);
    expect((await workflows('list', '--deleted')).stdout).toMatch(/Offboard an employee .* deleted \d{4}-/);
    expect(expectCode(await workflows('enable', OFFBOARD), 1).stderr).toContain('Expected a workflow');
    expectCode(await workflows('restore', OFFBOARD), 0);
    expect(await state()).toMatchObject({ deletedDateTime: null });
  });

  it('pause-runs and resume-runs change a workflow, and show says so', async () => {
    const paused = expectCode(await workflows('pause-runs', OFFBOARD, '--by', 'ada'), 0);
    expect(paused.stdout).toBe(`Workflow "${OFFBOARD}" has its runs paused.\n`);
    expect((await workflows('show', OFFBOARD)).stdout).toMatch(/state +runs paused/);
    const resumed = expectCode(await workflows('resume-runs', OFFBOARD, '--json'), 0);
    expect(JSON.parse(resumed.stdout)).not.toHaveProperty('runsPausedDateTime');
  });

  it('enable and disable with --schedule switch only the schedule', async () => {
    const onboard = 'Onboard new hire employee';
    const on = JSON.parse((await workflows('enable', onboard, '--schedule', '--json')).stdout);
    expect(on).toMatchObject({ isEnabled: true, isSchedulingEnabled: true });
    const off = expectCode(await workflows('disable', onboard, '--schedule'), 0);
    expect(off.stdout).toContain('is not scheduled any more');
  });

  it('changes of a served database are made by the process that serves it', async () => {
    const server = start(['serve', '--db', 'hr.db', '--port', '0', '--effects', 'done.jsonl']);
    await server.said('Press Ctrl-C to stop');
    const disabled = expectCode(await workflows('disable', OFFBOARD, '--by', 'bob', '--json'), 0);
    expect(JSON.parse(disabled.stdout)).toMatchObject({ isEnabled: false, lastModifiedBy: { id: 'bob' } });
    expectCode(await workflows('enable', OFFBOARD), 0);
    server.kill('SIGTERM');
    expectCode(await server.ended, 0);
  });
});
