import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScimConnection, scimConnection } from '../../../../src/connectors/scim/scim-connection.ts';
import { scimDirectory } from '../../../../src/connectors/scim/scim-directory.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import { SCIM_TOKEN, type ScimServer, startScimServer } from '../../../servers/scim-server.ts';

const PEOPLE = 450;
let server: ScimServer;
let scim: ScimConnection;

beforeAll(async () => {
  server = await startScimServer();
  scim = scimConnection({
    http: { baseUrl: `${server.url}/scim/v2`, authorization: () => `Bearer ${SCIM_TOKEN}` },
  });
  for (let n = 1; n <= PEOPLE; n += 1)
    server.data.add('users', {
      userName: `user${n}`,
      externalId: `E${n}`,
      active: n % 2 === 0,
      title: 'Clerk',
    });
  server.data.add('users', { userName: 'service-account' });
});
afterAll(() => server.close());

async function all(people: AsyncIterable<Subject>): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for await (const subject of people) subjects.push(subject);
  return subjects;
}

describe('a directory over SCIM', () => {
  it('streams every account that has the id, once, over all pages', async () => {
    const subjects = await all(scimDirectory(scim).query(null));
    expect(subjects.map(({ id }) => id)).toEqual(Array.from({ length: PEOPLE }, (_, n) => `E${n + 1}`));
    expect(subjects[1]).toEqual({
      id: 'E2',
      accountEnabled: true,
      userPrincipalName: 'user2',
      jobTitle: 'Clerk',
    });
  });

  it('fails over a service that gives the first page for every page', async () => {
    const page = { totalResults: 300, startIndex: 1, Resources: [{ id: 'u1', externalId: 'E1' }] };
    const http = { baseUrl: 'https://example.org', fetch: async () => Response.json(page) };
    await expect(all(scimDirectory(scimConnection({ http })).query(null))).rejects.toMatchObject({
      code: 'AnswerUnreadable',
      message: 'Expected the page from 2 on of a ListResponse of SCIM 2.0, got another answer',
    });
  });

  it('fails over one that gives the first page again without saying where it begins', async () => {
    const page = { totalResults: 300, Resources: [{ id: 'u1' }, { id: 'u2' }] };
    const http = { baseUrl: 'https://example.org', fetch: async () => Response.json(page) };
    await expect(all(scimDirectory(scimConnection({ http })).query(null))).rejects.toThrow(
      'Expected another page from 3 on of a ListResponse of SCIM 2.0, got another answer',
    );
  });

  it('gets people by id, also more than fit into one request, and omits unknown ids', async () => {
    const ids = ['E450', 'nothing', ...Array.from({ length: 30 }, (_, n) => `E${n + 1}`)];
    const subjects = await scimDirectory(scim).get(ids);
    expect(subjects.map(({ id }) => id).sort()).toEqual(ids.filter((id) => /^E\d+$/.test(id)).sort());
    expect(await scimDirectory(scim).get([])).toEqual([]);
  });

  it('takes another attribute as the id', async () => {
    const directory = scimDirectory(scim, { idAttribute: 'userName' });
    expect((await directory.get(['user7'])).map(({ id }) => id)).toEqual(['user7']);
  });

  it('gives people as `subjectOf` makes them, without those that it leaves out', async () => {
    const directory = scimDirectory(scim, {
      subjectOf: ({ userName }) => (userName === 'user7' ? { id: 'seven', lucky: true } : null),
    });
    expect(await all(directory.query(null))).toEqual([{ id: 'seven', lucky: true }]);
  });

  it('names the attributes that accounts can have', async () => {
    const names = (await scimDirectory(scim).attributes?.())?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['accountEnabled', 'department', 'jobTitle', 'mail']));
  });

  it('refuses an id attribute that is no name', () => {
    expect(() => scimDirectory(scim, { idAttribute: 'a eq "b" or c' })).toThrow(
      'Expected idAttribute to be the name of an attribute of SCIM',
    );
  });
});
