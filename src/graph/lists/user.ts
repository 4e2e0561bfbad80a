/** People of the directory as Graph's `user`: what `$expand` shows of them. Pure. */
import { ownValue } from '../../filter/evaluation/paths.ts';
import { momentOrNull } from '../../input/moments.ts';
import type { Subject } from '../../model/subject.ts';
import { type Row, wireDate } from '../protocol/represent.ts';

/** What a property has to be to be shown; an array: an object with these texts. */
type Form = 'text' | 'texts' | 'flag' | 'moment' | readonly string[];

const extensionAttributes = Array.from({ length: 15 }, (_, index) => `extensionAttribute${index + 1}`);

/** The properties that can be selected: those of scope rules (domain §3.1), and dates. */
const FORMS: Readonly<Record<string, Form>> = {
  id: 'text',
  accountEnabled: 'flag',
  businessPhones: 'texts',
  city: 'text',
  companyName: 'text',
  country: 'text',
  createdDateTime: 'moment',
  department: 'text',
  displayName: 'text',
  employeeHireDate: 'moment',
  employeeId: 'text',
  employeeLeaveDateTime: 'moment',
  employeeOrgData: ['costCenter', 'division'],
  employeeType: 'text',
  faxNumber: 'text',
  givenName: 'text',
  jobTitle: 'text',
  mail: 'text',
  mailNickname: 'text',
  mobilePhone: 'text',
  officeLocation: 'text',
  onPremisesExtensionAttributes: extensionAttributes,
  onPremisesSecurityIdentifier: 'text',
  onPremisesSyncEnabled: 'flag',
  otherMails: 'texts',
  postalCode: 'text',
  preferredLanguage: 'text',
  proxyAddresses: 'texts',
  state: 'text',
  streetAddress: 'text',
  surname: 'text',
  usageLocation: 'text',
  userPrincipalName: 'text',
  userType: 'text',
};
/** What Graph gives of a user when nothing is selected. */
const DEFAULTS = [
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
];

/** Whether a user has such a property. Attributes of the host's own are not Graph's, and stay in the directory. */
export function isUserProperty(name: string): boolean {
  return Object.hasOwn(FORMS, name);
}

/**
 * Somebody as a `user`. What the directory does not have, or has in another form, is `null`.
 *
 * @param select names that {@link isUserProperty}; `*`: all of them; `null`: Graph's default.
 */
export function userOf(subject: Subject, select: readonly string[] | null): Row {
  const names = select?.includes('*') ? Object.keys(FORMS) : (select ?? DEFAULTS);
  return Object.fromEntries(names.map((name) => [name, propertyOf(FORMS[name], ownValue(subject, [name]))]));
}

function propertyOf(form: Form | undefined, value: unknown): unknown {
  switch (form) {
    case 'text':
      return textOf(value);
    case 'texts':
      return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
    case 'flag':
      return flagOf(value);
    case 'moment': {
      const atMs = momentOrNull(value);
      return atMs === null ? null : wireDate(new Date(atMs).toISOString());
    }
    case undefined:
      return null;
    default:
      return partsOf(form, value);
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Files have texts only. */
function flagOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : null;
  return word === 'true' || word === 'false' ? word === 'true' : null;
}

function partsOf(names: readonly string[], value: unknown): Row | null {
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(names.map((name) => [name, textOf(ownValue(value as Subject, [name]))]));
}
