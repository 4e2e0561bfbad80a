/** The types of the directory that resources refer to. Source: domain §3.1. */
import { KINDS } from './complex-types.ts';
import type { EntityType, Kind } from './edm.ts';

const GRAPH = 'microsoft.graph';

/** The base type of everything with an id. */
export const ENTITY: EntityType = {
  name: 'entity',
  namespace: GRAPH,
  isAbstract: true,
  key: 'id',
  properties: { id: 'string' },
  required: ['id'],
  navigation: {},
};

/** An object of the directory; `@odata.type` says of which type. */
export const DIRECTORY_OBJECT: EntityType = {
  name: 'directoryObject',
  namespace: GRAPH,
  base: ENTITY,
  key: 'id',
  properties: { id: 'string' },
  required: ['id'],
  navigation: {},
};

const TEXTS: Kind = { collection: {}, type: 'string' };

/** A user: the properties of scope rules, and dates. */
export const USER: EntityType = {
  name: 'user',
  namespace: GRAPH,
  base: DIRECTORY_OBJECT,
  key: 'id',
  properties: {
    id: 'string',
    accountEnabled: 'boolean',
    businessPhones: TEXTS,
    city: 'string',
    companyName: 'string',
    country: 'string',
    createdDateTime: 'dateTime',
    department: 'string',
    displayName: 'string',
    employeeHireDate: 'dateTime',
    employeeId: 'string',
    employeeLeaveDateTime: 'dateTime',
    employeeOrgData: KINDS.organization,
    employeeType: 'string',
    faxNumber: 'string',
    givenName: 'string',
    jobTitle: 'string',
    mail: 'string',
    mailNickname: 'string',
    mobilePhone: 'string',
    officeLocation: 'string',
    onPremisesExtensionAttributes: KINDS.extensionAttributes,
    onPremisesSecurityIdentifier: 'string',
    onPremisesSyncEnabled: 'boolean',
    otherMails: TEXTS,
    postalCode: 'string',
    preferredLanguage: 'string',
    proxyAddresses: TEXTS,
    state: 'string',
    streetAddress: 'string',
    surname: 'string',
    usageLocation: 'string',
    userPrincipalName: 'string',
    userType: 'string',
  },
  required: ['id', 'businessPhones', 'otherMails', 'proxyAddresses'],
  navigation: {},
  defaults: [
    'businessPhones',
    'displayName',
    'givenName',
    'id',
    'jobTitle',
    'mail',
    'mobilePhone',
    'officeLocation',
    'preferredLanguage',
    'surname',
    'userPrincipalName',
  ],
};

const known = (name: string): EntityType => ({ ...DIRECTORY_OBJECT, name, base: DIRECTORY_OBJECT });

/** All of them, base types before derived ones. */
export const DIRECTORY_TYPES: readonly EntityType[] = [
  ENTITY,
  DIRECTORY_OBJECT,
  USER,
  known('group'),
  known('application'),
  known('administrativeUnit'),
];
