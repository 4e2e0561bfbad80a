import { afterAll, beforeAll, expect, it } from 'vitest';
import { ldapConnection } from '../../../../src/connectors/ldap/ldap-connection.ts';
import type { LdapOptions } from '../../../../src/connectors/ldap/ldap-options.ts';
import {
  BIND_DN,
  describeSlapd,
  GROUPS,
  PEOPLE,
  SLAPD_PASSWORD,
  type SlapdServer,
  SUFFIX,
  startSlapd,
} from '../../../servers/slapd.ts';

describeSlapd('the check of an LDAP connection', () => {
  let slapd: SlapdServer;

  beforeAll(async () => {
    slapd = await startSlapd();
    for (let n = 1; n <= 3; n += 1)
      await slapd.add(`uid=u${n},${PEOPLE}`, {
        objectClass: 'inetOrgPerson',
        uid: `u${n}`,
        cn: `u${n}`,
        sn: 'N',
        ...(n > 1 && { employeeNumber: `E${n}` }),
      });
  });
  afterAll(() => slapd?.close());

  const check = async (options: Partial<LdapOptions> = {}) => {
    const connection = ldapConnection({
      url: slapd.url,
      bindDN: BIND_DN,
      password: SLAPD_PASSWORD,
      users: { base: PEOPLE },
      ...options,
    });
    try {
      return await connection.check();
    } finally {
      await connection.close();
    }
  };

  it('says what kind of server it is, and what it has', async () => {
    await slapd.add(`cn=Sales,${GROUPS}`, { objectClass: 'groupOfNames', cn: 'Sales', member: PEOPLE });
    expect(await check({ groups: { base: GROUPS } })).toEqual([
      { name: 'connect and sign in', detail: 'an LDAP server other than Active Directory', failure: null },
      { name: 'read users', detail: '3 people, 2 with employeeNumber', failure: null },
      { name: 'disable accounts', detail: 'by pwdAccountLockedTime', failure: null },
      { name: 'read groups', detail: '1 group', failure: null },
    ]);
  });

  it('says what does not work, and what to do', async () => {
    const failures = async (options: Partial<LdapOptions>) =>
      (await check(options)).map(({ failure }) => failure).filter((failure) => failure !== null);
    expect(await failures({ password: 'wrong' })).toEqual([
      expect.stringMatching(
        /49 invalidCredentials.*: check the credentials, and that they have not expired$/,
      ),
    ]);
    expect(await failures({ url: 'ldap://127.0.0.1:1' })).toEqual([
      expect.stringMatching(
        /^No connection to 127\.0\.0\.1 \(ECONNREFUSED\): check the name and port of the host/,
      ),
    ]);
    expect(await failures({ url: slapd.secureUrl })).toEqual([
      expect.stringMatching(/^No TLS with 127\.0\.0\.1/),
    ]);
    expect(await failures({ users: { base: `ou=none,${SUFFIX}` }, groups: { base: PEOPLE } })).toEqual([
      expect.stringMatching(/32 noSuchObject/),
      `Found no groups below ${PEOPLE}; check \`groups\``,
    ]);
    expect(await failures({ disabledBy: { attribute: 'nsAccountLock', value: 'true' } })).toEqual([
      "The server has no attribute nsAccountLock; set `disabledBy`, or load OpenLDAP's overlay ppolicy",
    ]);
    expect(await failures({ idAttribute: 'title' })).toEqual([
      'Found 3 people, none with title; set `idAttribute`',
    ]);
    expect(await failures({ users: { base: PEOPLE, filter: '(uid=' } })).toEqual([
      expect.stringMatching(/^Expected a filter as RFC 4515 has it, got `\(uid=`/),
    ]);
  });
});
