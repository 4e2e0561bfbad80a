import { beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/sqlite.ts';
import { tenure as inProcess } from '../unit/cli/support.ts';
import { expectCode, workplace } from './support.ts';

const { tenure, people, write, path } = workplace();

beforeAll(async () => {
  await people('all.csv', 30);
  await write(
    'some.mjs',
    `const fine = () => {};
     const off = ({ subject }) => ({ changes: ['signed out', 'disabled ' + subject.id] });
     const some = ({ subject }) => { if (Number(subject.id.slice(1)) % 3 === 0) throw new Error('no team for ' + subject.id); };
     export { off as disableUserAccount, some as removeUserFromAllGroups, fine as removeUserFromAllTeams };`,
  );
  const run = [
    'run',
    '--users',
    'all.csv',
    '--workflow',
    'Offboard an employee',
    '--db',
    'all.db',
    '--quiet',
  ];
  expectCode(await tenure(...run, '--tasks', 'some.mjs'), 2);
  expectCode(await tenure(...run, '--tasks', 'some.mjs', '--ids', 'u1', '--name', 'One'), 0);
});

describe('tenure runs show --changes', () => {
  it('lists what the first tasks changed', async () => {
    const run = JSON.parse((await tenure('runs', 'list', '--db', 'all.db', '--json')).stdout).value[1];
    const show = (...args: string[]) =>
      inProcess('runs', 'show', run.id, '--db', path('all.db'), '--failures', '0', '--changes', '2', ...args);
    const { stdout } = await show();
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^ +subject +task +changed$/),
        expect.stringMatching(/^ +u1 +Disable user account +signed out; disabled u1$/),
      ]),
    );
    expect(stdout).not.toContain('disabled u3');
    const { changed } = JSON.parse((await show('--json')).stdout);
    expect(changed).toMatchObject([
      { subject: { id: 'u1' }, changes: ['signed out', 'disabled u1'] },
      { subject: { id: 'u2' }, changes: ['signed out', 'disabled u2'] },
    ]);
  });
});

describe('tenure runs failures', () => {
  it('shows what failed by cause, and how to reprocess a group', async () => {
    const [one, all] = JSON.parse((await tenure('runs', 'list', '--db', 'all.db', '--json')).stdout).value;
    const failures = (id: string, ...args: string[]) =>
      tenure('runs', 'failures', id, '--db', 'all.db', ...args);
    expect((await failures(one.id)).stdout).toBe('No failures.\n');
    const { stdout } = expectCode(await failures(all.id.slice(0, 8)), 0);
    expect(stdout).toMatch(/^group +users +repaired +task +code +reason\n/);
    expect(stdout).toMatch(
      /\n[0-9a-z]{13} +10 +0 +Remove user from all groups +HandlerFailed +no team for …\n/,
    );
    const { value } = JSON.parse((await failures(all.id, '--json')).stdout);
    expect(value).toMatchObject([{ usersCount: 10, reason: 'no team for …' }]);
    expect(stdout).toContain(
      `runs reprocess ${all.id.slice(0, 8)} --db all.db --failure-group ${value[0].key}\n`,
    );
    const again = ['runs', 'reprocess', all.id, '--db', 'all.db', '--failure-group'];
    const dry = expectCode(await tenure(...again, value[0].key, '--dry-run', '--json'), 0);
    expect(JSON.parse(dry.stdout)).toMatchObject({ runId: all.id });
    const unknown = await tenure(...again, 'nothing', '--dry-run');
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr).toContain('to have a failure group `nothing`, got none');
  });
});

describe('tenure runs list', () => {
  it('lists the runs in a table, newest first', async () => {
    const { stdout } = expectCode(await tenure('runs', 'list', '--db', 'all.db'), 0);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^run +workflow +kind +scheduled +users +ok +failed +status$/);
    expect(rows).toEqual([
      expect.stringMatching(/^[0-9a-f]{8} +One +onDemand .* 1 +1 +0 +completed$/),
      expect.stringMatching(
        /^[0-9a-f]{8} +Offboard an employee +onDemand .* 30 +20 +10 +completedWithErrors$/,
      ),
    ]);
  });

  it('filters, orders and pages', async () => {
    const list = async (...args: string[]) =>
      JSON.parse((await inProcess('runs', 'list', '--db', path('all.db'), '--json', ...args)).stdout);
    const users = ({ value }: { value: { totalUsersCount: number }[] }) =>
      value.map((run) => run.totalUsersCount);
    expect(users(await list('--filter', 'failedTasksCount gt 0'))).toEqual([30]);
    expect(users(await list('--workflow', 'one'))).toEqual([1]);
    const first = await list('--order-by', 'scheduledDateTime asc', '--top', '1');
    expect(users(first)).toEqual([30]);
    const second = await list('--after', first.nextToken, '--top', '1');
    expect([users(second), second.nextToken]).toEqual([[1], undefined]);
  });
});

