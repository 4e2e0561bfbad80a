import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { SMTP_USER, startSmtpServer } from '../../servers/smtp-server.ts';
import { expectCode } from '../support.ts';
import { connectedWorkplace, stateOf } from './support.ts';

const place = connectedWorkplace();
const { tenure, write, path, data, scim } = place;

describe('a configuration of several systems', () => {
  it('reads people from a database, makes accounts in one service and sends messages by another', async () => {
    const database = new DatabaseSync(path('hr.db'));
    database.exec(`
      CREATE TABLE people (worker TEXT PRIMARY KEY, name TEXT, mail TEXT, boss TEXT);
      INSERT INTO people VALUES ('w1', 'Ana', 'ana@example.org', 'w2'), ('w2', 'Ben', 'ben@example.org', NULL);`);
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

  it.each([
    [{}, 'Expected the connection to be one with sqlite, postgres or query, got none of them'],
    [{ sqlite: 'hr.db', postgres: { env: 'X' } }, 'got sqlite and postgres'],
  ])('says which database is meant: %j', async (fields, message) => {
    const hr = { kind: 'sql', table: 'people', id: 'id', columns: { mail: 'mail' }, ...fields };
    await write('which.json', JSON.stringify({ connections: { hr }, directory: 'hr' }));
    expect(expectCode(await tenure('check-config', '@which.json'), 1).stderr).toContain(message);
  });
});
