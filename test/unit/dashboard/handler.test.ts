import { describe, expect, it } from 'vitest';
import { assembleDashboard } from '../../../src/dashboard/handler.ts';
import type { DashboardOptions } from '../../../src/dashboard/options.ts';
import { bearerTokens } from '../../../src/graph/access/authorize.ts';
import { PERMISSIONS } from '../../../src/graph/access/permissions.ts';
import { seededIds } from '../../../src/system/virtual/random.ts';
import { makeWorld, workflowInput } from '../../helpers/world.ts';

const GRAPH = '-/api/v1.0/identityGovernance/lifecycleWorkflows';
const TOKEN = 'the-token-of-the-operator';

/** A dashboard over an engine that was not started. */
function make(options: DashboardOptions = {}) {
  const world = makeWorld();
  let made = 0;
  const secret = () => {
    made += 1;
    return `secret-${made}`;
  };
  const faults: unknown[] = [];
  const ports = { clock: world.clock, ids: seededIds(1), secret };
  const handler = assembleDashboard(world.engine, ports, {
    onError: (error) => faults.push(error),
    ...options,
  });
  const ask = (path: string, init: RequestInit & { origin?: string } = {}) =>
    handler(new Request(`${init.origin ?? 'http://localhost'}/${path}`, init));
  return { ...world, handler, ask, faults };
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

describe('the handler of a dashboard', () => {
  it('answers every page with the same HTML, in which nothing is inline', async () => {
    const { ask } = make();
    for (const path of ['', 'ops/', 'ops/-/runs', 'ops/-/people/x%2Fy']) {
      const answer = await ask(path);
      const html = await answer.text();
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(html).not.toMatch(/<style|<script(?![^>]* src=)|\son\w+=|\sstyle=/i);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('forbids a browser everything but files and data of its own origin, on every answer', async () => {
    const { ask } = make();
    for (const path of ['', '-/runs', '-/data/me', `${GRAPH}/workflows`, '-/nowhere', '-/assets/none.js']) {
      const { headers } = await ask(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    }
  });

  it('links to its files from wherever it is mounted', async () => {
    const { ask } = make();
    const html = await (await ask('a/b/-/runs/42')).text();
    expect(html).toContain('<base href="../../">');
    const script = /src="([^"]+)"/.exec(html)?.[1] ?? '';
    const answer = await ask(`a/b/${script}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ]);
  });

  it('leads from its path without a slash to the one with it, relative', async () => {
    const { ask } = make();
    const answer = await ask('tools/ops?x=1');
    expect([answer.status, answer.headers.get('location')]).toEqual([308, './ops/?x=1']);
  });

  it('takes the root that it is given where a router has cut it off', async () => {
    const { ask } = make({ baseUrl: 'http://localhost/ops' });
    expect(await (await ask('')).text()).toContain('<base href="/ops/">');
    expect(await (await ask('-/runs')).text()).toContain('<base href="/ops/">');
    const { value } = (await (await ask(`${GRAPH}/taskDefinitions?$top=1`)).json()) as { value: unknown[] };
    expect(value).toHaveLength(1);
  });

  it('says 404 for pages, files and paths that there are not', async () => {
    const { ask } = make();
    for (const path of ['-/nothing', '-/assets/app.js', '-/assets/../secret', '-/data/nothing', '-/session'])
      expect((await ask(path)).status).toBe(404);
  });

  it('answers loopback only, unless hosts are named', async () => {
    const { ask } = make({ allowedHosts: ['hr.example.com'] });
    for (const path of ['', '-/data/me', `${GRAPH}/workflows`]) {
      expect((await ask(path, { origin: 'http://evil.example.com' })).status).toBe(421);
      expect((await ask(path, { origin: 'http://hr.example.com' })).status).toBe(200);
    }
  });

  it('refuses pages of other origins', async () => {
    const { ask } = make();
    const headers = { Origin: 'https://evil.example.com' };
    for (const path of ['-/data/me', '-/events', `${GRAPH}/workflows`])
      expect((await ask(path, { headers })).status).toBe(403);
  });

  it('shows data to known callers only, and to each what they may see', async () => {
    const permissions = [PERMISSIONS.readWorkflowsBasic];
    const { ask } = make({
      authorize: bearerTokens([TOKEN, { token: 'the-token-of-a-reader', id: 'reader', permissions }]),
    });
    for (const path of ['-/data/me', '-/data/overview', '-/data/nothing', '-/events', `${GRAPH}/workflows`])
      expect((await ask(path)).status).toBe(401);
    const reader = { headers: bearer('the-token-of-a-reader') };
    for (const path of ['-/data/overview', '-/data/runs', '-/data/people/u1', '-/events'])
      expect((await ask(path, reader)).status).toBe(403);
    expect(await (await ask('-/data/me', reader)).json()).toMatchObject({
      id: 'reader',
      can: { reports: false, workflows: true, change: false, activate: false },
    });
    expect((await ask('-/data/overview', { headers: bearer(TOKEN) })).status).toBe(200);
    // The page itself has no data, and says that one has to sign in.
    expect((await ask('')).status).toBe(200);
  });

  it('counts requests of a principal, and refuses those beyond the rate', async () => {
    const { ask } = make({ rateLimit: { requests: 2, windowMs: 60_000 } });
    const statuses: number[] = [];
    for (let at = 0; at < 3; at++) statuses.push((await ask('-/data/me')).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('changes nothing when it is read-only, whatever one may do', async () => {
    const { ask, engine } = make({ readOnly: true });
    const { id } = await engine.workflows.create(workflowInput(['any']));
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ subjects: [{ id: 'u1' }] });
    for (const [method, path] of [
      ['POST', `workflows/${id}/activate`],
      ['DELETE', `workflows/${id}`],
      ['PATCH', 'settings'],
    ] as const)
      expect((await ask(`${GRAPH}/${path}`, { method, headers, body })).status).toBe(403);
    expect((await engine.workflows.list()).length).toBe(1);
    expect(await (await ask('-/data/me')).json()).toMatchObject({
      isReadOnly: true,
      can: { reports: true, workflows: true, change: false, activate: false },
    });
  });

  it('only reads below data/', async () => {
    const { ask } = make();
    for (const path of ['', '-/data/me', '-/events', '-/assets/x']) {
      const answer = await ask(path, { method: 'POST' });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });

  it('hides what it failed of, and says it to the host', async () => {
    const { ask, store, faults } = make();
    await store.close();
    const answer = await ask('-/data/overview');
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(await answer.text()).not.toContain('stack');
    expect(faults).toHaveLength(1);
  });
});

describe('sessions of a dashboard', () => {
  const open = (code: string | null, headers: Record<string, string> = {}) => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Content-Length': '60', ...headers },
    body: JSON.stringify(code === null ? {} : { code }),
  });
  const cookieOf = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

  it('are opened by a one-time code, once, and do all that a token may', async () => {
    const { ask, handler } = make({ sessions: true, authorize: bearerTokens([TOKEN]) });
    const code = handler.signInCode();
    const answer = await ask('ops/-/session', open(code));
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toContain('; Path=/ops/; ');
    expect(answer.headers.get('set-cookie')).toContain('HttpOnly; SameSite=Strict');
    const headers = { Cookie: cookieOf(answer) };
    expect(await (await ask('ops/-/data/me', { headers })).json()).toMatchObject({
      id: 'operator',
      isSession: true,
    });
    expect((await ask(`ops/${GRAPH}/workflows`, { headers })).status).toBe(200);
    expect((await ask('ops/-/session', open(code))).status).toBe(401);
  });

  it('are opened by a token, and have its permissions', async () => {
    const authorize = bearerTokens([{ token: TOKEN, id: 'ada', permissions: [PERMISSIONS.readAll] }]);
    const { ask } = make({ sessions: true, authorize });
    expect((await ask('-/session', open(null, bearer('another-token-of-no-one')))).status).toBe(401);
    const answer = await ask('-/session', open(null, bearer(TOKEN)));
    const me = await (await ask('-/data/me', { headers: { Cookie: cookieOf(answer) } })).json();
    expect(me).toMatchObject({ id: 'ada', can: { reports: true, change: false } });
  });

  it('end when one signs out', async () => {
    const { ask, handler } = make({ sessions: true });
    const headers = { Cookie: cookieOf(await ask('-/session', open(handler.signInCode()))) };
    expect((await ask('-/data/me', { headers })).status).toBe(200);
    expect((await ask('-/session', { method: 'DELETE', headers })).status).toBe(204);
    expect((await ask('-/data/me', { headers })).status).toBe(401);
  });

  it('keep unknown callers out also where there is no authorize', async () => {
    const { ask } = make({ sessions: true });
    expect((await ask('-/data/me')).status).toBe(401);
    expect((await ask('-/session', open(null))).status).toBe(401);
  });

  it('are not opened by a form, a page of another origin, or a body that is too long', async () => {
    const { ask, handler } = make({ sessions: true });
    const code = handler.signInCode();
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await ask('-/session', open(code, form))).status).toBe(415);
    expect((await ask('-/session', open(code, { Origin: 'http://evil.example.com' }))).status).toBe(403);
    expect((await ask('-/session', open(code, { 'Content-Length': '5000' }))).status).toBe(400);
    expect((await ask('-/session', { ...open(code), body: '{' })).status).toBe(400);
    expect((await ask('-/session', { ...open(code), body: '{"code":7}' })).status).toBe(400);
    expect((await ask('-/session', open(code))).status).toBe(204);
  });

  it('need the option', () => {
    expect(() => make().handler.signInCode()).toThrow('sessions to be true');
  });
});
