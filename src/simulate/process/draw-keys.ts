import { isTimeBased, type Workflow } from '../../model/workflow/workflow.ts';
import type { TaskContext } from '../../ports/task-handler.ts';
import type { ReadWorkflow } from '../scenario/read-scenario.ts';

/** A workflow of the scenario, as the engine created it. */
export interface CreatedWorkflow extends ReadWorkflow {
  readonly workflow: Workflow;
  /** People to run for at the next slot because they moved, if the workflow runs on moves. */
  moved: Set<string>;
}

/** Draw key of a run for people who have moved. */
export const MOVED = 'moved';

/**
 * Keys of random draws: workflow, event and task by names that are the same in every scenario with the same people,
 * whatever the ids, capacities and orders are.
 */
export class DrawKeys {
  readonly workflows: CreatedWorkflow[] = [];
  readonly #taskKeys = new Map<string, string>();
  readonly #moves = new Map<string, number>();

  add(one: ReadWorkflow, workflow: Workflow): void {
    this.workflows.push({ ...one, workflow, moved: new Set() });
    const seen = new Map<string, number>();
    for (const { id, taskDefinitionId } of workflow.tasks) {
      const nth = (seen.get(taskDefinitionId) ?? 0) + 1;
      seen.set(taskDefinitionId, nth);
      this.#taskKeys.set(id, `${taskDefinitionId}#${nth}`);
    }
  }

  /** Records that a person has moved. */
  moved(id: string): void {
    this.#moves.set(id, (this.#moves.get(id) ?? 0) + 1);
    for (const { entry, moved } of this.workflows) if (entry.onMove) moved.add(id);
  }

  /** A person's own draw key in a run with `drawKey`: each move has its own, whenever it is processed. */
  personal(drawKey: string, subjectId: string): string {
    return drawKey === MOVED ? `${MOVED} ${this.#moves.get(subjectId) ?? 0}` : drawKey;
  }

  /** Key of a call. `drawKey`: that of its run, if on demand. */
  keyOf({ workflow, task, run, subject }: TaskContext, drawKey: string): string {
    const created = this.workflows.find((one) => one.workflow.id === workflow.id);
    const conditions = created?.workflow.executionConditions;
    const isScheduled = run.workflowExecutionType === 'scheduled' && conditions && isTimeBased(conditions);
    const own = isScheduled
      ? String(subject[conditions.trigger.timeBasedAttribute])
      : this.personal(drawKey, subject.id);
    return `${created?.key}|${own}|${this.#taskKeys.get(task.id)}`;
  }
}
