import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { entraConnection } from '../../../../src/connectors/entra/entra-connection.ts';
import {
  type EntraDirectoryOptions,
  entraDirectory,
} from '../../../../src/connectors/entra/entra-directory.ts';
import { GraphClient } from '../../../../src/connectors/entra/graph-client.ts';
import { graphFilter } from '../../../../src/connectors/entra/graph-filter.ts';
import { createHttpClient } from '../../../../src/connectors/kernel/http-client.ts';
import { parseScopeRule } from '../../../../src/filter/parsing/scope-rule.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { guid } from '../../../servers/entra/entra-data.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from '../../../servers/entra/token-endpoint.ts';
import { type EntraEmulator, RETRY_AFTER_S, startEntraEmulator } from '../../../servers/entra-emulator.ts';

let emulator: EntraEmulator;
beforeAll(async () => {
  emulator = await startEntraEmulator();
});
afterAll(() => emulator.close());
beforeEach(() => {
  const { data } = emulator;
  for (const kept of [data.users, data.groups, data.members]) kept.clear();
  Object.assign(data, { pageMax: 999, oldestDelta: 0, throttled: 0 });
  data.changed.length = 0;
  data.log.length = 0;
});

function open(options?: EntraDirectoryOptions) {
  const clock = new VirtualClock();
  const entra = entraConnection({
    tenantId: TENANT,
    clientId: CLIENT_ID,
    credential: { clientSecret: CLIENT_SECRET },
    graphUrl: emulator.url,
    authorityUrl: emulator.url,
    clock,
  });
  const directory = entraDirectory(entra, options) as Required<ReturnType<typeof entraDirectory>>;
  return { clock, directory };
}

async function all(people: AsyncIterable<Subject>): Promise<Subject[]> {
  const found: Subject[] = [];
  for await (const one of people) found.push(one);
  return found;
}
const idsOf = (people: readonly Subject[]) => people.map(({ id }) => id).sort();
const fill = (count: number) => {
  for (let n = 1; n <= count; n += 1) emulator.data.addUser({ id: guid('a', n), displayName: `Person ${n}` });
};

