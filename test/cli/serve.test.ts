import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectCode, type Running, workplace } from './support.ts';

const place = workplace();
const TOKEN = 'a-token-of-some-length';
const WORKFLOWS = '/identityGovernance/lifecycleWorkflows/workflows';

const ON_DEMAND = {
  category: 'leaver',
  displayName: 'Leave',
  executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
  tasks: [{ taskDefinitionId: 'disableUserAccount' }],
};

/** A certificate and a key for localhost that secure nothing: they are part of the repository. */
const tls = (name: string) => join(import.meta.dirname, 'tls', name);

/** The line that says where it listens. */
async function addressOf({ child }: Running): Promise<{ url: string; needsToken: boolean }> {
  let text = '';
  while (!text.includes('\n')) text += (await once(child.stdout as NodeJS.EventEmitter, 'data')).join('');
  return JSON.parse(text);
}

function caller(url: string, token: string) {
  return (method: string, path: string, body?: object) =>
    fetch(`${url}/v1.0${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
}

describe('tenure serve', () => {
  it('answers requests with the token, keeps results in the database, and ends cleanly on Ctrl-C', async () => {
    const users = await place.people('staff.csv', 3);
    await place.write('token.txt', `${TOKEN}\n`);
    const args = [
      'serve',
      '--db',
      'hr.db',
      '--users',
      users,
      '--effects',
      'done.jsonl',
      '--port',
      '0',
      '--json',
    ];
    const server = place.start([...args, '--token-file', 'token.txt', '--run-id-header']);
    const { url, needsToken } = await addressOf(server);
    expect(needsToken).toBe(true);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const call = caller(url, TOKEN);
    const made = await call('POST', WORKFLOWS, ON_DEMAND);
    const { id } = (await made.json()) as { id: string };
    const activated = await call('POST', `${WORKFLOWS}/${id}/activate`, {
      subjects: [{ id: 'u1' }, { id: 'u2' }],
    });
    expect(activated.status).toBe(204);
    expect(activated.headers.get('x-run-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await caller(url, 'wrong')('GET', WORKFLOWS)).status).toBe(401);
    server.kill('SIGINT');
    const result = expectCode(await server.ended, 0);
    expect(result.stderr).toContain('stopping');
    expectCode(await place.tenure('check', '--db', 'hr.db'), 0);
    const listed = expectCode(await place.tenure('runs', 'list', '--db', 'hr.db', '--json'), 0);
    expect(JSON.parse(listed.stdout).value).toMatchObject([{ totalUsersCount: 2 }]);
  });

  it('takes the token from the environment, and requires none when none is given', async () => {
    const secret = place.start(['serve', '--port', '0', '--json'], { TENURE_TOKEN: TOKEN });
    expect((await addressOf(secret)).needsToken).toBe(true);
    const open = place.start(['serve', '--port', '0', '--json']);
    const { url, needsToken } = await addressOf(open);
    expect(needsToken).toBe(false);
    const answer = await fetch(`${url}/beta${WORKFLOWS}`);
    expect(await answer.json()).toMatchObject({ value: [] });
    for (const server of [secret, open]) {
      server.kill('SIGTERM');
      expectCode(await server.ended, 0);
    }
  });

  it('stops although a client keeps a request open and a handler ignores its signal', async () => {
    const users = await place.people('staff.csv', 1);
    await place.write(
      'deaf.mjs',
      `export default { '*': () => new Promise(() => process.stderr.write('begins\\n')) };`,
    );
    const files = ['--users', users, '--tasks', 'deaf.mjs'];
    const server = place.start(['serve', '--port', '0', '--json', '--stop-timeout', '4', ...files]);
    const { url } = await addressOf(server);
    const call = caller(url, TOKEN);
    const made = await call('POST', WORKFLOWS, ON_DEMAND);
    const { id } = (await made.json()) as { id: string };
    await call('POST', `${WORKFLOWS}/${id}/activate`, { subjects: [{ id: 'u1' }] });
    await server.said('begins');
    const open = connect(Number(new URL(url).port), '127.0.0.1');
    open.write(`POST /v1.0${WORKFLOWS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{`);
    await once(open, 'ready');
    // A connection that is cut closes, with a reset on some versions of Node.
    open.on('error', () => {});
    const cut = new Promise((resolve) => open.resume().on('close', resolve));
    server.kill('SIGTERM');
    const { stderr } = expectCode(await server.ended, 0);
    expect(stderr).toContain('SIGTERM: stopping within 4 s.');
    await cut;
  });

  it('answers /livez and /readyz without a token: alive, ready, then no longer ready', async () => {
    const users = await place.people('staff.csv', 1);
    await place.write(
      'deaf.mjs',
      `export default { '*': () => new Promise(() => process.stderr.write('begins\\n')) };`,
    );
    const files = ['--users', users, '--tasks', 'deaf.mjs'];
    const server = place.start(['serve', '--port', '0', '--json', '--stop-timeout', '4', ...files], {
      TENURE_TOKEN: TOKEN,
    });
    const { url } = await addressOf(server);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const probe = async (path: string, method = 'GET') => {
      const [answer] = (await once(request(`${url}${path}`, { agent, method }).end(), 'response')) as [
        IncomingMessage,
      ];
      let body = '';
      for await (const chunk of answer.setEncoding('utf8')) body += chunk;
      return [answer.statusCode, body];
    };
    expect(await probe('/livez')).toEqual([200, '{"status":"ok"}\n']);
    const ok = { engine: 'ok', store: 'ok', scheduler: 'ok', handlers: 'ok', work: 'ok' };
    const [status, body] = await probe('/readyz');
    expect([status, JSON.parse(String(body))]).toEqual([200, { status: 'ok', checks: ok }]);
    expect(await probe('/readyz', 'HEAD')).toEqual([200, '']);
    expect(await probe('/livez', 'POST')).toEqual([405, '']);
    expect((await probe('/v1.0'))[0]).toBe(401);
    const call = caller(url, TOKEN);
    const { id } = (await (await call('POST', WORKFLOWS, ON_DEMAND)).json()) as { id: string };
    await call('POST', `${WORKFLOWS}/${id}/activate`, { subjects: [{ id: 'u1' }] });
    await server.said('begins');
    // A request that is under way keeps its connection when the server stops.
    const open = connect(Number(new URL(url).port), '127.0.0.1');
    await once(open, 'ready');
    open.write('GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    await probe('/livez'); // answered after the server has read the beginning of the other request
    server.kill('SIGTERM');
    await server.said('SIGTERM: stopping within 4 s.');
    open.write('\r\n');
    const [head] = (await once(open.setEncoding('utf8'), 'data')) as [string];
    expect(head).toMatch(/^HTTP\/1\.1 503 [\s\S]*"engine":"failing"/);
    agent.destroy();
    expectCode(await server.ended, 0);
  });

  it('answers https with a given certificate', async () => {
    const [cert, key] = [tls('cert-for-tests.pem'), tls('key-for-tests.pem')];
    const server = place.start(['serve', '--port', '0', '--json', '--https', '--cert', cert, '--key', key]);
    const { url } = await addressOf(server);
    expect(url).toMatch(/^https:\/\/localhost:\d+$/);
    const path = '/v1.0/identityGovernance/lifecycleWorkflows/taskDefinitions?$top=1';
    const sent = requestSecurely(`${url}${path}`, { ca: await readFile(cert) }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of answer.setEncoding('utf8')) body += chunk;
    expect(JSON.parse(body)['@odata.nextLink']).toMatch(new RegExp(`^${url}/v1\\.0/`));
    server.kill('SIGTERM');
    expectCode(await server.ended, 0);
  });

  it('refuses https without a certificate and its key', async () => {
    const serve = async (...args: string[]) => expectCode(await place.tenure('serve', ...args), 1).stderr;
    expect(await serve('--https')).toMatch(
      /Expected https to come with --cert FILE and --key FILE, got no --cert\n.*openssl req/,
    );
    expect(await serve('--cert', tls('cert-for-tests.pem'))).toContain('got no --key');
    expect(await serve('--cert', 'none.pem', '--key', 'none.pem')).toMatch(
      /Expected --cert to be a file that can be read, got ENOENT/,
    );
    const swapped = await serve('--cert', tls('key-for-tests.pem'), '--key', tls('cert-for-tests.pem'));
    expect(swapped).toMatch(/to be a certificate and its key, PEM, not encrypted, got: /);
  });

  it('reports what is wrong with a port or a token', async () => {
    const first = place.start(['serve', '--port', '0', '--json']);
    const port = new URL((await addressOf(first)).url).port;
    expect(expectCode(await place.tenure('serve', '--port', port), 1).stderr).toContain(
      `Expected port ${port} to be free`,
    );
    first.kill('SIGINT');
    await first.ended;
    expect(expectCode(await place.tenure('serve', '--token', 'short'), 1).stderr).toContain(
      'at least 16 characters',
    );
    expect(expectCode(await place.tenure('serve', '--token-file', 'none.txt'), 1).stderr).toContain(
      'none.txt',
    );
    expect(expectCode(await place.tenure('serve', '--port', '70000'), 1).stderr).toContain('0..65535');
  });
});
