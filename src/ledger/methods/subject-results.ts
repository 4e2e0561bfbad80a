/** User results as results of subjects, which need not be users (domain §1.4, decision 14). */
import { addressOf } from '../../model/ids.ts';
import type { Page, SubjectProcessingResult, UserProcessingResult } from '../../model/resources/resources.ts';
import type { ProvisioningObjectWorkflowSubject } from '../../model/workflow/workflow-subject.ts';
import type { StoreReader } from '../../ports/store.ts';
import { requireRun } from '../context.ts';
import { type ListOptions, readListOptions } from '../input/list-options.ts';
import { objectsOfRuns } from '../planning/provisioning-objects.ts';
import type { UserProcessingResults } from './user-results.ts';

/** Subject results, per run. Each is a user result, under the same id. */
export interface SubjectProcessingResults {
  /** As `userProcessingResults.list`, with the same properties in the filter and the order. */
  list(runId: string, options?: ListOptions): Promise<Page<SubjectProcessingResult>>;
  /** @throws LifecycleError `NotFound`. */
  get(runId: string, resultId: string): Promise<SubjectProcessingResult>;
  /** Converts user results of a workflow, of any runs, to subject results; in the same order. */
  of(
    workflowId: string,
    results: readonly UserProcessingResult[],
  ): Promise<readonly SubjectProcessingResult[]>;
}

/** The subject results of a ledger. */
export function createSubjectResults(
  store: StoreReader,
  users: Pick<UserProcessingResults, 'list' | 'get'>,
): SubjectProcessingResults {
  const of: SubjectProcessingResults['of'] = async (workflowId, results) => {
    if (results.length === 0) return [];
    const objects = await objectsOfRuns(store, workflowId.toLowerCase(), results);
    return results.map((result) => subjectResult(result, objects.get(addressOf(result.id)?.runId ?? '')));
  };
  return {
    of,
    async list(runId, options) {
      const given = readListOptions(options, 'subjectProcessingResults.list');
      const { workflowId } = await requireRun(store, runId);
      const page = await users.list(runId, given);
      return { ...page, value: await of(workflowId, page.value) };
    },
    async get(runId, resultId) {
      const { workflowId } = await requireRun(store, runId);
      const [result] = await of(workflowId, [await users.get(runId, resultId)]);
      return result as SubjectProcessingResult;
    },
  };
}

function subjectResult(
  { subject, ...result }: UserProcessingResult,
  object: ProvisioningObjectWorkflowSubject | undefined,
): SubjectProcessingResult {
  if (object) return { ...result, subject: object, subjectType: 'provisioningObject' };
  return {
    ...result,
    subject: {
      '@odata.type': '#microsoft.graph.identityGovernance.directoryObjectWorkflowSubject',
      directoryObject: { '@odata.type': '#microsoft.graph.user', id: subject.id },
    },
    subjectType: 'user',
  };
}
