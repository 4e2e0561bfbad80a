import type { Store } from '../ports/store.ts';
import type { Host } from './host.ts';
import type { StopTimeout } from './interrupts.ts';
import type { Job } from './job.ts';
import { type OpenTasks, openTasks } from './open-tasks.ts';
import { Session } from './session.ts';
import { openUsers, type Users } from './users.ts';

/** Where a job goes on, and how. */
export interface JobSessionInput extends StopTimeout {
  readonly store: Store;
  readonly db: string;
  readonly job: Job;
  /** The file of people is the one that the database names. */
  readonly isKeptUsers: boolean;
  readonly quiet: boolean;
}

/** Opens what a kept job needs, lets `work` use it, and closes it. @throws CliError, LifecycleError. */
export async function withJob<T>(
  host: Host,
  { store, db, job, isKeptUsers, quiet, stopTimeout }: JobSessionInput,
  check: (users: Users) => Promise<void>,
  work: (session: Session, tasks: OpenTasks) => Promise<T>,
): Promise<T> {
  const users = await openUsers(host, job, { isKept: isKeptUsers, quiet });
  try {
    await check(users);
    const tasks = await openTasks(host, job);
    try {
      const { handlers } = tasks;
      const input = { store, db, users, tasks: handlers, concurrency: job.concurrency, quiet, stopTimeout };
      return await Session.with(host, input, (session) => work(session, tasks));
    } finally {
      tasks.close();
    }
  } finally {
    await users.close();
  }
}
