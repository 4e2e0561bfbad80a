import type { TaskContext } from '../../ports/task-handler.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import type { Make } from '../kernel/connector-task.ts';
import { type Ensured, ensureAll } from '../kernel/ensure.ts';
import { readIds } from '../kernel/task-arguments.ts';
import { noAccount } from './ldap-accounts.ts';
import type { LdapGroups, LdapServer } from './ldap-server.ts';
import type { LdapEntry } from './protocol/ldap-entry.ts';
import { and, equals } from './protocol/ldap-filter.ts';
import { isResult } from './protocol/ldap-results.ts';

/** Groups that one person is a member of, at most: a server that names more without end is stopped. */
const GROUPS_MAX = 10_000;

/** A group, and how a person stands in it. */
interface Membership {
  /** The distinguished name of the group; `null`: it does not exist. */
  readonly dn: string | null;
  readonly isMember: boolean;
}

/** Makes the person a member of the groups of `groupID`, or of none of them. */
export async function setMemberships(
  server: LdapServer,
  context: TaskContext,
  make: Make,
  isMember: boolean,
): Promise<Ensured> {
  const { subject, signal } = context;
  const names = readGroups(context.arguments.groupID);
  const groups = await server.groups(signal);
  const user = await server.userOf(subject, ['uid'], signal);
  if (user === null && isMember) throw noAccount();
  if (user === null) return { processingInfo: 'The person has no entry' };
  const member = memberOf(user, groups);
  return ensureAll(
    names.map((name) => ({
      name: `group ${name}`,
      do: () => setMembership(server, signal, make, { name, groups, member, isMember }),
    })),
    isMember ? 'A member of the groups already' : 'A member of none of the groups',
  );
}

/** Ends all memberships. */
export async function leaveAllGroups(server: LdapServer, context: TaskContext, make: Make): Promise<Ensured> {
  const { subject, signal } = context;
  const already = 'A member of no group';
  const groups = await server.groups(signal);
  const user = await server.userOf(subject, ['uid'], signal);
  if (user === null) return { processingInfo: already };
  const member = memberOf(user, groups);
  const filter = and(groups.filter, equals(groups.member, member));
  const found: LdapEntry[] = [];
  const search = { scope: 'sub', filter, attributes: ['cn'] } as const;
  for await (const page of server.client.pages(groups.base, search, signal)) {
    found.push(...page);
    if (found.length > GROUPS_MAX) throw tooManyGroups();
  }
  return ensureAll(
    found.map((group) => ({
      name: `group ${group.text('cn') ?? group.dn}`,
      do: () => setMembership(server, signal, make, { name: group, groups, member, isMember: false }),
    })),
    already,
  );
}

/** `cn`s between commas, or distinguished names, which have commas, between semicolons. */
function readGroups(text: string | undefined): readonly string[] {
  return readIds(text, 'groupID', 'groups', text?.includes('=') ? ';' : ',');
}

/** How the groups name a person. @throws ConnectorError `refused` for a person without a `uid` where it is needed. */
function memberOf(user: LdapEntry, { member }: LdapGroups): string {
  if (member !== 'memberUid') return user.dn;
  const uid = user.text('uid');
  if (uid !== null) return uid;
  throw new ConnectorError('refused', 'The entry of the person has no uid, by which groups name members', {
    code: 'UidMissing',
  });
}

function setMembership(
  server: LdapServer,
  signal: AbortSignal,
  make: Make,
  {
    name: wanted,
    groups,
    member,
    isMember,
  }: {
    readonly name: string | LdapEntry;
    readonly groups: LdapGroups;
    readonly member: string;
    readonly isMember: boolean;
  },
): Promise<Ensured> {
  const { client } = server;
  const name = typeof wanted === 'string' ? wanted : (wanted.text('cn') ?? wanted.dn);
  return make<Membership>({
    read: async () => {
      const dn = typeof wanted === 'string' ? await server.groupOf(wanted, signal) : wanted.dn;
      const found = dn === null ? null : await client.compare(dn, groups.member, member, signal);
      if (found === null && isMember) throw noGroup(name);
      return { dn, isMember: found === true };
    },
    wanted: (state) => {
      if (state.isMember === isMember) return [];
      return [isMember ? `added to group ${name}` : `removed from group ${name}`];
    },
    write: async ({ dn }) => {
      const operation = isMember ? 'add' : 'delete';
      const change = { operation, attribute: groups.member, values: [member] } as const;
      try {
        await client.modify(dn as string, [change], signal);
      } catch (error) {
        throw isMember ? error : reasonOfRemoval(error, name);
      }
    },
    already: isMember ? `A member of group ${name} already` : `Not a member of group ${name}`,
  });
}

function reasonOfRemoval(error: unknown, name: string): unknown {
  // Active Directory says so of people who are no members: what is read next decides.
  if (isResult(error, 53))
    return new ConnectorError('missing', error.message, { code: error.code, cause: error });
  if (!isResult(error, 65)) return error;
  const message = `${error.message}; the person is the last member of group ${name}, which may not be empty: add another member first, such as the group itself`;
  return new ConnectorError('refused', message, { code: 'LastMember', cause: error });
}

function noGroup(name: string): ConnectorError {
  return new ConnectorError('refused', `Group ${name} does not exist in the LDAP directory`, {
    code: 'GroupMissing',
  });
}

function tooManyGroups(): ConnectorError {
  const message = `Expected a person to be a member of at most ${GROUPS_MAX} groups of the LDAP directory, got more`;
  return new ConnectorError('refused', message, { code: 'ListingEndless' });
}
