import type { WantedAttribute } from '../../kernel/task-arguments.ts';
import type { GraphObject } from '../graph-client.ts';

const EXTENSIONS = Array.from({ length: 15 }, (_, index) => `extensionAttribute${index + 1}`);
const LISTS: ReadonlySet<string> = new Set(['businessPhones']);
const DATES: ReadonlySet<string> = new Set(['employeeHireDate', 'employeeLeaveDateTime']);

/** The attributes that the task sets, as rules write them. */
export const UPDATABLE: readonly string[] = [
  'ageGroup',
  'businessPhones',
  'city',
  'companyName',
  'consentProvidedForMinor',
  'country',
  'department',
  'displayName',
  'employeeHireDate',
  'employeeId',
  'employeeLeaveDateTime',
  'employeeOrgData/costCenter',
  'employeeOrgData/division',
  'employeeType',
  'faxNumber',
  'givenName',
  'jobTitle',
  'mail',
  'mailNickname',
  'mobilePhone',
  'officeLocation',
  ...EXTENSIONS.map((name) => `onPremisesExtensionAttributes/${name}`),
  'postalCode',
  'preferredLanguage',
  'state',
  'streetAddress',
  'surname',
  'usageLocation',
  'userPrincipalName',
  'userType',
];

/** What to select of an account to see how it differs. */
export function selectOf(wanted: readonly WantedAttribute[]): string {
  const properties = wanted.map(({ name }) => partsOf(name).property);
  return [...new Set(['id', 'onPremisesSyncEnabled', ...properties])].join();
}

/** The attributes that differ, of those that are wanted. */
export function differing(user: GraphObject, wanted: readonly WantedAttribute[]): readonly WantedAttribute[] {
  return wanted.filter(({ name, value }) => {
    const present = presentValue(user, name);
    if (present === null || value === null || !DATES.has(name)) return present !== value;
    const [presentMs, wantedMs] = [Date.parse(present), Date.parse(value)];
    return Number.isNaN(wantedMs) || presentMs !== wantedMs;
  });
}

/** What a difference is, in words. */
export function describeDifference(user: GraphObject, { name, value }: WantedAttribute): string {
  return `${name}: ${presentValue(user, name) ?? 'none'} → ${value ?? 'none'}`;
}

/** The body of the PATCH that makes attributes what is wanted. Parts of an object that are not wanted stay. */
export function patchFor(
  user: GraphObject,
  wanted: readonly WantedAttribute[],
): Readonly<Record<string, unknown>> {
  const patch: Record<string, unknown> = {};
  for (const { name, value } of wanted) {
    const { property, part } = partsOf(name);
    if (part !== null)
      patch[property] = { ...objectAt(user, property), ...objectAt(patch, property), [part]: value };
    else patch[property] = LISTS.has(name) ? (value === null ? [] : [value]) : value;
  }
  return patch;
}

function presentValue(user: GraphObject, name: string): string | null {
  const { property, part } = partsOf(name);
  const whole = part === null ? user[property] : objectAt(user, property)[part];
  const value: unknown = Array.isArray(whole) ? whole[0] : whole;
  return value === undefined || value === null || value === '' ? null : String(value);
}

function partsOf(name: string): { readonly property: string; readonly part: string | null } {
  const [property = '', part = null] = name.split('/');
  return { property, part };
}

function objectAt(from: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const value = from[name];
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
