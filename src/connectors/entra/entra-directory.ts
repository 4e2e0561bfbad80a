import { readArray, readFlag, readWhole } from '../../input/fields.ts';
import { readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import type { Subject } from '../../model/subject.ts';
import { DAY_MS, type DurationMs } from '../../model/time.ts';
import type { Directory } from '../../ports/directory.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { path } from '../kernel/http-client.ts';
import { changesSince } from './entra-changes.ts';
import type { EntraConnection } from './entra-connection.ts';
import { type GraphObject, PAGE, query, quoted } from './graph-client.ts';
import { graphFilter } from './graph-filter.ts';
import { isObjectId } from './users.ts';

/** Values of an `in`, at most. */
const IDS_PER_LIST = 15;
const ATTRIBUTES_MAX = 100;
const NAME = /^[A-Za-z]\w{0,127}$/;

/** Properties that scope rules, triggers, tasks and messages need, and that `User.Read.All` lets an application read. */
const SELECTED = `
  id accountEnabled city companyName country createdDateTime department displayName employeeHireDate
  employeeId employeeOrgData employeeType faxNumber givenName jobTitle mail mailNickname mobilePhone
  officeLocation onPremisesExtensionAttributes onPremisesSecurityIdentifier onPremisesSyncEnabled otherMails
  postalCode preferredLanguage proxyAddresses state streetAddress surname usageLocation userPrincipalName
  userType
`;
/** Names as rules write them, for properties with parts. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  employeeOrgData: ['employeeOrgData/costCenter', 'employeeOrgData/division'],
  onPremisesExtensionAttributes: Array.from(
    { length: 15 },
    (_, index) => `onPremisesExtensionAttributes/extensionAttribute${index + 1}`,
  ),
};
const MANAGER = 'manager($select=id,displayName,givenName,surname,mail,userPrincipalName,preferredLanguage)';

/** Options of {@link entraDirectory}. */
export interface EntraDirectoryOptions {
  /**
   * Further properties of a person that are read: `employeeLeaveDateTime` (needs `User-LifeCycleInfo.Read.All`),
   * `signInActivity` (needs `AuditLog.Read.All`), `assignedPlans`, extensions. At most 100. Default: none.
   */
  readonly attributes?: readonly string[];
  /** Whether the members of a group include those of groups in it. Default `false`. */
  readonly transitiveMembers?: boolean;
  /**
   * Time after which all people are looked at, ms, however few changes Graph reports: its changes come late at times, and
   * not of every property. 0: always. Default: a day.
   */
  readonly fullLookMs?: DurationMs;
}

const OPTIONS = {
  attributes: withDefault(readNames, []),
  transitiveMembers: withDefault(readFlag, false),
  fullLookMs: withDefault((place: Place) => readWhole(place, 0, 366 * DAY_MS), DAY_MS),
} satisfies ShapeOf<EntraDirectoryOptions>;

/**
 * The people of a tenant, by their object ids, with their managers. What Graph can filter by is filtered there.
 *
 * @throws LifecycleError `InvalidArgument`.
 */
export function entraDirectory(entra: EntraConnection, options?: EntraDirectoryOptions): Directory {
  const { attributes, transitiveMembers, fullLookMs } = readOptions(options, 'entraDirectory', OPTIONS);
  const names = [...new Set([...SELECTED.trim().split(/\s+/), ...attributes])];
  const shown = { select: names.join(), expand: MANAGER };
  const { graph } = entra;

  async function get(ids: readonly string[]): Promise<readonly Subject[]> {
    // No person has another id, and Graph refuses a filter with one.
    const known = [...new Set(ids.filter(isObjectId))];
    const lists: string[] = [];
    for (let from = 0; from < known.length; from += IDS_PER_LIST) {
      const some = known.slice(from, from + IDS_PER_LIST).map(quoted);
      lists.push(`/users${query({ ...shown, filter: `id in (${some.join(', ')})` })}`);
    }
    return (await graph.lists(lists)).map(subjectOf);
  }

  return {
    get,
    async *query(rule) {
      const filter = (rule && graphFilter(rule.text)) ?? undefined;
      for await (const user of graph.list(`/users${query({ ...shown, top: PAGE, filter })}`))
        yield subjectOf(user);
    },
    async *membersOf(groupId) {
      const kind = transitiveMembers ? 'transitiveMembers' : 'members';
      const list = `/groups${path`/${groupId}`}/${kind}${query({ select: 'id', top: PAGE })}`;
      // A group that is in itself by way of another lists its members once, but pages may repeat.
      const seen = new Set<string>();
      for await (const ids of memberPages(entra, list)) {
        const fresh = ids.filter((id) => !seen.has(id));
        for (const id of fresh) seen.add(id);
        yield* await get(fresh);
      }
    },
    changes: (token) => changesSince(entra, token, fullLookMs),
    attributes: async () => names.flatMap((name) => PARTS[name] ?? [name]).map((name) => ({ name })),
  };
}

/** The ids of people among the members of a group; none where there is no group. */
async function* memberPages(
  entra: EntraConnection,
  list: string,
): AsyncGenerator<readonly string[], void, void> {
  try {
    for await (const { objects } of entra.graph.pages(list))
      yield objects.filter((one) => one['@odata.type'] === '#microsoft.graph.user').map(({ id }) => id);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== 'missing') throw error;
  }
}

/** Without annotations, and without what is null: an absent attribute is null for a rule. */
function subjectOf(user: GraphObject): Subject {
  const { manager, ...own } = user;
  const managed = typeof manager === 'object' && manager !== null ? { manager: withoutNulls(manager) } : {};
  return { ...withoutNulls(own), ...managed, id: user.id };
}

function withoutNulls(from: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(from).filter(([name, value]) => value !== null && !name.includes('@')),
  );
}

function readNames(place: Place): readonly string[] {
  return readArray(place, ATTRIBUTES_MAX).map((one) => {
    if (typeof one.value === 'string' && NAME.test(one.value)) return one.value;
    throw invalid(one, 'the name of a property of a user');
  });
}
