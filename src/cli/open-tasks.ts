import { EffectsFile } from './effects-file.ts';
import type { Host } from './host.ts';
import type { Job } from './job.ts';
import { type CountedTasks, counted, defaultTasks, loadTasks } from './task-module.ts';
import { count } from './text.ts';

/** The handlers of a job, and the file that they write to. */
export interface OpenTasks {
  readonly handlers: CountedTasks;
  /** For the table: where the effects are, or that there are none. */
  effectsFact(): readonly (readonly [string, string])[];
  close(): void;
}

/** Loads the module of a job and opens its effects file. @throws CliError for either. */
export async function openTasks(host: Host, job: Pick<Job, 'tasks' | 'effects'>): Promise<OpenTasks> {
  const loaded = job.tasks === null ? null : await loadTasks(job.tasks);
  const effects = job.effects === null ? null : new EffectsFile(job.effects, host.clock);
  return {
    handlers: loaded === null ? defaultTasks(effects) : counted(loaded, effects),
    effectsFact: () => {
      if (effects) return [['effects', `${effects.path} · ${count(effects.count)} lines added`]];
      if (loaded) return [];
      return [['effects', 'none: without --tasks or --effects a task does nothing']];
    },
    close: () => effects?.close(),
  };
}
