import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { expectCode, start, workplace } from './support.ts';

const { tenure, path, read, write } = workplace();
const MARK =
  'Made by `tenure demo`, which replaces its files here each time. The folder can be deleted at any time.\n';

describe('tenure demo', () => {
  it('does its work on a service and a mail server, nothing twice, and names commands that work when pasted', async () => {
    // As an earlier demo leaves it.
    await mkdir(path('tenure-demo/mail'), { recursive: true });
    await write('tenure-demo/README.txt', MARK);
    await write('tenure-demo/mail/999-old.eml', 'old');
    await write('tenure-demo/tenure.db', 'old');
    const { stdout } = expectCode(await tenure('demo', '--twice'), 0);
    expect(stdout).toContain('1,000 employees are in tenure-demo/employees.csv');
    expect(stdout).toMatch(/ × +group all-staff: .* License pool of group All staff exhausted/);
    expect(stdout).toMatch(/ × +Expected the person to have an e-mail address/);
    expect(stdout).toMatch(/ × +group Project \d: .* The last owner of a group cannot leave it/);
    expect(stdout).toMatch(/ accounts +18 made · 17 enabled · \d+ disabled +such as E\d+, a/);
    expect(stdout).toMatch(
      / groups +30 memberships added · \d+ removed +such as E\d+, added to group All staff\n/,
    );
    expect(stdout).toMatch(
      / mail +34 messages in tenure-demo\/mail +such as Welcome, .* to \S+@woodgrove\.example\n/,
    );
    expect(stdout).toMatch(/\n +Hello .*, welcome! We are glad that you are joining us\. /);
    expect(stdout).toMatch(/ waits +the service took no calls for a second/);
    expect(stdout.match(/ status +completedWithErrors\n/g)).toHaveLength(3);
    expect(stdout).toContain('The slot has its run already');
    expect(stdout).toMatch(
      / accounts +0 made · 0 enabled · 0 disabled\n.*0 memberships added · 0 removed\n.* 0 messages in /,
    );
    const messages = readdirSync(path('tenure-demo/mail'));
    expect(messages).toHaveLength(34);
    expect(read(`tenure-demo/mail/${messages[0]}`)).toMatch(
      /^From: People team <people@woodgrove\.example>\r$/m,
    );
    const commands = stdout.slice(stdout.indexOf('Try next:')).trim().split('\n').slice(1);
    expect(commands.map((line) => line.trim().split(' ')[2])).toEqual(['runs', 'check', 'run', 'init']);
    for (const command of commands) {
      const ended = spawnSync(command, { shell: true, cwd: path('.'), encoding: 'utf8' });
      expect([command, ended.status, ended.stderr.replace(/^Workflow .*\n/, '')]).toEqual([command, 0, '']);
    }
    const list = JSON.parse((await tenure('runs', 'list', '--db', 'tenure-demo/tenure.db', '--json')).stdout);
    expect(list.value).toHaveLength(4);
  });

  it('does not touch a folder that it did not create', async () => {
    await mkdir(path('elsewhere/tenure-demo'), { recursive: true });
    await write('elsewhere/tenure-demo/tenure.db', 'mine');
    const { stdout } = expectCode(await start(path('elsewhere'), ['demo'], { TMPDIR: path('.') }).ended, 0);
    expect(stdout).toContain(`1,000 employees are in ${path('tenure-demo-')}`);
    expect(read('elsewhere/tenure-demo/tenure.db')).toBe('mine');
  });
});
