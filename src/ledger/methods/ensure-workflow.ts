/**
 * Makes sure that a workflow is as a program declares it: creates it, leaves it alone, changes it in place, or makes a
 * new version. What the input leaves out stays as it is.
 */
import { isDeepStrictEqual } from 'node:util';
import { fieldsOf, ifGiven, readArray } from '../../input/fields.ts';
import { root } from '../../input/refuse.ts';
import type { KeyValuePair, Task, UserReference, Workflow } from '../../model/workflow/workflow.ts';
import type { WorkflowLimits } from '../../model/workflow/workflow-limits.ts';
import { readNewVersion, readWorkflowInput, type TaskDraft, type WorkflowDraft } from '../input/workflow.ts';
import {
  changeIn,
  freeze,
  insertWorkflow,
  nextVersion,
  resourceOf,
  type WorkflowsDeps,
} from './workflow-changes.ts';
import { recordNamed } from './workflow-lookup.ts';

/** What `workflows.ensure` did. */
export type EnsureOutcome = 'created' | 'unchanged' | 'updated' | 'newVersion';

/** The workflow as it is now, and what was done for that. */
export interface EnsuredWorkflow {
  readonly workflow: Workflow;
  /**
   * `updated`: changed in place. `newVersion`: other tasks or execution conditions, for the runs from now on.
   */
  readonly outcome: EnsureOutcome;
}

/** What an input makes of a stored workflow. */
export type Decision =
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'updated'; readonly workflow: Workflow }
  | { readonly outcome: 'newVersion'; readonly draft: WorkflowDraft };

/**
 * What `input` makes of `current`. Another version is needed for other work: other execution conditions, or tasks
 * that do something else or in another order. Names and descriptions change in place, where the input gives them.
 *
 * A workflow that was disabled stays so, and is not scheduled, unless the input says `isEnabled: true`: a restart of
 * the program does not overrule the operator that stopped it.
 *
 * @throws LifecycleError as `createNewVersion`.
 */
export function decide(current: Workflow, input: unknown, limits: WorkflowLimits): Decision {
  const at = fieldsOf(root(input), null);
  const staysDisabled = !current.isEnabled && at('isEnabled').value === undefined;
  const asked = staysDisabled ? { ...(input as object), isSchedulingEnabled: undefined } : input;
  const draft = readNewVersion(asked, current, limits);
  const isSameWork =
    isDeepStrictEqual(draft.executionConditions, current.executionConditions) &&
    isDeepStrictEqual(draft.tasks.map(workOf), current.tasks.map(workOf));
  if (!isSameWork) return { outcome: 'newVersion', draft };
  const given = ifGiven(at('tasks'), (place) => readArray(place, draft.tasks.length)) ?? [];
  const tasks = current.tasks.map((task, index): Task => {
    const one = fieldsOf(given[index] ?? root({}), null);
    const { displayName, description } = draft.tasks[index] as TaskDraft;
    return Object.freeze({
      ...task,
      ...(one('displayName').value === undefined ? {} : { displayName }),
      ...(one('description').value === undefined ? {} : { description }),
    });
  });
  const workflow = { ...current, ...draft, tasks: Object.freeze(tasks) };
  return isDeepStrictEqual(workflow, current) ? { outcome: 'unchanged' } : { outcome: 'updated', workflow };
}

/** Makes sure, in one transaction, that the workflow of that name is as `input` says. */
export async function ensureWorkflow(
  deps: WorkflowsDeps,
  input: unknown,
  by: UserReference | null,
): Promise<EnsuredWorkflow> {
  const draft = readWorkflowInput(input, deps.limits);
  const { before, after, outcome } = await deps.store.transaction(async (tx) => {
    const record = recordNamed(await tx.listWorkflows(), draft.displayName);
    if (!record) {
      const workflow = await insertWorkflow(deps, tx, draft, by);
      return { before: null, after: workflow, outcome: 'created' as const };
    }
    const decision = decide(record.workflow, input, deps.limits);
    const made = await changeIn(deps, tx, record, by, async (_record, _tx, mark) => {
      if (decision.outcome === 'unchanged') return record.workflow;
      if (decision.outcome === 'updated') return decision.workflow;
      return nextVersion(deps, tx, record, decision.draft, mark);
    });
    return { ...made, outcome: decision.outcome };
  });
  if (after !== before) deps.changed(after.id, by, before, after);
  if (before !== null) await freeze(deps, before, after, {});
  return { workflow: resourceOf(deps, after), outcome };
}

/** The work of a task: all but its names. Arguments have no order. */
function workOf({ taskDefinitionId, isEnabled, continueOnError, arguments: pairs }: TaskDraft): object {
  const sorted = pairs.toSorted((a: KeyValuePair, b: KeyValuePair) => (a.name < b.name ? -1 : 1));
  return { taskDefinitionId, isEnabled, continueOnError, arguments: sorted };
}
