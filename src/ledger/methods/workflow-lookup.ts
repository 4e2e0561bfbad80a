/** Finds workflows in a store, and checks their ids, names and number. */
import type { ErrorDetails } from '../../errors/details.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { invalid } from '../../input/refuse.ts';
import { LIMITS } from '../../model/limits.ts';
import type { WorkflowRecord } from '../../model/records.ts';
import type { WorkflowLimits } from '../../model/workflow/workflow-limits.ts';
import type { StoreReader, StoreTransaction } from '../../ports/store.ts';

/** An id in the form that stores use. @throws LifecycleError `InvalidArgument`. */
export function keyOf(id: unknown): string {
  if (typeof id === 'string' && id.length <= LIMITS.idLengthMax) return id.toLowerCase();
  throw invalid(
    { path: 'id', value: id },
    `the id of a workflow, of at most ${LIMITS.idLengthMax} characters`,
  );
}

/** A workflow that is not deleted. @throws LifecycleError `NotFound`. */
export async function requireLive(reader: StoreReader, id: string): Promise<WorkflowRecord> {
  const record = await reader.getWorkflow(id);
  if (record && record.workflow.deletedDateTime === null) return record;
  throw notFound('a workflow', id, {});
}

/** A workflow that is deleted. @throws LifecycleError `NotFound`. */
export async function requireDeleted(reader: StoreReader, id: string): Promise<WorkflowRecord> {
  const record = await reader.getWorkflow(id);
  if (record && record.workflow.deletedDateTime !== null) return record;
  throw notFound('a deleted workflow', id, {});
}

/** The error for a missing part of a workflow. */
export function notFound(
  what: string,
  workflowId: string,
  details: ErrorDetails['NotFound'],
): LifecycleError<'NotFound'> {
  return new LifecycleError('NotFound', `Expected ${what} \`${workflowId}\`, got none`, {
    workflowId,
    ...details,
  });
}

/** @throws LifecycleError `LimitExceeded` when one more workflow is too many. */
export async function checkRoom(tx: StoreTransaction, { workflowsMax }: WorkflowLimits): Promise<void> {
  const records = await tx.listWorkflows();
  const count = records.filter(({ workflow }) => workflow.deletedDateTime === null).length;
  if (count < workflowsMax) return;
  throw new LifecycleError(
    'LimitExceeded',
    `Expected at most ${workflowsMax} workflows, got one more; delete one first, or raise workflowsMax`,
    { limit: 'workflowsMax', max: workflowsMax },
  );
}

/** @param ownId the workflow that may keep the name. @throws LifecycleError `Duplicate`. */
export async function checkName(
  tx: StoreTransaction,
  displayName: string,
  ownId: string | null,
): Promise<void> {
  const others = (await tx.listWorkflows()).filter(({ workflow }) => workflow.id !== ownId);
  const taken = recordNamed(others, displayName)?.workflow;
  if (!taken) return;
  throw new LifecycleError(
    'Duplicate',
    `Expected displayName to be unique among workflows, got \`${displayName}\`, the name of ${taken.id}`,
    { field: 'displayName', displayName, workflowId: taken.id },
  );
}

/** The one of these that has the name, and is not deleted. */
export function recordNamed<Record extends Pick<WorkflowRecord, 'workflow'>>(
  records: readonly Record[],
  displayName: string,
): Record | undefined {
  const name = nameKey(displayName);
  return records.find(
    ({ workflow }) => workflow.deletedDateTime === null && nameKey(workflow.displayName) === name,
  );
}

function nameKey(displayName: string): string {
  return displayName.normalize('NFC').trim().toLowerCase();
}
