import type { LdapKey, LdapNewUser, LdapOptions } from '../../connectors/ldap/ldap-options.ts';
import { code, flag, list, loose, object, orFunction, text, whole, word } from '../../input/schema.ts';
import { connectionKind, DOES_TASKS } from '../connection-kind.ts';
import { fillFromPerson, personValue } from '../person-values.ts';
import { secret } from '../secret.ts';

const dn = (description: string) => text(1, 2_048, description);
const attribute = (description: string) => text(1, 100, description);

/** Accounts, groups and people of an LDAP server. */
export const LDAP = connectionKind(
  [
    {
      url: text(1, 2_048, 'ldaps://host or ldap://host, with a port if it is not 636 or 389.'),
      bindDN: dn('The account that signs in; Active Directory takes name@domain as well.'),
      password: secret('Its password.'),
      users: object(
        { base: dn('The entry that people are below.') },
        {
          filter: text(
            1,
            2_048,
            'Which entries are people, as RFC 4515 has it. Default: those of the flavour.',
          ),
        },
      ),
    },
    {
      startTls: flag('Begins TLS on an ldap:// connection before anything else. Default false.'),
      allowPlainText: flag('Allows ldap:// without TLS to other hosts. Default false.'),
      caFile: text(
        1,
        4_096,
        'A file with the certificate that the server’s comes from, PEM. Default: those that Node trusts.',
      ),
      groups: object(
        { base: dn('The entry that groups are below.') },
        {
          member: word(
            ['member', 'uniqueMember', 'memberUid'],
            'The attribute that has the members. Default member.',
          ),
          filter: text(1, 2_048, 'Which entries are groups. Default: those of the flavour and of member.'),
        },
        'Default: no groups, and tasks about groups fail.',
      ),
      flavour: word(['activeDirectory', 'generic'], 'Default: found out.'),
      idAttribute: attribute(
        'Has the person’s id. Default: Active Directory employeeID, else employeeNumber.',
      ),
      keyOf: orFunction<
        { readonly attribute: string; readonly from: string },
        NonNullable<LdapOptions['keyOf']>
      >(
        object({
          attribute: attribute('The attribute of the entry: uid.'),
          from: text(1, 256, 'The attribute of the person with the value: userPrincipalName.'),
        }),
        'How a person’s entry is found. Default: by idAttribute and the person’s id.',
      ),
      newUser: orFunction<LdapNewUser, NonNullable<LdapOptions['newUser']>>(
        loose<LdapNewUser>(),
        'The entry that enableUserAccount makes where there is none: { "rdn": "uid", "attributes": { … } }; {{user.mail}} stands for the person’s mail. Default: none is made.',
      ),
      disabledBy: object(
        { attribute: attribute('On servers other than Active Directory.'), value: text(1, 1_024) },
        { enabledValue: text(1, 1_024, 'Default: the attribute is removed.') },
        'Which attribute says that an account is disabled. Default: pwdAccountLockedTime.',
      ),
      deleteChildren: flag(
        'Whether deleteUserAccount deletes what is below the entry, too. Default: on Active Directory.',
      ),
      attributes: loose<NonNullable<LdapOptions['attributes']>>(
        'LDAP’s names for Graph’s; null: none. Default: the usual ones.',
      ),
      read: list(
        attribute('One of LDAP.'),
        { max: 200 },
        'Further attributes to read, for subjectOf. Default: none.',
      ),
      subjectOf: code<NonNullable<SubjectOf>>(
        'The person that an entry stands for. Default: its attributes under Graph’s names.',
      ),
      connectTimeoutMs: whole(1, 600_000, 'Default 10000.'),
      timeoutMs: whole(1, 600_000, 'For a call, ms. Default 30000.'),
      pageSize: whole(1, 1_000, 'Entries of a page. Default 500.'),
      ...DOES_TASKS,
    },
  ],
  {
    name: 'ldap',
    about: 'Accounts and groups of an LDAP server or Active Directory; needs: npm install ldapts',
    fields: {
      url: 'ldaps://ldap.example.org',
      bindDN: 'cn=tenure,dc=example,dc=org',
      password: { env: 'LDAP_PASSWORD' },
      users: { base: 'ou=people,dc=example,dc=org' },
      groups: { base: 'ou=groups,dc=example,dc=org' },
    },
    isDirectory: true,
    tasks: ['disableUserAccount', 'removeUserFromAllGroups'],
  },
  async ({ password, caFile, keyOf, newUser, read, subjectOf, tasks: _, ...options }, context) => {
    const { ldapConnection } = await import('../../connectors/ldap/ldap-connection.ts');
    const { ldapTasks } = await import('../../connectors/ldap/ldap-tasks.ts');
    const { ldapDirectory } = await import('../../connectors/ldap/directory/ldap-directory.ts');
    const connection = ldapConnection({
      ...options,
      password: context.secret('password', password),
      ...(caFile && { tls: { ca: await context.text('caFile', caFile) } }),
      ...(keyOf && { keyOf: typeof keyOf === 'function' ? keyOf : keyFrom(keyOf) }),
      ...(newUser && { newUser: typeof newUser === 'function' ? newUser : newUserFrom(newUser) }),
    });
    return {
      tasks: ldapTasks(connection),
      directory: async () =>
        ldapDirectory(connection, { ...(read && { attributes: read }), ...(subjectOf && { subjectOf }) }),
      check: (signal) => connection.check(signal),
      close: () => connection.close(),
    };
  },
);

type SubjectOf =
  import('../../connectors/ldap/directory/ldap-directory.ts').LdapDirectoryOptions['subjectOf'];

function keyFrom({ attribute: name, from }: { readonly attribute: string; readonly from: string }) {
  return (subject: Parameters<NonNullable<LdapOptions['keyOf']>>[0]): LdapKey => ({
    attribute: name,
    value: personValue(subject, from),
  });
}

function newUserFrom(template: LdapNewUser): NonNullable<LdapOptions['newUser']> {
  return (subject) => fillFromPerson(template, subject) as LdapNewUser;
}
