/** What becomes of the workflow that a command names, before anything is written. */
import { decide } from '../ledger/ensure-workflow.ts';
import { recordNamed } from '../ledger/workflow-lookup.ts';
import type { Workflows } from '../ledger/workflows.ts';
import type { Workflow } from '../model/workflow.ts';
import { DEFAULT_LIMITS } from '../model/workflow-limits.ts';
import type { ChosenWorkflow } from './workflow-source.ts';

/** The workflow of that name. */
export async function findKept(
  workflows: Pick<Workflows, 'list'>,
  { displayName }: ChosenWorkflow,
): Promise<Workflow | undefined> {
  const records = (await workflows.list()).map((workflow) => ({ workflow }));
  return recordNamed(records, displayName)?.workflow;
}

/** What `workflows.ensure` would make of it; a new workflow and new tasks have no ids yet. */
export function wouldKeep(found: Workflow | undefined, chosen: ChosenWorkflow): Workflow {
  if (!found) return asWorkflow(chosen);
  const decision = decide(found, chosen, DEFAULT_LIMITS);
  if (decision.outcome === 'unchanged') return found;
  if (decision.outcome === 'updated') return decision.workflow;
  const tasks = decision.draft.tasks.map((task) => ({ ...task, id: '' }));
  return { ...found, ...decision.draft, tasks, version: found.version + 1 };
}

/** A workflow that is not kept yet, as it will be. */
export function asWorkflow(chosen: ChosenWorkflow): Workflow {
  return {
    description: null,
    isEnabled: true,
    isSchedulingEnabled: false,
    ...chosen,
    id: '',
    version: 1,
    settings: chosen.settings ?? { quarantineConfiguration: null },
    tasks: chosen.tasks.map((task) => ({ ...task, id: '' })),
  } as unknown as Workflow;
}
