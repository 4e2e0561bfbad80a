/** The actions of a workflow that make runs or end them. */
import type { ActivationScopeInput } from '../../engine/activation.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { ProvisioningObjectInput } from '../../ledger/planning/provisioning-objects.ts';
import { badRequest, GraphError } from '../graph-error.ts';
import { objectBody } from '../protocol/body.ts';
import type { Row } from '../protocol/represent.ts';
import { type Call, soleField } from './route.ts';
import { runOf } from './run-of-path.ts';

/** activate: `{ subjects: [{ id }] }`, or `{ rule }`, which Graph does not have. */
export async function activate({ engine, keys, body, author }: Call): Promise<string> {
  if (Object.hasOwn(objectBody(body), 'rule')) {
    const rule = soleField(body, 'rule') as string;
    return (await engine.runs.activate(keys.workflow, { rule }, author)).id;
  }
  const subjects = soleField(body, 'subjects') as readonly { readonly id: string }[];
  return (await engine.runs.activate(keys.workflow, { subjects }, author)).id;
}

/** activateAndWait: `{ subject }`, a provisioning object or a directory object; gives its result. */
export async function activateAndWait({ engine, keys, body, author, inTime }: Call): Promise<Row> {
  const subject = objectBody(soleField(body, 'subject', true), true);
  const run = await engine.runs.activate(
    keys.workflow,
    Object.hasOwn(subject, 'directoryObject')
      ? { subjects: [subject.directoryObject as { readonly id: string }] }
      : { provisioningObject: subject as unknown as ProvisioningObjectInput },
    author,
  );
  if ((await inTime(engine.runs.waitFor(run.id))) === null) {
    throw new GraphError(504, 'gatewayTimeout', `The run ${run.id} has not ended yet; it goes on.`);
  }
  const { value } = await engine.subjectProcessingResults.list(run.id, { top: 1 });
  const failed = await engine.taskProcessingResults.list(run.id, {
    processingStatus: 'failed',
  });
  return {
    processingStatus: value[0]?.processingStatus,
    statusReasons: failed.value.map(({ failureReason }) => failureReason),
    subject: value[0]?.subject,
  };
}

/** activateWithScope: `{ scope: … }` as the metadata has it, or `{ subjects: [{ id }] }` as the page does. */
export async function activateWithScope({ engine, keys, body, author }: Call): Promise<string> {
  const isOfPage = Object.hasOwn(objectBody(body), 'subjects');
  const scope = (
    isOfPage ? { users: soleField(body, 'subjects') } : soleField(body, 'scope', true)
  ) as ActivationScopeInput;
  return (await engine.runs.activateWithScope(keys.workflow, scope, author)).id;
}

const CANCEL_SCOPE = '#microsoft.graph.identityGovernance.cancelRunsScope';

/** cancelProcessing: `{ scope: { '@odata.type': …, runs: [{ id }] } }`, exactly one. */
export async function cancelProcessing({ engine, keys, body }: Call): Promise<void> {
  const { '@odata.type': type, ...scope } = objectBody(soleField(body, 'scope', true), true);
  if (type !== CANCEL_SCOPE && type !== CANCEL_SCOPE.slice(1))
    throw badRequest(`Expected scope to have the @odata.type ${CANCEL_SCOPE}.`);
  const runs = soleField(scope, 'runs');
  const [run] = Array.isArray(runs) && runs.length === 1 ? (runs as readonly unknown[]) : [];
  const id = typeof run === 'object' && run !== null ? (run as Row).id : undefined;
  if (typeof id !== 'string') throw badRequest('Expected scope.runs to name exactly one run by its id.');
  try {
    await runOf(engine, keys.workflow, id);
    await engine.runs.cancel(id);
  } catch (error) {
    // A run that has ended cannot be canceled: Graph answers 400 (domain §6.7).
    if (LifecycleError.is(error) && error.code === 'AlreadyFinal') throw badRequest(error.message);
    throw error;
  }
}

/** previewWorkflow: `{ subjects: [{ id }] }`, or `{ nextSlot: true }`, which Graph does not have. */
export async function previewWorkflow({ engine, keys, body, author }: Call): Promise<string> {
  if (Object.hasOwn(objectBody(body), 'nextSlot')) {
    const nextSlot = soleField(body, 'nextSlot') as true;
    return (await engine.workflows.preview(keys.workflow, { nextSlot }, author)).id;
  }
  const subjects = soleField(body, 'subjects') as readonly { readonly id: string }[];
  return (await engine.workflows.preview(keys.workflow, { subjects }, author)).id;
}
