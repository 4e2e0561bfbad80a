import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createEngine, csvDirectory } from '../../src/index.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { tenure } from '../unit/cli/support.ts';
import { effectsIn, expectCode, peopleCsv, workplace } from './support.ts';

const place = workplace();
const { write, path, exists, read } = place;
const OFFBOARD = ['--workflow', 'Offboard an employee'] as const;

/** Runs in this process; arguments with `@` are files of the workplace. */
async function run(...args: readonly string[]) {
  const result = await tenure(...args.map((arg) => (arg.startsWith('@') ? path(arg.slice(1)) : arg)));
  return { ...result, signal: null };
}

async function dryRun(...args: readonly string[]) {
  const { stdout } = expectCode(await run(...args, '--dry-run', '--json'), 0);
  return JSON.parse(stdout);
}

const idsOf = (people: readonly { readonly id: string }[]): string[] => people.map(({ id }) => id);
const digestOf = async (name: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path(name)))
    .digest('hex');
const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const HIRES = [
  'run',
  '--workflow',
  'Onboard new hire employee',
  '--arg',
  'groupID=a',
  '--scheduled',
] as const;

describe('--dry-run of a schedule slot', () => {
  it('lists all users by reason, changes nothing, and the scheduled run has the users that it named', async () => {
    const people = [
      `u1,Marketing,${day(0)}`,
      `u2,Marketing,${day(-1)}`,
      `u3,Legal,${day(0)}`,
      `u4,Marketing,${day(9)}`,
      'u5,Marketing,',
      'u6,Marketing,31.01.2026',
    ];
    await write('hires.csv', `id,department,employeeHireDate\n${people.slice(1).join('\n')}\n`);
    const args = [...HIRES, '--users', '@hires.csv', '--db', '@hires.db', '--effects', '@hires.jsonl'];
    expectCode(await run(...args, '--at', day(-1), '--quiet'), 0);
    await write('hires.csv', `id,department,employeeHireDate\n${people.join('\n')}\n`);
    const [before, effects] = [await digestOf('hires.db'), read('hires.jsonl')];
    const planned = await dryRun(...args);
    expect(planned).toMatchObject({
      dryRun: true,
      workflow: { displayName: 'Onboard new hire employee', version: 1 },
      workflowExecutionType: 'scheduled',
      processedCount: 1,
      processed: [{ id: 'u1', dueDateTime: `${day(0)}T00:00:00.000Z` }],
      notProcessedCount: 5,
      refusals: [],
    });
    expect(planned.notProcessed).toEqual(
      expect.arrayContaining([
        { id: 'u2', reason: 'alreadyTaken' },
        { id: 'u3', reason: 'notInScope' },
        { id: 'u4', reason: 'notDue', attribute: 'employeeHireDate', value: day(9) },
        { id: 'u5', reason: 'noDate', attribute: 'employeeHireDate', value: null },
        { id: 'u6', reason: 'unreadableDate', attribute: 'employeeHireDate', value: '31.01.2026' },
      ]),
    );
    expect(planned.tasks.map(({ handler }: { handler: string }) => handler)).toEqual(
      Array(3).fill('effects'),
    );
    expect([await digestOf('hires.db'), read('hires.jsonl')]).toEqual([before, effects]);
    const strict = await dryRun(...args, '--strict');
    expect(strict.refusals).toEqual([expect.stringContaining('--strict')]);
    const done = JSON.parse(expectCode(await run(...args, '--json'), 0).stdout);
    expect(done).toMatchObject({ run: { totalUsersCount: planned.processedCount } });
    const taken = effectsIn(read('hires.jsonl').slice(effects.length)).map(({ subject }) => subject);
    expect([...new Set(taken)]).toEqual(['u1']);
    const again = await dryRun(...args);
    expect(again).toMatchObject({ processedCount: 0, refusals: [expect.stringContaining('has its run')] });
  });

  it('shows a table, and warns of what the command would be refused for', async () => {
    await write('hires.csv', `id,department,employeeHireDate\nu1,Marketing,${day(0)}\nu2,Legal,${day(0)}\n`);
    const { stdout, stderr } = expectCode(await run(...HIRES, '--users', '@hires.csv', '--dry-run'), 0);
    expect(stdout).toMatch(/^Onboard new hire employee · version 1 · dry run: no handler is called/);
    expect(stdout).toMatch(/ people +1 would be processed · 1 would not\n/);
    expect(stdout).toMatch(/ tasks +1 {2}Enable user account +has no handler\n/);
    expect(stdout).toMatch(/\nWould be processed:\n {2}u1 {2}due since /);
    expect(stdout).toMatch(/\nWould not be processed:\n {2}1 × {2}not in scope {2}u2\n$/);
    expect(stderr).toBe(
      'warning: without --dry-run this would be refused: There is no handler for enableUserAccount, sendWelcomeEmail, addUserToGroups (--connect, --tasks, --effects or --no-op)\n',
    );
    const quiet = await run(...HIRES, '--users', '@hires.csv', '--dry-run', '--quiet', '--db', '@no.db');
    expect(expectCode(quiet, 0)).toMatchObject({ stdout: '', stderr: '' });
    expect(exists('no.db')).toBe(false);
  });

  it('finds the users that have changed since the last slot, and records no observation', async () => {
    const workflow = {
      category: 'mover',
      displayName: 'Moves',
      executionConditions: {
        scope: { rule: "id ne ''" },
        trigger: { triggerAttributes: [{ name: 'department' }] },
      },
      tasks: [{ taskDefinitionId: 'badge' }],
    };
    await write('moves.json', JSON.stringify(workflow));
    await write('moves.csv', 'id,department\nu1,Sales\nu2,Sales\n');
    const args = ['run', '--workflow', '@moves.json', '--users', '@moves.csv', '--scheduled', '--no-op'];
    const unwatched = await dryRun(...args, '--db', '@moves.db');
    expect(unwatched).toMatchObject({ processed: [], notProcessed: [{ reason: 'unchanged' }, {}] });
    expectCode(await run(...args, '--db', '@moves.db', '--quiet'), 0);
    await write('moves.csv', 'id,department\nu1,Sales\nu2,Legal\n');
    const before = await digestOf('moves.db');
    for (const _ of ['once', 'and again']) {
      const planned = await dryRun(...args, '--db', '@moves.db');
      expect(planned).toMatchObject({
        processed: [{ id: 'u2' }],
        notProcessed: [{ id: 'u1', reason: 'unchanged' }],
      });
    }
    expect(await digestOf('moves.db')).toBe(before);
  });
});