describe('tenure runs show', () => {
  it('shows a run by the first digits of its id, task by task, with its failures', async () => {
    const list = JSON.parse((await tenure('runs', 'list', '--db', 'all.db', '--json')).stdout);
    const id: string = list.value[1].id;
    const { stdout } = expectCode(
      await tenure('runs', 'show', id.slice(0, 7), '--db', 'all.db', '--failures', '4'),
      0,
    );
    expect(stdout).toContain(id);
    expect(stdout).toMatch(/ Disable user account +30 +0 +0 +completed\n/);
    expect(stdout).toMatch(/ Remove user from all groups +20 +10 +0 +completedWithErrors\n/);
    expect(stdout).toMatch(/ Remove user from all Teams +20 +0 +10 +\w+\n/);
    expect(stdout).toMatch(/Failed tasks: 10\n +10 × +no team for …\n/);
    expect(stdout.match(/^ +u\d+ +Remove/gm)).toHaveLength(4);
    expect(stdout).toMatch(/4 of 10; the rest: .* runs show [0-9a-f]{8} --db all\.db --failures 10\n$/);
    const json = await inProcess('runs', 'show', id, '--db', path('all.db'), '--failures', '4', '--json');
    const { taskProcessingResults, ...run } = JSON.parse(json.stdout);
    expect(run).toEqual(list.value[1]);
    expect(taskProcessingResults).toHaveLength(4);
    expect(taskProcessingResults[0]).toMatchObject({
      subject: { id: 'u3' },
      failureReason: 'no team for u3',
    });
  });

  it('refuses a text that is no beginning of a run id', async () => {
    const { code, stderr } = await inProcess('runs', 'show', 'zzz', '--db', path('all.db'));
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('or its first digits, got `zzz`\nSee: tenure runs list'),
    ]);
  });
});

describe('tenure runs users', () => {
  const users = async (...args: string[]) => {
    const list = JSON.parse((await inProcess('runs', 'list', '--db', path('all.db'), '--json')).stdout);
    return inProcess('runs', 'users', list.value[1].id, '--db', path('all.db'), ...args);
  };
  const ids = (stdout: string) =>
    (JSON.parse(stdout).value as { subject: { id: string } }[]).map(({ subject }) => subject.id);

  it('lists the users of a run in one status, in the order in which they joined it', async () => {
    const failed = Array.from({ length: 10 }, (_, at) => `u${3 * (at + 1)}`);
    expect(ids((await users('--status', 'failed', '--json')).stdout)).toEqual(failed);
    const [head, ...rows] = (await users('--status', 'Failed')).stdout.trimEnd().split('\n');
    expect(head).toMatch(/^user +tasks +failed +unprocessed +started +completed +status$/);
    expect(rows).toHaveLength(10);
    expect(rows[0]).toMatch(/^u3 +3 +1 +1 +\d{4}-\S+ \S+Z +\d{4}-\S+ \S+Z +failed$/);
    expect((await users('--status', 'canceled')).stdout).toBe('No users.\n');
  });

  it('takes several statuses, a filter, and pages', async () => {
    expect(ids((await users('--status', 'failed, completed', '--json')).stdout)).toHaveLength(30);
    const some = await users(
      '--status',
      'failed',
      '--filter',
      "subject/id ne 'u3' or failedTasksCount gt 5",
      '--json',
    );
    expect(ids(some.stdout)).toHaveLength(9);
    const first = await users('--top', '7', '--status', 'failed', '--json');
    const { nextToken } = JSON.parse(first.stdout);
    const rest = await users('--after', nextToken, '--json');
    expect([...ids(first.stdout), ...ids(rest.stdout)]).toEqual(
      ids((await users('--status', 'failed', '--json')).stdout),
    );
    expect((await users('--after', nextToken, '--status', 'completed')).code).toBe(1);
    expect((await users('--top', '7')).stderr).toMatch(/^There are more: --top accepts up to 1000000, /);
  });

  it('lists more users than a page of the store holds', async () => {
    await people('many.csv', 2_100);
    const files = ['--users', 'many.csv', '--effects', 'many.jsonl', '--db', 'many.db'];
    const run = await tenure('run', '--workflow', 'Offboard an employee', ...files, '--json');
    const { id } = JSON.parse(expectCode(run, 0).stdout);
    const all = expectCode(
      await tenure('runs', 'users', id, '--db', 'many.db', '--top', '5000', '--json'),
      0,
    );
    expect(ids(all.stdout)).toEqual(Array.from({ length: 2_100 }, (_, at) => `u${at + 1}`));
  });

  it('refuses an unknown status', async () => {
    const { code, stderr } = await users('--status', 'faild');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Expected one of .*\. Did you mean failed\?/);
  });
});

