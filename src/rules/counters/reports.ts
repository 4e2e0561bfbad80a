import type { TaskReportCounters } from '../../model/counters.ts';
import type { RunRecord } from '../../model/records.ts';
import type { ProcessingStatus } from '../../model/status.ts';
import { isTerminal } from '../status/transitions.ts';

/** Users whose task is queued, in progress or canceled. Source: domain §1.6. */
export function unprocessedUsers(report: TaskReportCounters): number {
  return report.totalUsersCount - report.successfulUsersCount - report.failedUsersCount;
}

/**
 * Status of a task over the whole run: queued until the first user reaches it; then, when the run or the
 * task is over, canceled if no user was processed, completed if all users completed, failed if all
 * processed users failed, and otherwise completedWithErrors.
 *
 * @param position 1-based.
 * Source: domain §3.5.
 */
export function reportStatus(run: RunRecord, position: number): ProcessingStatus {
  const report = run.taskReports[position - 1];
  if (!report) return 'queued';
  const processed = report.successfulUsersCount + report.failedUsersCount;
  const isOver = isTerminal(run.processingStatus) || processed === report.totalUsersCount;
  if (!isOver || report.totalUsersCount === 0)
    return isReached(run, position, processed) ? 'inProgress' : 'queued';
  return endedReportStatus(report);
}

/** Status of a task that is over for every user of the run. Source: domain §3.5. */
export function endedReportStatus(report: TaskReportCounters): ProcessingStatus {
  const { successfulUsersCount, failedUsersCount, totalUsersCount } = report;
  if (successfulUsersCount + failedUsersCount === 0) return 'canceled';
  if (successfulUsersCount === totalUsersCount) return 'completed';
  return successfulUsersCount === 0 ? 'failed' : 'completedWithErrors';
}

/** Whether a user has reached the task: the run started, or a user completed the previous task. */
function isReached(run: RunRecord, position: number, processed: number): boolean {
  const before = run.taskReports.findLast(
    (report, index) => index < position - 1 && (report.totalUsersCount > 0 || run.driver === 'external'),
  );
  if (!before) return run.startedAtMs !== null;
  return processed > 0 || before.successfulUsersCount > 0;
}
