/** What the emulated tenant has in it. */
import { randomUUID } from 'node:crypto';

/** An object of the tenant. */
export interface EntraObject {
  readonly id: string;
  [property: string]: unknown;
}

/** A person's membership in a team. */
export interface TeamMember {
  readonly id: string;
  readonly userId: string;
  readonly roles: readonly string[];
}

/** A request that the tenant has received, batched ones included. */
export interface EntraRequest {
  readonly method: string;
  /** Decoded, with the version: `/v1.0/users/…`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Permissions that the token of the application has, unless a test takes some away. */
const ROLES = [
  'User.ReadWrite.All',
  'GroupMember.ReadWrite.All',
  'TeamMember.ReadWrite.All',
  'Team.ReadBasic.All',
  'LicenseAssignment.ReadWrite.All',
  'EntitlementManagement.ReadWrite.All',
  'UserAuthenticationMethod.ReadWrite.All',
  'Mail.Send',
];

/** The tenant: what is in it, and how far behind its replicas are. */
export class EntraData {
  readonly users = new Map<string, EntraObject>();
  readonly groups = new Map<string, EntraObject>();
  /** Group → the ids of its members, people and groups. */
  readonly members = new Map<string, Set<string>>();
  /** Team, which is a group → its members. */
  readonly teams = new Map<string, Map<string, TeamMember>>();
  readonly skus = new Map<string, EntraObject>();
  readonly packages = new Map<string, EntraObject>();
  readonly assignments = new Map<string, EntraObject>();
  readonly assignmentRequests = new Map<string, EntraObject>();
  /** Person → their Temporary Access Passes. */
  readonly passes = new Map<string, EntraObject[]>();
  readonly mails: { readonly from: string; readonly message: unknown }[] = [];
  readonly log: EntraRequest[] = [];
  roles: readonly string[] = ROLES;
  /** How often anything was changed over the API. */
  changes = 0;
  /** Objects of a page, at most. */
  pageMax = 999;
  /** Answers 429 to so many further requests. */
  throttled = 0;
  /** So many reads of memberships do not see a change that was made over the API. */
  membershipLag = 0;
  /** Delta tokens below this are too old. */
  oldestDelta = 0;
  /** Ids in the order in which people were changed: a delta token is a place in it. */
  readonly changed: string[] = [];
  readonly #hidden = new Map<string, number>();
  readonly #views = new Map<string, { readonly was: boolean; left: number }>();

  /** Adds a person; the id is made of a number, so that tests can name it: see {@link guid}. */
  addUser(user: Readonly<Record<string, unknown>> & { readonly id: string }): EntraObject {
    const added = { accountEnabled: true, userType: 'Member', ...user };
    this.users.set(added.id, added);
    this.changed.push(added.id);
    return added;
  }

  addGroup(
    group: Readonly<Record<string, unknown>> & { readonly id: string },
    members: readonly string[] = [],
  ) {
    this.groups.set(group.id, { groupTypes: [], mailEnabled: false, securityEnabled: true, ...group });
    this.members.set(group.id, new Set(members));
  }

  addTeam(id: string, displayName: string, members: Readonly<Record<string, readonly string[]>> = {}): void {
    this.addGroup({ id, displayName, groupTypes: ['Unified'], mailEnabled: true }, Object.keys(members));
    const entries = Object.entries(members).map(
      ([userId, roles]) => [userId, { id: `${id}##${userId}`, userId, roles }] as const,
    );
    this.teams.set(id, new Map(entries));
  }

  addSku(skuId: string, skuPartNumber: string, free = 10): void {
    this.skus.set(skuId, {
      id: `tenant_${skuId}`,
      skuId,
      skuPartNumber,
      consumedUnits: 0,
      prepaidUnits: { enabled: free },
    });
  }

  /** Gives a license: directly, or through a group. */
  license(userId: string, skuId: string, byGroup: string | null = null): void {
    const user = this.users.get(userId) as EntraObject;
    const states = (user.licenseAssignmentStates ?? []) as readonly object[];
    user.licenseAssignmentStates = [
      ...states,
      { skuId, assignedByGroup: byGroup, state: 'Active', error: 'None', disabledPlans: [] },
    ];
  }

  /** An access package, assigned to people. */
  addPackage(id: string, displayName: string, assignedTo: readonly string[] = []): void {
    this.packages.set(id, { id, displayName });
    for (const objectId of assignedTo) this.assign(id, objectId);
  }

  assign(packageId: string, objectId: string): void {
    const id = randomUUID();
    this.assignments.set(id, { id, state: 'delivered', packageId, objectId });
  }

  addRequest(
    packageId: string,
    objectId: string,
    state: string,
    requestType = 'userAdd',
    assignmentId?: string,
  ): EntraObject {
    const request = { id: randomUUID(), state, requestType, packageId, objectId, assignmentId };
    this.assignmentRequests.set(request.id, request);
    return request;
  }

  /** Has so many further reads of an object miss it, as if it were new and not replicated. */
  hide(id: string, reads: number): void {
    this.#hidden.set(id, reads);
  }

  /** Whether an object is seen by this read. */
  sees(id: string): boolean {
    const left = this.#hidden.get(id) ?? 0;
    this.#hidden.set(id, Math.max(0, left - 1));
    return left === 0;
  }

  setMember(groupId: string, id: string, isMember: boolean): void {
    const members = this.members.get(groupId) as Set<string>;
    if (this.membershipLag > 0)
      this.#views.set(`${groupId} ${id}`, { was: members.has(id), left: this.membershipLag });
    if (isMember) members.add(id);
    else members.delete(id);
    this.changes += 1;
  }

  /** Whether a read of memberships sees somebody in a group: eventually so, as in Entra. */
  showsMember(groupId: string, id: string): boolean {
    const view = this.#views.get(`${groupId} ${id}`);
    if (!view || view.left === 0) return this.members.get(groupId)?.has(id) ?? false;
    view.left -= 1;
    return view.was;
  }

  /** Notes that a person was changed over the API. */
  touch(id: string): void {
    this.changes += 1;
    this.changed.push(id);
  }
}

/** An object id that tests can name: `guid('a', 7)`. */
export function guid(kind: 'a' | 'b' | 'c' | 'd' | 'e', number: number): string {
  return `${kind.repeat(8)}-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
