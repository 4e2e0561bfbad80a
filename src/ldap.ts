/** `tenure/ldap`: accounts, groups and people of an LDAP server: OpenLDAP, Active Directory and others. */

export {
  type LdapDirectoryOptions,
  type LdapPerson,
  ldapDirectory,
} from './connectors/ldap/directory/ldap-directory.ts';
export { type LdapConnection, ldapConnection } from './connectors/ldap/ldap-connection.ts';
export type { LdapFlavour, LdapMemberAttribute } from './connectors/ldap/ldap-flavour.ts';
export type {
  LdapDisabledBy,
  LdapGroupsOptions,
  LdapKey,
  LdapNewUser,
  LdapOptions,
  LdapTlsOptions,
  LdapUsersOptions,
} from './connectors/ldap/ldap-options.ts';
export { type LdapTasks, ldapTasks } from './connectors/ldap/ldap-tasks.ts';
export type { LdapValue } from './connectors/ldap/protocol/ldap-value.ts';
