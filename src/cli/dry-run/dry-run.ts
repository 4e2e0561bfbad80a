import { handlerKey } from '../../engine/handlers/handlers.ts';
import { enabledTasks } from '../../ledger/resources.ts';
import type { LeftOutReason } from '../../model/selection.ts';
import type { WorkflowExecutionType } from '../../model/status.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import { handlersOf, type WorkOfJob } from '../session/open-tasks.ts';
import { type MissingHandler, missingHandlers, shownMissing } from '../session/required-handlers.ts';
import { taskKey } from '../session/workflow-source.ts';

/** What a command would do. Nothing of it has happened, and nothing is recorded. */
export interface DryRun {
  /** Without id while it is not stored. */
  readonly workflow: Workflow;
  /** The run that would be resumed or reprocessed; `null`: neither. */
  readonly runId: string | null;
  readonly workflowExecutionType: WorkflowExecutionType;
  /** The slot of a scheduled run. */
  readonly slotDateTime: string | null;
  readonly tasks: readonly PlannedTask[];
  readonly processed: readonly ProcessedPerson[];
  readonly notProcessed: readonly LeftOutPerson[];
  /** Why the command would be refused, each a sentence; empty: it would not. */
  readonly refusals: readonly string[];
  /** What else should be looked at. */
  readonly warnings: readonly string[];
}

/** What would perform a task; `null`: nothing, so that the run would be refused. */
export type TaskSource = 'module' | 'connection' | 'config' | 'effects' | 'noOp' | 'builtIn' | null;

/** An enabled task of the workflow. */
export interface PlannedTask {
  /** 1-based, among the enabled tasks. */
  readonly position: number;
  readonly displayName: string;
  readonly taskDefinitionId: string;
  readonly handler: TaskSource;
  /** Name of the connection, for the handler `connection`. */
  readonly connection?: string;
}

/** A subject that would be processed. */
export interface ProcessedPerson {
  readonly id: string;
  /** The moment that makes the person due; absent: no schedule does. */
  readonly dueDateTime?: string;
  /** Positions of their tasks; absent: all. */
  readonly tasks?: readonly number[];
  /** What would become of them; absent: no handler has a preview, or it was stopped before. */
  readonly outcome?: PersonOutcome;
  readonly preview?: readonly PreviewedTask[];
}

/** What would become of a person. `unknown`: nothing that has a preview would change, and other tasks have none. */
export type PersonOutcome = 'change' | 'already' | 'fail' | 'unknown';

/** What would become of a task of a person. */
export type PreviewOutcome =
  /** It would change something. */
  | 'change'
  /** Nothing is to be done. */
  | 'already'
  | 'fail'
  /** Not known before an earlier task of the person has made what it needs. */
  | 'later'
  /** An earlier task of the person would fail, and end their processing. */
  | 'notReached'
  /** Its handler has no preview. */
  | 'unknown';

/** A task of a person, previewed. */
export interface PreviewedTask {
  readonly position: number;
  readonly outcome: PreviewOutcome;
  /** What would be changed, why nothing would, or why it would fail. */
  readonly says: readonly string[];
}

/** Why a user would not be processed: reasons of the slot, and further ones of commands. */
export type NotProcessedReason =
  | LeftOutReason
  /** Outside the scope, or not selected by the rule. */
  | 'notInScope'
  /** Not among the ids that were asked for. */
  | 'notNamed'
  /** Not in the file of people: would be canceled. */
  | 'notInDirectory'
  /** Has no task to reprocess. */
  | 'nothingToDo'
  /** The watched attributes or groups are as they were. */
  | 'unchanged';

/** A subject that would not be processed. */
export interface LeftOutPerson {
  readonly id: string;
  readonly reason: NotProcessedReason;
  /** When the person was or will be due. */
  readonly dueDateTime?: string;
  /** The attribute at fault, and its value. */
  readonly attribute?: string;
  readonly value?: unknown;
}

/** The tasks of a workflow with what would perform them, and a refusal when something is missing. */
export async function plannedTasks(
  workflow: Workflow,
  job: WorkOfJob,
): Promise<{ readonly tasks: readonly PlannedTask[]; readonly missing: readonly MissingHandler[] }> {
  const handlers = await handlersOf(job);
  const missing = job.noOp ? [] : await missingHandlers([workflow], handlers);
  const lacking = new Set(missing.map(({ name }) => name));
  const keys = new Set(Object.keys(handlers).map(handlerKey));
  const source = (taskDefinitionId: string): TaskSource => {
    if (job.noOp) return 'noOp';
    if (lacking.has(taskKey(taskDefinitionId))) return null;
    if (!keys.has('*') && !keys.has(handlerKey(taskDefinitionId))) return 'builtIn';
    if (job.tasks !== null) return 'module';
    if (job.connections === null) return 'effects';
    return job.connections.doneBy(taskKey(taskDefinitionId)) === null ? 'config' : 'connection';
  };
  const tasks = enabledTasks(workflow).map(({ displayName, taskDefinitionId }, index) => {
    const handler = source(taskDefinitionId);
    const key = taskKey(taskDefinitionId);
    const connection = handler === 'connection' ? job.connections?.doneBy(key) : null;
    return {
      position: index + 1,
      displayName,
      taskDefinitionId: key,
      handler,
      ...(typeof connection === 'string' ? { connection } : {}),
    };
  });
  return { tasks, missing };
}

/** The refusal of a command that lacks handlers. */
export function refusalOf(missing: readonly MissingHandler[]): readonly string[] {
  if (missing.length === 0) return [];
  return [
    `There is no handler for ${missing.map(shownMissing).join(', ')} (--connect, --tasks, --effects or --no-op)`,
  ];
}
