import { readFlag, readFunction, readLine, readWhole, readWord } from '../../input/fields.ts';
import { optional, type ReadShape, type ShapeOf, shapeReader, withDefault } from '../../input/options.ts';
import { readClock } from '../../input/ports.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import type { Subject } from '../../model/subject.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../system/real/clock.ts';
import { withoutUrlCredentials } from '../kernel/said.ts';
import type { LdapFlavour, LdapMemberAttribute } from './ldap-flavour.ts';
import type { LdapValue } from './protocol/ldap-value.ts';

const TEXT_LENGTH_MAX = 2_048;
const ATTRIBUTE = /^[A-Za-z][A-Za-z\d-]{0,99}$/;

/** How a person's entry is found: by an attribute and its value; `dn`: by its distinguished name, below `users.base`. */
export interface LdapKey {
  readonly attribute: string;
  readonly value: string;
}

/** An entry to make. */
export interface LdapNewUser {
  /** The attribute that names the entry below its parent: `uid`, `cn`. */
  readonly rdn: string;
  /** The distinguished name of the entry above. Default: the base of the users. */
  readonly parent?: string;
  /** Attributes and their values, `objectClass` among them. Active Directory's `unicodePwd` is given as text. */
  readonly attributes: Readonly<Record<string, LdapValue | readonly LdapValue[]>>;
}

/** Which attribute says that an account is disabled, on servers other than Active Directory. */
export interface LdapDisabledBy {
  readonly attribute: string;
  /** The value that it has then. */
  readonly value: string;
  /** The value that it gets when the account is enabled. Default: the attribute is removed. */
  readonly enabledValue?: string;
}

/** Where people are. */
export interface LdapUsersOptions {
  /** Distinguished name of the entry that they are below. */
  readonly base: string;
  /**
   * Which entries are people, as RFC 4515 has it. Default: Active Directory
   * `(&(objectCategory=person)(objectClass=user))`, else `(objectClass=inetOrgPerson)`.
   */
  readonly filter?: string;
}

/** Where groups are. */
export interface LdapGroupsOptions {
  /** Distinguished name of the entry that they are below. */
  readonly base: string;
  /** The attribute that has the members. Default `member`. `memberUid` names people by their `uid`. */
  readonly member?: LdapMemberAttribute;
  /**
   * Which entries are groups. Default: Active Directory `(objectClass=group)`, else by `member`: `groupOfNames`,
   * `groupOfUniqueNames`, `posixGroup`.
   */
  readonly filter?: string;
}

/** How the server's certificate is examined; as Node's `tls.connect` has it. */
export interface LdapTlsOptions {
  /** The authority's certificate, PEM, in place of those that Node trusts. Default: those. */
  readonly ca?: string | Uint8Array;
  /** A certificate of one's own, PEM, for servers that want one; with `key`. Default: none. */
  readonly cert?: string | Uint8Array;
  /** Its key, PEM. Default: none. */
  readonly key?: string | Uint8Array;
  /** The name in the server's certificate. Default: the host of the URL. */
  readonly servername?: string;
  /** `false`: takes any certificate, so that another host on the way can pass for the server. Default `true`. */
  readonly rejectUnauthorized?: boolean;
}

