/** History in files and of a service, checked on the command line. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { tenure as inProcess } from '../unit/cli/support.ts';
import { expectCode, type Result, workplace } from './support.ts';

const { tenure: inFolder, start, write, path, read, exists, people } = workplace();

/** Runs the command in this process; of paths it says what the user would have written. */
async function tenure(...args: readonly string[]): Promise<Result> {
  const isPath = (arg: string, index: number) => /\.(?:json|html)$/.test(arg) && index > 0;
  const result = await inProcess(...args.map((arg, index) => (isPath(arg, index) ? path(arg) : arg)));
  const shown = (text: string) => text.replaceAll(`${path('.')}/`, '').replaceAll(path(''), '');
  return { ...result, stdout: shown(result.stdout), stderr: shown(result.stderr), signal: null };
}

const RUN = {
  id: 'run-1',
  processingStatus: 'completed',
  workflowExecutionType: 'scheduled',
  scheduledDateTime: '2026-03-02T08:00:00Z',
  startedDateTime: '2026-03-02T08:00:04Z',
  completedDateTime: '2026-03-02T08:00:11Z',
  lastUpdatedDateTime: '2026-03-02T08:05:11Z',
  totalUsersCount: 2,
  successfulUsersCount: 2,
  failedUsersCount: 0,
  totalTasksCount: 4,
  failedTasksCount: 1,
  totalUnprocessedTasksCount: 0,
};

describe('tenure verify', () => {
  it('names what is wrong in a file with the rule and who states it, and exits with 2', async () => {
    await write('runs.json', JSON.stringify({ value: [RUN] }));
    const { stdout, stderr } = expectCode(
      await tenure('verify', 'runs.json', '--report', 'out/page.html'),
      2,
    );
    expect(stdout).toMatch(/^Checked 1 run, .* \(1 answer\): 1 finding\.\n/);
    expect(stdout).toContain('I6    certain  run-1  completed: every task succeeded\n');
    expect(stdout).toContain('I6    tenure, from: Check the status of a workflow  The status of a run fits');
    expect(stdout).toContain('  1  runs without the list of their user results');
    expect(stderr).toBe('Wrote out/page.html\n');
    expect(read('out/page.html')).toContain('<title>Lifecycle workflows: verified history</title>');
    expect(read('out/page.html')).toContain('completed: every task succeeded');
  });

  it('prints one JSON document, and compares files in their order', async () => {
    const earlier = { ...RUN, processingStatus: 'failed', lastUpdatedDateTime: '2026-03-02T08:01:00Z' };
    await write('monday.json', JSON.stringify([earlier]));
    await write('tuesday.json', `\ufeff${JSON.stringify([{ ...RUN, failedTasksCount: 0 }])}`);
    const { stdout } = expectCode(await tenure('verify', 'monday.json', 'tuesday.json', '--json'), 2);
    const report = JSON.parse(stdout);
    expect(report.moments).toBe(2);
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        rule: 'edges',
        message: 'run failed -> completed',
        documents: ['monday.json', 'tuesday.json'],
      }),
    );
  });

  it('reads what Windows PowerShell writes', async () => {
    const text = JSON.stringify([{ ...RUN, failedTasksCount: 0 }]);
    await write('utf16.json', Buffer.from(`\ufeff${text}`, 'utf16le') as never);
    expectCode(await tenure('verify', 'utf16.json'), 0);
  });

  it.each([
    ['whole.json', '', 'Expected whole.json to have JSON, got an empty file\nExport it again'],
    [
      'cut.json',
      '{"value":[{"id":"a","processingStatus":"com',
      'Expected cut.json to be whole, got JSON that is cut off after 43 characters\nExport it again',
    ],
    [
      'half.json',
      '{"value":[{"id":"a"}',
      'Expected half.json to be whole, got JSON that is cut off after 20 characters\nExport it again',
    ],
    [
      'text.json',
      'Not Found',
      'Expected text.json to be JSON, got something else\nSave the answer of Graph as it is: one JSON document',
    ],
    [
      'bad.json',
      '[\n{"a" 1}]',
      'Expected bad.json to be JSON, got something else in line 2\nSave the answer of Graph as it is: one JSON document',
    ],
    [
      'none.json',
      '{"value":[]}',
      'Expected none.json to have runs, results or reports of lifecycle workflows, got an empty one: save an answer of …/lifecycleWorkflows/workflows/{id}/runs',
    ],
    [
      'people.json',
      '{"value":[{"id":"ada","mail":"ada@example.com"}]}',
      'Expected people.json to have runs, results or reports of lifecycle workflows, got another resource, with id, mail: save an answer of …/lifecycleWorkflows/workflows/{id}/runs',
    ],
  ])('refuses %s with what to do, and writes nothing', async (name, content, message) => {
    await write(name, content);
    const { stdout, stderr } = expectCode(await tenure('verify', name, '--report', `${name}.html`), 1);
    expect([stdout, stderr]).toEqual(['', `error: ${message}\n`]);
    expect(exists(`${name}.html`)).toBe(false);
  });

  it('takes files or a URL, a token that is there, and a report that is no input', async () => {
    await write('again.json', JSON.stringify([RUN]));
    const refused = async (...args: readonly string[]) =>
      expectCode(await tenure('verify', ...args), 1).stderr;
    expect(await refused()).toMatch(/^error: expected either files, or --url\n/);
    expect(await refused('again.json', '--url', 'https://x')).toMatch(
      /^error: expected either files, or --url\n/,
    );
    expect(await refused('again.json', '--token-env', 'X')).toMatch(/^error: --token-env goes with --url\n/);
    expect(await refused('--url', 'https://x', '--token-env', 'NOT_SET')).toMatch(
      /^error: Expected the environment variable NOT_SET to have an access token, got none\n/,
    );
    expect(await refused('--url', 'http://graph.example')).toContain(
      'Expected --url to have https:, got http://graph.example',
    );
    expect(await refused('again.json', '--report', 'again.json')).toContain(
      'Expected --report again.json to name no input file',
    );
  });

  it('finds nothing in what tenure serves', async () => {
    const users = await people('staff.csv', 5);
    expectCode(
      await inFolder(
        'run',
        '--users',
        users,
        '--workflow',
        'Offboard an employee',
        '--db',
        'hr.db',
        '--no-op',
        '--quiet',
      ),
      0,
    );
    const token = 'a-token-of-some-length';
    const server = start(['serve', '--db', 'hr.db', '--users', users, '--no-op', '--port', '0', '--json'], {
      TENURE_TOKEN: token,
    });
    let text = '';
    while (!text.includes('\n'))
      text += (await once(server.child.stdout as NodeJS.EventEmitter, 'data')).join('');
    const { origin } = new URL((JSON.parse(text) as { dashboard: string }).dashboard);
    const args = ['verify', '--url', origin, '--token-env', 'OWN_TOKEN'];
    const { stdout } = expectCode(await start(args, { OWN_TOKEN: token }).ended, 0);
    expect(stdout).toMatch(
      /^Checked 1 run, 5 user results, \d+ task results, \d task reports, 3 summaries .*: every rule that applies holds\.\n$/,
    );
    const denied = expectCode(await start(args, { OWN_TOKEN: 'another-token-of-some-length' }).ended, 1);
    expect(denied.stderr).toMatch(
      /answered 401.*\nThe token of --token-env needs LifecycleWorkflows-Reports\.Read\.All/,
    );
    server.kill('SIGTERM');
    expectCode(await server.ended, 0);
  });
});
