/** Teams, licenses, access packages, passes and mail. */
import { randomUUID } from 'node:crypto';
import { groupAt, userAt } from './directory-routes.ts';
import type { EntraData, EntraObject } from './entra-data.ts';
import { filterValue, GraphFailure, notFound, selected } from './odata.ts';
import { page, type Route, type Routed } from './routing.ts';

const PACKAGES = '/identityGovernance/entitlementManagement';
const PASSES = '/users/{id}/authentication/temporaryAccessPassMethods';
/** Characters of a pass: no text of a test has it by chance. */
const PASS = 'PASS-';

export const ACCESS_ROUTES: readonly Route[] = [
  ['GET', '/users/{id}/joinedTeams', joinedTeams],
  ['GET', '/teams/{id}/members', listTeamMembers],
  ['POST', '/teams/{id}/members', addTeamMember],
  ['DELETE', '/teams/{id}/members/{member}', removeTeamMember],
  ['GET', '/subscribedSkus', (at) => page(at, [...at.data.skus.values()])],
  ['POST', '/users/{id}/assignLicense', assignLicense],
  ['GET', `${PACKAGES}/assignments`, listAssignments],
  ['GET', `${PACKAGES}/assignmentRequests`, listRequests],
  ['GET', `${PACKAGES}/assignmentRequests/{id}`, (at) => shownRequest(at.data, requestAt(at))],
  ['POST', `${PACKAGES}/assignmentRequests`, request],
  ['POST', `${PACKAGES}/assignmentRequests/{id}/cancel`, cancelRequest],
  ['GET', PASSES, (at) => page(at, (at.data.passes.get(userAt(at).id) ?? []).map(withoutPass))],
  ['POST', PASSES, makePass],
  ['DELETE', `${PASSES}/{pass}`, removePass],
  ['POST', '/users/{id}/sendMail', sendMail],
];

function teamAt(at: Routed) {
  const { id, displayName } = groupAt(at);
  const members = at.data.teams.get(id);
  if (!members) throw new GraphFailure(404, 'NotFound', `No team found with Group Id ${id}`);
  return { id, displayName, members };
}

function joinedTeams(at: Routed) {
  const { id } = userAt(at);
  const joined = [...at.data.teams].filter(([, members]) => members.has(id));
  return page(
    at,
    joined.map(([team]) => at.data.groups.get(team) as EntraObject),
  );
}

function listTeamMembers(at: Routed) {
  const { members } = teamAt(at);
  const userId = filterValue(at.query.$filter, 'microsoft.graph.aadUserConversationMember/userId');
  const found = [...members.values()].filter((member) => userId === null || member.userId === userId);
  const type = { '@odata.type': '#microsoft.graph.aadUserConversationMember' };
  return page(
    at,
    found.map((member) => ({ ...type, ...member })),
  );
}

function addTeamMember(at: Routed) {
  const { id, members } = teamAt(at);
  const { 'user@odata.bind': user, roles, '@odata.type': type } = at.body as Readonly<Record<string, string>>;
  const userId = /\/v1\.0\/users\('([^']+)'\)$/.exec(user ?? '')?.[1] ?? '';
  if (type !== '#microsoft.graph.aadUserConversationMember' || !at.data.users.has(userId))
    throw new GraphFailure(404, 'NotFound', 'Failed to find the user.');
  const member = { id: `${id}##${userId}`, userId, roles: roles as unknown as readonly string[] };
  if (!members.has(userId)) at.data.changes += 1;
  members.set(userId, member);
  at.data.members.get(id)?.add(userId);
  return member;
}

function removeTeamMember(at: Routed): null {
  const { id, members } = teamAt(at);
  const member = [...members.values()].find((one) => one.id === at.params.member);
  if (!member) throw new GraphFailure(404, 'NotFound', 'Membership not found.');
  const owners = [...members.values()].filter(({ roles }) => roles.includes('owner'));
  if (owners.length === 1 && owners[0] === member)
    throw new GraphFailure(400, 'BadRequest', 'The last owner of a team cannot be removed.');
  members.delete(member.userId);
  at.data.members.get(id)?.delete(member.userId);
  at.data.changes += 1;
  return null;
}

interface LicenseState {
  readonly skuId: string;
  readonly assignedByGroup: string | null;
}

function assignLicense(at: Routed) {
  const user = userAt(at);
  const { addLicenses, removeLicenses } = at.body as {
    readonly addLicenses: readonly { readonly skuId: string }[];
    readonly removeLicenses: readonly string[];
  };
  const states = (user.licenseAssignmentStates ?? []) as readonly LicenseState[];
  const isDirect = (skuId: string) =>
    states.some((one) => one.skuId === skuId && one.assignedByGroup === null);
  if (addLicenses.length > 0 && !user.usageLocation)
    throw refused('License assignment cannot be done for user with invalid usage location.');
  const full = addLicenses.find(({ skuId }) => freeUnits(at.data, skuId) <= 0);
  if (full) throw refused(`Subscription with SKU ${full.skuId} does not have any available licenses.`);
  if (removeLicenses.some((skuId) => !isDirect(skuId)))
    throw refused(
      'User license is inherited from a group membership and it cannot be removed directly from the user.',
    );
  for (const { skuId } of addLicenses.filter((one) => !isDirect(one.skuId))) at.data.license(user.id, skuId);
  const left = (user.licenseAssignmentStates ?? []) as readonly LicenseState[];
  user.licenseAssignmentStates = left.filter(
    ({ skuId, assignedByGroup }) => assignedByGroup !== null || !removeLicenses.includes(skuId),
  );
  at.data.touch(user.id);
  return selected(user, 'id');
}

