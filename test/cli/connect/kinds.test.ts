import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { guid } from '../../servers/entra/entra-data.ts';
import { CLIENT_ID, TENANT } from '../../servers/entra/token-endpoint.ts';
import { startEntraEmulator } from '../../servers/entra-emulator.ts';
import { BIND_DN, describeSlapd, GROUPS, PEOPLE, startSlapd } from '../../servers/slapd.ts';
import { SMTP_USER, startSmtpServer } from '../../servers/smtp-server.ts';
import { startWebhookReceiver } from '../../servers/webhook-receiver.ts';
import { expectCode } from '../support.ts';
import { connectedWorkplace, stateOf } from './support.ts';

const place = connectedWorkplace();
const { tenure, write, path, data, scim } = place;

describe('a configuration of several systems', () => {
  it('reads people from a database, makes accounts in one service and sends messages by another', async () => {
    const database = new DatabaseSync(path('hr.db'));
    database.exec(`
      CREATE TABLE people (worker TEXT PRIMARY KEY, name TEXT, mail TEXT, boss TEXT);
      INSERT INTO people VALUES ('w1', 'Ana', 'ana@example.org', 'w2'), ('w2', 'Ben', 'ben@example.org', NULL);
      CREATE TABLE staff (no INTEGER PRIMARY KEY, active INTEGER); INSERT INTO staff VALUES (17, 1), (18, 0);`);
    database.close();
    const smtp = await startSmtpServer();
    try {
      const auth = { user: SMTP_USER, pass: { env: 'SMTP_PASS' } };
      const server = { host: '127.0.0.1', port: smtp.port, tls: 'none' };
      const mail = { kind: 'mail', ...server, auth, from: 'hr@example.org' };
      const columns = { displayName: 'name', mail: 'mail', managerId: 'boss' };
      const hr = { kind: 'sql', sqlite: 'hr.db', table: 'people', id: 'worker', columns };
      const config = { connections: { hr, mail, app: scim() }, directory: 'hr' };
      await write('all.json', JSON.stringify(config));
      const group = data().add('groups', { displayName: 'All', members: [] }).id;
      const tasks = [
        { taskDefinitionId: 'enableUserAccount' },
        { taskDefinitionId: 'sendWelcomeEmail' },
        { taskDefinitionId: 'sendOnboardingReminderEmail' },
        { taskDefinitionId: 'addUserToGroups', arguments: [{ name: 'groupID', value: group }] },
      ];
      const workflow = { category: 'joiner', displayName: 'Join', executionConditions: 'onDemand', tasks };
      await write('all-join.json', JSON.stringify(workflow));
      const check = expectCode(await tenure('check-config', '@all.json'), 0).stdout;
      expect(check).toContain('hr · sql · has the people');
      expect(check).toContain('mail · mail · does sendWelcomeEmail, ');
      const args = ['run', '--connect', '@all.json', '--workflow', '@all-join.json'];
      const preview = expectCode(await tenure(...args, '--dry-run'), 0).stdout;
      expect(preview).toMatch(/mail to .*ana@example\.org|mail to …/);
      expect(smtp.messages).toEqual([]);
      expectCode(await tenure(...args, '--ids', 'w1', '--quiet'), 0);
      expect(stateOf(data(), group)).toEqual({ accounts: ['w1 true'], members: ['w1'] });
      expect(smtp.messages.map(({ recipients }) => recipients).sort()).toEqual([
        ['ana@example.org'],
        ['ben@example.org'],
      ]);
    } finally {
      await smtp.close();
    }
  });

  it('has accounts in Entra disabled, and what is left done by a program of one’s own', async () => {
    const [entra, receiver] = await Promise.all([startEntraEmulator(), startWebhookReceiver()]);
    try {
      const [ana, ben] = [guid('a', 1), guid('a', 2)];
      entra.data.addUser({ id: ana, displayName: 'Ana', accountEnabled: true });
      entra.data.addUser({ id: ben, displayName: 'Ben', accountEnabled: true });
      const tenant = {
        ...{ kind: 'entra', tenantId: TENANT, clientId: CLIENT_ID, clientSecret: { env: 'ENTRA_SECRET' } },
        ...{ graphUrl: entra.url, authorityUrl: entra.url },
      };
      const hook = {
        ...{
          kind: 'webhook',
          url: `${receiver.url}/tenure`,
          secret: { env: 'WEBHOOK_SECRET' },
          dryRun: true,
        },
        ...{ tasks: ['collectLaptop'], paths: { collectLaptop: '/laptops' } },
      };
      await write('tenant.json', JSON.stringify({ connections: { tenant, hook }, directory: 'tenant' }));
      const tasks = [{ taskDefinitionId: 'disableUserAccount' }, { taskDefinitionId: 'collectLaptop' }];
      const workflow = { category: 'leaver', displayName: 'Leave', executionConditions: 'onDemand', tasks };
      await write('tenant-leave.json', JSON.stringify(workflow));
      const check = (await tenure('check-config', '@tenant.json')).stdout;
      expect(check).toContain('tenant · entra · has the people · does ');
      expect(check).toMatch(
        /hook · webhook · does collectLaptop\n {2}✓ reach .*\n {2}✓ have a signature verified/,
      );
      const args = ['run', '--connect', '@tenant.json', '--workflow', '@tenant-leave.json', '--ids', ana];
      const { stdout } = expectCode(await tenure(...args, '--dry-run'), 0);
      expect(stdout).toContain('1 would be changed');
      expect(receiver.done.size).toBe(0);
      expectCode(await tenure(...args, '--quiet'), 0);
      expect([ana, ben].map((id) => entra.data.users.get(id)?.accountEnabled)).toEqual([false, true]);
      expect([...receiver.done.values()]).toEqual([`collectLaptop: ${ana}`]);
      expect(receiver.messages.at(-1)?.path).toBe('/tenure/laptops');
    } finally {
      await Promise.all([entra.close(), receiver.close()]);
    }
  });

  it('reads columns of other types than text', async () => {
    const id = { column: 'no', type: 'integer' };
    const columns = { accountEnabled: { column: 'active', type: 'boolean' } };
    const config = {
      connections: { hr: { kind: 'sql', sqlite: 'hr.db', table: 'staff', id, columns } },
      directory: 'hr',
    };
    await write('typed.json', JSON.stringify(config));
    const check = expectCode(await tenure('check-config', '@typed.json'), 0).stdout;
    expect(check).toMatch(/✓ read a person\n.*✓ count people +2 people/);
  });

  it('names a file of a certificate that is not there', async () => {
    const mail = { kind: 'mail', host: 'smtp.example.org', from: 'hr@example.org', caFile: 'none.pem' };
    await write('ca.json', JSON.stringify({ connections: { mail } }));
    expect(expectCode(await tenure('check-config', '@ca.json'), 1).stderr).toMatch(
      /ca\.json: Expected connections\.mail\.caFile to be a file that can be read, got no file none\.pem/,
    );
  });

  it.each([
    [{}, 'Expected the connection to be one with sqlite, postgres or query, got none of them'],
    [{ sqlite: 'hr.db', postgres: { env: 'X' } }, 'got sqlite and postgres'],
    [{ sqlite: 'hr.db', dialect: 'mysql' }, 'dialect to be absent without query'],
    [{ sqlite: 'none.db' }, 'connections.hr: Expected sqlite to be a database that can be opened'],
  ])('says which database is meant: %j', async (fields, message) => {
    const hr = { kind: 'sql', table: 'people', id: 'id', columns: { mail: 'mail' }, ...fields };
    await write('which.json', JSON.stringify({ connections: { hr }, directory: 'hr' }));
    expect(expectCode(await tenure('check-config', '@which.json'), 1).stderr).toContain(message);
  });
});

