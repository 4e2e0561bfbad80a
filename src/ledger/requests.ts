/** Carries out what another process asks of the one that writes the store. */
import { LifecycleError } from '../errors/lifecycle-error.ts';
import type { StoreRequest } from '../model/request.ts';
import type { StoreReader } from '../ports/store.ts';
import { findRun } from './context.ts';
import type { LedgerMethods } from './ledger.ts';

/** The methods that requests need. */
export type RequestMethods = Pick<LedgerMethods, 'runs' | 'workflows'>;

/**
 * Carries a request out, also one that was carried out before.
 *
 * @throws LifecycleError of the method that it stands for; `NotFound` also for a run.
 */
export async function carryOut(
  { runs, workflows }: RequestMethods,
  store: StoreReader,
  { kind, id, by }: StoreRequest,
): Promise<void> {
  const author = by === null ? {} : { by };
  switch (kind) {
    case 'cancelRun': {
      const run = await findRun(store, id);
      if (run.processingStatus !== 'canceled') await runs.cancel(id);
      return;
    }
    case 'deleteRun':
      return runs.delete(id);
    case 'enableWorkflow':
    case 'disableWorkflow':
      await workflows.update(id, { isEnabled: kind === 'enableWorkflow' }, author);
      return;
    case 'enableSchedule':
    case 'disableSchedule':
      await workflows.update(id, { isSchedulingEnabled: kind === 'enableSchedule' }, author);
      return;
    case 'deleteWorkflow':
      return workflows.delete(id, author);
    case 'restoreWorkflow':
      await workflows.restore(id, author);
      return;
    case 'pauseRuns':
      await workflows.pauseRuns(id, author);
      return;
    case 'resumeRuns':
      await workflows.resumeRuns(id, author);
      return;
    default:
      throw new LifecycleError(
        'InvalidArgument',
        `Expected a request that this version of tenure knows, got \`${kind satisfies never}\``,
        { field: 'kind' },
      );
  }
}
