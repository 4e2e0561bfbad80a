import type { OpenConfig } from '../../config/open-config.ts';
import type { Host } from '../host.ts';
import type { Job } from './job.ts';

/** A job whose connections are open. */
export interface OpenJob extends Job {
  /** What `connect` names; `null`: nothing. */
  readonly connections: OpenConfig | null;
}

/**
 * Opens the configuration of a job for `work`, and closes it.
 *
 * @throws LifecycleError for the configuration; what `work` throws.
 */
export async function withConnections<T>(
  { env }: Pick<Host, 'env'>,
  job: Job,
  work: (job: OpenJob) => Promise<T>,
): Promise<T> {
  const { connect, dateAttributes } = job;
  if (connect === null) return work({ ...job, connections: null });
  // Loaded here, since most commands need no Valibot.
  const { openConfig } = await import('../../config/open-config.ts');
  const connections = await openConfig(connect, { env, dateAttributes });
  try {
    return await work({ ...job, connections });
  } finally {
    await connections.close();
  }
}
