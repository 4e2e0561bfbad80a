import { normalizeText } from '../../../input/subject-id.ts';
import type { Subject } from '../../../model/subject.ts';
import { isEnabled, stateAttributes } from '../ldap-accounts.ts';
import { attributeValue } from '../ldap-attributes.ts';
import type { LdapProfile, LdapServer } from '../ldap-server.ts';
import type { LdapEntry } from '../protocol/ldap-entry.ts';
import { and, equals, or } from '../protocol/ldap-filter.ts';
import { dnKey } from '../protocol/ldap-values.ts';

/** Entries that one filter names, at most. */
export const NAMED_MAX = 100;

/** Makes people of entries; one for each listing, since it remembers who is whose manager. */
export class PeopleReader {
  readonly attributes: readonly string[];
  readonly #server: LdapServer;
  readonly #profile: LdapProfile;
  readonly #subjectOf: ((entry: LdapEntry) => Subject | null) | null;
  readonly #seen = new Set<string>();
  /** Distinguished name → id; `null`: no person. */
  readonly #ids = new Map<string, string | null>();

  constructor(
    server: LdapServer,
    profile: LdapProfile,
    extra: readonly string[],
    subjectOf: ((entry: LdapEntry) => Subject | null) | null,
  ) {
    this.#server = server;
    this.#profile = profile;
    this.#subjectOf = subjectOf;
    const mapped = [...profile.attributes.values()];
    const state = stateAttributes(profile, server.settings);
    this.attributes = [...new Set([profile.idAttribute, ...state, ...mapped, ...extra])];
  }

  /** The people of some entries, none of them twice over all calls. */
  async read(entries: readonly LdapEntry[]): Promise<readonly Subject[]> {
    for (const entry of entries) this.#ids.set(dnKey(entry.dn), this.#idOf(entry));
    if (this.#subjectOf === null) await this.#findManagers(entries);
    return entries.flatMap((entry) => {
      const subject = this.#subjectOf === null ? this.#subject(entry) : this.#subjectOf(entry);
      if (subject === null || this.#seen.has(subject.id)) return [];
      this.#seen.add(subject.id);
      return [subject];
    });
  }

  #idOf(entry: LdapEntry): string | null {
    const { idAttribute } = this.#profile;
    const id = attributeValue(entry, 'id', idAttribute);
    return id === null ? null : normalizeText(id);
  }

  #subject(entry: LdapEntry): Subject | null {
    const id = this.#idOf(entry);
    if (id === null) return null;
    const person: Record<string, unknown> = {};
    for (const [name, attribute] of this.#profile.attributes) {
      const value = this.#valueOf(entry, name, attribute);
      if (value !== null) put(person, name.split('/'), value);
    }
    const accountEnabled = isEnabled(entry, this.#profile, this.#server.settings);
    return { ...person, ...(accountEnabled === null ? {} : { accountEnabled }), id };
  }

  #valueOf(entry: LdapEntry, name: string, attribute: string): unknown {
    if (name === 'memberOf') {
      const groups = entry.texts(attribute);
      return groups.length === 0 ? null : groups;
    }
    const value = attributeValue(entry, name, attribute);
    return name === 'manager' && value !== null ? (this.#ids.get(dnKey(value)) ?? null) : value;
  }

  /** Looks up the managers that are not known yet. */
  async #findManagers(entries: readonly LdapEntry[]): Promise<void> {
    const attribute = this.#profile.attributes.get('manager');
    if (attribute === undefined) return;
    const wanted = new Map(entries.flatMap((entry) => entry.texts(attribute).map((dn) => [dnKey(dn), dn])));
    const unknown = [...wanted].filter(([key]) => !this.#ids.has(key)).map(([, dn]) => dn);
    const { idAttribute } = this.#profile;
    for (const entry of await entriesOf(this.#server, this.#profile, unknown, [idAttribute]))
      this.#ids.set(dnKey(entry.dn), this.#idOf(entry));
    // Those who are no people, or are gone, are not looked for again.
    for (const dn of unknown) if (!this.#ids.has(dnKey(dn))) this.#ids.set(dnKey(dn), null);
  }
}

/** The people among the entries with these distinguished names. */
export async function entriesOf(
  { client, settings }: LdapServer,
  { dnAttribute, usersFilter }: LdapProfile,
  dns: readonly string[],
  attributes: readonly string[],
): Promise<readonly LdapEntry[]> {
  const found: LdapEntry[] = [];
  for (let from = 0; from < dns.length; from += NAMED_MAX) {
    const some = dns.slice(from, from + NAMED_MAX);
    const filter = and(usersFilter, or(some.map((dn) => equals(dnAttribute, dn))));
    found.push(
      ...(await client.search(settings.users.base, { scope: 'sub', filter, attributes }, some.length)),
    );
  }
  return found;
}

/** Puts a value at a path: `employeeOrgData/division`. */
function put(into: Record<string, unknown>, [name = '', ...below]: readonly string[], value: unknown): void {
  if (below.length === 0) into[name] = value;
  else {
    const inner = (Object.hasOwn(into, name) ? into[name] : {}) as Record<string, unknown>;
    into[name] = inner;
    put(inner, below, value);
  }
}