/** Options of {@link ldapConnection}. */
export interface LdapOptions {
  /** `ldaps://host` or `ldap://host`, with a port if it is not 636 or 389. */
  readonly url: string;
  /** Begins TLS on an `ldap://` connection before anything else is sent. Default `false`. */
  readonly startTls?: boolean;
  /** Allows `ldap://` without TLS to hosts other than this one: passwords can be read on the way. Default `false`. */
  readonly allowPlainText?: boolean;
  /** Which certificates are trusted, and which one is shown. Default: those that Node trusts, and none. */
  readonly tls?: LdapTlsOptions;
  /** Distinguished name of the account that signs in; Active Directory takes `name@domain` as well. */
  readonly bindDN: string;
  /** Its password. The function is asked for each connection; `renew` is true after the last one was refused. */
  readonly password: string | ((renew: boolean) => string | Promise<string>);
  /** Where accounts are. */
  readonly users: LdapUsersOptions;
  /** Default: no groups, and tasks about groups fail. */
  readonly groups?: LdapGroupsOptions;
  /** Default: `activeDirectory` when `supportedCapabilities` of the root entry says so, else `generic`. */
  readonly flavour?: LdapFlavour;
  /**
   * The attribute that has the person's id; each at most once. `objectGUID` is written as Microsoft writes it.
   * Default: Active Directory `employeeID`, else `employeeNumber`.
   */
  readonly idAttribute?: string;
  /** How the tasks find a person's entry. Default: by `idAttribute` and the person's id. */
  readonly keyOf?: (subject: Subject) => LdapKey;
  /** The entry to make where `enableUserAccount` finds none. Default: none is made, and the task fails. */
  readonly newUser?: (subject: Subject) => LdapNewUser;
  /**
   * Which attribute says that an account is disabled; Active Directory has `userAccountControl`. Default:
   * `pwdAccountLockedTime` with `000001010000Z`, of OpenLDAP's password policy.
   */
  readonly disabledBy?: LdapDisabledBy;
  /** Whether `deleteUserAccount` deletes what is below the entry, too. Default: on Active Directory. */
  readonly deleteChildren?: boolean;
  /** LDAP's names for Graph's, beside and instead of the usual ones; `null`: none. Default: the usual ones. */
  readonly attributes?: Readonly<Record<string, string | null>>;
  /** For a connection until it has signed in, ms; 1..600,000. Default 10,000. */
  readonly connectTimeoutMs?: DurationMs;
  /** For a call, ms; 1..600,000. Default 30,000. */
  readonly timeoutMs?: DurationMs;
  /** Entries of a page; 1..1,000. Default 500. */
  readonly pageSize?: number;
  /** Longest answer that is read, bytes. Default 64 MiB. */
  readonly answerBytesMax?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** The attribute of Graph's names, with `/` between levels. */
const GRAPH_NAME = /^[A-Za-z]\w{0,99}(?:\/[A-Za-z]\w{0,99})?$/;

const readText = (place: Place) => readLine(place, TEXT_LENGTH_MAX);
const readMember = (place: Place): LdapMemberAttribute =>
  readWord(place, ['member', 'uniqueMember', 'memberUid'] as const);

/** How each option is read. */
export const LDAP_OPTIONS = {
  url: readText,
  startTls: withDefault(readFlag, false),
  allowPlainText: withDefault(readFlag, false),
  tls: withDefault<LdapTlsOptions, LdapTlsOptions>(
    shapeReader({
      ca: optional(readPem),
      cert: optional(readPem),
      key: optional(readPem),
      servername: optional(readText),
      rejectUnauthorized: optional(readFlag),
    } satisfies ShapeOf<LdapTlsOptions>),
    {},
  ),
  bindDN: readText,
  password: readPassword,
  users: shapeReader({
    base: readText,
    filter: optional(readText),
  } satisfies ShapeOf<LdapUsersOptions>),
  groups: optional(
    shapeReader({
      base: readText,
      member: withDefault(readMember, 'member'),
      filter: optional(readText),
    } satisfies ShapeOf<LdapGroupsOptions>),
  ),
  flavour: optional((place) => readWord(place, ['activeDirectory', 'generic'] as const)),
  idAttribute: optional(readAttribute),
  keyOf: optional(readFunction<NonNullable<LdapOptions['keyOf']>>),
  newUser: optional(readFunction<NonNullable<LdapOptions['newUser']>>),
  disabledBy: withDefault<LdapDisabledBy, LdapDisabledBy>(
    shapeReader({
      attribute: readAttribute,
      value: readText,
      enabledValue: optional(readText),
    } satisfies ShapeOf<LdapDisabledBy>),
    { attribute: 'pwdAccountLockedTime', value: '000001010000Z' },
  ),
  deleteChildren: optional(readFlag),
  attributes: withDefault(readAttributes, {}),
  connectTimeoutMs: withDefault((place) => readWhole(place, 1, 600_000), 10_000),
  timeoutMs: withDefault((place) => readWhole(place, 1, 600_000), 30_000),
  pageSize: withDefault((place) => readWhole(place, 1, 1_000), 500),
  answerBytesMax: withDefault((place) => readWhole(place, 1, 2 ** 30), 2 ** 26),
  clock: withDefault(readClock, systemClock),
} satisfies ShapeOf<LdapOptions>;

/** The options, read. */
export type LdapSettings = ReadShape<typeof LDAP_OPTIONS>;

/** The server of a URL. @throws LifecycleError `InvalidArgument`. */
export function readServer({ url, startTls, allowPlainText }: LdapSettings): {
  readonly isTls: boolean;
  readonly hostname: string;
  readonly port: number;
} {
  const place = { path: 'url', value: withoutUrlCredentials(url) };
  // `URL` reads host and port of schemes that it knows only.
  const read = /^(ldaps?):(\/\/.*)$/i.exec(url);
  const parsed = read && URL.parse(`http:${read[2]}`);
  if (!read || !parsed) throw invalid(place, 'a URL with ldaps: or ldap:');
  if (parsed.username !== '' || parsed.password !== '')
    throw invalid(place, 'a URL without credentials', 'one with credentials; set `bindDN` and `password`');
  if (/[^/]/.test(parsed.pathname + parsed.search + parsed.hash))
    throw invalid(place, 'a URL of a server only; `users` and `groups` say what is searched');
  const isTls = read[1]?.toLowerCase() === 'ldaps';
  const hostname = parsed.hostname.replace(/^\[|\]$/g, '');
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|::1)$/.test(hostname);
  if (isTls && startTls)
    throw invalid({ path: 'startTls', value: startTls }, 'false where the URL has ldaps:');
  if (!isTls && !startTls && !allowPlainText && !isLoopback)
    throw invalid(place, 'a URL with ldaps:, or `startTls` or `allowPlainText` to be set');
  // A port of 80 is left out by `URL`.
  const port = /:(\d+)\/*$/.exec(url)?.[1];
  return { isTls, hostname, port: Number(port ?? (isTls ? 636 : 389)) };
}

function readAttribute(place: Place): string {
  const { value } = place;
  if (typeof value === 'string' && ATTRIBUTE.test(value)) return value;
  throw invalid(place, 'the name of an attribute');
}

function readAttributes(place: Place): Readonly<Record<string, string | null>> {
  const { value } = place;
  const isMap =
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(
      ([name, ldap]) =>
        GRAPH_NAME.test(name) && (ldap === null || (typeof ldap === 'string' && ATTRIBUTE.test(ldap))),
    );
  if (isMap) return value as Readonly<Record<string, string | null>>;
  throw invalid(place, 'an object of names of attributes');
}

function readPassword(place: Place): LdapOptions['password'] {
  const { value } = place;
  if (typeof value === 'function') return value as (renew: boolean) => string;
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(place, 'text or a function', value === '' ? 'an empty one' : typeof value);
}

function readPem(place: Place): string | Uint8Array {
  const { value } = place;
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  throw invalid(place, 'PEM, as text or bytes', typeof value);
}
