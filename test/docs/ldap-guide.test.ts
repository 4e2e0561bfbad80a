/** Every program of the guide of LDAP runs against a server over TLS, and prints what it promises. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULTS } from '../../src/connectors/ldap/ldap-flavour.ts';
import {
  describeSlapd,
  GROUPS,
  PEOPLE,
  SLAPD_PASSWORD,
  type SlapdServer,
  startSlapd,
} from '../servers/slapd.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRIES: Readonly<Record<string, string>> = {
  tenure: join(ROOT, 'src/index.ts'),
  'tenure/ldap': join(ROOT, 'src/ldap.ts'),
};
const guide = readFileSync(join(ROOT, 'src/connectors/ldap/README.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
  language,
  body,
}));
const programs = blocks
  .flatMap(({ language, body }, index) =>
    language === 'ts' ? [{ code: body, output: blocks[index + 1] }] : [],
  )
  .map((program, index) => ({ ...program, name: `program ${index + 1}` }));

const ANA = { objectClass: 'inetOrgPerson', cn: 'Ana Núñez', sn: 'Núñez', uid: 'ana', employeeNumber: 'E1' };

describeSlapd('the guide of LDAP', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-ldap-guide-'));
  let openLdap: SlapdServer;
  let activeDirectory: SlapdServer;

  beforeAll(async () => {
    [openLdap, activeDirectory] = await Promise.all([startSlapd(), startSlapd({ activeDirectory: true })]);
    await openLdap.add(`uid=ana,${PEOPLE}`, ANA);
    await openLdap.add(`uid=bob,${PEOPLE}`, {
      ...ANA,
      uid: 'bob',
      employeeNumber: 'E2',
      pwdAccountLockedTime: '000001010000Z',
    });
    for (const cn of ['sales', 'lisbon']) {
      const dn = `cn=${cn},${GROUPS}`;
      const member = cn === 'sales' ? [dn, `uid=ana,${PEOPLE}`] : dn;
      await openLdap.add(dn, { objectClass: 'groupOfNames', cn, member });
    }
    await activeDirectory.add(`cn=Ana,${PEOPLE}`, {
      ...ANA,
      objectClass: 'user',
      objectCategory: 'person',
      cn: 'Ana',
      displayName: 'Ana Núñez',
      title: 'Clerk',
      physicalDeliveryOfficeName: 'Porto',
      objectGUID: Buffer.from('33221100554477668899aabbccddeeff', 'hex'),
      pwdLastSet: '134120736000000000',
      userAccountControl: '512',
    });
    await activeDirectory.add(`cn=leads,${GROUPS}`, { objectClass: 'group', cn: 'leads' });
  }, 60_000);
  afterAll(async () => {
    await Promise.all([openLdap?.close(), activeDirectory?.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** The program with the servers of this test in place of the guide's, and the entries of this clone. */
  const linked = (code: string) =>
    code
      .replace('ldaps://ldap.example.org', openLdap.secureUrl)
      .replace('ldaps://dc1.corp.example.org', activeDirectory.secureUrl)
      .replace(/from '([^']+)'/g, (_, name: string) => `from '${ENTRIES[name] ?? name}'`);

  const run = (path: string) => {
    const env = {
      ...process.env,
      LDAP_PASSWORD: SLAPD_PASSWORD,
      NODE_EXTRA_CA_CERTS: join(ROOT, 'test/cli/tls/cert-for-tests.pem'),
    };
    const args = ['--disable-warning=ExperimentalWarning', path];
    return new Promise((done) => {
      execFile(process.execPath, args, { cwd: folder, encoding: 'utf8', env }, (error, stdout, stderr) =>
        done({ status: error?.code ?? 0, stdout, stderr }),
      );
    });
  };

  it('has three programs', () => expect(programs).toHaveLength(3));

  it.each(programs)('prints what it promises in $name', async ({ name, code, output }) => {
    const path = join(folder, `${name.replace(' ', '-')}.mts`);
    writeFileSync(path, linked(code));
    expect(output?.language).toBe('text');
    expect(await run(path)).toEqual({ status: 0, stdout: output?.body, stderr: '' });
  });

  it('names the attributes of Graph that a directory gives, and those of LDAP', () => {
    const table = guide.slice(guide.indexOf('| Graph |'));
    const rows = [...table.slice(0, table.indexOf('\n\n')).matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    for (const { attributes } of Object.values(DEFAULTS))
      for (const [name, attribute] of Object.entries(attributes)) {
        if (/extensionAttribute\d/.test(name)) continue;
        expect(rows).toContain(name);
        expect(rows).toContain(attribute);
      }
  });
});
