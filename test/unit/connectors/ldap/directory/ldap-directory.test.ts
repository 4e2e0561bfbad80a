import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ldapDirectory } from '../../../../../src/connectors/ldap/directory/ldap-directory.ts';
import { ldapConnection } from '../../../../../src/connectors/ldap/ldap-connection.ts';
import type { LdapOptions } from '../../../../../src/connectors/ldap/ldap-options.ts';
import { keepServer, LdapServer, serverOf } from '../../../../../src/connectors/ldap/ldap-server.ts';
import type { LdapClient } from '../../../../../src/connectors/ldap/protocol/ldap-client.ts';
import { LdapEntry } from '../../../../../src/connectors/ldap/protocol/ldap-entry.ts';
import { bytesOfGuid } from '../../../../../src/connectors/ldap/protocol/ldap-values.ts';
import { parseScopeRule } from '../../../../../src/filter/parsing/scope-rule.ts';
import type { Subject } from '../../../../../src/model/subject.ts';
import { virtualClock } from '../../../../../src/system/virtual/virtual-clock.ts';
import { openLdapProxy } from '../../../../servers/ldap-proxy.ts';
import {
  BIND_DN,
  describeSlapd,
  GROUPS,
  PEOPLE,
  SLAPD_PASSWORD,
  type SlapdServer,
  SUFFIX,
  startSlapd,
} from '../../../../servers/slapd.ts';

const COUNT = 1_200;
const CONTROLLER = '00112233-4455-6677-8899-aabbccddeeff';

const opened: (() => Promise<void>)[] = [];
const open = (url: string, options: Partial<LdapOptions> = {}) => {
  const connection = ldapConnection({
    url,
    bindDN: BIND_DN,
    password: SLAPD_PASSWORD,
    users: { base: PEOPLE },
    groups: { base: GROUPS },
    ...options,
  });
  opened.push(connection.close);
  return connection;
};

async function all(people: AsyncIterable<Subject> | undefined): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for await (const subject of people ?? []) subjects.push(subject);
  return subjects;
}
const idsOf = async (people: AsyncIterable<Subject> | undefined) => (await all(people)).map(({ id }) => id);
const dnOf = (n: number) => `uid=u${n},${PEOPLE}`;

