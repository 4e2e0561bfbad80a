import type { RunRecord } from '../model/records.ts';
import type { EpochMs } from '../model/time.ts';
import type { RunSums } from '../ports/store.ts';

/**
 * The sums over those runs that began, or were scheduled when they never did, in the window, ends included;
 * previews are left out.
 */
export function sumsOfRuns(runs: Iterable<RunRecord>, fromMs: EpochMs, toMs: EpochMs): RunSums {
  let [totalRuns, successfulRuns, failedRuns, totalUsers, totalTasks, failedTasks] = [0, 0, 0, 0, 0, 0];
  for (const run of runs) {
    const atMs = run.startedAtMs ?? run.scheduledAtMs;
    if (run.workflowExecutionType === 'preview' || atMs < fromMs || atMs > toMs) continue;
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
