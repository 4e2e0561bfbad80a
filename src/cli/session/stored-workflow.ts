/** Previews what `workflows.ensure` does with the workflow of a command, and writes nothing. */
import { decide } from '../../ledger/methods/ensure-workflow.ts';
import { recordNamed } from '../../ledger/methods/workflow-lookup.ts';
import type { Workflows } from '../../ledger/methods/workflows.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import { DEFAULT_LIMITS } from '../../model/workflow/workflow-limits.ts';
import type { ChosenWorkflow } from './workflow-source.ts';

/** The stored workflow of the chosen one's name. */
export async function findStored(
  workflows: Pick<Workflows, 'list'>,
  { displayName }: ChosenWorkflow,
): Promise<Workflow | undefined> {
  const records = (await workflows.list()).map((workflow) => ({ workflow }));
  return recordNamed(records, displayName)?.workflow;
}

/** The workflow as `workflows.ensure` would store it; a new workflow and new tasks have no ids yet. */
export function ensuredWorkflow(found: Workflow | undefined, chosen: ChosenWorkflow): Workflow {
  if (!found) return newWorkflow(chosen);
  const decision = decide(found, chosen, DEFAULT_LIMITS);
  if (decision.outcome === 'unchanged') return found;
  if (decision.outcome === 'updated') return decision.workflow;
  const tasks = decision.draft.tasks.map((task) => ({ ...task, id: '' }));
  return { ...found, ...decision.draft, tasks, version: found.version + 1 };
}

/** A workflow that is not stored yet, as it will be. */
export function newWorkflow(chosen: ChosenWorkflow): Workflow {
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
