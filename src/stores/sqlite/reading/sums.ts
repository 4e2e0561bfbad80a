import type { EpochMs } from '../../../model/time.ts';
import type { RunSums } from '../../../ports/store.ts';
import type { Row } from '../../sql/cells.ts';
import type { Connection } from '../file/connection.ts';
import { SUM_WIDTHS_MS, SUMMED, SUMMED_AT } from '../file/schema.ts';

/** A stretch of time, both ends included, ms. */
type Range = readonly [fromMs: EpochMs, toMs: EpochMs];

/** Farthest moment that a JavaScript date can name, ms from the epoch. */
const MOMENT_MAX_MS = 8.64e15;

const BUCKETS =
  'FROM run_sums WHERE workflow_id = ? AND level = ? AND bucket BETWEEN ? AND ? AND max_ms >= ? AND min_ms <= ?';
const INSIDE = 'min_ms >= ? AND max_ms <= ?';
const SUM_BUCKETS = `SELECT sum(runs), sum(successful), sum(failed), sum(users), sum(tasks), sum(failed_tasks) ${BUCKETS} AND ${INSIDE}`;
const CUT_BUCKETS = `SELECT min_ms, max_ms ${BUCKETS} AND NOT (${INSIDE})`;
const SUM_RUNS = `SELECT count(*), sum(processing_status = 'completed'),
  sum(processing_status IN ('failed', 'completedWithErrors')), sum(total_users_count), sum(total_tasks_count),
  sum(failed_tasks_count) FROM runs WHERE workflow_id = ? AND ${SUMMED_AT} BETWEEN ? AND ? AND ${SUMMED}`;

/**
 * Sums over the runs of a workflow between two moments. Buckets of 32 days inside the range are
 * added as a whole; the two that its ends cut are read by days, then by hours, and finally run by run.
 */
export function sumRuns(connection: Connection, workflowId: string, fromMs: EpochMs, toMs: EpochMs): RunSums {
  const sums = [0, 0, 0, 0, 0, 0];
  const add = (row: Row | undefined): void => {
    for (let index = 0; index < sums.length; index++)
      sums[index] = (sums[index] ?? 0) + Number(row?.[index] ?? 0);
  };
  let ranges: readonly Range[] = [[Math.max(fromMs, -MOMENT_MAX_MS), Math.min(toMs, MOMENT_MAX_MS)]];
  for (const [level, width] of [...SUM_WIDTHS_MS.entries()].reverse()) {
    const cut: Range[] = [];
    for (const [from, to] of ranges) {
      const params = [
        workflowId,
        level,
        Math.trunc(from / width),
        Math.trunc(to / width),
        from,
        to,
        from,
        to,
      ];
      add(connection.get(SUM_BUCKETS, ...params));
      for (const row of connection.all(CUT_BUCKETS, ...params)) {
        cut.push([Math.max(from, Number(row[0])), Math.min(to, Number(row[1]))]);
      }
    }
    ranges = cut;
  }
  for (const range of ranges) add(connection.get(SUM_RUNS, workflowId, ...range));
  const [totalRuns = 0, successfulRuns = 0, failedRuns = 0, totalUsers = 0, totalTasks = 0, failedTasks = 0] =
    sums;
  return { totalRuns, successfulRuns, failedRuns, totalUsers, totalTasks, failedTasks };
}
