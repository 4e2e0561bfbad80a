/** Tasks on licenses. */
import type { TaskContext } from '../../../ports/task-handler.ts';
import { ConnectorError } from '../../kernel/connector-error.ts';
import { connectorTask, type Make } from '../../kernel/connector-task.ts';
import { type Ensured, ensureAll } from '../../kernel/ensure.ts';
import { path } from '../../kernel/http-client.ts';
import { readIds } from '../../kernel/task-arguments.ts';
import type { EntraConnection } from '../entra-connection.ts';
import { type GraphObject, query } from '../graph-client.ts';
import { type Groups, groupName } from '../groups.ts';
import { findUser, requireUser } from '../users.ts';

const SELECT = 'id,usageLocation,licenseAssignmentStates';

/** Handlers for licenses. `licenses` is ids of SKUs, or their part numbers. */
export function licenseTasks(entra: EntraConnection, groups: Groups, inherited: 'fail' | 'leave') {
  const remove = (context: TaskContext, make: Make, isAll: boolean) =>
    removeLicenses({ entra, groups, context, make, inherited }, isAll);
  return {
    assignLicenses: connectorTask((context, make) => assignLicenses(entra, context, make)),
    removeSelectedLicenses: connectorTask((context, make) => remove(context, make, false)),
    removeAllLicenses: connectorTask((context, make) => remove(context, make, true)),
  };
}

/** A license that the tenant has bought. */
interface Sku {
  readonly id: string;
  readonly name: string;
}

/** A license of a person. */
interface License {
  readonly skuId: string;
  /** The group that gives it; `null`: it is given directly. */
  readonly groupId: string | null;
  /** Whether the person has what it licenses: not so while Graph reports an error. */
  readonly isInForce: boolean;
}

async function assignLicenses(entra: EntraConnection, context: TaskContext, make: Make): Promise<Ensured> {
  const { signal } = context;
  const wanted = findSkus(context, await skusOf(entra, signal));
  const missing = (user: GraphObject) => {
    const present = new Set(licensesOf(user).flatMap(({ skuId, isInForce }) => (isInForce ? [skuId] : [])));
    return wanted.filter(({ id }) => !present.has(id));
  };
  return make({
    read: () => requireUser(entra, context, SELECT),
    wanted: (user) => {
      const skus = missing(user);
      const hasLocation = typeof user.usageLocation === 'string' && user.usageLocation !== '';
      if (skus.length > 0 && !hasLocation) throw noLocation(skus);
      return skus.map(({ name }) => `license ${name}: assigned`);
    },
    write: async (user) => {
      const skus = missing(user);
      const addLicenses = skus.map(({ id }) => ({ skuId: id, disabledPlans: [] }));
      try {
        await entra.graph.post(assignPath(user), { addLicenses, removeLicenses: [] }, signal);
      } catch (error) {
        throw withSkus(error, skus);
      }
    },
    already: 'The licenses are assigned already',
  });
}

interface Removal {
  readonly entra: EntraConnection;
  readonly groups: Groups;
  readonly context: TaskContext;
  readonly make: Make;
  readonly inherited: 'fail' | 'leave';
}

