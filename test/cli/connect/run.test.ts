import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { testHost } from '../../unit/cli/support.ts';
import { expectCode } from '../support.ts';
import { connectedWorkplace, stateOf, whenChanged } from './support.ts';

const place = connectedWorkplace();
const { tenure, write, data, scim } = place;

const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `u${at + 1}`).sort();
const JOIN = ['run', '--connect', '@tenure.config.json', '--workflow', '@joiner.json'] as const;

describe('run --connect', () => {
  it('makes accounts and memberships in the service, once however often it runs', async () => {
    const group = await place.joiners(12);
    const first = expectCode(await tenure(...JOIN, '--db', '@join.db', '--json'), 0);
    expect(JSON.parse(first.stdout)).toMatchObject({ processingStatus: 'completed', totalUsersCount: 12 });
    const done = { accounts: ids(12).map((id) => `${id} true`), members: ids(12) };
    expect(stateOf(data(), group)).toEqual(done);
    const third = [...data().users.values()].find(({ externalId }) => externalId === 'u3');
    expect(third).toMatchObject({ displayName: 'Person 3' });
    const { changes } = data();
    expectCode(await tenure(...JOIN, '--db', '@join.db', '--quiet'), 0);
    expect(stateOf(data(), group)).toEqual(done);
    expect(data().changes).toBe(changes);
  });

  it('takes the people from a service, and handlers of its own from a module', async () => {
    for (const externalId of ['u1', 'u2'])
      data().add('users', { userName: externalId, externalId, active: true });
    await write(
      'own.config.mjs',
      `const token = () => process.env.NO_SUCH_VARIABLE ?? '${place.env.SCIM_TOKEN}';
       export default {
         connections: { app: { ...${JSON.stringify(scim())}, token } },
         directory: 'app',
         tasks: { badge: ({ subject }) => ({ processingInfo: 'badge of ' + subject.id }) },
       };`,
    );
    const tasks = [{ taskDefinitionId: 'disableUserAccount' }, { taskDefinitionId: 'badge' }];
    const workflow = { category: 'leaver', displayName: 'Leave', executionConditions: 'onDemand', tasks };
    await write('leave.json', JSON.stringify(workflow));
    const args = ['run', '--connect', '@own.config.mjs', '--workflow', '@leave.json'];
    expectCode(await tenure(...args, '--ids', 'u2', '--db', '@own.db', '--quiet'), 0);
    expect([...data().users.values()].map(({ active }) => active)).toEqual([true, false]);
    const history = expectCode(await tenure('person', 'u2', '--db', '@own.db'), 0).stdout;
    expect(history).toContain('badge of u2');
    expect(history).toContain('active: true → false');
  });

  it('says what a service that has the people answered, and what to do about it', async () => {
    const config = { connections: { app: { ...scim(), token: { env: 'SMTP_PASS' } } }, directory: 'app' };
    await write('wrong.json', JSON.stringify(config));
    await place.joiners(1);
    for (const more of [[], ['--dry-run']]) {
      const args = ['run', '--connect', '@wrong.json', '--workflow', '@joiner.json', ...more];
      const { stderr } = expectCode(await tenure(...args), 1);
      expect(stderr).toMatch(
        /error: .* answered 401: .*\nTo do: check the credentials.* tenure check-config FILE\n$/,
      );
    }
  });

  it('says what a database with the people answered, as an error of the database', async () => {
    await place.joiners(1);
    new DatabaseSync(place.path('hr.db')).close();
    const hr = { kind: 'sql', sqlite: 'hr.db', table: 'no_table', id: 'id', columns: {} };
    await write('sql.json', JSON.stringify({ connections: { hr, app: scim() }, directory: 'hr' }));
    for (const more of [[], ['--dry-run']]) {
      const args = ['run', '--connect', '@sql.json', '--workflow', '@joiner.json', ...more];
      const { stderr } = expectCode(await tenure(...args), 1);
      expect(stderr).toMatch(
        /^error: The database answered: no such table: no_table\nTo do: .* check-config FILE\n$/,
      );
    }
  });

  it('says why tasks wait, without the token that the service repeats, and keeps none of it', async () => {
    const plain = testHost();
    const line = (text = '') => {
      plain.stderr.line(text);
      if (text.includes('tasks wait')) setImmediate(() => plain.interrupts.arrived('SIGINT'));
    };
    const host = { ...plain, stderr: { ...plain.stderr, line } };
    const service = createServer((request, answer) => {
      answer.writeHead(401, { 'content-type': 'application/json' });
      answer.end(JSON.stringify({ detail: `not known: ${request.headers.authorization}` }));
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
    try {
      await place.joiners(2);
      const { port } = service.address() as AddressInfo;
      const app = { ...scim(), baseUrl: `http://127.0.0.1:${port}` };
      const people = { kind: 'file', path: 'people.csv' };
      await write('refused.json', JSON.stringify({ connections: { people, app }, directory: 'people' }));
      const args = ['run', '--connect', '@refused.json', '--workflow', '@joiner.json', '--db', '@refused.db'];
      const { stdout, stderr } = expectCode(await place.tenureOn(host, ...args), 130);
      expect(stderr).toMatch(/warning: tasks wait, .*127\.0\.0\.1:\d+ answered 401: not known: \(hidden\)/);
      const token = place.env.SCIM_TOKEN;
      expect(`${stdout}${stderr}${await readFile(place.path('refused.db'), 'latin1')}`).not.toContain(token);
    } finally {
      service.close();
      service.closeAllConnections();
    }
  });

  it('loads a configuration in TypeScript that imports tenure/config, in a CommonJS package without tenure', async () => {
    const group = await place.joiners(1);
    await write('package.json', '{"type":"commonjs"}');
    await write(
      'typed.config.ts',
      `import { defineConfig, type Config } from 'tenure/config';
       const config: Config = ${JSON.stringify({ connections: { people: { kind: 'file', path: 'people.csv' }, app: scim() }, directory: 'people' })};
       export default defineConfig(config);`,
    );
    const args = ['run', '--connect', 'typed.config.ts', '--workflow', 'joiner.json', '--quiet'];
    const { stderr } = expectCode(await place.start(args, place.env).ended, 0);
    expect(stderr).toBe('');
    expect(stateOf(data(), group).members).toEqual(['u1']);
  });

  it('takes the people from --users where the configuration names none, or others', async () => {
    const group = await place.joiners(3);
    await place.people('two.csv', 2);
    const args = [...JOIN, '--users', '@two.csv', '--quiet'];
    expectCode(await tenure(...args), 0);
    expect(stateOf(data(), group).members).toEqual(ids(2));
    await write('target.json', JSON.stringify({ connections: { app: scim() } }));
    const target = ['run', '--connect', '@target.json', '--workflow', '@joiner.json'];
    expect(expectCode(await tenure(...target), 1).stderr).toMatch(
      /^error: Expected .*target\.json to say which connection has the people, got none\n.*--users FILE\n$/,
    );
    expect(expectCode(await tenure(...JOIN, '--dates', 'excel'), 1).stderr).toContain(
      'together with --users',
    );
  });

  it('names the task that no connection does, and what to do', async () => {
    await place.joiners(1);
    const args = ['run', '--connect', '@tenure.config.json', '--workflow', 'Offboard an employee'];
    const { stderr } = expectCode(await tenure(...args), 1);
    expect(stderr).toMatch(/got none for removeUserFromAllTeams\nAdd a connection to .*tenure\.config\.json/);
  });

  it.each([
    [
      'a variable that is not set',
      { token: { env: 'NO_TOKEN' } },
      'connections.app.token.env to be a variable that is set, got NO_TOKEN, which is not',
    ],
    [
      'a secret in JSON',
      { token: 's3cret' },
      'connections.app.token to be { "env": "NAME" }, the variable that has it, got a text',
    ],
    ['a misspelled field', { baseURL: 'x' }, 'did you mean `baseUrl`?'],
    [
      'an address without TLS',
      { baseUrl: 'http://example.com' },
      'connections.app: Expected baseUrl to be a URL with https:',
    ],
    [
      'two ways to sign in',
      { authorization: { env: 'SCIM_TOKEN' } },
      'Expected authorization to be absent beside token',
    ],
    ['another kind', { kind: 'scmi' }, 'connections.app.kind to be one of file, scim'],
    [
      'a task that it cannot do',
      { tasks: ['sendWelcomeEmail'] },
      'Expected connections.app.tasks[0] to be one of ',
    ],
  ])('refuses %s with file and path, and shows no secret', async (_, fields, message) => {
    await place.joiners(1);
    await write('bad.json', JSON.stringify({ connections: { app: { ...scim(), ...fields } } }));
    const args = ['run', '--connect', '@bad.json', '--users', '@people.csv', '--workflow', '@joiner.json'];
    const { stderr } = expectCode(await tenure(...args), 1);
    expect(stderr).toMatch(/^error: \S*bad\.json: /);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('s3cret');
  });

  it('says how to choose when two connections can do a task; a connection that names it does it', async () => {
    const group = await place.joiners(2);
    const two = (tasks?: readonly string[]) =>
      JSON.stringify({ connections: { other: { ...scim(), ...(tasks && { tasks }) }, app: scim() } });
    await write('two.json', two());
    const args = ['run', '--connect', '@two.json', '--users', '@people.csv', '--workflow', '@joiner.json'];
    expect(expectCode(await tenure(...args), 1).stderr).toMatch(
      /enableUserAccount.* in `tasks` of connections\.other or of connections\.app/,
    );
    await write('two.json', two([]));
    expectCode(await tenure(...args, '--quiet'), 0);
    expect(stateOf(data(), group).members).toEqual(ids(2));
    await write('two.json', two(['addUserToGroups', 'addUserToGroups']));
    expect(expectCode(await tenure(...args), 1).stderr).toContain('which connections.other does');
  });
});

describe('serve --connect', () => {
  it('does the tasks of requests on the service, for the people of the configuration', async () => {
    await place.joiners(2);
    const args = ['serve', '--connect', 'tenure.config.json', '--port', '0', '--json'];
    const server = place.start(args, place.env);
    const [line] = (await once(server.child.stdout as NodeJS.EventEmitter, 'data')) as [string];
    const root = `${JSON.parse(line).url}/v1.0/identityGovernance/lifecycleWorkflows/workflows`;
    const post = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${root}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      expect(answer.ok, await answer.clone().text()).toBe(true);
      return answer;
    };
    const onDemand = { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' };
    const workflow = {
      ...{ category: 'joiner', displayName: 'Join', executionConditions: onDemand },
      tasks: [{ taskDefinitionId: '6fc52c9d-398b-4305-9763-15f42c1676fc', displayName: 'Enable' }],
    };
    const { id } = (await (await post('', workflow)).json()) as { readonly id: string };
    const changed = new Promise<void>((done) => whenChanged(data(), 1, done));
    await post(`/${id}/activate`, { subjects: [{ id: 'u2' }] });
    await changed;
    server.kill('SIGTERM');
    expectCode(await server.ended, 0);
    expect([...data().users.values()]).toMatchObject([{ externalId: 'u2', active: true }]);
  });
});
