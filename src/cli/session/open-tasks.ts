import type { Workflow } from '../../model/workflow/workflow.ts';
import type { Host } from '../host.ts';
import type { Job } from '../job/job.ts';
import { count } from '../terminal/text.ts';
import { EffectsFile } from './effects-file.ts';
import { requireHandlers, warnOfSlips } from './required-handlers.ts';
import { type CountedTasks, counted, loadTasks, type TaskHandlers } from './task-module.ts';

/** The handlers of a job, and the file that they write to. */
export interface OpenTasks {
  readonly handlers: CountedTasks;
  /** For the table: where the effects are. */
  effectsFact(): readonly (readonly [string, string])[];
  close(): void;
}

/** What {@link openTasks} is told besides the job. */
export interface OpenTasksOptions {
  /** What is to run: each of its tasks must have a handler. */
  readonly workflows: readonly Workflow[];
  readonly quiet: boolean;
}

/**
 * Loads the module of a job, makes sure that it can do what is to run, and opens the effects file.
 *
 * @throws CliError for the module, for every task without a handler, for the file; LifecycleError for a handler.
 */
export async function openTasks(
  host: Host,
  job: Pick<Job, 'tasks' | 'effects' | 'noOp'>,
  { workflows, quiet }: OpenTasksOptions,
): Promise<OpenTasks> {
  const handlers = await handlersOf(job);
  await requireHandlers(workflows, handlers, job);
  if (!quiet) warnOfSlips(host, workflows, handlers);
  const effects = job.effects === null ? null : new EffectsFile(job.effects, host.clock);
  return {
    handlers: { ...counted(handlers, effects), isNoOp: job.noOp },
    effectsFact: () =>
      effects ? [['effects', `${effects.path} · ${count(effects.count)} lines added`]] : [],
    close: () => effects?.close(),
  };
}

/** What the tasks of a job do: what its module says, or nothing but a line of the effects file. */
export async function handlersOf({ tasks, effects }: Pick<Job, 'tasks' | 'effects'>): Promise<TaskHandlers> {
  if (tasks !== null) return loadTasks(tasks);
  return effects === null ? {} : { '*': () => {} };
}
