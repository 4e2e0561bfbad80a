import { describe, expect, it } from 'vitest';
import { tenure as inProcess } from '../unit/cli/support.ts';
import { expectCode, workplace } from './support.ts';

const { tenure, write } = workplace();

describe('the command line', () => {
  it('prints version and help on stdout', async () => {
    const [version, help, none] = await Promise.all([tenure('--version'), tenure('--help'), tenure()]);
    expect(expectCode(version, 0).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(expectCode(help, 0).stdout).toMatch(/^Usage: tenure /);
    expect(help.stderr).toBe('');
    expect(expectCode(none, 1).stderr).toMatch(/^Usage: tenure /);
  });

  it.each([
    [['rnu'], /^error: unknown command 'rnu'\n\(Did you mean run\?\)\n\(tenure --help shows the usage\)\n$/],
    [['runs', 'shwo'], /\(Did you mean show\?\)\n\(tenure runs --help shows the usage\)\n$/],
    [['run', '--workflo', 'x'], /^error: unknown option '--workflo'\n\(Did you mean --workflow\?\)/],
  ])('suggests what was meant by %j, and exits with 1', async (args, message) => {
    const { code, stdout, stderr } = await inProcess(...args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([1, '']);
  });

  it('shows the stack of an unexpected failure only with TENURE_DEBUG', async () => {
    await write('all.csv', 'id\nu1\n');
    await write(
      'late.mjs',
      `setTimeout(() => { throw new Error('late\\nand loud'); }, 1); export const disableUserAccount = () => new Promise(() => {}); export { disableUserAccount as removeUserFromAllGroups, disableUserAccount as removeUserFromAllTeams };`,
    );
    const args = ['run', '--users', 'all.csv', '--workflow', 'Offboard an employee', '--tasks', 'late.mjs'];
    const { stderr } = expectCode(await tenure(...args), 1);
    expect(stderr).toMatch(/^error: Unexpected failure: late and loud\n.*TENURE_DEBUG=1.*\n$/);
  });
});
