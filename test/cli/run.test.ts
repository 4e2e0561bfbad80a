import { describe, expect, it } from 'vitest';
import { effectsIn, expectCode, timesDone, workplace } from './support.ts';

const { tenure, people, write, read, exists } = workplace();
const OFFBOARD = ['--workflow', 'Offboard an employee'] as const;
const NO_OP = [...OFFBOARD, '--no-op'] as const;

describe('tenure run', () => {
  it('runs a template for all users in the file, and prints the table', async () => {
    await people('all.csv', 30);
    const { stdout, stderr } = expectCode(await tenure('run', '--users', 'all.csv', ...NO_OP), 0);
    expect(stdout).toMatch(/^Offboard an employee · version 1 · on demand\n/);
    expect(stdout).toMatch(/ status +completed\n/);
    expect(stdout).toMatch(/ users +30 total · 30 ok · 0 failed · 0 canceled\n/);
    expect(stdout).toMatch(/ tasks +90 total · 0 failed · 0 unprocessed\n/);
    expect(stdout).toMatch(/ duration +.+ · [\d,]+ tasks\/s\n/);
    expect(stdout).toMatch(/ database +none: this run was kept in memory only/);
    expect(stdout).toMatch(/ no-op +handlers were not called/);
    expect(stdout + stderr).not.toContain('\u001b');
  });

  it('writes one line of effects for each task of each person, arguments filled in', async () => {
    await people('few.csv', 4);
    const args = ['--workflow', 'Onboard new hire employee', '--arg', 'groupID=all-staff', 'locale=pt'];
    const result = await tenure('run', '--users', 'few.csv', ...args, '--effects', 'few.jsonl');
    expect(expectCode(result, 0).stdout).toMatch(/effects +.*few\.jsonl · 12 lines added/);
    const effects = effectsIn(read('few.jsonl'));
    expect([...timesDone(effects).values()]).toEqual(Array(12).fill(1));
    expect(effects.find((one) => one.subject === 'u2' && one.taskDefinition === 'addUserToGroups')).toEqual({
      idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
      task: 'Add user to groups',
      taskDefinition: 'addUserToGroups',
      subject: 'u2',
      arguments: { groupID: 'all-staff' },
      attempt: 1,
      interruptions: 0,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(effects.find((one) => one.task === 'Send welcome email')?.arguments).toEqual({ locale: 'pt' });
  });

  it('prints exactly the run with --json', async () => {
    await people('json.csv', 3);
    const result = await tenure('run', '--users', 'json.csv', ...NO_OP, '--json');
    const run = JSON.parse(expectCode(result, 0).stdout);
    expect(Object.keys(run).sort()).toEqual([
      'activatedOnScope',
      'completedDateTime',
      'createdBy',
      'failedTasksCount',
      'failedUsersCount',
      'id',
      'isNoOp',
      'lastUpdatedDateTime',
      'processingStatus',
      'scheduledDateTime',
      'startedDateTime',
      'successfulUsersCount',
      'totalTasksCount',
      'totalUnprocessedTasksCount',
      'totalUsersCount',
      'workflow',
      'workflowExecutionType',
    ]);
    expect(run.workflow).toMatchObject({ displayName: 'Offboard an employee', version: 1 });
    expect(run).toMatchObject({
      processingStatus: 'completed',
      isNoOp: true,
      totalUsersCount: 3,
      totalTasksCount: 9,
    });
  });

  it('prints nothing with --quiet and reports by the exit code', async () => {
    await people('quiet.csv', 3);
    const result = await tenure('run', '--users', 'quiet.csv', ...NO_OP, '--quiet');
    expect(expectCode(result, 0)).toMatchObject({ stdout: '', stderr: '' });
  });

  it('processes only the users of --ids or --rule', async () => {
    await people('narrow.csv', 9);
    const run = async (...args: string[]) =>
      JSON.parse((await tenure('run', '--users', 'narrow.csv', ...OFFBOARD, '--json', ...args)).stdout);
    const [byIds, byRule] = await Promise.all([
      run('--ids', 'u3,u1', '--effects', 'ids.jsonl'),
      run('--rule', "department eq 'Legal'", '--effects', 'rule.jsonl'),
    ]);
    expect([byIds.totalUsersCount, byRule.totalUsersCount]).toEqual([2, 3]);
    const subjects = (name: string) => [...new Set(effectsIn(read(name)).map((one) => one.subject))].sort();
    expect(subjects('ids.jsonl')).toEqual(['u1', 'u3']);
    expect(subjects('rule.jsonl')).toEqual(['u3', 'u6', 'u9']);
  });

  it('runs a custom workflow from a JSON file, with handlers from a module', async () => {
    await people('own.csv', 6);
    await write(
      'own.json',
      JSON.stringify({
        category: 'leaver',
        displayName: 'Own',
        executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
        tasks: [
          { taskDefinitionId: 'returnBadge', arguments: [{ name: 'desk', value: '' }] },
          { taskDefinitionId: 'disableUserAccount' },
        ],
      }),
    );
    await write(
      'own.mjs',
      `export default { disableUserAccount: { retry: { attempts: 2, delayMs: 1 }, run({ subject, attempt }) {
         if (subject.id === 'u5' || (subject.id === 'u2' && attempt === 1)) throw new Error('no such account');
       } } };
       export const returnBadge = async ({ arguments: { desk } }) => { if (desk !== 'north') throw new Error(desk); };`,
    );
    const result = await tenure(
      ...['run', '--users', 'own.csv', '--workflow', 'own.json', '--tasks', 'own.mjs', '--arg', 'desk=north'],
      ...['--db', 'own.db', '--effects', 'own.jsonl'],
    );
    const { stdout } = expectCode(result, 2);
    expect(stdout).toMatch(/ status +completedWithErrors\n/);
    expect(stdout).toMatch(/ users +6 total · 5 ok · 1 failed · 0 canceled\n/);
    expect(stdout).toMatch(/Failed tasks: 1\n +1 × +no such account\n/);
    expect(stdout).toMatch(/u5 +Disable user account +no such account\n/);
    expect(stdout).toMatch(/Details: .* runs show [0-9a-f]{8} --db own\.db\n/);
    const effects = effectsIn(read('own.jsonl'));
    expect(effects).toHaveLength(11);
    expect(effects.filter((one) => one.attempt === 2).map((one) => one.subject)).toEqual(['u2']);
  });

  it('refuses duplicate ids with their lines and the remedy, and writes nothing', async () => {
    await write('twice.csv', 'WorkerID,FullName\n7,Ann\n8,Bob\n7,Cid\n');
    const args = ['run', '--users', 'twice.csv', '--map', 'id=WorkerID', ...OFFBOARD];
    const files = ['--db', 'twice.db', '--effects', 'twice.jsonl'];
    const refused = expectCode(await tenure(...args, ...files), 1);
    expect(refused.stdout).toBe('');
    expect(refused.stderr).toMatch(/^error: .*3 rows, got 2 different ids.*7 \(lines 2, 4\)/);
    expect(refused.stderr).toMatch(/--on-duplicate first.*--map id=FullName/);
    expect([exists('twice.db'), exists('twice.jsonl')]).toEqual([false, false]);
    const kept = expectCode(await tenure(...args, '--on-duplicate', 'last', ...files), 0);
    expect(kept.stderr).toContain('1 row left out as duplicates (--on-duplicate last)');
    expect(effectsIn(read('twice.jsonl'))).toHaveLength(6);
  });
});
