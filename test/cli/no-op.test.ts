import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createEngine, csvDirectory } from '../../src/index.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { tenure } from '../unit/cli/support.ts';
import { expectCode, peopleCsv, type Running, workplace } from './support.ts';

const place = workplace();
const { write, path, start } = place;
const ON_DEMAND = { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' };
const MISSING = /^error: Expected a handler for every enabled task of .*, got none for own\n/;
const NO_OP = /\n {2}no-op +handlers were not called: tasks count as completed but did nothing\n/;

/** Runs in this process; arguments with `@` are files of the workplace. */
async function run(...args: readonly string[]) {
  const result = await tenure(...args.map((arg) => (arg.startsWith('@') ? path(arg.slice(1)) : arg)));
  return { ...result, signal: null };
}

/** A database with an unfinished run for three people, of a workflow that a service made. */
async function databaseWithRun(name: string, isSchedulingEnabled = false): Promise<string> {
  await write('people.csv', peopleCsv(3));
  const engine = await createEngine({
    store: sqliteStore(path(name)),
    directory: await csvDirectory(path('people.csv')),
    tasks: { own: () => {} },
  });
  const workflow = await engine.workflows.create({
    category: 'joiner',
    displayName: 'Own',
    executionConditions: isSchedulingEnabled
      ? { scope: { rule: "id ne ''" }, trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 } }
      : ON_DEMAND,
    isSchedulingEnabled,
    tasks: [{ taskDefinitionId: 'own' }],
  });
  const { id } = isSchedulingEnabled
    ? { id: '' }
    : await engine.runs.activate(workflow.id, { subjects: ['u1', 'u2', 'u3'] });
  await engine.close();
  return id;
}

describe('a run without handlers', () => {
  it('is refused, so that the same slot still selects the users once there are handlers', async () => {
    const today = new Date().toISOString().slice(0, 10);
    await write('hires.csv', `id,department,employeeHireDate\nu1,Marketing,${today}\n`);
    const tick = [
      ...['run', '--users', '@hires.csv', '--workflow', 'Onboard new hire employee', '--arg', 'groupID=a'],
      ...['--scheduled', '--db', '@tick.db'],
    ];
    expect(expectCode(await run(...tick), 1).stderr).toMatch(/got none for .*\nChoose what the tasks do:/);
    expect(place.exists('tick.db')).toBe(false);
    const done = expectCode(await run(...tick, '--effects', '@tick.jsonl', '--json'), 0);
    expect(JSON.parse(done.stdout)).toMatchObject({ run: { totalUsersCount: 1, isNoOp: false } });
  });

  it('is refused by resume and by runs reprocess, and changes nothing', async () => {
    const id = await databaseWithRun('own.db');
    const people = ['--db', '@own.db', '--users', '@people.csv'];
    await write('other.mjs', 'export const other = () => {};');
    const refused = await run('resume', ...people, '--tasks', '@other.mjs');
    expect(expectCode(refused, 1).stderr).toMatch(MISSING);
    const shown = await run('runs', 'show', id, '--db', '@own.db', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ processingStatus: 'queued', isNoOp: false });
    await write('own.mjs', "export const own = () => { throw new Error('no'); };");
    expectCode(await run('resume', ...people, '--tasks', '@own.mjs', '--quiet'), 2);
    const again = await run('runs', 'reprocess', id, ...people, '--tasks', '@other.mjs');
    expect(expectCode(again, 1).stderr).toMatch(MISSING);
    const list = await run('runs', 'list', '--db', '@own.db', '--json');
    expect(JSON.parse(list.stdout).value).toHaveLength(1);
  });

  it('is refused also when the stored job of an older database asks for it', async () => {
    await databaseWithRun('older.db');
    const store = await sqliteStore(path('older.db'));
    const job = { users: path('people.csv'), map: null, onDuplicate: 'refuse', tasks: null, effects: null };
    await store.transaction((tx) => tx.putSetting('cli.job', JSON.stringify(job)));
    await store.close();
    expect(expectCode(await run('resume', '--db', '@older.db'), 1).stderr).toMatch(MISSING);
    expectCode(await run('resume', '--db', '@older.db', '--no-op', '--quiet'), 0);
  });
});

