import { isDeepStrictEqual } from 'node:util';
import type { Workflows } from '../ledger/workflows.ts';
import type { Workflow } from '../model/workflow.ts';
import type { ChosenWorkflow } from './workflow-source.ts';

/** A workflow in the store, and how it came there. */
export interface KeptWorkflow {
  readonly workflow: Workflow;
  readonly how: 'created' | 'reused' | 'newVersion';
}

/**
 * Keeps the chosen workflow: the one of that name when it is the same, a new version of it when tasks
 * or conditions differ, else a new one.
 *
 * @throws LifecycleError as `workflows.create` and `createNewVersion`.
 */
export async function keepWorkflow(workflows: Workflows, chosen: ChosenWorkflow): Promise<KeptWorkflow> {
  const found = await findKept(workflows, chosen);
  if (!found) return { workflow: await workflows.create(chosen), how: 'created' };
  if (isSame(found, chosen)) return { workflow: found, how: 'reused' };
  const { category, executionConditions, tasks } = chosen;
  const workflow = await workflows.createNewVersion(found.id, { category, executionConditions, tasks });
  return { workflow, how: 'newVersion' };
}

/** The workflow of that name. */
export async function findKept(
  workflows: Pick<Workflows, 'list'>,
  { displayName }: ChosenWorkflow,
): Promise<Workflow | undefined> {
  const name = nameKey(displayName);
  return (await workflows.list()).find((one) => nameKey(one.displayName) === name);
}

/** What {@link keepWorkflow} would keep; a new workflow and new tasks have no ids yet. */
export function wouldKeep(found: Workflow | undefined, chosen: ChosenWorkflow): Workflow {
  if (!found) return asWorkflow(chosen);
  if (isSame(found, chosen)) return found;
  const { category, executionConditions, tasks } = asWorkflow(chosen);
  return { ...found, category, executionConditions, tasks, version: found.version + 1 };
}

/** A workflow that is not kept yet, as it will be. */
export function asWorkflow(chosen: ChosenWorkflow): Workflow {
  return {
    ...chosen,
    id: '',
    version: 1,
    settings: chosen.settings ?? { quarantineConfiguration: null },
    tasks: chosen.tasks.map((task) => ({ ...task, id: '' })),
  } as unknown as Workflow;
}

/** As the ledger compares names. */
function nameKey(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}

function isSame(found: Workflow, chosen: ChosenWorkflow): boolean {
  const tasks = found.tasks.map(({ id: _, ...task }) => task);
  return (
    found.category === chosen.category &&
    isDeepStrictEqual(plain(found.executionConditions), plain(chosen.executionConditions)) &&
    isDeepStrictEqual(plain(tasks), plain(chosen.tasks))
  );
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
