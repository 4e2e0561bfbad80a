import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { effectsIn, expectCode, timesDone, workplace } from './support.ts';

const { tenure, start, people, write, read, path } = workplace();
const RUN = ['run', '--workflow', 'Offboard an employee', '--tasks', 'slow.mjs'] as const;

/** Slow handlers that report their start. */
async function slowModule(ms: number, more = ''): Promise<void> {
  await write(
    'slow.mjs',
    `const act = ({ subject, signal }) => new Promise((resolve, reject) => {
       process.stderr.write('begins ' + subject.id + '\\n');
       const timer = setTimeout(resolve, ${ms});
       signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); });
     });
     export { act as disableUserAccount, act as removeUserFromAllGroups, act as removeUserFromAllTeams };
     ${more}`,
  );
}

describe('an interrupted run', () => {
  it('stops gracefully at SIGINT, and is finished by `tenure resume` without repeating a task', async () => {
    await people('all.csv', 40);
    await slowModule(20);
    const files = ['--db', 'a.db', '--effects', 'a.jsonl'];
    const running = start([...RUN, '--users', 'all.csv', '--concurrency', '4', ...files]);
    await running.said('begins', 10);
    running.kill('SIGINT');
    const stopped = expectCode(await running.ended, 130);
    expect(stopped.stderr).toMatch(
      /SIGINT: stopping within 8 s; \d tasks? still running will be aborted if necessary/,
    );
    expect(stopped.stderr).toMatch(/Stopped at \d+ of 40 users.*\n.* resume --db a\.db\n/);
    expect(stopped.stdout).toMatch(/ status +inProgress\n/);

    const refused = expectCode(await tenure(...RUN, '--users', 'all.csv', '--db', 'a.db'), 1);
    expect(refused.stderr).toMatch(
      /Expected a\.db to have no unfinished run, got 1\n(.*\n)*.*resume --db a\.db/,
    );

    const resumed = expectCode(await tenure('resume', '--db', 'a.db', '--json'), 0);
    const { value } = JSON.parse(resumed.stdout);
    expect(value).toHaveLength(1);
    expect(value[0]).toMatchObject({
      processingStatus: 'completed',
      successfulUsersCount: 40,
      totalUnprocessedTasksCount: 0,
    });
    const times = timesDone(effectsIn(read('a.jsonl')));
    expect(times.size).toBe(120);
    expect([...times.values()].every((count) => count === 1)).toBe(true);
    const nothing = expectCode(await tenure('resume', '--db', 'a.db'), 0);
    expect(nothing.stdout).toBe('No unfinished runs.\n');
    const none = expectCode(await tenure('resume', '--db', 'a.db', '--json'), 0);
    expect(JSON.parse(none.stdout)).toEqual({ value: [] });
  });

  it('is reported as lost when it was kept in memory', async () => {
    await people('all.csv', 40);
    await slowModule(20);
    const running = start([...RUN, '--users', 'all.csv', '--concurrency', '2', '--json']);
    await running.said('begins', 4);
    running.kill('SIGTERM');
    const { stdout, stderr } = expectCode(await running.ended, 130);
    expect(stderr).toMatch(/The run was in memory and is lost/);
    expect(JSON.parse(stdout)).toMatchObject({ processingStatus: 'inProgress', totalUsersCount: 40 });
  });

  it('ends at once at the second signal; its running tasks are repeated by `tenure resume`', async () => {
    await people('all.csv', 6);
    await slowModule(
      60_000,
      "process.once('SIGINT', () => setInterval(() => process.stderr.write('tick '), 50));",
    );
    const running = start([...RUN, '--users', 'all.csv', '--concurrency', '3', '--db', 'b.db']);
    await running.said('begins', 3);
    running.kill('SIGINT');
    await running.said('stopping');
    await running.said('tick', 8);
    running.kill('SIGINT');
    expectCode(await running.ended, 130);
    await slowModule(1);
    const args = ['resume', '--db', 'b.db', '--effects', 'b.jsonl', '--json'];
    expectCode(await tenure(...args), 0);
    const interrupted = effectsIn(read('b.jsonl')).filter((one) => one.interruptions === 1);
    expect(interrupted.map((one) => one.subject).sort()).toEqual(['u1', 'u2', 'u3']);
  });

  it('ends in time although a handler ignores its signal; one that honours it has time to clean up', async () => {
    await people('all.csv', 6);
    await write(
      'deaf.mjs',
      `export const disableUserAccount = ({ subject, signal }) => new Promise((_, reject) => {
         process.stderr.write('begins ' + subject.id + '\\n');
         if (subject.id === 'u1') return;
         signal.addEventListener('abort', () => setTimeout(() => {
           process.stderr.write('cleaned up ' + subject.id + '\\n');
           reject(signal.reason);
         }, 10));
       });
       export { disableUserAccount as removeUserFromAllGroups, disableUserAccount as removeUserFromAllTeams };`,
    );
    const files = ['--users', 'all.csv', '--tasks', 'deaf.mjs', '--db', 'f.db'];
    const limits = ['--concurrency', '2', '--stop-timeout', '2.5'];
    const running = start(['run', '--workflow', 'Offboard an employee', ...files, ...limits]);
    await running.said('begins', 2);
    running.kill('SIGTERM');
    const { stderr } = expectCode(await running.ended, 130);
    expect(stderr).toContain(
      'SIGTERM: stopping within 2.5 s; 2 tasks still running will be aborted if necessary.',
    );
    expect(stderr).toMatch(/cleaned up u2\n(.*\n)*Stopped at 0 of 6 users/);
    expectCode(await tenure('check', '--db', 'f.db'), 0);
  });

  it.each(['-1', 'soon', '86401', '1e3'])('cannot be started with --stop-timeout %s', async (text) => {
    const { stderr } = expectCode(await tenure(...RUN, '--users', 'all.csv', '--stop-timeout', text), 1);
    expect(stderr).toMatch(/--stop-timeout.*Expected seconds in 0\.\.86400, such as 25/);
  });

  it('names the option to use when a file that it needs is missing', async () => {
    await people('gone.csv', 6);
    await slowModule(60_000);
    const running = start([...RUN, '--users', 'gone.csv', '--db', 'c.db', '--concurrency', '2']);
    await running.said('begins', 2);
    running.kill('SIGKILL');
    await running.ended;
    await people('moved.csv', 6);
    await rm(path('gone.csv'));
    const refused = expectCode(await tenure('resume', '--db', 'c.db'), 1);
    expect(refused.stderr).toMatch(/gone\.csv, the users of the interrupted run.*\n.*--users FILE/);
    await write('wrong.csv', 'id\nsomebody\n');
    const wrong = expectCode(await tenure('resume', '--db', 'c.db', '--users', 'wrong.csv'), 1);
    expect(wrong.stderr).toMatch(/wrong\.csv to hold the users of run [0-9a-f]{8}, got none of them/);
    await write('empty.mjs', 'export const nothing = () => {};');
    const refusedTasks = expectCode(
      await tenure('resume', '--db', 'c.db', '--users', 'moved.csv', '--tasks', 'empty.mjs'),
      1,
    );
    expect(refusedTasks.stderr).toMatch(
      /error: Expected a handler for every enabled task of workflow "Offboard an employee", got none for disableUserAccount, /,
    );
    await slowModule(1);
    expectCode(await tenure('resume', '--db', 'c.db', '--users', 'moved.csv', '--quiet'), 0);
  });
});