describe('--dry-run on demand', () => {
  it('accepts ids, a rule or all users, loads the module and calls no handler', async () => {
    await write('all.csv', peopleCsv(5));
    await write(
      'loud.mjs',
      `const act = () => { throw new Error('called'); };
       export { act as disableUserAccount, act as removeUserFromAllGroups, act as removeUserFromAllTeams };`,
    );
    const args = ['run', '--users', '@all.csv', ...OFFBOARD, '--tasks', '@loud.mjs', '--db', '@new.db'];
    const everybody = await dryRun(...args);
    expect(everybody).toMatchObject({
      processedCount: 5,
      notProcessed: [],
      slotDateTime: null,
      refusals: [],
    });
    expect(everybody.tasks[0]).toEqual({
      position: 1,
      displayName: 'Disable user account',
      taskDefinitionId: 'disableUserAccount',
      handler: 'module',
    });
    const some = await dryRun(...args, '--rule', "department eq 'Sales'");
    expect([idsOf(some.processed), some.notProcessed[0]]).toEqual([
      ['u1', 'u4'],
      { id: 'u2', reason: 'notInScope' },
    ]);
    const named = await dryRun(...args, '--ids', 'u2,u9');
    expect(idsOf(named.processed)).toEqual(['u2']);
    expect(named.notProcessed.slice(0, 2)).toEqual([
      { id: 'u9', reason: 'notInDirectory' },
      { id: 'u1', reason: 'notNamed' },
    ]);
    expect(named.refusals).toEqual(['1 id of --ids cannot be found among the people']);
    const nobody = await dryRun(...args, '--rule', "department eq 'sales'");
    expect(nobody.refusals).toEqual(['No users are selected']);
    expect(exists('new.db')).toBe(false);
  });
});

/**
 * A database with two unfinished runs of a workflow of three tasks: one stopped when `u1` had done two of them and
 * `u2` none, the other one never began for `u1` and `u3`.
 */
