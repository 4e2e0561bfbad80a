import { invalid, root } from '../../input/refuse.ts';
import type { Subject } from '../../model/subject.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { saidLine } from '../kernel/said.ts';
import { DEFAULTS, type FlavourDefaults, flavourOf, type LdapFlavour } from './ldap-flavour.ts';
import type { LdapGroupsOptions, LdapSettings } from './ldap-options.ts';
import type { LdapClient } from './protocol/ldap-client.ts';
import type { LdapEntry } from './protocol/ldap-entry.ts';
import { and, equals, type LdapFilter } from './protocol/ldap-filter.ts';
import { bytesOfGuid, dnKey } from './protocol/ldap-values.ts';

/** Attributes of the root entry that are read. */
const ROOT_ATTRIBUTES = [
  'supportedCapabilities',
  'vendorName',
  'vendorVersion',
  'dsServiceName',
  'highestCommittedUSN',
  'supportedControl',
];

/** Connection → its server, which is no part of the public type: the types of ldapts would have to be there for it. */
const SERVERS = new WeakMap<object, LdapServer>();

/** Notes the server of a connection. */
export function keepServer(connection: object, server: LdapServer): void {
  SERVERS.set(connection, server);
}

/** The server of a connection. @throws LifecycleError `InvalidArgument` for another object. */
export function serverOf(connection: object): LdapServer {
  const server = SERVERS.get(connection);
  if (server) return server;
  throw invalid(root(connection, 'the connection'), 'one that ldapConnection has made', 'another object');
}

/** What is known about a server, from the options and from its root entry. */
export interface LdapProfile {
  readonly flavour: LdapFlavour;
  readonly idAttribute: string;
  readonly usersFilter: LdapFilter;
  readonly dnAttribute: string;
  readonly deleteChildren: boolean;
  /** Graph's names → LDAP's. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** Where groups are, and what they are like. */
export interface LdapGroups {
  readonly base: string;
  readonly member: NonNullable<LdapGroupsOptions['member']>;
  readonly filter: LdapFilter;
}

/** A server with the options of its connection. */
export class LdapServer {
  readonly client: LdapClient;
  readonly settings: LdapSettings;
  #flavour: LdapFlavour | null;

  constructor(client: LdapClient, settings: LdapSettings) {
    this.client = client;
    this.settings = settings;
    this.#flavour = settings.flavour ?? null;
  }

  /** The root entry, which says what the server is. */
  async root(signal?: AbortSignal): Promise<LdapEntry | null> {
    const root = await this.client.read('', ROOT_ATTRIBUTES, signal);
    this.#flavour ??= flavourOf(root?.texts('supportedCapabilities') ?? []);
    return root;
  }

  /** What the options and the flavour say; asks the server once when the options do not name the flavour. */
  async profile(signal?: AbortSignal): Promise<LdapProfile> {
    if (this.#flavour === null) await this.root(signal);
    const flavour = this.#flavour ?? 'generic';
    const defaults = DEFAULTS[flavour];
    const { settings } = this;
    return {
      flavour,
      idAttribute: settings.idAttribute ?? defaults.idAttribute,
      usersFilter: { kind: 'text', text: settings.users.filter ?? defaults.usersFilter },
      dnAttribute: defaults.dnAttribute,
      deleteChildren: settings.deleteChildren ?? defaults.deleteChildren,
      attributes: attributesOf(defaults, settings),
    };
  }

  /** Where groups are. @throws ConnectorError `refused` when the options do not say it. */
  async groups(signal?: AbortSignal): Promise<LdapGroups> {
    const { groups } = this.settings;
    if (!groups) {
      const message = 'Expected `groups` in the options of ldapConnection, got none';
      throw new ConnectorError('refused', message, { code: 'GroupsMissing' });
    }
    const { flavour } = await this.profile(signal);
    const text = groups.filter ?? DEFAULTS[flavour].groupsFilter[groups.member];
    return { base: groups.base, member: groups.member, filter: { kind: 'text', text } };
  }

  /**
   * The person's entry with these attributes; `null` when there is none.
   *
   * @throws ConnectorError `refused` for several.
   */
  async userOf(
    subject: Subject,
    attributes: readonly string[],
    signal?: AbortSignal,
  ): Promise<LdapEntry | null> {
    const { idAttribute, usersFilter } = await this.profile(signal);
    const { keyOf, users } = this.settings;
    const { attribute, value } = keyOf?.(subject) ?? { attribute: idAttribute, value: subject.id };
    if (attribute.toLowerCase() === 'dn') return this.#personAt(value, attributes, signal);
    const key = idFilter(attribute, value);
    if (key === null) throw refused('BadId', `Expected an id of ${attribute}, got \`${saidLine(value)}\``);
    const search = { scope: 'sub', filter: and(usersFilter, key), attributes } as const;
    const found = await this.client.search(users.base, search, 2, signal);
    if (found.length > 1)
      throw refused('AmbiguousAccount', `Expected one account by ${attribute}, got several`);
    return found[0] ?? null;
  }

  /**
   * The person at a distinguished name. It comes from the data about the person, which must not reach other entries: one that
   * is no person, or not below `users.base`, is none.
   */
  async #personAt(
    dn: string,
    attributes: readonly string[],
    signal?: AbortSignal,
  ): Promise<LdapEntry | null> {
    const { usersFilter: filter } = await this.profile(signal);
    const entry = await this.client.entry(dn, { scope: 'base', filter, attributes }, signal);
    const base = dnKey(this.settings.users.base);
    const isBelow = entry !== null && (base === '' || dnKey(entry.dn).endsWith(`,${base}`));
    if (entry === null || isBelow) return entry;
    throw refused(
      'BadId',
      `Expected the entry of a person below ${this.settings.users.base}, got ${saidLine(dn)}`,
    );
  }

  /**
   * The distinguished name of a group, by its `cn` or as it is; `null`: there is none.
   *
   * @throws ConnectorError `refused` for several.
   */
  async groupOf(name: string, signal?: AbortSignal): Promise<string | null> {
    if (name.includes('=')) return name;
    const { base, filter } = await this.groups(signal);
    const search = { scope: 'sub', filter: and(filter, equals('cn', name)), attributes: ['1.1'] } as const;
    const found = await this.client.search(base, search, 2, signal);
    if (found.length <= 1) return found[0]?.dn ?? null;
    const message = `Expected one group ${name} below ${base}, got several; name it by its distinguished name`;
    throw refused('AmbiguousGroup', message);
  }
}

/** The entries that have an id; `null`: none can have it. */
export function idFilter(attribute: string, id: string): LdapFilter | null {
  if (attribute.toLowerCase() !== 'objectguid') return equals(attribute, id);
  const bytes = bytesOfGuid(id);
  return bytes && equals(attribute, bytes);
}

function refused(code: string, message: string): ConnectorError {
  return new ConnectorError('refused', message, { code });
}

function attributesOf(defaults: FlavourDefaults, { attributes }: LdapSettings): ReadonlyMap<string, string> {
  const all = new Map(Object.entries({ ...defaults.attributes, ...attributes }));
  return new Map([...all].flatMap(([name, ldap]) => (ldap === null ? [] : [[name, ldap] as const])));
}
