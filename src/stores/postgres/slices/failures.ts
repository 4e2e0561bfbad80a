/**
 * Groups of failures, and their users. A group has a row for each slice, so that the holders of slices never wait for
 * each other; readers add them up. Slice 0: transactions of another kind.
 */
import type {
  FailureGroupRecord,
  RecordedFailure,
  RepairedCount,
  RepairedQuery,
} from '../../../model/failures.ts';
import { LIMITS } from '../../../model/limits.ts';
import type { EpochMs } from '../../../model/time.ts';
import { type Session, textArray, wholeMs } from '../session.ts';

/**
 * The common table expressions that add failures to a run's groups.
 *
 * @param run number of the run, number of the slice and id of the workflow, as expressions.
 * @param condition rows of the failures are added for each row of this.
 */
export function addFailures(
  first: number,
  run: { readonly no: string; readonly slice: string; readonly workflowId: string },
  condition: string,
): string {
  const [keys, taskIds, codes, reasons, ordinals, moments] = Array.from(
    { length: 6 },
    (_, index) => `$${first + index}`,
  );
  return `failed AS MATERIALIZED (SELECT given.* FROM ${condition},
    unnest(${keys}::text[], ${taskIds}::text[], ${codes}::text[], ${reasons}::text[], ${ordinals}::int[], ${moments}::int8[])
      AS given (key, task_id, code, reason, no, at_ms)),
  grouped AS (INSERT INTO {s}.failure_groups
      (run_no, key, slice_no, workflow_id, task_id, code, reason, users_count, first_at_ms, last_at_ms)
    SELECT ${run.no}, key, ${run.slice}, ${run.workflowId}, min(task_id), min(code), min(reason), count(*), min(at_ms), max(at_ms)
    FROM failed GROUP BY key
    ON CONFLICT (run_no, key, slice_no) DO UPDATE SET users_count = failure_groups.users_count + excluded.users_count,
      first_at_ms = least(failure_groups.first_at_ms, excluded.first_at_ms),
      last_at_ms = greatest(failure_groups.last_at_ms, excluded.last_at_ms)),
  members AS (INSERT INTO {s}.failure_members (run_no, key, no) SELECT ${run.no}, key, no FROM failed)`;
}

/** The parameters of {@link addFailures}. */
export function failureColumns(failures: readonly RecordedFailure[]): string[] {
  return [
    textArray(failures.map(({ key }) => key)),
    textArray(failures.map(({ taskId }) => taskId)),
    textArray(failures.map(({ code }) => code)),
    textArray(failures.map(({ reason }) => reason)),
    textArray(failures.map(({ ordinal }) => ordinal)),
    textArray(failures.map(({ atMs }) => atMs)),
  ];
}

const GROUPS = `SELECT key, min(task_id), min(code), min(reason), sum(users_count)::int8, min(first_at_ms), max(last_at_ms),
    (SELECT array_to_json(array_agg(subject_id ORDER BY no))::text FROM (
      SELECT users.subject_id, users.no FROM {s}.failure_members AS member
      JOIN {s}.users ON users.run_no = member.run_no AND users.no = member.no
      WHERE member.run_no = failure_groups.run_no AND member.key = failure_groups.key
      ORDER BY member.no LIMIT ${LIMITS.failureSampleMax}) AS sample)
  FROM {s}.failure_groups WHERE run_no = (SELECT no FROM {s}.runs WHERE id = $1) GROUP BY run_no, key ORDER BY key`;

/** The groups of a run, by key. */
export async function listFailureGroups(
  session: Session,
  runId: string,
): Promise<readonly FailureGroupRecord[]> {
  const rows = await session.rows(GROUPS, [runId]);
  return rows.map(([key, taskId, code, reason, usersCount, firstAtMs, lastAtMs, subjectIds]) => ({
    runId,
    key: String(key),
    taskId: String(taskId),
    code: String(code),
    reason: String(reason),
    usersCount: Number(usersCount),
    firstAtMs: Number(firstAtMs),
    lastAtMs: Number(lastAtMs),
    subjectIds: JSON.parse(String(subjectIds ?? '[]')) as readonly string[],
  }));
}

const MEMBERS = `SELECT no FROM {s}.failure_members WHERE run_no = $1 AND key = $2 AND no > $3::int8
  ORDER BY no LIMIT $4::int8`;

/** Ordinals of the users of a group above `afterOrdinal`, ascending, at most `limit`. */
export async function membersOf(
  session: Session,
  runNo: number,
  key: string,
  afterOrdinal: number,
  limit: number,
): Promise<readonly number[]> {
  const rows = await session.rows(MEMBERS, [
    runNo,
    key,
    wholeMs(afterOrdinal, Math.floor),
    Math.max(0, limit),
  ]);
  return rows.map(([no]) => Number(no));
}

const RUNS = `SELECT runs.id FROM (SELECT run_no, max(last_at_ms) AS at FROM {s}.failure_groups
    WHERE workflow_id = $1 AND last_at_ms >= $2::int8 GROUP BY run_no) AS failed
  JOIN {s}.runs ON runs.no = failed.run_no ORDER BY at DESC, runs.id DESC LIMIT $3::int8`;

/** Runs of a workflow with failures since then, latest failure first. */
export async function listRunsWithFailures(
  session: Session,
  workflowId: string,
  sinceMs: EpochMs,
  limit: number,
): Promise<readonly string[]> {
  const rows = await session.rows(RUNS, [workflowId, wholeMs(sinceMs, Math.ceil), Math.max(0, limit)]);
  return rows.map(([id]) => String(id));
}

const REPAIRED = `WITH member AS MATERIALIZED (SELECT run_no, no FROM {s}.failure_members
    WHERE run_no = (SELECT no FROM {s}.runs WHERE id = $1) AND key = $2 AND no > $4::int8 ORDER BY no LIMIT $5::int8)
  SELECT max(member.no), count(*) FILTER (WHERE EXISTS (
      SELECT FROM {s}.runs JOIN {s}.users AS other ON other.run_no = runs.no
      WHERE runs.id = ANY($3::text[]) AND other.subject_id = users.subject_id AND other.processing_status = 'completed'))
  FROM member JOIN {s}.users ON users.run_no = member.run_no AND users.no = member.no`;

/** A completed user is final, so its row is current. */
export async function countRepaired(
  session: Session,
  { runId, key, byRunIds, afterOrdinal, limit }: RepairedQuery,
): Promise<RepairedCount> {
  const values = [runId, key, textArray(byRunIds), wholeMs(afterOrdinal, Math.floor), Math.max(0, limit)];
  const [row = []] = await session.rows(REPAIRED, values);
  const [lastOrdinal, count] = row;
  return { count: Number(count), lastOrdinal: typeof lastOrdinal === 'number' ? lastOrdinal : null };
}
