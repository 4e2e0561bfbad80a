import { describe, expect, it } from 'vitest';
import { tenure as inProcess } from '../unit/cli/support.ts';
import { expectCode, workplace } from './support.ts';

const { tenure, start, read, path } = workplace();

describe('tenure sample', () => {
  it('writes the same people for the same seed, to stdout and to a file', async () => {
    const args = ['sample', '--users', '2000', '--seed', '7', '--date', '2026-01-31'];
    const [first, file, other] = await Promise.all([
      tenure(...args),
      tenure(...args, '--out', 'staff.csv'),
      tenure(...args.with(4, '8')),
    ]);
    expect(expectCode(first, 0).stdout.split('\n')).toHaveLength(2_002);
    expect(first.stderr).toBe('');
    expect(expectCode(file, 0).stdout).toBe('');
    expect(read('staff.csv')).toBe(first.stdout);
    expect(other.stdout).not.toBe(first.stdout);
  });

  it('writes a file that `tenure run` reads without --map', async () => {
    expectCode(await tenure('sample', '--users', '50', '--out', 'fifty.csv'), 0);
    const run = ['run', '--users', 'fifty.csv', '--workflow', 'Offboard an employee', '--no-op', '--json'];
    const rule = "employeeOrgData/division eq 'Corporate'";
    expect(JSON.parse(expectCode(await tenure(...run), 0).stdout).totalUsersCount).toBe(50);
    const few = await inProcess(...run.with(2, path('fifty.csv')), '--rule', rule);
    const some = JSON.parse(few.stdout).totalUsersCount;
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(50);
  });

  it('ends quietly when its pipe is closed', async () => {
    const running = start(['sample', '--users', '100000000']);
    running.child.stdout?.once('data', () => running.child.stdout?.destroy());
    expect(expectCode(await running.ended, 0).stderr).toBe('');
  });
});
