/** Groups of failures, and their users: written in the commit of the failure, whatever the journal does with its user. */
import type { FailureGroupRecord, RecordedFailure } from '../../../model/failures.ts';
import { LIMITS } from '../../../model/limits.ts';
import type { EpochMs } from '../../../model/time.ts';
import type { Connection } from '../file/connection.ts';
import type { Writes } from '../writing/write-batch.ts';
import { DELETES_PER_TURN } from './deletes.ts';

const ADD_TO_GROUP = `INSERT INTO failure_groups
    (run_no, key, workflow_id, task_id, code, reason, users_count, first_at_ms, last_at_ms)
  VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (run_no, key) DO UPDATE SET users_count = users_count + 1,
    first_at_ms = min(first_at_ms, excluded.first_at_ms), last_at_ms = max(last_at_ms, excluded.last_at_ms)`;
const ADD_MEMBER = 'INSERT INTO failure_members (run_no, key, no) VALUES (?, ?, ?)';

/** Adds failures to the groups of a run. */
export function addFailures(
  writes: Writes,
  runNo: number,
  workflowId: string,
  failures: readonly RecordedFailure[],
): void {
  for (const { key, taskId, code, reason, ordinal, atMs } of failures) {
    writes.run(ADD_TO_GROUP, runNo, key, workflowId, taskId, code, reason, atMs, atMs);
    writes.run(ADD_MEMBER, runNo, key, ordinal);
  }
}

/** Removes members of the groups of a run that is gone. */
export function deleteSomeMembers(connection: Connection, runNo: number): 'done' | 'more' {
  const deleted = connection.run(
    `DELETE FROM failure_members WHERE run_no = ? AND (key, no) IN
      (SELECT key, no FROM failure_members WHERE run_no = ? ORDER BY key, no LIMIT ?)`,
    runNo,
    runNo,
    DELETES_PER_TURN,
  );
  return deleted < DELETES_PER_TURN ? 'done' : 'more';
}

/** The groups of a run, by key. */
export function listFailureGroups(
  connection: Connection,
  runNo: number,
  runId: string,
): readonly FailureGroupRecord[] {
  const sql = `SELECT key, task_id, code, reason, users_count, first_at_ms, last_at_ms FROM failure_groups
    WHERE run_no = ? ORDER BY key`;
  return connection.all(sql, runNo).map(([key, taskId, code, reason, usersCount, firstAtMs, lastAtMs]) => ({
    runId,
    key: String(key),
    taskId: String(taskId),
    code: String(code),
    reason: String(reason),
    usersCount: Number(usersCount),
    firstAtMs: Number(firstAtMs),
    lastAtMs: Number(lastAtMs),
    subjectIds: sampleOf(connection, runNo, String(key)),
  }));
}

/** A subject never changes, so rows have those of active users, too. */
function sampleOf(connection: Connection, runNo: number, key: string): readonly string[] {
  const sql = 'SELECT subject_id FROM users WHERE run_no = ? AND no = ?';
  return membersOf(connection, runNo, key, 0, LIMITS.failureSampleMax).map((ordinal) =>
    String(connection.get(sql, runNo, ordinal)?.[0]),
  );
}

/** Ordinals of the users of a group above `afterOrdinal`, ascending, at most `limit`. */
export function membersOf(
  connection: Connection,
  runNo: number,
  key: string,
  afterOrdinal: number,
  limit: number,
): readonly number[] {
  const sql = 'SELECT no FROM failure_members WHERE run_no = ? AND key = ? AND no > ? ORDER BY no LIMIT ?';
  return connection.all(sql, runNo, key, afterOrdinal, Math.max(0, limit)).map(([no]) => Number(no));
}

/** Runs of a workflow with failures since then, latest failure first. */
export function listRunsWithFailures(
  connection: Connection,
  workflowId: string,
  sinceMs: EpochMs,
  limit: number,
): readonly string[] {
  const sql = `SELECT runs.id FROM failure_groups CROSS JOIN runs ON runs.no = run_no
    WHERE failure_groups.workflow_id = ? AND last_at_ms >= ?
    GROUP BY run_no ORDER BY max(last_at_ms) DESC, runs.id DESC LIMIT ?`;
  return connection.all(sql, workflowId, sinceMs, Math.max(0, limit)).map(([id]) => String(id));
}
