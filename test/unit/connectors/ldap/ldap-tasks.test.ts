import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ldapConnection } from '../../../../src/connectors/ldap/ldap-connection.ts';
import type { LdapOptions } from '../../../../src/connectors/ldap/ldap-options.ts';
import { type LdapTasks, ldapTasks } from '../../../../src/connectors/ldap/ldap-tasks.ts';
import { PermanentFailure } from '../../../../src/engine/handlers/results/task-failure.ts';
import type { TaskContext } from '../../../../src/ports/task-handler.ts';
import { type LdapProxy, openLdapProxy } from '../../../servers/ldap-proxy.ts';
import {
  BIND_DN,
  describeSlapd,
  GROUPS,
  PEOPLE,
  SLAPD_PASSWORD,
  type SlapdServer,
  startSlapd,
} from '../../../servers/slapd.ts';

const ANA = `uid=ana,${PEOPLE}`;
const PERSON = { objectClass: 'inetOrgPerson', uid: 'ana', cn: 'Ana', sn: 'Núñez', employeeNumber: 'E1' };

describeSlapd('the tasks of an LDAP directory', () => {
  let slapd: SlapdServer;
  let windows: SlapdServer;
  let proxy: LdapProxy;
  const opened: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    [slapd, windows] = await Promise.all([startSlapd(), startSlapd({ activeDirectory: true })]);
    proxy = await openLdapProxy(windows.url);
  });
  beforeEach(async () => {
    await Promise.all([slapd.clear(), windows.clear()]);
  });
  afterAll(async () => {
    for (const close of opened) await close();
    await proxy?.close();
    await Promise.all([slapd?.close(), windows?.close()]);
  });

  const run = async (
    task: keyof LdapTasks,
    given: Readonly<Record<string, string>> = {},
    options: Partial<LdapOptions> = {},
  ) => {
    const connection = ldapConnection({
      url: slapd.url,
      bindDN: BIND_DN,
      password: SLAPD_PASSWORD,
      users: { base: PEOPLE },
      groups: { base: GROUPS },
      ...options,
    });
    opened.push(connection.close);
    const { signal } = new AbortController();
    return ldapTasks(connection)[task].run({
      subject: { id: 'E1', displayName: 'Ana Núñez', uid: 'ana' },
      arguments: given,
      signal,
    } as unknown as TaskContext);
  };
  const attributesOf = async (dn: string, names: readonly string[], server = slapd) =>
    (await server.client.search(dn, { scope: 'base', attributes: [...names] })).searchEntries[0];
  const refusal = (code: string, message: string | RegExp) =>
    expect.objectContaining({
      name: PermanentFailure.name,
      failureCode: code,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });

  it('disable and enable by the attribute that the options name', async () => {
    await slapd.add(ANA, { ...PERSON, employeeType: 'active' });
    const disabledBy = { attribute: 'employeeType', value: 'inactive', enabledValue: 'active' };
    expect(await run('disableUserAccount', {}, { disabledBy })).toEqual({
      changes: ['accountEnabled: true → false'],
    });
    expect(await attributesOf(ANA, ['employeeType'])).toMatchObject({ employeeType: 'inactive' });
    expect(await run('enableUserAccount', {}, { disabledBy })).toEqual({
      changes: ['accountEnabled: false → true'],
    });
    expect(await attributesOf(ANA, ['employeeType'])).toMatchObject({ employeeType: 'active' });
  });

  it('take an account that is locked for a time after wrong passwords for enabled', async () => {
    await slapd.add(ANA, { ...PERSON, pwdAccountLockedTime: '20260105080000Z' });
    expect(await run('enableUserAccount')).toEqual({ processingInfo: 'The account is enabled already' });
    expect(await run('disableUserAccount')).toEqual({ changes: ['accountEnabled: true → false'] });
    expect(await attributesOf(ANA, ['pwdAccountLockedTime'])).toMatchObject({
      pwdAccountLockedTime: '000001010000Z',
    });
  });

  it('disable so that the server takes no password any more, where its policy locks accounts', async () => {
    await slapd.add(ANA, { ...PERSON, userPassword: 'of ana' });
    await run('disableUserAccount');
    const connection = ldapConnection({
      url: slapd.url,
      bindDN: ANA,
      password: 'of ana',
      users: { base: PEOPLE },
    });
    opened.push(connection.close);
    expect(await connection.check()).toMatchObject([
      { name: 'connect and sign in', failure: expect.stringContaining('49 invalidCredentials') },
    ]);
  });

  it('keep the other bits of an account of Active Directory', async () => {
    const ana = { ...PERSON, objectClass: 'user', objectCategory: 'person', employeeID: 'E1' };
    await windows.add(ANA, { ...ana, userAccountControl: '66048' });
    await run('disableUserAccount', {}, { url: windows.url });
    expect(await attributesOf(ANA, ['userAccountControl'], windows)).toMatchObject({
      userAccountControl: '66050',
    });
    await run('enableUserAccount', {}, { url: windows.url });
    expect(await attributesOf(ANA, ['userAccountControl'], windows)).toMatchObject({
      userAccountControl: '66048',
    });
  });

  it('make an account of Active Directory with its password, its id and as an enabled one', async () => {
    const newUser: LdapOptions['newUser'] = ({ displayName }) => ({
      rdn: 'cn',
      attributes: {
        objectClass: 'user',
        objectCategory: 'person',
        cn: 'Núñez, Ana',
        sn: 'Núñez',
        displayName: String(displayName),
        unicodePwd: 'p',
      },
    });
    expect(await run('enableUserAccount', {}, { url: windows.url, newUser })).toEqual({
      changes: ['account: none → enabled'],
    });
    expect(await attributesOf(`cn=Núñez\\, Ana,${PEOPLE}`, ['*'], windows)).toMatchObject({
      userAccountControl: '512',
      employeeID: 'E1',
      displayName: 'Ana Núñez',
      unicodePwd: Buffer.from('220070002200', 'hex').toString(),
    });
  });

  it('say why Active Directory does not enable an account', async () => {
    await windows.add(ANA, {
      ...PERSON,
      objectClass: 'user',
      objectCategory: 'person',
      employeeID: 'E1',
      userAccountControl: '514',
    });
    proxy.inject({ name: '', isTransient: false, isDone: false, code: 53, isForChanges: true }, 3);
    await expect(run('enableUserAccount', {}, { url: proxy.url })).rejects.toEqual(
      refusal('LdapUnwillingToPerform', /enables no account without a password that its policy accepts$/),
    );
  });

  it.each([
    ['addUserToGroups', 68, 'added to group'],
    ['removeUserFromSelectedGroups', 53, 'removed from group'],
  ] as const)('%s takes the %i of Active Directory for done when it is so', async (task, code, change) => {
    await windows.add(ANA, { ...PERSON, objectClass: 'user', objectCategory: 'person', employeeID: 'E1' });
    const sales = `cn=Sales,${GROUPS}`;
    const isIn = task === 'removeUserFromSelectedGroups';
    await windows.add(sales, { objectClass: 'group', cn: 'Sales', ...(isIn && { member: ANA }) });
    // Another program does it between the look and the change: sign-in, root, person, group, change.
    proxy.inject({ name: '', isTransient: true, isDone: true, code, isForChanges: true }, 4);
    expect(await run(task, { groupID: sales }, { url: proxy.url })).toEqual({
      changes: [`${change} ${sales}`],
    });
    expect((await attributesOf(sales, ['member'], windows))?.member).toEqual(isIn ? [] : ANA);
  });

  it('change no account of Active Directory whose bits cannot be read', async () => {
    await windows.add(ANA, { ...PERSON, objectClass: 'user', objectCategory: 'person', employeeID: 'E1' });
    await expect(run('disableUserAccount', {}, { url: windows.url })).rejects.toEqual(
      refusal('StateHidden', /^Expected the entry to have userAccountControl, got none/),
    );
  });

  it('make no account of a description that lacks its name, or has other values than texts', async () => {
    const newUser = (attributes: object) => ({
      newUser: () => ({ rdn: 'uid', attributes: attributes as never }),
    });
    await expect(run('enableUserAccount', {}, newUser({ objectClass: 'inetOrgPerson' }))).rejects.toEqual(
      refusal('BadNewUser', 'Expected `newUser` to give uid, which names the entry, got none'),
    );
    await expect(run('enableUserAccount', {}, newUser({ uid: 7 }))).rejects.toEqual(
      refusal('BadNewUser', 'Expected `newUser` to give texts or bytes for uid, got something else'),
    );
  });

  it('delete what is below an account of Active Directory, with its control, when there is something', async () => {
    await windows.add(ANA, { ...PERSON, objectClass: 'user', objectCategory: 'person', employeeID: 'E1' });
    await windows.add(`cn=device,${ANA}`, { objectClass: 'group', cn: 'device' });
    // OpenLDAP does not have the control: that it is asked for is what can be seen.
    await expect(run('deleteUserAccount', {}, { url: windows.url })).rejects.toEqual(
      refusal('LdapUnavailableCriticalExtension', /12 unavailableCriticalExtension/),
    );
    await expect(run('deleteUserAccount', {}, { url: windows.url, deleteChildren: false })).rejects.toEqual(
      refusal('LdapNotAllowedOnNonLeaf', /delete them, or set `deleteChildren`$/),
    );
  });

  it('fail over people without an entry, or with several', async () => {
    await expect(run('enableUserAccount')).rejects.toEqual(
      refusal('AccountMissing', 'The person has no entry in the LDAP directory'),
    );
    await expect(run('updateUserAttributes', { attributeUpdates: '{"jobTitle":"x"}' })).rejects.toEqual(
      refusal('AccountMissing', /no entry/),
    );
    await expect(run('addUserToGroups', { groupID: 'Sales' })).rejects.toEqual(
      refusal('AccountMissing', /no entry/),
    );
    for (const task of ['disableUserAccount', 'deleteUserAccount', 'removeUserFromAllGroups'] as const)
      expect(await run(task)).toEqual({ processingInfo: expect.any(String) });
    await slapd.add(ANA, PERSON);
    await slapd.add(`uid=bea,${PEOPLE}`, { ...PERSON, uid: 'bea' });
    await expect(run('deleteUserAccount')).rejects.toEqual(
      refusal('AmbiguousAccount', 'Expected one account by employeeNumber, got several'),
    );
  });

  it('find people by the attribute that the options name, whatever its value has in it', async () => {
    await slapd.add(ANA, { ...PERSON, mail: 'a(*)\\b@example.org' });
    await slapd.add(`uid=bea,${PEOPLE}`, { ...PERSON, uid: 'bea', mail: 'bea@example.org' });
    const by = (attribute: string, value: string) => ({ keyOf: () => ({ attribute, value }) });
    expect(await run('disableUserAccount', {}, by('mail', '*'))).toEqual({
      processingInfo: 'The account is disabled already, or does not exist',
    });
    expect(await run('disableUserAccount', {}, by('mail', 'a(*)\\b@example.org'))).toHaveProperty('changes');
    expect(await run('enableUserAccount', {}, by('dn', ANA))).toHaveProperty('changes');
    for (const dn of [ANA.replaceAll(',', ' , '), ANA.toUpperCase()])
      expect(await run('enableUserAccount', {}, by('dn', dn))).toHaveProperty('processingInfo');
    // The data about people must not choose another entry that is deleted.
    await slapd.add(`uid=root,${GROUPS}`, { ...PERSON, uid: 'root' });
    await expect(run('deleteUserAccount', {}, by('dn', `uid=root,${GROUPS}`))).rejects.toEqual(
      refusal('BadId', `Expected the entry of a person below ${PEOPLE}, got uid=root,${GROUPS}`),
    );
    for (const dn of ['', PEOPLE, GROUPS])
      expect(await run('deleteUserAccount', {}, by('dn', dn))).toHaveProperty('processingInfo');
    expect(await run('deleteUserAccount', {}, by('dn', `uid=none,${PEOPLE}`))).toHaveProperty(
      'processingInfo',
    );
    await expect(run('deleteUserAccount', {}, by('objectGUID', 'E1'))).rejects.toEqual(
      refusal('BadId', 'Expected an id of objectGUID, got `E1`'),
    );
  });

  it('clear attributes by an empty text, and take one value in place of several', async () => {
    await slapd.add(ANA, { ...PERSON, title: 'Clerk', mail: ['a@example.org', 'b@example.org'] });
    const attributeUpdates = JSON.stringify({ jobTitle: '', mail: 'a@example.org', city: 'Porto' });
    expect(await run('updateUserAttributes', { attributeUpdates })).toEqual({
      changes: [
        'jobTitle: Clerk → none',
        'mail: a@example.org, b@example.org → a@example.org',
        'city: none → Porto',
      ],
    });
    expect(await attributesOf(ANA, ['title', 'mail', 'l'])).toMatchObject({
      title: [],
      mail: 'a@example.org',
      l: 'Porto',
    });
    await expect(run('updateUserAttributes', { attributeUpdates: '{"manager":"E2"}' })).rejects.toEqual(
      refusal('BadArgument', /^Expected an attribute that the LDAP directory has .* got `manager`$/),
    );
  });

  it('leave the last member in a group that may not be empty, and say so', async () => {
    await slapd.add(ANA, PERSON);
    await slapd.add(`cn=Sales,${GROUPS}`, { objectClass: 'groupOfNames', cn: 'Sales', member: ANA });
    await expect(run('removeUserFromAllGroups')).rejects.toEqual(
      refusal('LastMember', /^group Sales: .* the last member of group Sales, which may not be empty/),
    );
  });

  it('name members as the options have it', async () => {
    await slapd.add(ANA, PERSON);
    await slapd.add(`cn=unix,${GROUPS}`, { objectClass: 'posixGroup', cn: 'unix', gidNumber: '7' });
    const groups = { base: GROUPS, member: 'memberUid' } as const;
    expect(await run('addUserToGroups', { groupID: 'unix' }, { groups })).toEqual({
      changes: ['added to group unix'],
    });
    expect(await attributesOf(`cn=unix,${GROUPS}`, ['memberUid'])).toMatchObject({ memberUid: 'ana' });
    expect(await run('removeUserFromAllGroups', {}, { groups })).toEqual({
      changes: ['removed from group unix'],
    });
  });

  it('fail over groups that do not exist or are not one, and go on with the others', async () => {
    await slapd.add(ANA, PERSON);
    await slapd.add(`ou=more,${GROUPS}`, { objectClass: 'organizationalUnit', ou: 'more' });
    const sales = { objectClass: 'groupOfNames', cn: 'Sales', member: PEOPLE };
    await slapd.add(`cn=Sales,${GROUPS}`, sales);
    await slapd.add(`cn=Sales,ou=more,${GROUPS}`, sales);
    await slapd.add(`cn=Lisbon,${GROUPS}`, { ...sales, cn: 'Lisbon' });
    await expect(run('addUserToGroups', { groupID: 'Porto,Sales,Lisbon' })).rejects.toEqual(
      refusal(
        'GroupMissing',
        'group Porto, group Sales: Group Porto does not exist in the LDAP directory; done before: added to group Lisbon',
      ),
    );
    expect(await run('removeUserFromSelectedGroups', { groupID: `Porto` })).toEqual({
      processingInfo: 'A member of none of the groups',
    });
    await expect(
      run('addUserToGroups', { groupID: 'Lisbon' }, { groups: undefined as never }),
    ).rejects.toEqual(
      refusal('GroupsMissing', 'Expected `groups` in the options of ldapConnection, got none'),
    );
  });

  it('say what the account that signs in may not do', async () => {
    await slapd.add(ANA, PERSON);
    await slapd.add(`uid=reader,${PEOPLE}`, {
      ...PERSON,
      uid: 'reader',
      employeeNumber: 'R',
      userPassword: 'r',
    });
    await expect(
      run('disableUserAccount', {}, { bindDN: `uid=reader,${PEOPLE}`, password: 'r' }),
    ).rejects.toEqual(
      refusal('LdapInsufficientAccessRights', /give the account that signs in the right to do this$/),
    );
  });
});
