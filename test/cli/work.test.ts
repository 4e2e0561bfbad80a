import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { describePostgres, newSchema, serverUrl, sql } from '../postgres/support.ts';
import { tenure as inProcess } from '../unit/cli/support.ts';
import { effectsIn, expectCode, timesDone, workplace } from './support.ts';

const { start, people, write, path, read } = workplace();

/** Handlers that wait, so that a run takes a while with few lanes; `gate` holds back those of one user. */
const SLOW = `import { existsSync } from 'node:fs';
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function wait({ subject }) {
  await pause(5);
  while (subject.id === 'u1' && existsSync(new URL('gate', import.meta.url))) await pause(20);
}
export { wait as disableUserAccount, wait as removeUserFromAllGroups, wait as removeUserFromAllTeams };
`;

it('a file of SQLite is refused: one process drives its runs', async () => {
  const { code, stderr } = await inProcess('work', '--db', path('some.db'));
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^error: Expected --db to be the URL of a Postgres database, got .*: one process drives the runs of a file\nFinish its runs with: tenure resume --db .*\n$/,
    ),
  ]);
});

describePostgres('several processes on one Postgres database', () => {
  it('a worker does a part of a run, hands it back at Ctrl-C, and a cancel from a third process ends the run', async () => {
    const url = new URL(serverUrl());
    url.searchParams.set('schema', newSchema());
    const db = ['--db', url.href];
    await people('staff.csv', 1_000);
    await write('slow.mjs', SLOW);
    await write('gate', '');
    const tasks = ['--tasks', 'slow.mjs', '--effects', 'effects.jsonl', '--concurrency', '4'];
    const args = ['--users', 'staff.csv', '--workflow', 'Offboard an employee', ...tasks, ...db];
    const run = start(['run', ...args, '--json']);
    await run.said('was added to this database');
    const runs = async () => {
      const { stdout, code } = await inProcess('runs', 'list', '--json', ...db);
      return code === 0 ? JSON.parse(stdout).value : [];
    };
    await until(async () => (await runs())[0]?.processingStatus === 'inProgress');
    const worker = start(['work', ...db, '--json']);
    await worker.said('Working on the runs of');
    const [{ id, ...then }] = await runs();
    await until(async () => (await runs())[0].successfulUsersCount > then.successfulUsersCount + 150);
    const other = await inProcess('work', '--no-op', ...db);
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('Expected noOp to be `false`')]);
    worker.kill('SIGINT');
    const worked = expectCode(await worker.ended, 0);
    expect(worked.stderr).toContain('handing back what is not done');
    const { processedUsersCount, runIds } = JSON.parse(worked.stdout);
    expect(runIds).toEqual([id]);
    expect(processedUsersCount).toBeGreaterThan(0);
    const held = await sql(
      `SELECT count(DISTINCT holder)::int AS n FROM "${url.searchParams.get('schema')}".slices WHERE in_hand AND state <> 'ended'`,
    );
    expect(held).toEqual([{ n: 1 }]);
    const cancel = await inProcess('runs', 'cancel', id, ...db);
    expect([cancel.code, cancel.stdout]).toEqual([0, expect.stringMatching(/is canceling: /)]);
    expect((await runs())[0].processingStatus).toBe('canceling');
    await rm(path('gate'));
    const { stdout } = expectCode(await run.ended, 2);
    const canceled = JSON.parse(stdout);
    expect(canceled.processingStatus).toBe('canceled');
    expect(canceled.successfulUsersCount).toBeLessThan(1_000);
    expect((await inProcess('check', ...db)).code).toBe(0);
    const times = timesDone(effectsIn(read('effects.jsonl')));
    expect(new Set(times.values())).toEqual(new Set([1]));
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