function freeUnits(data: EntraData, skuId: string): number {
  const sku = data.skus.get(skuId);
  const { enabled = 0 } = (sku?.prepaidUnits ?? {}) as { readonly enabled?: number };
  return enabled - Number(sku?.consumedUnits ?? 0);
}

function listAssignments(at: Routed) {
  const target = filterValue(at.query.$filter, 'target/objectId');
  const packageId = filterValue(at.query.$filter, 'accessPackage/id');
  const found = [...at.data.assignments.values()].filter(
    (one) => one.objectId === target && (packageId === null || one.packageId === packageId),
  );
  return page(at, found, ({ id, state, packageId: of }) => ({
    id,
    state,
    accessPackage: at.data.packages.get(String(of)),
  }));
}

function listRequests(at: Routed) {
  const requestor = filterValue(at.query.$filter, 'requestor/objectId');
  const found = [...at.data.assignmentRequests.values()].filter((one) => one.objectId === requestor);
  return page(at, found, (one) => shownRequest(at.data, one));
}

function requestAt({ data, params }: Routed): EntraObject {
  const found = data.assignmentRequests.get(params.id ?? '');
  if (!found) throw notFound(params.id ?? '');
  return found;
}

function shownRequest(
  data: EntraData,
  { id, state, requestType, packageId, objectId, assignmentId }: EntraObject,
) {
  const assignment = assignmentId === undefined ? null : { id: assignmentId };
  return {
    id,
    state,
    requestType,
    assignment,
    accessPackage: data.packages.get(String(packageId)),
    requestor: { id: `s-${objectId}`, objectId },
  };
}

/** A request is accepted, and delivered later: until then an assignment stays as it is. */
function request(at: Routed) {
  const { requestType, assignment } = at.body as {
    readonly requestType: string;
    readonly assignment: Readonly<Record<string, string>>;
  };
  const isRemoval = requestType === 'adminRemove';
  const existing = at.data.assignments.get(assignment.id ?? '');
  if (isRemoval && !existing) throw notFound(assignment.id ?? '');
  const [packageId, objectId] = isRemoval
    ? [existing?.packageId, existing?.objectId]
    : [assignment.accessPackageId, assignment.targetId];
  if (!at.data.packages.has(String(packageId)) || (!isRemoval && !assignment.assignmentPolicyId))
    throw refused('The access package or its policy was not found.');
  const isOpen = [...at.data.assignmentRequests.values()].some(
    (one) =>
      one.packageId === packageId &&
      one.objectId === objectId &&
      one.requestType === requestType &&
      one.state === 'submitted',
  );
  if (isOpen) throw refused('ExistingOpenRequest: The target already has an open request.');
  at.data.changes += 1;
  const made = at.data.addRequest(
    String(packageId),
    String(objectId),
    'submitted',
    requestType,
    assignment.id,
  );
  return shownRequest(at.data, made);
}

function cancelRequest(at: Routed): null {
  const found = requestAt(at);
  if (!['submitted', 'pendingApproval', 'scheduled'].includes(String(found.state)))
    throw refused('The request is not in a state in which it can be canceled.');
  found.state = 'canceled';
  at.data.changes += 1;
  return null;
}

function makePass(at: Routed) {
  const { id } = userAt(at);
  if ((at.data.passes.get(id) ?? []).length > 0)
    throw refused('A Temporary Access Pass already exists for the user; only one is allowed.');
  const pass = {
    id: randomUUID(),
    temporaryAccessPass: `${PASS}${randomUUID()}`,
    isUsable: true,
    ...(at.body as object),
  };
  at.data.passes.set(id, [pass]);
  at.data.changes += 1;
  return pass;
}

/** The pass itself is shown once. */
function withoutPass(pass: EntraObject): EntraObject {
  return { ...pass, temporaryAccessPass: null };
}

function removePass(at: Routed): null {
  const { id } = userAt(at);
  const passes = at.data.passes.get(id) ?? [];
  if (!passes.some((pass) => pass.id === at.params.pass)) throw notFound(at.params.pass ?? '');
  at.data.passes.set(
    id,
    passes.filter((pass) => pass.id !== at.params.pass),
  );
  at.data.changes += 1;
  return null;
}

function sendMail(at: Routed): null {
  const { message } = at.body as { readonly message?: unknown };
  if (!message) throw new GraphFailure(400, 'ErrorInvalidRequest', 'The message is missing.');
  at.data.mails.push({ from: String(userAt(at).userPrincipalName), message });
  at.data.changes += 1;
  return null;
}

function refused(message: string): GraphFailure {
  return new GraphFailure(400, 'Request_BadRequest', message);
}