async function interrupted(name: string): Promise<readonly [stopped: string, queued: string]> {
  await write('left.csv', peopleCsv(3));
  const open = async () => ({
    store: sqliteStore(path(name)),
    directory: await csvDirectory(path('left.csv')),
  });
  const aborted = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  let calls = 0;
  const engine = await createEngine({
    ...(await open()),
    tasks: {
      '*': ({ subject, signal }) => {
        if (subject.id === 'u1') calls += 1;
        if (subject.id === 'u1' && calls < 3) return;
        // The third task begins when the second one is recorded.
        if (calls === 3) void engine.stop({ deadlineMs: 0 });
        return aborted(signal);
      },
    },
  });
  const { id: workflowId } = await engine.workflows.createFromTemplate('Offboard an employee');
  await engine.start();
  const stopped = await engine.runs.activate(workflowId, { subjects: ['u1', 'u2'] });
  await engine.runs.waitFor(stopped.id).catch(() => {});
  await engine.close();
  const later = await createEngine({ ...(await open()), tasks: { '*': () => {} } });
  const queued = await later.runs.activate(workflowId, { subjects: ['u1', 'u3'] });
  await later.close();
  return [stopped.id, queued.id];
}

describe('--dry-run of resume, runs reprocess and serve', () => {
  it('shows the remaining users and tasks of a run, and the users that no longer exist', async () => {
    const [stopped, queued] = await interrupted('left.db');
    await write('fewer.csv', 'id\nu1\nu2\n');
    const before = await digestOf('left.db');
    const { value } = await dryRun('resume', '--db', '@left.db', '--users', '@fewer.csv');
    expect(value).toMatchObject([
      {
        runId: stopped,
        processed: [{ id: 'u1', tasks: [3] }, { id: 'u2' }],
        notProcessed: [],
        refusals: [expect.stringContaining('no handler for disableUserAccount')],
      },
      { runId: queued, processed: [{ id: 'u1' }], notProcessed: [{ id: 'u3', reason: 'notInDirectory' }] },
    ]);
    const served = await dryRun('serve', '--db', '@left.db', '--users', '@fewer.csv', '--no-op');
    expect(served).toMatchObject({ unfinished: [{ runId: stopped, refusals: [] }, {}], scheduled: [] });
    const busy = await dryRun('run', '--users', '@fewer.csv', ...OFFBOARD, '--db', '@left.db', '--no-op');
    expect(busy.refusals).toEqual(['The database has 2 unfinished runs; resume first']);
    expect(await digestOf('left.db')).toBe(before);
  });

  it('shows which users would be reprocessed, with which tasks', async () => {
    await write('again.csv', peopleCsv(3));
    await write(
      'again.mjs',
      `const fine = () => {};
       const some = ({ subject }) => { if (subject.id !== 'u2') throw new Error('no'); };
       export { fine as disableUserAccount, some as removeUserFromAllGroups, fine as removeUserFromAllTeams };`,
    );
    const args = ['run', '--users', '@again.csv', ...OFFBOARD, '--tasks', '@again.mjs', '--db', '@again.db'];
    const { id } = JSON.parse(expectCode(await run(...args, '--json'), 2).stdout);
    await write('again.csv', peopleCsv(2));
    const again = await dryRun('runs', 'reprocess', id, '--db', '@again.db');
    expect(again).toMatchObject({
      runId: id,
      workflowExecutionType: 'activatedWithScope',
      processed: [{ id: 'u1', tasks: [2, 3] }],
      notProcessed: [
        { id: 'u2', reason: 'nothingToDo' },
        { id: 'u3', reason: 'notInDirectory' },
      ],
    });
    const list = await run('runs', 'list', '--db', '@again.db', '--json');
    expect(JSON.parse(list.stdout).value).toHaveLength(1);
  });

  it('shows which users the schedule of a service would select next', async () => {
    await write('staff.csv', `id,employeeHireDate\nu1,${day(-1)}\nu2,2020-01-01\n`);
    const engine = await createEngine({ store: sqliteStore(path('service.db')), tasks: { badge: () => {} } });
    await engine.workflows.create({
      category: 'joiner',
      displayName: 'First day',
      executionConditions: {
        scope: { rule: "id ne ''" },
        trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
      },
      isSchedulingEnabled: true,
      tasks: [{ taskDefinitionId: 'badge' }],
    });
    await engine.close();
    const { scheduled } = await dryRun('serve', '--db', '@service.db', '--users', '@staff.csv');
    expect(scheduled).toMatchObject([
      {
        workflow: { displayName: 'First day' },
        processed: [{ id: 'u1' }],
        notProcessed: [{ id: 'u2', reason: 'notDue' }],
        refusals: [expect.stringContaining('no handler for badge')],
      },
    ]);
  });
});
