/** Tasks on access packages. A request is done when it is accepted: approval and delivery may take days. */
import type { TaskContext } from '../../../ports/task-handler.ts';
import { ConnectorError } from '../../kernel/connector-error.ts';
import { connectorTask, type Make } from '../../kernel/connector-task.ts';
import { type Ensured, ensureAll } from '../../kernel/ensure.ts';
import { path } from '../../kernel/http-client.ts';
import type { EntraConnection } from '../entra-connection.ts';
import { type GraphObject, query, quoted } from '../graph-client.ts';
import { findUserId, requireUserId } from '../users.ts';

const ROOT = '/identityGovernance/entitlementManagement';
/** States of an assignment that gives access, or is about to. */
const ACTIVE = ['delivering', 'partiallyDelivered', 'delivered'];
/** States of a request that is not decided. */
const CANCELABLE = ['submitted', 'pendingApproval', 'scheduled'];
/** States of a request that is not done. */
const OPEN = [...CANCELABLE, 'delivering'];

/** Handlers for access packages. */
export function accessPackageTasks(entra: EntraConnection) {
  return {
    requestAccessPackageAssignment: connectorTask((context, make) => requestPackage(entra, context, make)),
    removeAccessPackageAssignment: connectorTask((context, make) =>
      removePackages(entra, context, make, readArgument(context, 'accessPackageId')),
    ),
    removeAllAccessPackageAssignments: connectorTask((context, make) =>
      removePackages(entra, context, make, null),
    ),
    cancelPendingAccessPackageRequests: connectorTask((context, make) =>
      cancelRequests(entra, context, make),
    ),
  };
}

async function requestPackage(entra: EntraConnection, context: TaskContext, make: Make): Promise<Ensured> {
  const { signal } = context;
  const accessPackageId = readArgument(context, 'accessPackageId');
  const assignmentPolicyId = readArgument(context, 'assignmentPolicyId');
  const targetId = await requireUserId(entra, context);
  return make({
    read: async () => {
      const assigned = await assignmentsOf(entra, targetId, accessPackageId, signal);
      const requests = assigned.length > 0 ? [] : await openRequests(entra, targetId, signal);
      return (
        assigned.length > 0 || requests.some((one) => isAdding(one) && packageOf(one).id === accessPackageId)
      );
    },
    wanted: (isThere) => (isThere ? [] : [`access package ${accessPackageId}: requested`]),
    write: async () => {
      const assignment = { targetId, assignmentPolicyId, accessPackageId };
      await entra.graph.post(`${ROOT}/assignmentRequests`, { requestType: 'adminAdd', assignment }, signal);
    },
    already: 'The access package is assigned or requested already',
  });
}

/** @param packageId `null`: of all packages. */
async function removePackages(
  entra: EntraConnection,
  context: TaskContext,
  make: Make,
  packageId: string | null,
): Promise<Ensured> {
  const { signal } = context;
  const already = packageId === null ? 'No access package is assigned' : 'The access package is not assigned';
  const userId = await findUserId(entra, context);
  if (userId === null) return { processingInfo: already };
  const assignments = await assignmentsOf(entra, userId, packageId, signal);
  return ensureAll(
    assignments.map((assignment) => {
      const { id, name } = packageOf(assignment);
      return {
        name: `access package ${name}`,
        do: () =>
          make({
            // An assignment stays until its removal is delivered, which can take a while.
            read: async () => {
              const isThere = (await assignmentsOf(entra, userId, id, signal)).some(
                (one) => one.id === assignment.id,
              );
              return (
                isThere &&
                !(await openRequests(entra, userId, signal)).some((one) => isRemoving(one, assignment, id))
              );
            },
            wanted: (isStaying: boolean) => (isStaying ? [`access package ${name}: removal requested`] : []),
            write: async () => {
              const body = { requestType: 'adminRemove', assignment: { id: assignment.id } };
              await entra.graph.post(`${ROOT}/assignmentRequests`, body, signal);
            },
            already: `The removal of access package ${name} is requested already`,
          }),
      };
    }),
    assignments.length === 0 ? already : 'The removal is requested already',
  );
}

