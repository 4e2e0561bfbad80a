import type { DurationMs } from '../../../model/time.ts';
import type { DirectoryChanges } from '../../../ports/directory.ts';
import { attributeValue } from '../ldap-attributes.ts';
import type { LdapProfile, LdapServer } from '../ldap-server.ts';
import { and, type LdapFilter } from '../protocol/ldap-filter.ts';
import { generalizedTime, textOfGuid } from '../protocol/ldap-values.ts';

/** The server's clock and this host's can differ, and its changes can come from another server: read again, ms. */
const OVERLAP_MS: DurationMs = 300_000;

/**
 * The people whose entries have changed since a token. Active Directory counts the changes of each domain controller;
 * other servers note when an entry was changed. Neither says who is gone: a query does.
 */
export async function changesSince(server: LdapServer, token: string | null): Promise<DirectoryChanges> {
  const profile = await server.profile();
  const now =
    profile.flavour === 'activeDirectory' ? await countedToken(server) : await timedToken(server, profile);
  const filter = now === null || token === null ? null : filterSince(token, now);
  // Membership is noted with the group, not with the person.
  if (now === null || filter === null || profile.attributes.has('memberOf'))
    return { subjectIds: null, token: now ?? 'none' };
  const { idAttribute, usersFilter } = profile;
  const search = { scope: 'sub', filter: and(usersFilter, filter), attributes: [idAttribute] } as const;
  const ids: string[] = [];
  for await (const page of server.client.pages(server.settings.users.base, search))
    for (const entry of page) {
      const id = attributeValue(entry, 'id', idAttribute);
      if (id !== null) ids.push(id);
    }
  return { subjectIds: ids, token: now };
}

/** `usn:<controller>:<number>`: numbers of another controller, or of one that was restored, say nothing. */
async function countedToken(server: LdapServer): Promise<string | null> {
  const root = await server.root();
  const [service, highest] = [root?.text('dsServiceName'), root?.text('highestCommittedUSN')];
  if (!service || !highest || !/^\d{1,19}$/.test(highest)) return null;
  const bytes = (await server.client.read(service, ['invocationId']))?.bytes('invocationId');
  const controller = bytes && textOfGuid(bytes);
  return controller ? `usn:${controller}:${highest}` : null;
}

/** `time:<moment>`; `null` where entries do not say when they were changed. */
async function timedToken({ client, settings }: LdapServer, profile: LdapProfile): Promise<string | null> {
  const filter = and(profile.usersFilter, { kind: 'present', attribute: 'modifyTimestamp' });
  const found = await client.search(settings.users.base, { scope: 'sub', filter, attributes: ['1.1'] }, 1);
  return found.length === 0 ? null : `time:${generalizedTime(settings.clock.now() - OVERLAP_MS)}`;
}

/** What has changed since a token; `null`: that is not known. */
function filterSince(token: string, now: string): LdapFilter | null {
  const time = /^time:(\d{14}Z)$/.exec(token)?.[1];
  if (time !== undefined && now.startsWith('time:'))
    return { kind: 'atLeast', attribute: 'modifyTimestamp', value: time };
  const [, controller, usn] = /^usn:([\da-f-]{36}):(\d{1,19})$/.exec(token) ?? [];
  if (controller === undefined || usn === undefined || !now.startsWith(`usn:${controller}:`)) return null;
  return { kind: 'atLeast', attribute: 'uSNChanged', value: String(BigInt(usn) + 1n) };
}
