import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { expectCode, start, workplace } from './support.ts';

const { tenure, path, read, write } = workplace();

describe('tenure demo', () => {
  it('shows two runs with failures, and commands that work when pasted, also the second time', async () => {
    for (const time of ['first', 'second']) {
      const { stdout } = expectCode(await tenure('demo'), 0);
      expect(stdout).toContain('1,000 employees are in tenure-demo/employees.csv');
      expect(stdout.match(/ status +completedWithErrors\n/g)).toHaveLength(2);
      expect(stdout).toMatch(/ × +License pool of group all-staff exhausted/);
      expect(stdout).toMatch(/ × +The user has no mail attribute/);
      const commands = stdout.slice(stdout.indexOf('Try next:')).trim().split('\n').slice(1);
      expect(commands.map((line) => line.trim().split(' ')[2])).toEqual(['runs', 'check', 'run']);
      if (time === 'first') continue;
      for (const command of commands) {
        const ended = spawnSync(command, { shell: true, cwd: path('.'), encoding: 'utf8' });
        expect([command, ended.status, ended.stderr.replace(/^Workflow .*\n/, '')]).toEqual([command, 0, '']);
      }
    }
    const list = JSON.parse((await tenure('runs', 'list', '--db', 'tenure-demo/tenure.db', '--json')).stdout);
    expect(list.value).toHaveLength(3);
  });

  it('does not touch a folder that it did not create', async () => {
    await mkdir(path('elsewhere/tenure-demo'), { recursive: true });
    await write('elsewhere/tenure-demo/tenure.db', 'mine');
    const { stdout } = expectCode(await start(path('elsewhere'), ['demo'], { TMPDIR: path('.') }).ended, 0);
    expect(stdout).toContain(`1,000 employees are in ${path('tenure-demo-')}`);
    expect(read('elsewhere/tenure-demo/tenure.db')).toBe('mine');
  });
});
