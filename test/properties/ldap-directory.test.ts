/**
 * A directory over LDAP gives the same people whether the server selects them or tenure does: on values that LDAP compares
 * otherwise than rules do.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ldapDirectory } from '../../src/connectors/ldap/directory/ldap-directory.ts';
import { type LdapConnection, ldapConnection } from '../../src/connectors/ldap/ldap-connection.ts';
import { orUnreadable } from '../../src/engine/selection/qualify.ts';
import { parseScopeRule } from '../../src/filter/parsing/scope-rule.ts';
import type { Subject } from '../../src/model/subject.ts';
import {
  BIND_DN,
  describeSlapd,
  PEOPLE,
  SLAPD_PASSWORD,
  type SlapdServer,
  startSlapd,
} from '../servers/slapd.ts';
import { quoted, scopeRules } from './scope-rules.ts';

const PEOPLE_COUNT = 80;
const RUNS = 30;
/** Texts that LDAP holds for equal, that it has characters for, and that read as other types. */
const TEXTS = [
  ...[
    'a',
    'A',
    'a ',
    ' a',
    'a  b',
    'a b',
    'ab',
    'á',
    'a\u0301',
    'a\u0301b',
    'ß',
    'ss',
    'SS',
    'ﬁ',
    'fi',
    '😀',
    '😀x',
  ],
  ...[
    '*',
    'a*',
    '(',
    ')',
    '\\',
    '\\2a',
    'a)(uid=*',
    '&',
    '|',
    '!',
    '=',
    "'",
    '%',
    '\u00a0a',
    'a\u00adb',
    'Ａ',
  ],
  ...['5', '05', '5.0', 'true', 'False', '2026-01-31', 'none'],
];

const text = fc.constantFrom(...TEXTS, 'Sales', 'vice president', 'V');
const literal = fc.oneof(
  { weight: 5, arbitrary: text.map(quoted) },
  fc.constantFrom('true', 'false', 'null', '5', '2026-01-31'),
);
const rule = scopeRules({
  attributes: ['department', 'jobTitle', 'city', 'accountEnabled', 'absent'],
  textAttributes: ['department', 'jobTitle', 'city', 'absent'],
  text,
  literal,
});

async function all(people: AsyncIterable<Subject>): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for await (const subject of people) subjects.push(subject);
  return subjects;
}

const idsOf = (subjects: readonly Subject[]) => subjects.map(({ id }) => id).sort();

describeSlapd('the people of an LDAP directory', () => {
  const servers: SlapdServer[] = [];
  const connections: LdapConnection[] = [];

  beforeAll(async () => {
    for (const activeDirectory of [false, true]) {
      const slapd = await startSlapd({ activeDirectory });
      servers.push(slapd);
      const textAt = (n: number) => TEXTS[n % TEXTS.length] as string;
      for (let n = 0; n < PEOPLE_COUNT; n += 1)
        await slapd.add(`cn=p${n},${PEOPLE}`, {
          cn: `p${n}`,
          sn: 'N',
          ...(n % 7 !== 0 && { title: textAt(n) }),
          ...(n % 5 !== 0 && { l: textAt(n * 3 + 1) }),
          ...(activeDirectory
            ? {
                objectClass: 'user',
                objectCategory: 'person',
                employeeID: `E${n}`,
                department: textAt(n * 2),
                ...(n % 4 !== 0 && { userAccountControl: n % 3 === 0 ? '514' : '512' }),
              }
            : { objectClass: 'inetOrgPerson', employeeNumber: `E${n}`, departmentNumber: textAt(n * 2) }),
        });
      connections.push(
        ldapConnection({
          url: slapd.url,
          bindDN: BIND_DN,
          password: SLAPD_PASSWORD,
          users: { base: PEOPLE },
          pageSize: 50,
        }),
      );
    }
  }, 60_000);
  afterAll(async () => {
    for (const connection of connections) await connection.close();
    for (const server of servers) await server.close();
  });

  it('are the same with the rule in LDAP as without it', async () => {
    const directories = connections.map((connection) => ldapDirectory(connection));
    const everyone = await Promise.all(directories.map((directory) => all(directory.query(null))));
    expect(everyone.map(({ length }) => length)).toEqual([PEOPLE_COUNT, PEOPLE_COUNT]);
    let read = 0;
    await fc.assert(
      fc.asyncProperty(rule, async (ruleText) => {
        const parsed = parseScopeRule(ruleText);
        for (const [index, directory] of directories.entries())
          for (const one of [parsed, orUnreadable(parsed)]) {
            const found = await all(directory.query(one));
            read += found.length;
            const wanted = everyone[index]?.filter((subject) => one.matches(subject)) ?? [];
            expect(idsOf(found.filter((subject) => one.matches(subject))), ruleText).toEqual(idsOf(wanted));
          }
      }),
      { numRuns: RUNS },
    );
    // Else LDAP was asked for everyone each time.
    expect(read).toBeLessThan(RUNS * 4 * PEOPLE_COUNT);
  });
});