describe('a directory of Entra', () => {
  it('ends with a failure where the links of pages lead back to one that was read', async () => {
    for (const circle of [1, 2, 5]) {
      let pages = 0;
      const http = createHttpClient({
        baseUrl: 'https://graph.example/v1.0',
        fetch: async () => {
          pages += 1;
          const next = `https://graph.example/v1.0/users?page=${pages < 4 ? pages : 4 + (pages % circle)}`;
          return Response.json({ value: [{ id: String(pages) }], '@odata.nextLink': next });
        },
      });
      const read = new GraphClient(http, 'https://graph.example/v1.0').find('/users');
      await expect(read).rejects.toThrow('Expected a list that ends of Microsoft Graph, got another answer');
      expect(pages).toBeLessThan(20);
    }
  });

  it('streams all people once, page by page, with the properties that are selected', async () => {
    fill(25);
    emulator.data.pageMax = 10;
    const people = await all(open().directory.query(null));
    expect(idsOf(people)).toEqual(Array.from({ length: 25 }, (_, n) => guid('a', n + 1)));
    expect(people[0]).toEqual({
      id: guid('a', 1),
      accountEnabled: true,
      displayName: 'Person 1',
      userType: 'Member',
    });
    expect(emulator.data.log).toHaveLength(3);
    expect(emulator.data.log[0]?.query).toMatchObject({
      $top: '999',
      $select: expect.stringMatching(/^id,accountEnabled,/),
    });
  });

  it('gives people with their manager, and without what is null', async () => {
    const [boss, ana] = [guid('a', 1), guid('a', 2)];
    emulator.data.addUser({ id: boss, displayName: 'Bo', mail: 'bo@contoso.example', city: null });
    emulator.data.addUser({ id: ana, managerId: boss, employeeOrgData: { division: 'North' } });
    const [found] = await open().directory.get([ana]);
    expect(found).toEqual({
      id: ana,
      accountEnabled: true,
      userType: 'Member',
      employeeOrgData: { division: 'North' },
      manager: { id: boss, displayName: 'Bo', mail: 'bo@contoso.example' },
    });
  });

  it('reads further attributes that the options name, and lists all that it reads', async () => {
    emulator.data.addUser({ id: guid('a', 1), employeeLeaveDateTime: '2026-03-31T00:00:00Z' });
    expect((await open().directory.get([guid('a', 1)]))[0]).not.toHaveProperty('employeeLeaveDateTime');
    const { directory } = open({ attributes: ['employeeLeaveDateTime'] });
    expect((await directory.get([guid('a', 1)]))[0]).toMatchObject({
      employeeLeaveDateTime: '2026-03-31T00:00:00Z',
    });
    const names = (await directory.attributes()).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['department', 'employeeOrgData/division', 'employeeLeaveDateTime']),
    );
  });

  it('gets hundreds of people with one request, and omits ids that there are none of', async () => {
    fill(300);
    const ids = [...emulator.data.users.keys()];
    const { directory } = open();
    expect(idsOf(await directory.get([...ids, guid('a', 999), 'E7', "x' or 'y"]))).toEqual(ids);
    expect(await directory.get([])).toEqual([]);
    expect(await directory.get(['E7'])).toEqual([]);
    // 21 lists of at most 15 people: a batch of 20, and one alone.
    expect(emulator.data.log).toHaveLength(21);
  });

  it('has a batch wait whose part is throttled', async () => {
    fill(30);
    emulator.data.throttled = 1;
    await expect(open().directory.get([...emulator.data.users.keys()])).rejects.toMatchObject({
      kind: 'throttled',
      retryAfterMs: 1_000 * RETRY_AFTER_S,
      message: 'A request of a batch was answered 429 TooManyRequests: Too many requests.',
    });
  });

  it('fails over what is no answer of Graph', async () => {
    const fetch = async () => Response.json({ value: [{ id: 7 }] });
    const credential = { getToken: async () => ({ token: 'a token', expiresOnTimestamp: 1e15 }) };
    const directory = entraDirectory(entraConnection({ credential, fetch }));
    await expect(all(directory.query(null))).rejects.toMatchObject({ code: 'AnswerUnreadable' });
  });

  it.each([
    [{ attributes: ['a,b'] }, /Expected attributes\[0\] to be the name of a property of a user/],
    [{ fullLookMs: -1 }, /Expected fullLookMs to be a whole number/],
    [{ attribute: [] }, /did you mean `attributes`/],
  ])('%# refuses wrong options', (options, message) => {
    expect(() => open(options as EntraDirectoryOptions)).toThrow(message);
  });
});

describe('the members of a group', () => {
  const [outer, inner] = [guid('b', 1), guid('b', 2)];
  beforeEach(() => {
    fill(4);
    emulator.data.addGroup({ id: inner }, [guid('a', 2), guid('a', 3), outer]);
    emulator.data.addGroup({ id: outer }, [guid('a', 1), guid('a', 2), inner]);
  });

  it('are people, once each, without those of groups in it', async () => {
    expect(idsOf(await all(open().directory.membersOf(outer)))).toEqual([guid('a', 1), guid('a', 2)]);
  });

  it('include those of groups in it, where the options say so', async () => {
    const { directory } = open({ transitiveMembers: true });
    expect(idsOf(await all(directory.membersOf(outer)))).toEqual([1, 2, 3].map((n) => guid('a', n)));
  });

  it('are none where there is no group', async () => {
    expect(await all(open().directory.membersOf(guid('b', 9)))).toEqual([]);
  });
});