describe('a file of people that changes while it is used', () => {
  it('ends the command with an error, and committed results are kept', async () => {
    await people('changes.csv', 600);
    await slowModule(5);
    const running = start([...RUN, '--users', 'changes.csv', '--db', 'e.db', '--concurrency', '4']);
    await running.said('begins', 20);
    await people('changes.csv', 601);
    const { stderr } = expectCode(await running.ended, 1);
    expect(stderr).toMatch(
      /error: Run [0-9a-f]{8} cannot continue: .*changes.*changes\.csv.*\n.* resume --db e\.db\n$/,
    );
    const resumed = expectCode(await tenure('resume', '--db', 'e.db', '--json'), 0);
    expect(JSON.parse(resumed.stdout).value[0]).toMatchObject({ successfulUsersCount: 600 });
  });
});

describe('a database that another process runs', () => {
  it('can be read, but not written: the error names its holder', async () => {
    await people('all.csv', 6);
    await slowModule(60_000);
    const run = [...RUN, '--users', 'all.csv', '--db', 'd.db', '--concurrency', '2'];
    const running = start(run);
    await running.said('begins', 2);
    const list = expectCode(await tenure('runs', 'list', '--db', 'd.db', '--json'), 0);
    const [{ id, processingStatus }] = JSON.parse(list.stdout).value;
    expect(processingStatus).toBe('inProgress');
    expectCode(await tenure('check', '--db', 'd.db'), 0);
    const holder = new RegExp(`process ${running.child.pid} `);
    const refused = await Promise.all([tenure('resume', '--db', 'd.db'), tenure(...run)]);
    for (const result of refused) expect(expectCode(result, 1).stderr).toMatch(holder);
    running.kill('SIGKILL');
    await running.ended;
    const canceled = expectCode(await tenure('runs', 'cancel', id.slice(0, 8), '--db', 'd.db'), 0);
    expect(canceled.stdout).toMatch(/^Run [0-9a-f]{8} is canceled: 6 users canceled\.\n$/);
    expectCode(await tenure('check', '--db', 'd.db'), 0);
  });
});