describeSlapd('a configuration of an LDAP server', () => {
  it('reads people from it, makes the entry that is missing, and finds nothing to do then', async () => {
    const slapd = await startSlapd();
    try {
      await slapd.add(`uid=ana,${PEOPLE}`, {
        ...{ objectClass: 'inetOrgPerson', uid: 'ana', cn: 'Ana', sn: 'Sá', employeeNumber: 'E1' },
      });
      await slapd.add(`cn=all,${GROUPS}`, { objectClass: 'groupOfNames', cn: 'all', member: BIND_DN });
      const ldap = {
        ...{ kind: 'ldap', url: slapd.url, bindDN: BIND_DN, password: { env: 'LDAP_PASSWORD' } },
        ...{ users: { base: PEOPLE }, groups: { base: GROUPS } },
        newUser: {
          rdn: 'uid',
          attributes: {
            ...{ objectClass: ['inetOrgPerson'], uid: '{{user.id}}', cn: '{{user.displayName}}' },
            ...{ sn: '{{user.displayName}}', employeeNumber: '{{user.id}}', mail: '{{user.mail}}' },
          },
        },
      };
      await write('ldap.json', JSON.stringify({ connections: { ldap }, directory: 'ldap' }));
      await write(
        'ldap-join.json',
        JSON.stringify({
          ...{ category: 'joiner', displayName: 'Join', executionConditions: 'onDemand' },
          tasks: [
            { taskDefinitionId: 'enableUserAccount' },
            {
              taskDefinitionId: 'addUserToGroups',
              arguments: [{ name: 'groupID', value: `cn=all,${GROUPS}` }],
            },
          ],
        }),
      );
      expect(expectCode(await tenure('check-config', '@ldap.json'), 0).stdout).toContain(
        'ldap · ldap · has the people',
      );
      const args = ['run', '--connect', '@ldap.json', '--workflow', '@ldap-join.json'];
      expectCode(await tenure(...args, '--quiet'), 0);
      await write('e2.csv', 'id,displayName,mail\nE2,Ben,\n');
      expectCode(await tenure(...args, '--users', '@e2.csv', '--quiet'), 0);
      const { searchEntries } = await slapd.client.search(GROUPS, {
        filter: '(cn=all)',
        attributes: ['member'],
      });
      expect(searchEntries[0]?.member).toEqual([BIND_DN, `uid=ana,${PEOPLE}`, `uid=E2,${PEOPLE}`]);
      const { stdout } = expectCode(await tenure(...args, '--dry-run', '--json'), 0);
      expect(JSON.parse(stdout).previewed.people).toEqual({ already: 2 });
    } finally {
      await slapd.close();
    }
  });
});
