/** Dry run of `tenure runs reprocess`: the users that would be reprocessed, and their tasks. */
import type { ReprocessOptions } from '../../engine/activation.ts';
import { subjectsOf } from '../../engine/selection/subjects-of.ts';
import {
  reprocessingOfGroups,
  reprocessingOfResults,
  reprocessingOfRun,
  usersOf,
} from '../../ledger/planning/reprocess.ts';
import type { Candidate } from '../../ledger/planning/run-plan.ts';
import type { RunRecord } from '../../model/records.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Store } from '../../ports/store.ts';
import type { WorkOfJob } from '../session/open-tasks.ts';
import { type DryRun, type LeftOutPerson, type ProcessedPerson, plannedTasks, refusalOf } from './dry-run.ts';

/** What planning a reprocessing needs. */
export interface ReprocessingInput {
  readonly store: Store;
  readonly users: Directory;
  readonly job: WorkOfJob;
  /** The newest version. */
  readonly workflow: Workflow;
  readonly origin: RunRecord;
  readonly scope: ReprocessOptions;
}

/** Plans the reprocessing of a run, and writes nothing. @throws LifecycleError as `runs.reprocess`. */
export async function plannedReprocessing({
  store,
  users,
  job,
  workflow,
  origin,
  scope,
}: ReprocessingInput): Promise<DryRun> {
  const { tasks, missing } = await plannedTasks(workflow, job);
  const { taskScope = 'failedTasks', userScope = 'failedUsers', processingResults, failureGroup } = scope;
  const { candidates } =
    failureGroup !== undefined
      ? await reprocessingOfGroups(store, workflow, origin.id, [failureGroup].flat(), taskScope)
      : processingResults === undefined
        ? await reprocessingOfRun(store, workflow, origin.id, { taskScope, userScope })
        : await reprocessingOfResults(store, workflow, processingResults.map(idOf), taskScope);
  const chosen = new Map<string, Candidate>();
  for await (const batch of candidates) for (const one of batch) chosen.set(one.subjectId, one);
  const processed: ProcessedPerson[] = [];
  const notProcessed: LeftOutPerson[] = [];
  for await (const batch of usersOf(store, origin.id)) {
    const ids = batch.map(({ subjectId }) => subjectId);
    const subjects = subjectsOf(ids, await users.get(ids));
    for (const [index, id] of ids.entries()) {
      const one = chosen.get(id);
      if (!one) notProcessed.push({ id, reason: 'nothingToDo' });
      else if (!subjects[index]) notProcessed.push({ id, reason: 'notInDirectory' });
      else processed.push({ id, ...(one.positions ? { tasks: one.positions } : {}) });
    }
  }
  return {
    workflow,
    runId: origin.id,
    workflowExecutionType: 'activatedWithScope',
    slotDateTime: null,
    tasks,
    processed,
    notProcessed,
    refusals: refusalOf(missing),
    warnings: [],
  };
}

function idOf(reference: NonNullable<ReprocessOptions['processingResults']>[number]): string {
  return typeof reference === 'string' ? reference : reference.id;
}
