import { readFunction } from '../../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../../input/options.ts';
import { invalid, type Place } from '../../../input/refuse.ts';
import { normalizeText } from '../../../input/subject-id.ts';
import type { Subject } from '../../../model/subject.ts';
import type { Directory, ScopeRule } from '../../../ports/directory.ts';
import type { LdapConnection } from '../ldap-connection.ts';
import { idFilter, type LdapServer, serverOf } from '../ldap-server.ts';
import type { LdapEntry } from '../protocol/ldap-entry.ts';
import { and, equals, or } from '../protocol/ldap-filter.ts';
import type { LdapValue } from '../protocol/ldap-value.ts';
import { changesSince } from './ldap-changes.ts';
import { entriesOf, NAMED_MAX, PeopleReader } from './ldap-people.ts';
import { filterOfScope } from './ldap-scope.ts';

/** Values that one read of a group's members gives, in parts, at most. */
const PARTS_MAX = 10_000;
const ATTRIBUTES_MAX = 200;

/** An entry of a person, as {@link LdapDirectoryOptions.subjectOf} gets it. */
export interface LdapPerson {
  readonly dn: string;
  /** The values of an attribute, in any letter case; none when it is absent. */
  values(attribute: string): readonly LdapValue[];
}

/** Options of {@link ldapDirectory}. */
export interface LdapDirectoryOptions {
  /** Attributes of LDAP to read beside those that have a name of Graph, for `subjectOf`. Default: none. */
  readonly attributes?: readonly string[];
  /**
   * The person that an entry stands for; `null`: none. Its `id` must be the value of `idAttribute`. Default: the
   * attributes under Graph's names, `accountEnabled`, and `manager` as an id.
   */
  readonly subjectOf?: (entry: LdapPerson) => Subject | null;
}

const NAME = /^[A-Za-z][A-Za-z\d-]{0,99}$/;
const OPTIONS = {
  attributes: withDefault<readonly string[], readonly string[]>(readNames, []),
  subjectOf: optional(readFunction<NonNullable<LdapDirectoryOptions['subjectOf']>>),
} satisfies ShapeOf<LdapDirectoryOptions>;

/**
 * The people of an LDAP directory, page by page. What LDAP can ask of a scope rule, it is asked; the rest is examined
 * here.
 *
 * @throws LifecycleError `InvalidArgument`.
 */
export function ldapDirectory(connection: LdapConnection, options?: LdapDirectoryOptions): Directory {
  const server = serverOf(connection);
  const { attributes: extra, subjectOf = null } = readOptions(options, 'ldapDirectory', OPTIONS);
  const open = async () => {
    const profile = await server.profile();
    return { profile, reader: new PeopleReader(server, profile, extra, subjectOf) };
  };
  async function* membersOf(group: string): AsyncGenerator<Subject, void, void> {
    const { profile, reader } = await open();
    const members = await readMembers(server, group);
    for (let from = 0; from < members.length; from += NAMED_MAX) {
      const some = members.slice(from, from + NAMED_MAX);
      const isByUid = server.settings.groups?.member === 'memberUid';
      const entries = isByUid
        ? await entriesByUid(server, some, reader.attributes)
        : await entriesOf(server, profile, some, reader.attributes);
      yield* await reader.read(entries);
    }
  }

  return {
    async get(ids) {
      const { profile, reader } = await open();
      const { idAttribute, usersFilter } = profile;
      const wanted = new Set(ids.map(normalizeText));
      const people: Subject[] = [];
      for (let from = 0; from < ids.length; from += NAMED_MAX) {
        const some = ids.slice(from, from + NAMED_MAX).flatMap((id) => idFilter(idAttribute, id) ?? []);
        if (some.length === 0) continue;
        const search = {
          scope: 'sub',
          filter: and(usersFilter, or(some)),
          attributes: reader.attributes,
        } as const;
        for await (const page of server.client.pages(server.settings.users.base, search))
          people.push(...(await reader.read(page)));
      }
      // LDAP compares without letter case.
      return people.filter(({ id }) => wanted.has(normalizeText(id)));
    },
    async *query(rule: ScopeRule | null) {
      const { profile, reader } = await open();
      // What `subjectOf` makes of an entry is not known here.
      const scope = rule && subjectOf === null ? filterOfScope(rule, profile) : null;
      const filter = scope ? and(profile.usersFilter, scope) : profile.usersFilter;
      const search = { scope: 'sub', filter, attributes: reader.attributes } as const;
      for await (const page of server.client.pages(server.settings.users.base, search))
        yield* await reader.read(page);
    },
    changes: (token) => changesSince(server, token),
    async attributes() {
      const { attributes } = await server.profile();
      const names = [...attributes].map(([name, column]) => ({ name, column }));
      return [{ name: 'accountEnabled' }, ...names];
    },
    ...(server.settings.groups && { membersOf }),
  };
}

/** The members of a group, by its `cn` or its distinguished name; none when it does not exist. */
async function readMembers(server: LdapServer, name: string): Promise<readonly string[]> {
  const { member } = await server.groups();
  const dn = await server.groupOf(name);
  const members: string[] = [];
  let from: number | null = dn === null ? null : 0;
  for (let parts = 0; dn !== null && from !== null && parts < PARTS_MAX; parts += 1) {
    const group = await server.client.read(dn, [from === 0 ? member : `${member};range=${from}-*`]);
    members.push(...(group?.texts(member) ?? []));
    // Active Directory gives the members of a large group in parts.
    from = group?.rangeFrom(member) ?? null;
  }
  return members;
}

async function entriesByUid(
  server: LdapServer,
  uids: readonly string[],
  attributes: readonly string[],
): Promise<readonly LdapEntry[]> {
  const { usersFilter } = await server.profile();
  const filter = and(usersFilter, or(uids.map((uid) => equals('uid', uid))));
  const search = { scope: 'sub', filter, attributes } as const;
  const found: LdapEntry[] = [];
  for await (const page of server.client.pages(server.settings.users.base, search)) found.push(...page);
  return found;
}

function readNames(place: Place): readonly string[] {
  const { value } = place;
  const isList =
    Array.isArray(value) && value.length <= ATTRIBUTES_MAX && value.every((one) => NAME.test(String(one)));
  if (isList) return value as readonly string[];
  throw invalid(place, 'an array of names of attributes');
}
