/** What resources refer to in the directory: people first of all. Source: domain §3.1. */
import { KINDS } from './complex-types.ts';
import type { EntityType, Kind } from './edm.ts';

const GRAPH = 'microsoft.graph';

/** Whatever has an id. */
export const ENTITY: EntityType = {
  name: 'entity',
  namespace: GRAPH,
  isAbstract: true,
  key: 'id',
  properties: { id: 'string' },
  required: ['id'],
  navigation: {},
};

/** Something of the directory; a row says by `@odata.type` what it is. */
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

/** A person, as far as scope rules know them, with dates. */
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

/** All of them, those that others are derived from first. */
export const DIRECTORY_TYPES: readonly EntityType[] = [
  ENTITY,
  DIRECTORY_OBJECT,
  USER,
  known('group'),
  known('application'),
  known('administrativeUnit'),
];
