import type { Workflow } from '../../model/workflow/workflow.ts';
import { postgresAt } from '../database-url.ts';
import type { Host } from '../host.ts';
import type { OpenJob } from '../job/open-job.ts';
import { count } from '../terminal/text.ts';
import { EffectsFile } from './effects-file.ts';
import { requireHandlers, warnOfSlips } from './required-handlers.ts';
import { type CountedTasks, counted, loadTasks, type TaskHandlers } from './task-module.ts';

/** The handlers of a job and their effects file. */
export interface OpenTasks {
  readonly handlers: CountedTasks;
  /** Rows of the run's table: the effects file. */
  effectsFact(): readonly (readonly [string, string])[];
  close(): void;
}

/** Options of {@link openTasks}. */
export interface OpenTasksOptions {
  /** Workflows to run: each of their tasks must have a handler. */
  readonly workflows: readonly Workflow[];
  /** The database; `null`: in memory. */
  readonly db: string | null;
  readonly quiet: boolean;
}

/**
 * Loads the module of a job, checks that it has all handlers, and opens the effects file.
 *
 * @throws CliError for the module, for every task without a handler, for the file; LifecycleError for a handler.
 */
export async function openTasks(
  host: Host,
  job: WorkOfJob,
  { workflows, db, quiet }: OpenTasksOptions,
): Promise<OpenTasks> {
  const handlers = await handlersOf(job);
  await requireHandlers(workflows, handlers, job);
  if (!quiet) warnOfSlips(host, workflows, handlers);
  const isShared = db !== null && postgresAt(db) !== null;
  const effects = job.effects === null ? null : new EffectsFile(job.effects, host.clock, isShared);
  return {
    handlers: { ...counted(handlers, effects), isNoOp: job.noOp },
    effectsFact: () =>
      effects ? [['effects', `${effects.path} · ${count(effects.count)} lines added`]] : [],
    close: () => effects?.close(),
  };
}

/** The fields of a job that say what its tasks do. */
export type WorkOfJob = Pick<OpenJob, 'tasks' | 'effects' | 'noOp' | 'connections'>;

/** The handlers of a job: those of its module or connections, or ones that only write the effects file. */
export async function handlersOf({
  tasks,
  effects,
  connections,
}: Omit<WorkOfJob, 'noOp'>): Promise<TaskHandlers> {
  if (tasks !== null) return loadTasks(tasks);
  if (connections !== null) return connections.tasks;
  return effects === null ? {} : { '*': () => {} };
}
