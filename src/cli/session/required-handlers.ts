import { findTaskDefinition, TASK_DEFINITIONS } from '../../catalogue/task-definitions.ts';
import { Handlers } from '../../engine/handlers/handlers.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { nearest } from '../../input/nearest.ts';
import { enabledTasks } from '../../ledger/resources.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { Store } from '../../ports/store.ts';
import type { Host } from '../host.ts';
import type { OpenJob } from '../job/open-job.ts';
import { CliError } from '../terminal/cli-error.ts';
import { counted } from '../terminal/text.ts';
import { unfinishedRuns } from './run-checks.ts';
import type { TaskHandlers } from './task-module.ts';

/** Tasks that the engine handles itself. */
const BUILT_IN: TaskHandlers = { runCustomTaskExtension: () => {} };

/** A task that has no handler. */
export interface MissingHandler {
  readonly name: string;
  /** A definition or handler with a similar name; `null`: there is none. */
  readonly near: string | null;
}

/**
 * Checks, before anything runs, that every enabled task has a handler: a task without one would count
 * as completed without doing anything.
 *
 * @throws CliError naming all that are missing, with the nearest names; LifecycleError `InvalidArgument` for a
 *   handler, or for arguments that it refuses.
 */
export async function requireHandlers(
  workflows: readonly Workflow[],
  handlers: TaskHandlers,
  job: Pick<OpenJob, 'tasks' | 'noOp' | 'connections'>,
): Promise<void> {
  if (job.noOp) return;
  const missing = await missingHandlers(workflows, handlers);
  if (missing.length === 0) return;
  const [first] = workflows;
  const whose =
    workflows.length === 1 ? `workflow "${first?.displayName}"` : counted(workflows.length, 'workflow');
  throw new CliError(
    `Expected a handler for every enabled task of ${whose}, got none for ${missing.map(shownMissing).join(', ')}`,
    remedyFor(job),
  );
}

function remedyFor({ tasks, connections }: Pick<OpenJob, 'tasks' | 'connections'>): string {
  if (tasks !== null) return EXPORT_THEM;
  if (connections === null) return SAY_WHAT_TASKS_DO;
  return `Add a connection to ${connections.file} that does them, or handlers of your own under \`tasks\` in it; \`tenure check-config\` lists who does what`;
}

const EXPORT_THEM =
  'Export a function under each of these names from the module of --tasks; `tenure tasks` lists those of the catalogue';
const SAY_WHAT_TASKS_DO = [
  'Choose what the tasks do:',
  '  --tasks MODULE   call your handlers (see `tenure tasks`)',
  '  --connect FILE   do them on the systems of a configuration (see `tenure init`)',
  '  --effects FILE   record what would be done, and count it as completed',
  '  --no-op          do nothing, and count it as completed',
  'or only list the users that would be processed: --dry-run',
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

/** Warns of custom names that look like a misspelled definition, which a handler for every task would accept. */
export function warnOfSlips({ stderr }: Host, workflows: readonly Workflow[], handlers: TaskHandlers): void {
  const names = workflows.flatMap(enabledTasks).map(({ taskDefinitionId }) => taskDefinitionId);
  for (const name of new Set(names)) {
    if (findTaskDefinition(name) || Object.hasOwn(handlers, name)) continue;
    const near = nearest(name, DEFINITION_KEYS);
    if (near === null) continue;
    stderr.line(
      `${stderr.style.yellow('warning:')} ${name} is not a task definition of the catalogue; did you mean ${near}?`,
    );
  }
}

const DEFINITION_KEYS = TASK_DEFINITIONS.map(({ key }) => key);

/** The workflows of the unfinished runs, in the versions that the runs use. */
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
