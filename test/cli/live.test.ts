/** Changes of a database that another process is writing: that process makes them. */
import { describe, expect, it } from 'vitest';
import { expectCode, type Running, workplace } from './support.ts';

const { tenure, start, people, write } = workplace();

/** A run of six people, two of which are in handlers that end on a signal of the test. */
async function liveRun(db: string): Promise<{ running: Running; id: string }> {
  await people('all.csv', 6);
  await write(
    'wait.mjs',
    `const act = ({ subject, signal }) => new Promise((_, reject) => {
       process.stderr.write('begins ' + subject.id + '\\n');
       setInterval(() => {}, 1_000);
       signal.addEventListener('abort', () => reject(signal.reason));
     });
     export { act as disableUserAccount, act as removeUserFromAllGroups, act as removeUserFromAllTeams };`,
  );
  const files = ['--users', 'all.csv', '--tasks', 'wait.mjs', '--db', db];
  const running = start(['run', '--workflow', 'Offboard an employee', ...files, '--concurrency', '2']);
  await running.said('begins', 2);
  const list = expectCode(await tenure('runs', 'list', '--db', db, '--json'), 0);
  return { running, id: JSON.parse(list.stdout).value[0].id };
}

describe('tenure runs cancel', () => {
  it('cancels a run that another process is driving, and a second time changes nothing', async () => {
    const { running, id } = await liveRun('live.db');
    const canceled = expectCode(await tenure('runs', 'cancel', id.slice(0, 8), '--db', 'live.db'), 0);
    expect(canceled.stdout).toMatch(/^Run [0-9a-f]{8} is cancel(ing|ed): /);
    const ended = expectCode(await running.ended, 2);
    expect(ended.stdout).toMatch(/ status +canceled\n/);
    expect(ended.stderr.match(/begins/g)).toHaveLength(2);
    const again = expectCode(await tenure('runs', 'cancel', id, '--db', 'live.db', '--json'), 0);
    expect(JSON.parse(again.stdout)).toMatchObject({ id, processingStatus: 'canceled' });
    expectCode(await tenure('check', '--db', 'live.db'), 0);
  });

  it('cancels the run itself when the other process does not answer and then exits', async () => {
    const { running, id } = await liveRun('gone.db');
    running.kill('SIGSTOP');
    const canceling = start(['runs', 'cancel', id, '--db', 'gone.db']);
    running.kill('SIGKILL');
    await running.ended;
    expect(expectCode(await canceling.ended, 0).stdout).toMatch(/is canceled: 6 users canceled\.\n$/);
    expectCode(await tenure('check', '--db', 'gone.db'), 0);
  });
});

describe('tenure runs delete', () => {
  it('prints the reason for which the writing process refuses', async () => {
    const { running, id } = await liveRun('kept.db');
    const { stderr } = expectCode(await tenure('runs', 'delete', id, '--db', 'kept.db'), 1);
    expect(stderr).toMatch(
      /^error: Expected run .* to be queued or final to be deleted, got .*inProgress.*\n$/,
    );
    running.kill('SIGKILL');
  });
});