describeSlapd('a directory over LDAP', () => {
  afterAll(async () => {
    for (const close of opened) await close();
  });

  describe('of OpenLDAP', () => {
    let slapd: SlapdServer;

    beforeAll(async () => {
      slapd = await startSlapd();
      const person = (n: number) =>
        slapd.add(dnOf(n), {
          objectClass: 'inetOrgPerson',
          uid: `u${n}`,
          cn: `Person ${n}`,
          sn: 'Núñez',
          employeeNumber: `E${n}`,
          departmentNumber: n % 3 === 0 ? 'Sales' : 'IT',
          ...(n > 1 && { manager: dnOf(Math.ceil(n / 10)) }),
          ...(n % 100 === 0 && { pwdAccountLockedTime: '000001010000Z' }),
        });
      for (let n = 1; n <= COUNT; n += 100)
        await Promise.all(Array.from({ length: 100 }, (_, more) => person(n + more)));
      await slapd.add(`uid=robot,${PEOPLE}`, {
        objectClass: 'inetOrgPerson',
        uid: 'robot',
        cn: 'R',
        sn: 'R',
      });
      await slapd.add(`uid=again,${PEOPLE}`, {
        objectClass: 'inetOrgPerson',
        uid: 'again',
        cn: 'A',
        sn: 'A',
        employeeNumber: 'E1',
      });
      await slapd.add(`cn=Sales,${GROUPS}`, {
        objectClass: 'groupOfNames',
        cn: 'Sales',
        member: [...Array.from({ length: 250 }, (_, n) => dnOf(n + 1)), `uid=robot,${PEOPLE}`],
      });
      await slapd.add(`cn=unix,${GROUPS}`, {
        objectClass: 'posixGroup',
        cn: 'unix',
        gidNumber: '7',
        memberUid: ['u7', 'u8', 'nothing'],
      });
    }, 60_000);
    afterAll(() => slapd?.close());

    it('streams everyone who has an id, once, over all pages', async () => {
      const people = await all(ldapDirectory(open(slapd.url, { pageSize: 97 })).query(null));
      expect(people.map(({ id }) => id).sort()).toEqual(
        Array.from({ length: COUNT }, (_, n) => `E${n + 1}`).sort(),
      );
      expect(people.find(({ id }) => id === 'E1100')).toEqual({
        id: 'E1100',
        accountEnabled: false,
        surname: 'Núñez',
        employeeId: 'E1100',
        userPrincipalName: 'u1100',
        department: 'IT',
        manager: 'E110',
        createdDateTime: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
      });
    });

    it('asks for the people of a rule, and lists several times at once', async () => {
      const directory = ldapDirectory(open(slapd.url, { pageSize: 100 }));
      const listings = await Promise.all(
        ["department eq 'Sales'", "department eq 'IT'", "department eq 'sales'"].map((rule) =>
          all(directory.query(parseScopeRule(rule))),
        ),
      );
      // The last one is a superset: LDAP compares without letter case.
      expect(listings.map((people) => people.length)).toEqual([400, 800, 400]);
    });

    it('ends a listing that is not read to its end, and goes on', async () => {
      const directory = ldapDirectory(open(slapd.url, { pageSize: 10 }));
      for (let round = 0; round < 3; round += 1)
        for await (const { id } of directory.query(null)) if (id !== '') break;
      expect(await idsOf(directory.query(null))).toHaveLength(COUNT);
    });

    it('goes on after a page without entries', async () => {
      const proxy = await openLdapProxy(slapd.url);
      try {
        const directory = ldapDirectory(
          open(proxy.url, { pageSize: 100, flavour: 'generic', attributes: { manager: null } }),
        );
        // The sign-in, the first page, the second one.
        proxy.inject({ name: '', isTransient: true, isDone: true, code: 'no entries' }, 2);
        const people = await all(directory.query(null));
        expect(people.length).toBeGreaterThanOrEqual(COUNT - 100);
        expect(people.length).toBeLessThan(COUNT);
      } finally {
        await proxy.close();
      }
    });

    it('gets people by id, also more than fit into one filter, and omits unknown ids', async () => {
      const directory = ldapDirectory(open(slapd.url));
      const known = Array.from({ length: 250 }, (_, n) => `E${n + 1}`);
      const people = await directory.get([...known, 'nothing', '*', 'e300', 'E1)(uid=*']);
      expect(people.map(({ id }) => id).sort()).toEqual(known.sort());
      expect(await directory.get([])).toEqual([]);
    });

    it('streams the members of a group by its cn or its distinguished name, and none of an unknown one', async () => {
      const directory = ldapDirectory(open(slapd.url));
      const members = Array.from({ length: 250 }, (_, n) => `E${n + 1}`).sort();
      expect((await idsOf(directory.membersOf?.('Sales'))).sort()).toEqual(members);
      expect((await idsOf(directory.membersOf?.(`cn=sales,${GROUPS}`))).sort()).toEqual(members);
      for (const group of ['Porto', `cn=Porto,${GROUPS}`, '*'])
        expect(await idsOf(directory.membersOf?.(group))).toEqual([]);
      const unix = ldapDirectory(open(slapd.url, { groups: { base: GROUPS, member: 'memberUid' } }));
      expect((await idsOf(unix.membersOf?.('unix'))).sort()).toEqual(['E7', 'E8']);
    });

    it('reports who has changed, with an overlap, and everyone without a token of its own', async () => {
      const clock = virtualClock(Date.now());
      const directory = ldapDirectory(open(slapd.url, { clock }));
      const { subjectIds, token } = (await directory.changes?.(null)) ?? {};
      expect(subjectIds).toBeNull();
      expect(token).toMatch(/^time:\d{14}Z$/);
      // Made before, but within the overlap.
      expect((await directory.changes?.(token ?? null))?.subjectIds).toHaveLength(COUNT + 1);
      clock.jump(3_600_000);
      const later = (await directory.changes?.(token ?? null))?.token ?? null;
      expect((await directory.changes?.(later))?.subjectIds).toEqual([]);
      expect((await directory.changes?.('nonsense'))?.subjectIds).toBeNull();
      expect((await directory.changes?.(`usn:${CONTROLLER}:7`))?.subjectIds).toBeNull();
    });

    it('takes names of attributes and a reader of entries from the options', async () => {
      const named = open(slapd.url, { attributes: { costCenter: 'departmentNumber', manager: null } });
      const directory = ldapDirectory(named);
      expect((await directory.get(['E3']))[0]).toMatchObject({ costCenter: 'Sales', department: 'Sales' });
      expect((await directory.get(['E3']))[0]).not.toHaveProperty('manager');
      expect(await directory.attributes?.()).toContainEqual({
        name: 'costCenter',
        column: 'departmentNumber',
      });
      const own = ldapDirectory(open(slapd.url), {
        attributes: ['entryUUID'],
        subjectOf: (entry) => {
          const [id] = entry.values('employeeNumber');
          return typeof id === 'string'
            ? { id, uuid: entry.values('entryUUID')[0], department: 'all' }
            : null;
        },
      });
      expect(await own.get(['E3'])).toEqual([
        { id: 'E3', uuid: expect.stringMatching(/^[\da-f-]{36}$/), department: 'all' },
      ]);
      expect(await all(own.query(parseScopeRule("department eq 'all'")))).toHaveLength(COUNT);
      expect(() => ldapDirectory(open(slapd.url), { attributes: ['(uid=*)'] })).toThrow(
        /array of names of attributes/,
      );
    });
  });

  describe('of Active Directory', () => {
    let windows: SlapdServer;
    const guidOf = (n: number) => `${String(n).padStart(8, '0')}-4455-6677-8899-aabbccddee80`;

    beforeAll(async () => {
      windows = await startSlapd({ activeDirectory: true });
      await windows.add(`cn=settings,${SUFFIX}`, {
        objectClass: 'nTDSDSA',
        cn: 'settings',
        invocationId: bytesOfGuid(CONTROLLER) ?? '',
      });
      for (let n = 1; n <= 5; n += 1)
        await windows.add(`cn=Person ${n},${PEOPLE}`, {
          objectClass: 'user',
          objectCategory: 'person',
          cn: `Person ${n}`,
          sn: 'Núñez',
          employeeID: `E${n}`,
          department: 'Sales',
          division: 'South',
          extensionAttribute1: 'x',
          userAccountControl: n === 1 ? '514' : '512',
          objectGUID: bytesOfGuid(guidOf(n)) ?? '',
          objectSid: Buffer.from('010500000000000515000000a065cf7e784b9b5fe77c8770091c0100', 'hex'),
          distinguishedName: `cn=Person ${n},${PEOPLE}`,
          manager: `cn=Person 2,${PEOPLE}`,
          whenCreated: '20260105080000.0Z',
          pwdLastSet: '134120736000000000',
          lastLogonTimestamp: '0',
          uSNChanged: String(4_998 + n),
        });
    }, 60_000);
    afterAll(() => windows?.close());

    it('gives attributes, dates and ids under the names of Graph', async () => {
      const directory = ldapDirectory(open(windows.url));
      expect(await directory.get(['E1'])).toEqual([
        {
          id: 'E1',
          accountEnabled: false,
          surname: 'Núñez',
          department: 'Sales',
          employeeId: 'E1',
          employeeOrgData: { division: 'South' },
          onPremisesExtensionAttributes: { extensionAttribute1: 'x' },
          onPremisesSecurityIdentifier: 'S-1-5-21-2127521184-1604012920-1887927527-72713',
          manager: 'E2',
          createdDateTime: '2026-01-05T08:00:00.000Z',
          lastPasswordChangeDateTime: '2026-01-05T08:00:00.000Z',
        },
      ]);
    });

    it('finds people by objectGUID, as Microsoft writes it', async () => {
      const directory = ldapDirectory(open(windows.url, { idAttribute: 'objectGUID' }));
      expect((await directory.get([guidOf(3), 'E3', guidOf(9)])).map(({ id }) => id)).toEqual([guidOf(3)]);
      expect(await idsOf(directory.query(null))).toContain(guidOf(5));
    });

    it('asks for accounts by their bit', async () => {
      const directory = ldapDirectory(open(windows.url));
      expect(await idsOf(directory.query(parseScopeRule('accountEnabled eq false')))).toEqual(['E1']);
      expect((await idsOf(directory.query(parseScopeRule('accountEnabled eq true')))).sort()).toEqual([
        'E2',
        'E3',
        'E4',
        'E5',
      ]);
    });

    it('reports who has changed after the number of a token, from the same controller only', async () => {
      const directory = ldapDirectory(open(windows.url));
      const token = `usn:${CONTROLLER}:5000`;
      expect(await directory.changes?.(null)).toEqual({ subjectIds: null, token });
      const { subjectIds } = (await directory.changes?.(token)) ?? {};
      expect(subjectIds?.toSorted()).toEqual(['E3', 'E4', 'E5']);
      expect(await directory.changes?.(token.replace('0011', '9911'))).toEqual({ subjectIds: null, token });
      const groups = ldapDirectory(open(windows.url, { attributes: { memberOf: 'memberOf' } }));
      expect((await groups.changes?.(token))?.subjectIds).toBeNull();
    });
  });
});

it('a directory reads the members of a large group in the parts that Active Directory gives', async () => {
  const person = (n: number) => new LdapEntry({ dn: `cn=p${n}`, employeeID: `E${n}` });
  const client = {
    read: async (_dn: string, [attribute = '']: readonly string[]) => {
      if (attribute === 'member')
        return new LdapEntry({ dn: 'cn=g', member: [], 'member;range=0-1': ['cn=p0', 'cn=p1'] });
      const rest = attribute === 'member;range=2-*' ? { 'member;range=2-*': ['cn=p2'] } : {};
      return new LdapEntry({ dn: 'cn=g', ...rest });
    },
    search: async () => [person(0), person(1), person(2)],
  } as unknown as LdapClient;
  const connection = open('ldap://127.0.0.1', { flavour: 'activeDirectory' });
  keepServer(connection, new LdapServer(client, serverOf(connection).settings));
  const directory = ldapDirectory(connection);
  expect(await idsOf(directory.membersOf?.('cn=g'))).toEqual(['E0', 'E1', 'E2']);
});

it('a directory without groups leaves members to the attribute memberOf', () => {
  expect(ldapDirectory(open('ldap://127.0.0.1', { groups: undefined as never }))).not.toHaveProperty(
    'membersOf',
  );
});
