import { describe, expect, it } from 'vitest';
import { tenure as inProcess } from '../unit/cli/support.ts';
import { expectCode, workplace } from './support.ts';

const { tenure, people, write, path } = workplace();

/** Runs a command in this process: a start costs more than what is tested here. Words with a dot are files. */
async function here(...args: readonly string[]): ReturnType<typeof tenure> {
  const result = await inProcess(...args.map((arg) => (/^\w+\.\w+$/.test(arg) ? path(arg) : arg)));
  return { ...result, signal: null };
}

const RUN = ['run', '--users', 'all.csv', '--workflow', 'Onboard new hire employee', '--no-op'] as const;

const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('tenure run with a database', () => {
  it('reuses an identical workflow, and makes a new version of one that differs', async () => {
    await people('all.csv', 3);
    const args = [...RUN, '--db', 'versions.db'];
    const said = async (...more: string[]) => expectCode(await here(...args, ...more), 0).stderr;
    expect(await said('--arg', 'groupID=a')).toContain(
      'was added to this database: version 1; its schedule is off',
    );
    expect(await said('--arg', 'groupID=a')).toContain('is unchanged in this database: version 1');
    expect(await said('--arg', 'groupID=b')).toContain('was updated in this database: version 2');
    expect(await said('--arg', 'groupID=b', '--name', 'Another')).toContain('"Another" was added');
    const list = await here('runs', 'list', '--db', 'versions.db', '--json');
    expect(JSON.parse(expectCode(list, 0).stdout).value).toHaveLength(4);
  });

  it('prints the same run as `runs show` and `runs list` do', async () => {
    await people('all.csv', 3);
    const args = [...RUN, '--arg', 'groupID=a', '--db', 'same.db', '--json'];
    const run = JSON.parse(expectCode(await tenure(...args), 0).stdout);
    const [show, list] = await Promise.all([
      tenure('runs', 'show', run.id.slice(0, 6), '--db', 'same.db', '--json'),
      tenure('runs', 'list', '--db', 'same.db', '--json'),
    ]);
    expect(JSON.parse(show.stdout)).toEqual(run);
    expect(JSON.parse(list.stdout)).toEqual({ value: [run] });
  });

  it('makes one run for a schedule slot, by trigger and scope', async () => {
    const rows = [0, -1, -2, -5, 3].map(
      (days, at) => `u${at},${at === 2 ? 'Legal' : 'Marketing'},${day(days)}`,
    );
    await write('hires.csv', `id,department,employeeHireDate\n${rows.join('\n')}\n`);
    const args = [
      'run',
      '--users',
      'hires.csv',
      '--workflow',
      'Onboard new hire employee',
      '--no-op',
      '--arg',
      'groupID=a',
    ];
    const tick = [...args, '--scheduled', '--db', 'tick.db'];
    const first = JSON.parse(expectCode(await here(...tick, '--json'), 0).stdout);
    expect(first).toMatchObject({
      run: { workflowExecutionType: 'scheduled', totalUsersCount: 2 },
      selection: { inScopeCount: 4, takenCount: 2, leftOutCounts: { notDue: 2 } },
    });
    const again = expectCode(await here(...tick), 0);
    expect(again.stderr).toContain('Users of an earlier scheduled run are not selected again.');
    await write('more.csv', `id,department,employeeHireDate\nu9,Marketing,${day(0)}\n`);
    const late = expectCode(await here(...tick.with(2, 'more.csv')), 1);
    expect(late.stderr).toMatch(/\nerror: .*slot.*\n.* runs list --db \S*tick\.db\n$/);
    const scoped = [...tick, '--scope', "department eq 'Legal'", '--name', 'Legal hires', '--json'];
    expect(JSON.parse(expectCode(await here(...scoped), 0).stdout).run.totalUsersCount).toBe(1);
  });

  it('reports that no users are due, with trigger and scope, and exits with 0', async () => {
    await write('old.csv', 'id,department,employeeHireDate\nu1,Marketing,2020-01-01\n');
    const args = [
      'run',
      '--users',
      'old.csv',
      '--workflow',
      'Onboard new hire employee',
      '--no-op',
      '--arg',
      'groupID=a',
    ];
    const { stdout, stderr } = expectCode(await here(...args, '--scheduled'), 0);
    expect(stdout).toBe('');
    expect(stderr).toContain('No users were due at this time: no run was created.');
    expect(stderr).toMatch(
      / {2}scope {5}department eq 'Marketing' .*\n {2}in scope {2}1\n {2}left out {2}1 not due\n/,
    );
    const past = [...args, '--scheduled', '--at', '2020-01-03', '--json'];
    expect(JSON.parse(expectCode(await here(...past), 0).stdout).run.totalUsersCount).toBe(1);
    const json = expectCode(await here(...args, '--scheduled', '--json'), 0);
    expect(JSON.parse(json.stdout)).toMatchObject({ run: null, selection: { leftOutCounts: { notDue: 1 } } });
  });
});