describe('tenure runs delete', () => {
  it('deletes a final run, which cannot be found afterwards', async () => {
    const run = [
      'run',
      '--users',
      'all.csv',
      '--workflow',
      'Offboard an employee',
      '--no-op',
      '--db',
      'del.db',
      '--json',
    ];
    const { id } = JSON.parse((await tenure(...run)).stdout);
    const deleted = expectCode(await tenure('runs', 'delete', id, '--db', 'del.db'), 0);
    expect(deleted.stdout).toMatch(/ was deleted\.\n$/);
    expect((await inProcess('runs', 'list', '--db', path('del.db'))).stdout).toBe('No runs.\n');
    const gone = await inProcess('runs', 'cancel', id, '--db', path('del.db'));
    expect(gone.code).toBe(1);
    expect(gone.stderr).toMatch(/begins with .*, got none/);
  });
});

describe('tenure check', () => {
  it('finds nothing in a sound database, and names each violation in a damaged one', async () => {
    const sound = expectCode(await tenure('check', '--db', 'all.db'), 0);
    expect(sound.stdout).toBe(
      'Recounted 2 workflows, 2 runs, 31 user results, 93 tasks: every invariant holds.\n',
    );

    const store = await sqliteStore(path('all.db'));
    const [run] = await store.listRuns({
      where: null,
      order: { property: 'id', descending: false },
      after: null,
      limit: 1,
    });
    if (!run) throw new Error('Expected a run, got none');
    await store.transaction((tx) => tx.putRun({ ...run, failedUsersCount: run.failedUsersCount + 1 }));
    await store.close();

    const broken = expectCode(await tenure('check', '--db', 'all.db'), 2);
    expect(broken.stdout).toMatch(/: \d+ violations?\.\n +I\d+ +run [0-9a-f]{8}: /);
    const json = await inProcess('check', '--db', path('all.db'), '--json');
    expect(JSON.parse(json.stdout).violations[0]).toMatchObject({ runId: run.id });
  });
});

describe('tenure runs reprocess', () => {
  it('reprocesses failed users with the present handlers, and finds nothing more to reprocess afterwards', async () => {
    await people('again.csv', 6);
    const tasks = (failing: string) =>
      `const fine = () => {};
       const some = ({ subject }) => { if (${failing}) throw new Error('no'); };
       export { fine as disableUserAccount, some as removeUserFromAllGroups, fine as removeUserFromAllTeams };`;
    await write('again.mjs', tasks("subject.id > 'u3'"));
    const run = ['run', '--users', 'again.csv', '--workflow', 'Offboard an employee', '--db', 'again.db'];
    const made = expectCode(await tenure(...run, '--tasks', 'again.mjs', '--json', '--quiet'), 2);
    const { id } = JSON.parse(made.stdout);
    await write('again.mjs', tasks("subject.id === 'u6'"));
    const again = expectCode(await tenure('runs', 'reprocess', id, '--db', 'again.db', '--json'), 2);
    expect(JSON.parse(again.stdout)).toMatchObject({
      workflowExecutionType: 'activatedWithScope',
      totalUsersCount: 3,
      totalTasksCount: 6,
      successfulUsersCount: 2,
      failedUsersCount: 1,
    });
    await write('again.mjs', tasks('false'));
    const next = JSON.parse(again.stdout).id;
    const one = expectCode(await tenure('runs', 'reprocess', next, '--db', 'again.db', '--ids', 'u6'), 0);
    expect(one.stdout).toMatch(/ status +completed\n/);
    const list = JSON.parse((await tenure('runs', 'list', '--db', 'again.db', '--json')).stdout);
    expect(list.value).toHaveLength(3);
    const done = list.value[0].id;
    const nothing = expectCode(await tenure('runs', 'reprocess', done, '--db', 'again.db'), 1);
    expect(nothing.stderr).toMatch(/to have failed users, got none.*\n.*--all-users --all-tasks/);
    const stranger = expectCode(await tenure('runs', 'reprocess', id, '--db', 'again.db', '--ids', 'x'), 1);
    expect(stranger.stderr).toMatch(/Expected users of run [0-9a-f]{8}, got `x`/);
    const all = await tenure('runs', 'reprocess', done, '--db', 'again.db', '--all-users', '--all-tasks');
    expect(expectCode(all, 0).stdout).toMatch(/ users +1\b/);
    expectCode(await tenure('check', '--db', 'again.db'), 0);
  });
});
