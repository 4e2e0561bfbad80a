import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { expectCode } from '../support.ts';
import { connectedWorkplace } from './support.ts';

const place = connectedWorkplace();
const { tenure, write, data, scim } = place;

/** A port of this host at which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('check-config', () => {
  it('says what works in every connection and who does what, and changes nothing', async () => {
    await place.joiners(3);
    data().add('users', { userName: 'x', externalId: 'x', active: true });
    const { stdout } = expectCode(await tenure('check-config', '@tenure.config.json'), 0);
    expect(stdout).toMatch(/^people · file · has the people\n {2}✓ read people +3 people\n/);
    expect(stdout).toMatch(/app · scim · does enableUserAccount, .*removeUserFromAllGroups\n/);
    expect(stdout).toMatch(
      /✓ read accounts +1 account\n.*✓ read groups +1 group\n.*✓ find an account by externalId\n$/,
    );
    expect(data().changes).toBe(0);
  });

  it('says what does not work and what to do, with exit code 2 and no secret', async () => {
    await write('people.csv', 'name\nx\n');
    await write(
      'bad.mjs',
      `const app = ${JSON.stringify(scim())};
       export default {
         connections: {
           people: { kind: 'file', path: 'people.csv' },
           refused: { ...app, token: 'a-wr0ng-token' },
           gone: { ...app, baseUrl: 'http://127.0.0.1:${await closedPort()}/scim', tasks: [] },
         },
         directory: 'people',
         tasks: { badge: () => {} },
       };`,
    );
    const { stdout, stderr } = expectCode(await tenure('check-config', '@bad.mjs'), 2);
    expect(stdout).toMatch(/✗ read people .*id/);
    expect(stdout).toMatch(/✗ read accounts +.* answered 401.*check the credentials/);
    expect(stdout).toMatch(/✗ read accounts +No answer from 127\.0\.0\.1:\d+: check the name and port/);
    expect(stdout).toContain('handlers of the configuration · does badge');
    expect(stdout + stderr).not.toContain('wr0ng');
    const json = JSON.parse(expectCode(await tenure('check-config', '@bad.mjs', '--json'), 2).stdout);
    expect(json).toMatchObject({
      works: false,
      connections: [{ name: 'people' }, { name: 'refused', kind: 'scim' }, { name: 'gone', tasks: [] }],
      ownTasks: ['badge'],
    });
  });

  it('finds a service that ignores filters, with which every person would be any account', async () => {
    const server = createHttpServer((_, answer) =>
      answer.setHeader('content-type', 'application/json').end('{"totalResults":7,"Resources":[]}'),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await write('ignored.json', JSON.stringify({ connections: { app: { kind: 'scim', baseUrl } } }));
      const { stdout } = expectCode(await tenure('check-config', '@ignored.json'), 2);
      expect(stdout).toMatch(/✓ read groups +7 groups\n.*✗ find an account by externalId .*ignores filters/);
    } finally {
      server.close();
    }
  });

  it('prints the JSON schema, in which an editor finds kinds, fields and secrets', async () => {
    const { stdout } = expectCode(await tenure('check-config', '--schema'), 0);
    const schema = JSON.parse(stdout);
    expect(schema).toMatchObject({ title: 'tenure configuration', required: ['connections'] });
    const kinds = schema.properties.connections.additionalProperties.oneOf;
    const scimKind = kinds.find(
      (one: { properties: { kind: { const: string } } }) => one.properties.kind.const === 'scim',
    );
    expect(scimKind.properties.token).toMatchObject({ type: 'object', required: ['env'] });
    expect(scimKind.required).toEqual(['kind', 'baseUrl']);
  });

  it('needs a file', async () => {
    expect(expectCode(await tenure('check-config'), 1).stderr).toContain(
      "missing required argument 'config'",
    );
  });
});
