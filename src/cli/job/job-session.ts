import type { Workflow } from '../../model/workflow/workflow.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Store } from '../../ports/store.ts';
import type { Host } from '../host.ts';
import type { View } from '../session/finish.ts';
import { type OpenTasks, openTasks } from '../session/open-tasks.ts';
import { Session } from '../session/session.ts';
import { withUsers } from '../session/users.ts';
import type { StopTimeout } from '../terminal/interrupts.ts';
import type { Job, JobOptions } from './job.ts';
import { claimJobFiles } from './job-files.ts';

/** Input of {@link withJob}. */
export interface JobSessionInput {
  readonly store: Store;
  readonly db: string;
  readonly job: Job;
  /** Options of the command, which replace those in the database. */
  readonly options: JobOptions & StopTimeout & View;
  /** The workflows to run. */
  readonly workflows: readonly Workflow[];
}

/** Opens the resources of a stored job for `work`, and closes them. @throws CliError, LifecycleError. */
export async function withJob<T>(
  host: Host,
  { store, db, job, options, workflows }: JobSessionInput,
  check: (users: Directory) => Promise<void>,
  work: (session: Session, tasks: OpenTasks) => Promise<T>,
): Promise<T> {
  const { quiet = false, force = false, stopTimeout } = options;
  const isKeptEffects = options.effects === undefined;
  await claimJobFiles(job, { db, inputs: [], isKeptEffects, force });
  return withUsers(host, job, { isKept: options.users === undefined, quiet }, async (users, open) => {
    await check(users);
    const tasks = await openTasks(host, open, { workflows, db, quiet });
    try {
      const { handlers } = tasks;
      const input = { store, db, users, tasks: handlers, concurrency: job.concurrency, quiet, stopTimeout };
      return await Session.with(host, input, (session) => work(session, tasks));
    } finally {
      tasks.close();
    }
  });
}