async function cancelRequests(entra: EntraConnection, context: TaskContext, make: Make): Promise<Ensured> {
  const { signal } = context;
  const already = 'No request is pending';
  const userId = await findUserId(entra, context);
  if (userId === null) return { processingInfo: already };
  const pending = (await openRequests(entra, userId, signal)).filter(
    (one) => isCancelable(one) && isAdding(one),
  );
  return ensureAll(
    pending.map((request) => {
      const { name } = packageOf(request);
      return {
        name: `request for access package ${name}`,
        do: () =>
          make<GraphObject | null>({
            read: () => entra.graph.get(requestPath(request), signal),
            wanted: (now) => (isCancelable(now) ? [`request for access package ${name}: canceled`] : []),
            write: () => cancel(entra, request, signal),
            already: `The request for access package ${name} is decided already`,
          }),
      };
    }),
    already,
  );
}

/** A request that was decided meanwhile is refused like a wrong one: its state says which it is. */
async function cancel(
  entra: EntraConnection,
  request: GraphObject,
  signal: AbortSignal,
): Promise<'already' | undefined> {
  try {
    await entra.graph.post(`${requestPath(request)}/cancel`, {}, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== 'refused') throw error;
    if (isCancelable(await entra.graph.get(requestPath(request), signal))) throw error;
    return 'already';
  }
}

/** The assignments of a person that give access, of one package or of all. */
async function assignmentsOf(
  entra: EntraConnection,
  userId: string,
  packageId: string | null,
  signal: AbortSignal,
): Promise<readonly GraphObject[]> {
  const ofPackage = packageId === null ? '' : ` and accessPackage/id eq ${quoted(packageId)}`;
  const filter = `target/objectId eq ${quoted(userId)}${ofPackage}`;
  const found: GraphObject[] = [];
  for (const one of await entra.graph.all(
    `${ROOT}/assignments${query({ expand: 'accessPackage,target', filter })}`,
    signal,
  ))
    if (ACTIVE.includes(String(one.state))) found.push(one);
  return found;
}

/** The requests of a person, or of an administrator for them, that are not done. */
async function openRequests(
  entra: EntraConnection,
  userId: string,
  signal: AbortSignal,
): Promise<readonly GraphObject[]> {
  const filter = `requestor/objectId eq ${quoted(userId)}`;
  const list = `${ROOT}/assignmentRequests${query({ expand: 'accessPackage,assignment,requestor', filter })}`;
  const found: GraphObject[] = [];
  for (const one of await entra.graph.all(list, signal)) {
    const { objectId } = (one.requestor ?? {}) as { readonly objectId?: unknown };
    if (objectId === userId && OPEN.includes(String(one.state))) found.push(one);
  }
  return found;
}

function isCancelable(request: GraphObject | null): boolean {
  return request !== null && CANCELABLE.includes(String(request.state));
}

function isAdding({ requestType }: GraphObject): boolean {
  return /add$/i.test(String(requestType));
}

function isRemoving(request: GraphObject, assignment: GraphObject, packageId: string): boolean {
  if (!/remove$/i.test(String(request.requestType))) return false;
  const { id } = (request.assignment ?? {}) as { readonly id?: unknown };
  return id === assignment.id || packageOf(request).id === packageId;
}

function packageOf(one: GraphObject): { readonly id: string; readonly name: string } {
  const { id, displayName } = (one.accessPackage ?? {}) as Readonly<Record<string, unknown>>;
  return { id: String(id ?? ''), name: String(displayName ?? id ?? one.id) };
}

function requestPath({ id }: GraphObject): string {
  return `${ROOT}/assignmentRequests${path`/${id}`}`;
}

function readArgument({ arguments: given }: TaskContext, name: string): string {
  const value = given[name]?.trim() ?? '';
  if (value !== '') return value;
  throw new ConnectorError('refused', `Expected the argument ${name}, got none`, { code: 'BadArgument' });
}