/** Those that are given directly go in one request; those of groups are named, with the group that gives them. */
async function removeLicenses(removal: Removal, isAll: boolean): Promise<Ensured> {
  const { entra, context, make, inherited } = removal;
  const { signal } = context;
  const skus = await skusOf(entra, signal);
  const chosen = isAll ? null : new Set(findSkus(context, skus).map(({ id }) => id));
  const nameOf = (skuId: string) => skus.find(({ id }) => id === skuId)?.name ?? skuId;
  const given = (user: GraphObject | null) =>
    licensesOf(user).filter(({ skuId }) => chosen === null || chosen.has(skuId));
  const direct = (user: GraphObject | null) => given(user).filter(({ groupId }) => groupId === null);
  const user = await findUser(entra, context, SELECT);
  const ofGroups = given(user).filter(({ groupId }) => groupId !== null);
  const done = await ensureAll(
    [
      {
        name: 'licenses given directly',
        do: () =>
          make<GraphObject | null>({
            read: () => findUser(entra, context, SELECT),
            wanted: (now) => direct(now).map(({ skuId }) => `license ${nameOf(skuId)}: removed`),
            write: async (now) => {
              const removeLicenses = direct(now).map(({ skuId }) => skuId);
              await entra.graph.post(assignPath(now), { addLicenses: [], removeLicenses }, signal);
            },
            already: 'None of them is given directly',
          }),
      },
      ...(inherited === 'fail' ? ofGroups : []).map((license) => ({
        name: `license ${nameOf(license.skuId)}`,
        do: async () => {
          throw await heldByGroup(removal, license);
        },
      })),
    ],
    isAll ? 'The person has no license' : 'The person has none of the licenses',
  );
  if (inherited === 'fail' || ofGroups.length === 0) return done;
  const left = ofGroups.map(({ skuId }) => nameOf(skuId)).join(', ');
  return { ...done, processingInfo: `Groups give the person ${left}` };
}

async function heldByGroup({ groups, context }: Removal, { groupId }: License): Promise<ConnectorError> {
  const group = await groups.get(groupId as string, context.signal);
  const message = `Group ${groupName(group)} gives it: remove the person from the group`;
  return new ConnectorError('refused', message, { code: 'LicenseOfGroup' });
}

async function skusOf(entra: EntraConnection, signal: AbortSignal): Promise<readonly Sku[]> {
  const skus: Sku[] = [];
  for (const { skuId, skuPartNumber } of await entra.graph.all(
    `/subscribedSkus${query({ select: 'id,skuId,skuPartNumber' })}`,
    signal,
  ))
    skus.push({ id: String(skuId), name: String(skuPartNumber ?? skuId) });
  return skus;
}

/** @throws ConnectorError `refused` for a license that the tenant does not have. */
function findSkus(context: TaskContext, skus: readonly Sku[]): readonly Sku[] {
  return readIds(context.arguments.licenses, 'licenses', 'licenses').map((text) => {
    const wanted = text.toLowerCase();
    const sku = skus.find(({ id, name }) => id.toLowerCase() === wanted || name.toLowerCase() === wanted);
    if (sku) return sku;
    const message = `Expected licenses to name licenses of the tenant, got \`${text}\``;
    throw new ConnectorError('refused', message, { code: 'LicenseUnknown' });
  });
}

/** One for each way in which a license is given. */
function licensesOf(user: GraphObject | null): readonly License[] {
  const states: readonly unknown[] = Array.isArray(user?.licenseAssignmentStates)
    ? user.licenseAssignmentStates
    : [];
  return states.map((state) => {
    const { skuId, assignedByGroup, state: how } = (state ?? {}) as Readonly<Record<string, unknown>>;
    const groupId = typeof assignedByGroup === 'string' ? assignedByGroup : null;
    return { skuId: String(skuId), groupId, isInForce: how !== 'Error' && how !== 'Disabled' };
  });
}

function assignPath(user: GraphObject | null): string {
  return `/users${path`/${user?.id ?? ''}`}/assignLicense`;
}

function noLocation(skus: readonly Sku[]): ConnectorError {
  const message = `Expected the person to have a usageLocation, a country code: licenses need it (${namesOf(skus)})`;
  return new ConnectorError('refused', message, { code: 'UsageLocationMissing' });
}

/** Graph names SKUs by their ids. */
function withSkus(error: unknown, skus: readonly Sku[]): unknown {
  if (!(error instanceof ConnectorError) || error.kind !== 'refused') return error;
  const isOut = /available licenses/i.test(error.message);
  const message = `${isOut ? 'No license is free' : 'The licenses cannot be assigned'} (${namesOf(skus)}): ${error.message}`;
  const code = isOut ? 'LicenseUnavailable' : error.code;
  return new ConnectorError('refused', message, { code, cause: error });
}

function namesOf(skus: readonly Sku[]): string {
  return skus.map(({ name }) => name).join(', ');
}