describe('--no-op', () => {
  it('marks the run, in tables, in JSON and on each task', async () => {
    const id = await databaseWithRun('done.db');
    const people = ['--db', '@done.db', '--users', '@people.csv'];
    expect(expectCode(await run('resume', ...people, '--no-op'), 0).stdout).toMatch(NO_OP);
    expect((await run('runs', 'show', id, '--db', '@done.db')).stdout).toMatch(NO_OP);
    expect((await run('runs', 'list', '--db', '@done.db')).stdout).toMatch(/ completed \(no-op\)\n$/);
    const shown = await run('runs', 'show', id, '--db', '@done.db', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ processingStatus: 'completed', isNoOp: true });
    const store = await sqliteStore(path('done.db'), { readOnly: true });
    expect(await store.getUserBySubject(id, 'u2')).toMatchObject({
      outcomes: [{ status: 'completed', processingInfo: 'No-op: no handler was called' }],
    });
    await store.close();
    const again = ['runs', 'reprocess', id, ...people, '--all-users', '--all-tasks', '--no-op', '--json'];
    expect(JSON.parse(expectCode(await run(...again), 0).stdout)).toMatchObject({ isNoOp: true });
    expectCode(await run('check', '--db', '@done.db'), 0);
  });

  it('is stored with the job, so that resume calls no handler either', async () => {
    await write('people.csv', peopleCsv(3));
    const args = ['--users', '@people.csv', '--workflow', 'Offboard an employee', '--db', '@kept.db'];
    const done = JSON.parse((await run('run', ...args, '--no-op', '--json')).stdout);
    const again = ['runs', 'reprocess', done.id, '--db', '@kept.db', '--all-users', '--all-tasks', '--json'];
    expect(JSON.parse(expectCode(await run(...again), 0).stdout)).toMatchObject({ isNoOp: true });
  });

  it('warns of a task name that is close to one of the catalogue', async () => {
    await write('people.csv', peopleCsv(1));
    const workflow = {
      category: 'leaver',
      displayName: 'Slip',
      executionConditions: ON_DEMAND,
      tasks: [{ taskDefinitionId: 'disableUsrAccount' }, { taskDefinitionId: 'badge' }],
    };
    await write('slip.json', JSON.stringify(workflow));
    const args = ['run', '--users', '@people.csv', '--workflow', '@slip.json'];
    const warning =
      'warning: disableUsrAccount is not a task definition of the catalogue; did you mean disableUserAccount?\n';
    expect(expectCode(await run(...args, '--no-op'), 0).stderr).toBe(warning);
    expect(expectCode(await run(...args, '--effects', '@slip.jsonl'), 0).stderr).toBe(warning);
  });
});

describe('tenure serve', () => {
  async function firstLineOf({ child }: Running): Promise<{ url: string }> {
    let text = '';
    while (!text.includes('\n')) text += (await once(child.stdout as NodeJS.EventEmitter, 'data')).join('');
    return JSON.parse(text);
  }

  it.each([
    ['an unfinished run', false],
    ['a schedule', true],
  ])('is refused when %s needs a handler that is not there', async (_, isScheduled) => {
    const db = isScheduled ? 'scheduled.db' : 'unfinished.db';
    await databaseWithRun(db, isScheduled);
    await write('other.mjs', 'export const other = () => {};');
    for (const more of [[], ['--tasks', '@other.mjs']]) {
      const refused = await run('serve', '--db', `@${db}`, '--users', '@people.csv', '--port', '0', ...more);
      expect(expectCode(refused, 1).stderr).toMatch(MISSING);
    }
  });

  it('calls no handler with --no-op, and without it refuses to activate a workflow that lacks handlers', async () => {
    await write('people.csv', peopleCsv(2));
    for (const [more, status] of [
      [['--no-op', '--db', 'served.db'], 204],
      [[], 400],
    ] as const) {
      const server = start(['serve', '--users', 'people.csv', '--port', '0', '--json', ...more]);
      const { url } = await firstLineOf(server);
      const call = (way: string, body: object) =>
        fetch(`${url}/v1.0/identityGovernance/lifecycleWorkflows/workflows${way}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        });
      const tasks = [{ taskDefinitionId: 'own' }];
      const workflow = { category: 'joiner', displayName: 'Own', executionConditions: ON_DEMAND, tasks };
      const { id } = (await (await call('', workflow)).json()) as { id: string };
      const activated = await call(`/${id}/activate`, { subjects: [{ id: 'u1' }] });
      expect([activated.status, await activated.text()]).toEqual([
        status,
        status === 204 ? '' : expect.stringContaining('got none for own'),
      ]);
      const runs = `${url}/v1.0/identityGovernance/lifecycleWorkflows/workflows/${id}/runs`;
      const isDone = async () => !/"(queued|inProgress)"/.test(await (await fetch(runs)).text());
      while (!(await isDone()));
      server.kill('SIGTERM');
      expectCode(await server.ended, 0);
    }
    const list = await run('runs', 'list', '--db', '@served.db', '--json');
    expect(JSON.parse(list.stdout).value).toMatchObject([{ totalUsersCount: 1, isNoOp: true }]);
  });
});
