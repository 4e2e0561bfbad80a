/** What differs between Active Directory and other servers, where the options of a connection do not say it. */

/** The kinds of servers. */
export type LdapFlavour = 'activeDirectory' | 'generic';

/** How `member` attributes name people: by distinguished name, or, for `memberUid`, by `uid`. */
export type LdapMemberAttribute = 'member' | 'uniqueMember' | 'memberUid';

/** Capabilities that Active Directory and AD LDS name in their root entry. */
const ACTIVE_DIRECTORY = new Set(['1.2.840.113556.1.4.800', '1.2.840.113556.1.4.1851']);

/** The flavour of a server, by the values of `supportedCapabilities` in its root entry. */
export function flavourOf(capabilities: readonly string[]): LdapFlavour {
  return capabilities.some((one) => ACTIVE_DIRECTORY.has(one)) ? 'activeDirectory' : 'generic';
}

/** What a flavour has by default. */
export interface FlavourDefaults {
  readonly idAttribute: string;
  readonly usersFilter: string;
  readonly groupsFilter: Readonly<Record<LdapMemberAttribute, string>>;
  /** The attribute by which entries are found by their distinguished name. */
  readonly dnAttribute: string;
  readonly deleteChildren: boolean;
  /** Graph's names → LDAP's. A name with `/` is below another one. */
  readonly attributes: Readonly<Record<string, string>>;
}

const COMMON = {
  displayName: 'displayName',
  givenName: 'givenName',
  surname: 'sn',
  mail: 'mail',
  jobTitle: 'title',
  employeeType: 'employeeType',
  officeLocation: 'physicalDeliveryOfficeName',
  city: 'l',
  state: 'st',
  postalCode: 'postalCode',
  mobilePhone: 'mobile',
  businessPhones: 'telephoneNumber',
  faxNumber: 'facsimileTelephoneNumber',
  preferredLanguage: 'preferredLanguage',
  manager: 'manager',
} as const;

/** By flavour. */
export const DEFAULTS: Readonly<Record<LdapFlavour, FlavourDefaults>> = {
  activeDirectory: {
    idAttribute: 'employeeID',
    usersFilter: '(&(objectCategory=person)(objectClass=user))',
    groupsFilter: {
      member: '(objectClass=group)',
      uniqueMember: '(objectClass=groupOfUniqueNames)',
      memberUid: '(objectClass=posixGroup)',
    },
    dnAttribute: 'distinguishedName',
    deleteChildren: true,
    attributes: {
      ...COMMON,
      userPrincipalName: 'userPrincipalName',
      department: 'department',
      employeeId: 'employeeID',
      companyName: 'company',
      streetAddress: 'streetAddress',
      country: 'co',
      'employeeOrgData/division': 'division',
      onPremisesSamAccountName: 'sAMAccountName',
      onPremisesSecurityIdentifier: 'objectSid',
      createdDateTime: 'whenCreated',
      lastPasswordChangeDateTime: 'pwdLastSet',
      'signInActivity/lastSignInDateTime': 'lastLogonTimestamp',
      ...Object.fromEntries(
        Array.from({ length: 15 }, (_, index) => [
          `onPremisesExtensionAttributes/extensionAttribute${index + 1}`,
          `extensionAttribute${index + 1}`,
        ]),
      ),
    },
  },
  generic: {
    idAttribute: 'employeeNumber',
    usersFilter: '(objectClass=inetOrgPerson)',
    groupsFilter: {
      member: '(objectClass=groupOfNames)',
      uniqueMember: '(objectClass=groupOfUniqueNames)',
      memberUid: '(objectClass=posixGroup)',
    },
    dnAttribute: 'entryDN',
    deleteChildren: false,
    attributes: {
      ...COMMON,
      userPrincipalName: 'uid',
      department: 'departmentNumber',
      employeeId: 'employeeNumber',
      companyName: 'o',
      streetAddress: 'street',
      createdDateTime: 'createTimestamp',
    },
  },
};
