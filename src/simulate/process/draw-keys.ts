import { isTimeBased, type Workflow } from '../../model/workflow/workflow.ts';
import type { TaskContext } from '../../ports/task-handler.ts';
import type { ReadWorkflow } from '../scenario/read-scenario.ts';

/** A workflow of the scenario, as it was created. */
export interface CreatedWorkflow extends ReadWorkflow {
  readonly workflow: Workflow;
  /** People whose move waits for the next slot, when the workflow runs on moves. */
  moved: Set<string>;
}

/** The occasion of a run for people who have moved. */
export const MOVED = 'moved';

/**
 * What a draw belongs to: workflow, occasion and task by names that are the same in every scenario with the same
 * people, whatever the ids, capacities and orders are.
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

  /** Somebody has moved. */
  moved(id: string): void {
    this.#moves.set(id, (this.#moves.get(id) ?? 0) + 1);
    for (const { entry, moved } of this.workflows) if (entry.onMove) moved.add(id);
  }

  /** A person's own occasion in a run for `occasion`: a move is one, whenever it is processed. */
  personal(occasion: string, subjectId: string): string {
    return occasion === MOVED ? `${MOVED} ${this.#moves.get(subjectId) ?? 0}` : occasion;
  }

  /** `occasion`: of the run, when it is on demand. */
  keyOf({ workflow, task, run, subject }: TaskContext, occasion: string): string {
    const created = this.workflows.find((one) => one.workflow.id === workflow.id);
    const conditions = created?.workflow.executionConditions;
    const isScheduled = run.workflowExecutionType === 'scheduled' && conditions && isTimeBased(conditions);
    const own = isScheduled
      ? String(subject[conditions.trigger.timeBasedAttribute])
      : this.personal(occasion, subject.id);
    return `${created?.key}|${own}|${this.#taskKeys.get(task.id)}`;
  }
}
