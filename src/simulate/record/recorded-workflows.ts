/** The workflows of a record as a scenario has them, and what started them. */
import type { WorkflowInput } from '../../ledger/input/workflow.ts';
import { OF_WORKFLOWS } from '../../ledger/notes.ts';
import { enabledTasks } from '../../ledger/resources.ts';
import { addressOf } from '../../model/ids.ts';
import type { RunRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { StoreReader } from '../../ports/store.ts';
import { plural } from '../../text/numbers.ts';
import type { ScenarioWorkflow } from '../scenario/scenario.ts';
import { definitionKey } from './read-runs.ts';

/** Runs on demand of a workflow. */
interface OnDemand {
  readonly activations: { readonly at: string; readonly limit: number }[];
  dropped: number;
}

const ACTIVATIONS_MAX = 1_000;
/** Notes that are looked at for tasks that wait for callbacks. */
const CALLBACKS_READ = 1_000;

/** Collects the runs on demand. */
export class OnDemandRuns {
  readonly #of = new Map<string, OnDemand>();

  add({ workflowId, workflowExecutionType: type, scheduledAtMs, totalUsersCount }: RunRecord): void {
    if (type === 'scheduled' || totalUsersCount === 0) return;
    const runs = this.#of.get(workflowId) ?? { activations: [], dropped: 0 };
    this.#of.set(workflowId, runs);
    if (runs.activations.length < ACTIVATIONS_MAX)
      runs.activations.push({ at: isoOf(scheduledAtMs), limit: totalUsersCount });
    else runs.dropped += 1;
  }

  of(workflowId: string): OnDemand {
    return this.#of.get(workflowId) ?? { activations: [], dropped: 0 };
  }
}

function isoOf(atMs: EpochMs): string {
  return new Date(atMs).toISOString();
}

/** The entries of a scenario, and what a reader should know of them, a sentence each. */
export function scenarioWorkflows(
  workflows: readonly Workflow[],
  runs: OnDemandRuns,
  isAnonymous: boolean,
): { readonly entries: readonly ScenarioWorkflow[]; readonly notes: readonly string[] } {
  const keys = new Set<string>();
  const notes: string[] = [];
  const entries = workflows.map((workflow): ScenarioWorkflow => {
    const name = workflow.displayName;
    const key = keys.has(name) ? `${name} (${workflow.id.slice(0, 8)})` : name;
    keys.add(key);
    const { activations, dropped } = runs.of(workflow.id);
    const entry = { key, workflow: isAnonymous ? withoutAddresses(inputOf(workflow)) : inputOf(workflow) };
    if (activations.length === 0) return entry;
    if (workflow.category === 'mover' && !('trigger' in workflow.executionConditions)) {
      notes.push(
        `“${key}” runs for people who changed department, at the slot after: its ${plural(activations.length + dropped, 'run')} on demand are taken for that.`,
      );
      return { ...entry, onMove: true };
    }
    notes.push(
      `“${key}” runs on demand as recorded (${plural(activations.length, 'activation')}), for as many people, the first by their ids: the record does not say why these.`,
    );
    if (dropped > 0)
      notes.push(
        `“${key}”: ${plural(dropped, 'further activation')} are left out; a scenario has at most ${ACTIVATIONS_MAX}.`,
      );
    return { ...entry, activations };
  });
  return { entries, notes };
}

/** A workflow as it is. */
function inputOf(workflow: Workflow): WorkflowInput {
  const { category, displayName, description, isEnabled, isSchedulingEnabled, settings } = workflow;
  return {
    category,
    displayName,
    description,
    isEnabled,
    isSchedulingEnabled,
    executionConditions: workflow.executionConditions,
    settings,
    tasks: workflow.tasks.map((task) => ({
      taskDefinitionId: definitionKey(task.taskDefinitionId),
      displayName: task.displayName,
      description: task.description,
      isEnabled: task.isEnabled,
      continueOnError: task.continueOnError,
      arguments: task.arguments,
    })),
  };
}

/** Mail addresses in descriptions and arguments name people. */
function withoutAddresses(input: WorkflowInput): WorkflowInput {
  return JSON.parse(
    JSON.stringify(input).replaceAll(/[\w.+'-]+@[\w-]+(?:\.[\w-]+)+/g, 'someone@example.com'),
  ) as WorkflowInput;
}

/** Keys of the definitions whose tasks waited for a callback, by the first notes of each workflow. */
export async function answeredTasks(
  store: StoreReader,
  workflows: readonly Workflow[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const workflow of workflows) {
    const tasks = enabledTasks(workflow);
    const prefix = `${workflow.id}/`;
    const notes = await store.listNotes({
      collection: OF_WORKFLOWS.callbacks,
      prefix,
      after: null,
      limit: CALLBACKS_READ,
    });
    for (const { key } of notes) {
      const task = tasks[(addressOf(key.slice(prefix.length))?.position ?? 0) - 1];
      if (task) found.add(definitionKey(task.taskDefinitionId));
    }
  }
  return found;
}
