import { ConnectorError } from '../kernel/connector-error.ts';
import { path } from '../kernel/http-client.ts';
import type { EntraConnection } from './entra-connection.ts';
import { type GraphObject, query } from './graph-client.ts';

/** What is selected of a group. */
export const GROUP_SELECT = 'id,displayName,groupTypes,mailEnabled,onPremisesSyncEnabled,isAssignableToRole';
/** For how long a group is remembered, ms: its name and kind hardly change, and many people share it. */
const REMEMBERED_MS = 300_000;
const REMEMBERED_MAX = 10_000;

/** Why Graph cannot change the members of a group. */
export interface Unchangeable {
  readonly code: 'DynamicGroup' | 'SyncedGroup' | 'ExchangeGroup';
  /** Completes "group Sales: …". */
  readonly reason: string;
}

/** The groups of a connection, by id, remembered for some minutes. */
export class Groups {
  readonly #entra: EntraConnection;
  readonly #known = new Map<string, { readonly group: GraphObject; readonly untilMs: number }>();

  constructor(entra: EntraConnection) {
    this.#entra = entra;
  }

  /**
   * @param fresh whether it has to be asked for.
   * @throws ConnectorError `missing` where there is none: a new one is not seen by all of Graph at once.
   */
  async get(id: string, signal: AbortSignal, fresh = false): Promise<GraphObject> {
    const { graph, clock } = this.#entra;
    const known = this.#known.get(id);
    if (!fresh && known && known.untilMs > clock.now()) return known.group;
    const group = await graph.get(`/groups${path`/${id}`}${query({ select: GROUP_SELECT })}`, signal);
    this.#known.delete(id);
    if (group === null) throw noGroup(id);
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear();
    this.#known.set(id, { group, untilMs: clock.now() + REMEMBERED_MS });
    return group;
  }
}

/** A group's name for people. */
export function groupName({ displayName, id }: GraphObject): string {
  return typeof displayName === 'string' && displayName !== '' ? displayName : id;
}

/** Why the members of a group are not changed here; `null`: they can be. */
export function unchangeable({
  groupTypes,
  onPremisesSyncEnabled,
  mailEnabled,
}: GraphObject): Unchangeable | null {
  const types: readonly unknown[] = Array.isArray(groupTypes) ? groupTypes : [];
  if (types.includes('DynamicMembership'))
    return {
      code: 'DynamicGroup',
      reason: 'a rule decides who is a member of it: change the rule, or what it reads',
    };
  if (onPremisesSyncEnabled === true)
    return { code: 'SyncedGroup', reason: 'it is synced from Active Directory: change it there' };
  if (mailEnabled === true && !types.includes('Unified'))
    return {
      code: 'ExchangeGroup',
      reason: 'it is a distribution or mail-enabled security group, which only Exchange changes',
    };
  return null;
}

function noGroup(id: string): ConnectorError {
  return new ConnectorError(
    'missing',
    `Group ${id} does not exist in Entra, or is new and not replicated yet`,
    {
      code: 'GroupMissing',
    },
  );
}
