import type { WantedAttribute } from '../kernel/task-arguments.ts';
import type { ScimOperation, ScimResource } from './scim-client.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Where SCIM keeps an attribute of a person. */
interface ScimPath {
  /** As PATCH names it. */
  readonly path: string;
  /** For a value of a list, such as `emails`: the list and the value's attribute. */
  readonly of?: { readonly list: string; readonly part: string };
  read(user: ScimResource): unknown;
}

const plain = (name: string): ScimPath => ({ path: name, read: (user) => user[name] });
const name = (part: string): ScimPath => ({
  path: `name.${part}`,
  read: (user) => fieldOf(user.name, part),
});
const enterprise = (part: string): ScimPath => ({
  path: `${ENTERPRISE}:${part}`,
  read: (user) => fieldOf(user[ENTERPRISE], part),
});
const work = (list: string, part = 'value'): ScimPath => ({
  path: `${list}[type eq "work"].${part}`,
  of: { list, part },
  read: (user) => fieldOf(workOf(user[list]), part),
});
const address = (part: string): ScimPath => work('addresses', part);

/** Graph's names → SCIM's places. RFC 7643 §4.1, §4.3. */
const PATHS: Readonly<Record<string, ScimPath>> = {
  displayName: plain('displayName'),
  jobTitle: plain('title'),
  preferredLanguage: plain('preferredLanguage'),
  userType: plain('userType'),
  userPrincipalName: plain('userName'),
  givenName: name('givenName'),
  surname: name('familyName'),
  department: enterprise('department'),
  employeeId: enterprise('employeeNumber'),
  costCenter: enterprise('costCenter'),
  division: enterprise('division'),
  companyName: enterprise('organization'),
  mail: work('emails'),
  businessPhones: work('phoneNumbers'),
  streetAddress: address('streetAddress'),
  city: address('locality'),
  state: address('region'),
  postalCode: address('postalCode'),
  country: address('country'),
};

/** The attributes that differ, of those that are wanted. */
export function differing(
  user: ScimResource,
  wanted: readonly WantedAttribute[],
): readonly WantedAttribute[] {
  return wanted.filter((attribute) => presentValue(user, attribute.name) !== attribute.value);
}

/** What a difference is, in words. */
export function describeDifference(user: ScimResource, { name: attribute, value }: WantedAttribute): string {
  return `${attribute}: ${presentValue(user, attribute) ?? 'none'} → ${value ?? 'none'}`;
}

/** The operation that makes an attribute what is wanted. */
export function operationFor(user: ScimResource, { name: attribute, value }: WantedAttribute): ScimOperation {
  const { path, of } = PATHS[attribute] as ScimPath;
  if (value === null) return { op: 'remove', path };
  // A path into a list that has no such element has no target: RFC 7644 §3.5.2.3.
  if (of && workOf(user[of.list]) === undefined)
    return { op: 'add', path: of.list, value: [{ type: 'work', [of.part]: value }] };
  return { op: 'replace', path, value };
}

function presentValue(user: ScimResource, attribute: string): string | null {
  const value = (PATHS[attribute] as ScimPath).read(user);
  // What else an answer may hold is no value of these attributes.
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
  return isPlain && value !== '' ? String(value) : null;
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[field]
    : undefined;
}

function workOf(list: unknown): unknown {
  return Array.isArray(list) ? list.find((one) => fieldOf(one, 'type') === 'work') : undefined;
}

/** The attributes of an account under Graph's names, without those that it lacks. */
export function attributesOf(user: ScimResource): Readonly<Record<string, string>> {
  const values = Object.keys(PATHS).map((attribute) => [attribute, presentValue(user, attribute)] as const);
  return Object.fromEntries(values.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** The names of Graph that {@link attributesOf} can give. */
export const SCIM_ATTRIBUTES: readonly string[] = Object.keys(PATHS);