describe('the changes of a directory', () => {
  const user = (n: number) => emulator.data.addUser({ id: guid('a', n) });

  it('begin now, and then name those who changed since, however often, and those who are gone', async () => {
    fill(5);
    const { directory } = open();
    const start = await directory.changes(null);
    expect(start.subjectIds).toBeNull();
    const none = await directory.changes(start.token);
    expect(none.subjectIds).toEqual([]);
    emulator.data.pageMax = 2;
    user(2);
    user(2);
    user(4);
    emulator.data.users.delete(guid('a', 4));
    const { subjectIds, token } = await directory.changes(none.token);
    expect([...(subjectIds ?? [])].sort()).toEqual([guid('a', 2), guid('a', 4)]);
    expect((await directory.changes(token)).subjectIds).toEqual([]);
    // An older token names them again.
    expect((await directory.changes(start.token)).subjectIds).toHaveLength(2);
  });

  it('are not known when the token is too old, of another make or of another host', async () => {
    const { directory } = open();
    const { token } = await directory.changes(null);
    emulator.data.oldestDelta = 1_000;
    for (const one of [token, 'token of another directory', `${Date.now()} https://other.example/delta`])
      expect(await directory.changes(one)).toMatchObject({
        subjectIds: null,
        token: expect.stringContaining('http'),
      });
  });

  it('are not known once a day, so that all people are looked at', async () => {
    const { clock, directory } = open();
    const first = await directory.changes(null);
    clock.jump(86_399_999);
    const second = await directory.changes(first.token);
    expect(second.subjectIds).toEqual([]);
    clock.jump(1);
    expect((await directory.changes(second.token)).subjectIds).toBeNull();
  });

  it('fail when Graph throttles: the token stays good', async () => {
    const { directory } = open();
    const { token } = await directory.changes(null);
    emulator.data.throttled = 1;
    await expect(directory.changes(token)).rejects.toMatchObject({ kind: 'throttled' });
  });
});

describe('a rule that Graph filters by', () => {
  const texts = fc.constantFrom('Sales', 'SALES', 'sales', 'Sa', 'Support', "O'Neil", 'Porto', 'ß');
  const names = fc.constantFrom('department', 'city', 'companyName', 'jobTitle', 'employeeId', 'surname');
  const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const starts = fc.constantFrom('department', 'city', 'companyName', 'jobTitle', 'surname');
  const leaf = fc.oneof(
    fc
      .tuple(names, fc.constantFrom('eq', 'ne'), texts)
      .map(([name, operator, text]) => `${name} ${operator} ${quote(text)}`),
    fc.tuple(names, fc.constantFrom('eq null', 'ne null')).map(([name, test]) => `${name} ${test}`),
    fc
      .tuple(names, fc.array(texts, { minLength: 1, maxLength: 3 }))
      .map(([name, list]) => `${name} in (${list.map(quote)})`),
    fc.tuple(starts, texts).map(([name, text]) => `startsWith(${name}, ${quote(text)})`),
    fc.constantFrom('accountEnabled eq true', 'accountEnabled ne true', 'onPremisesSyncEnabled eq false'),
  );
  const { rule: rules } = fc.letrec<{ rule: string }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      fc
        .tuple(tie('rule'), fc.constantFrom('and', 'or'), tie('rule'))
        .map(([left, by, right]) => `(${left}) ${by} (${right})`),
      tie('rule').map((one) => `not (${one})`),
    ),
  }));
  const maybe = fc.option(texts, { nil: null });
  const people = fc.array(
    fc.record({
      department: maybe,
      city: maybe,
      companyName: maybe,
      jobTitle: maybe,
      employeeId: maybe,
      surname: maybe,
      accountEnabled: fc.boolean(),
      onPremisesSyncEnabled: fc.option(fc.boolean(), { nil: null }),
    }),
    { minLength: 1, maxLength: 30 },
  );

  it('selects the same people as one that is examined here', async () => {
    const { directory } = open();
    let filtered = 0;
    await fc.assert(
      fc.asyncProperty(rules, people, async (text, everybody) => {
        emulator.data.users.clear();
        for (const [index, one] of everybody.entries())
          emulator.data.addUser({ id: guid('a', index), ...one });
        const rule = parseScopeRule(text);
        if (graphFilter(text) !== null) filtered += 1;
        const examined = (await all(directory.query(null))).filter((one) => rule.matches(one));
        const streamed = (await all(directory.query(rule))).filter((one) => rule.matches(one));
        expect(idsOf(streamed)).toEqual(idsOf(examined));
      }),
      { numRuns: 60 },
    );
    expect(filtered).toBeGreaterThan(0);
  });
});
