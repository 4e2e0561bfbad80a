import { findTaskDefinition, TASK_DEFINITIONS } from '../catalogue/index.ts';
import { Handlers } from '../engine/handlers.ts';
import { LifecycleError } from '../errors/index.ts';
import { nearest } from '../input/nearest.ts';
import { enabledTasks } from '../ledger/resources.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Store } from '../ports/store.ts';
import { CliError } from './cli-error.ts';
import type { Host } from './host.ts';
import type { Job } from './job.ts';
import { unfinishedRuns } from './run-checks.ts';
import type { TaskHandlers } from './task-module.ts';
import { counted } from './text.ts';

/** An engine has a handler of its own for these. */
const BUILT_IN: TaskHandlers = { runCustomTaskExtension: () => {} };

/** A task that has no handler. */
export interface MissingHandler {
  readonly name: string;
  /** A definition or a handler of a similar name; `null`: there is none. */
  readonly near: string | null;
}

/**
 * Makes sure that every enabled task has a handler, before anything runs: a task that does nothing would count
 * as done.
 *
 * @throws CliError naming all that are missing, with the nearest names; LifecycleError `InvalidArgument` for a
 *   handler, or for arguments that it refuses.
 */
export async function requireHandlers(
  workflows: readonly Workflow[],
  handlers: TaskHandlers,
  job: Pick<Job, 'tasks' | 'noOp'>,
): Promise<void> {
  if (job.noOp) return;
  const missing = await missingHandlers(workflows, handlers);
  if (missing.length === 0) return;
  const [first] = workflows;
  const whose =
    workflows.length === 1 ? `workflow "${first?.displayName}"` : counted(workflows.length, 'workflow');
  throw new CliError(
    `Expected a handler for every enabled task of ${whose}, got none for ${missing.map(shownMissing).join(', ')}`,
    job.tasks === null ? SAY_WHAT_TASKS_DO : EXPORT_THEM,
  );
}

const EXPORT_THEM =
  'Export a function under each of these names from the module of --tasks; `tenure tasks` lists those of the catalogue';
const SAY_WHAT_TASKS_DO = [
  'Say what the tasks do:',
  '  --tasks MODULE   call your handlers (see `tenure tasks`)',
  '  --effects FILE   write down what would be done, and count it as done',
  '  --no-op          do nothing, and count it as done',
  'or see who would be processed, and count nothing as done: --dry-run',
].join('\n');

/** `sendWelcomEmail (nearest: sendWelcomeEmail)`. */
export function shownMissing({ name, near }: MissingHandler): string {
  return near === null ? name : `${name} (nearest: ${near})`;
}

/** Tasks that have no handler, each once. @throws LifecycleError `InvalidArgument`. */
export async function missingHandlers(
  workflows: readonly Workflow[],
  handlers: TaskHandlers,
): Promise<readonly MissingHandler[]> {
  const known = new Handlers(handlers, BUILT_IN);
  const missing = new Map<string, string | null>();
  for (const workflow of workflows) {
    try {
      await known.bind(workflow);
    } catch (error) {
      if (!LifecycleError.is(error) || error.code !== 'HandlerMissing') throw error;
      const near = error.details.nearest as Readonly<Record<string, string>>;
      for (const name of error.details.missing as readonly string[]) missing.set(name, near[name] ?? null);
    }
  }
  return Array.from(missing, ([name, near]) => ({ name, near }));
}

/** Says which names of the host's own look like a slip of a definition: whatever takes every task takes them, too. */
export function warnOfSlips({ stderr }: Host, workflows: readonly Workflow[], handlers: TaskHandlers): void {
  const names = workflows.flatMap(enabledTasks).map(({ taskDefinitionId }) => taskDefinitionId);
  for (const name of new Set(names)) {
    if (findTaskDefinition(name) || Object.hasOwn(handlers, name)) continue;
    const near = nearest(name, DEFINITION_KEYS);
    if (near === null) continue;
    stderr.line(
      `${stderr.style.yellow('warning:')} ${name} is no definition of the catalogue; did you mean ${near}?`,
    );
  }
}

const DEFINITION_KEYS = TASK_DEFINITIONS.map(({ key }) => key);

/** The workflows of the runs that would go on: the versions that they have pinned. */
export async function unfinishedWorkflows(store: Store): Promise<readonly Workflow[]> {
  const runs = (await unfinishedRuns(store)).filter(
    ({ processingStatus }) => processingStatus !== 'canceling',
  );
  const versions = new Map(runs.map((run) => [`${run.workflowId} ${run.workflowVersion}`, run]));
  const found = [...versions.values()].map(({ workflowId, workflowVersion }) =>
    store.getWorkflowVersion(workflowId, workflowVersion),
  );
  return (await Promise.all(found)).filter((workflow) => workflow !== null);
}

/** The workflows that the schedule would run. */
export async function scheduledWorkflows(store: Store): Promise<readonly Workflow[]> {
  return (await store.listWorkflows())
    .map(({ workflow }) => workflow)
    .filter(
      (workflow) =>
        workflow.deletedDateTime === null &&
        workflow.isEnabled &&
        workflow.isSchedulingEnabled &&
        enabledTasks(workflow).length > 0,
    );
}
