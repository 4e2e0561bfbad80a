/** The dashboard beside the API, and of a database whose engine runs elsewhere or not at all. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { expectCode, type Running, workplace } from './support.ts';

const place = workplace();
const TOKEN = 'a-token-of-some-length';

/** The line that says where it listens. */
async function addressOf({ child }: Running): Promise<{ dashboard: string; needsToken: boolean }> {
  let text = '';
  while (!text.includes('\n')) text += (await once(child.stdout as NodeJS.EventEmitter, 'data')).join('');
  return JSON.parse(text);
}

async function json(url: URL | string, headers: Record<string, string> = {}): Promise<unknown> {
  const answer = await fetch(url, { headers });
  return { status: answer.status, body: await answer.json() };
}

/** Adds a finished run to the database. */
async function withRun(users: string): Promise<void> {
  const args = [
    '--users',
    users,
    '--workflow',
    'Offboard an employee',
    '--db',
    'hr.db',
    '--no-op',
    '--quiet',
  ];
  expectCode(await place.tenure('run', ...args), 0);
}

describe('tenure dashboard', () => {
  it('shows a database and changes nothing, also while another process writes it', async () => {
    const users = await place.people('staff.csv', 2);
    await withRun(users);
    const looking = place.start(['dashboard', '--db', 'hr.db', '--users', users, '--port', '0', '--json']);
    const { dashboard, needsToken } = await addressOf(looking);
    expect([needsToken, dashboard]).toEqual([false, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/)]);
    expect((await fetch(dashboard)).headers.get('content-type')).toBe('text/html; charset=utf-8');
    const runs = async () => {
      const { body } = (await json(new URL('-/data/runs', dashboard))) as { body: { value: unknown[] } };
      return body.value.length;
    };
    expect(await runs()).toBe(1);
    await withRun(users);
    expect(await runs()).toBe(2);
    const api = '-/api/v1.0/identityGovernance/lifecycleWorkflows/workflows';
    const made = await fetch(new URL(api, dashboard), { method: 'POST', body: '{}' });
    expect(made.status).toBe(403);
    expect(await json(new URL('-/data/people/u1', dashboard))).toMatchObject({
      body: { attributes: { id: 'u1' }, entries: [{}, {}] },
    });
    looking.kill('SIGINT');
    expectCode(await looking.ended, 0);
  });

  it('ends at once although a browser holds its stream open', async () => {
    await withRun(await place.people('staff.csv', 2));
    const looking = place.start(['dashboard', '--db', 'hr.db', '--port', '0', '--json']);
    const { dashboard } = await addressOf(looking);
    const stream = await fetch(new URL('-/events', dashboard));
    looking.kill('SIGTERM');
    expectCode(await looking.ended, 0);
    expect(await stream.text()).toContain('retry: 1000');
  });

  it('needs a database that is there', async () => {
    const { stderr } = expectCode(await place.tenure('dashboard', '--db', 'none.db', '--port', '0'), 1);
    expect(stderr).toContain('Expected none.db to be a tenure database, got no file');
  });
});

describe('the dashboard of tenure serve', () => {
  it('is at the root, beside the API', async () => {
    const server = place.start(['serve', '--port', '0', '--json']);
    const { dashboard } = await addressOf(server);
    expect((await fetch(dashboard)).headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await json(new URL('-/data/me', dashboard))).toMatchObject({
      status: 200,
      body: { id: null, can: { change: true, activate: true } },
    });
    server.kill('SIGTERM');
    expectCode(await server.ended, 0);
  });

  it('lets a browser in by a link that works once, where there is a token', async () => {
    const server = place.start(['serve', '--port', '0', '--json'], { TENURE_TOKEN: TOKEN });
    const { dashboard } = await addressOf(server);
    const { hash, origin } = new URL(dashboard);
    const session = (body: object) =>
      fetch(`${origin}/-/session`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: origin },
        body: JSON.stringify(body),
      });
    expect(await json(`${origin}/-/data/me`)).toMatchObject({ status: 401 });
    const code = new URLSearchParams(hash.slice(1)).get('code');
    const opened = await session({ code });
    const [cookie = ''] = (opened.headers.get('set-cookie') ?? '').split(';');
    expect(await json(`${origin}/-/data/me`, { Cookie: cookie })).toMatchObject({
      status: 200,
      body: { id: 'operator', isSession: true },
    });
    expect((await session({ code })).status).toBe(401);
    server.kill('SIGTERM');
    expectCode(await server.ended, 0);
  });
});
