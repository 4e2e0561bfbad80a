import type { RunRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { RunSums } from '../../ports/store.ts';

/**
 * Sums over the published runs that are no previews and that started, or were scheduled when they never did, in the
 * window, both ends included. Source: domain §1.7, §6.7.
 */
export function runSums(runs: Iterable<RunRecord>, fromMs: EpochMs, toMs: EpochMs): RunSums {
  let [totalRuns, successfulRuns, failedRuns, totalUsers, totalTasks, failedTasks] = [0, 0, 0, 0, 0, 0];
  for (const run of runs) {
    const atMs = run.startedAtMs ?? run.scheduledAtMs;
    if (!run.published || run.workflowExecutionType === 'preview' || atMs < fromMs || atMs > toMs) continue;
    const { processingStatus: status } = run;
    totalRuns += 1;
    successfulRuns += status === 'completed' ? 1 : 0;
    failedRuns += status === 'failed' || status === 'completedWithErrors' ? 1 : 0;
    totalUsers += run.totalUsersCount;
    totalTasks += run.totalTasksCount;
    failedTasks += run.failedTasksCount;
  }
  return { totalRuns, successfulRuns, failedRuns, totalUsers, totalTasks, failedTasks };
}
