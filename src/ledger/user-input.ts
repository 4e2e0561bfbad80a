/** Reads one user's result as somebody else's worker reports it. Source: domain §2.9, §6.6 (I5). */
import { LifecycleError } from '../errors/index.ts';
import { userResultId } from '../model/ids.ts';
import { LIMITS } from '../model/limits.ts';
import type { RunRecord, TaskOutcome, UserRecord } from '../model/records.ts';
import { USER_STATUSES, type UserStatus } from '../model/status.ts';
import type { EpochMs } from '../model/time.ts';
import { isTerminal } from '../rules/index.ts';
import { counterMismatch } from './refusals.ts';
import { type Input, invalid, readCount, readInput, readMoment, readText, readWord } from './values.ts';

/** What became of one processed task, in a {@link UserResultInput}. */
export interface TaskResultInput {
  readonly processingStatus: 'completed' | 'failed';
  readonly startedDateTime?: string | null;
  readonly completedDateTime?: string | null;
  readonly failureReason?: string | null;
  readonly processingInfo?: string | null;
}

/** Input of `userProcessingResults.create`: the documented body, with the subject and optional task results (domain §2.9). */
export interface UserResultInput {
  /** Who. Absent: somebody who is known only by the result's own id. */
  readonly subject?: { readonly id: string };
  readonly processingStatus: Exclude<UserStatus, 'quarantined'>;
  /** ≥ 1. */
  readonly totalTasksCount: number;
  readonly failedTasksCount: number;
  readonly totalUnprocessedTasksCount: number;
  /** Default: the run's. */
  readonly scheduledDateTime?: string;
  readonly workflowExecutionType?: string;
  readonly workflowVersion?: number;
  readonly startedDateTime?: string | null;
  readonly completedDateTime?: string | null;
  /** Processed tasks, in execution order. Without them only the counts are known, and no task results. */
  readonly taskProcessingResults?: readonly TaskResultInput[];
}

const FIELDS = [
  'subject',
  'processingStatus',
  'totalTasksCount',
  'failedTasksCount',
  'totalUnprocessedTasksCount',
  'scheduledDateTime',
  'workflowExecutionType',
  'workflowVersion',
  'startedDateTime',
  'completedDateTime',
  'taskProcessingResults',
] as const;

/**
 * The record of a reported result: user `no` of `run`.
 *
 * @throws LifecycleError `InvalidArgument` for a value that is not allowed, `CounterMismatch` for
 *   counters that contradict the status or the run.
 */
export function readUserResult(run: RunRecord, no: number, body: unknown, nowMs: EpochMs): UserRecord {
  const input = readInput(body, FIELDS, 'the result');
  const status = readWord(input, 'processingStatus', USER_STATUSES);
  if (!status || status === 'quarantined')
    throw invalid('processingStatus', 'a status that a user can report', status);
  expectOfRun(run, input);
  const counts = readCounts(input, status);
  const hasStarted =
    status === 'inProgress' ||
    (isTerminal(status) && counts.totalUnprocessedTasksCount < counts.totalTasksCount);
  const times = readTimes(run, input, status, hasStarted, nowMs);
  const outcomes = readOutcomes(input, counts, times);
  return {
    runId: run.id,
    no,
    subjectId: readSubject(input) ?? userResultId(run.id, no),
    processingStatus: status,
    workflowVersion: run.workflowVersion,
    createdAtMs: Math.min(nowMs, times.startedAtMs ?? nowMs),
    ...times,
    ...counts,
    outcomes,
    attempts: null,
  };
}

type Counts = Pick<UserRecord, 'totalTasksCount' | 'failedTasksCount' | 'totalUnprocessedTasksCount'>;
type Times = Pick<UserRecord, 'scheduledAtMs' | 'startedAtMs' | 'completedAtMs'>;

function readSubject(input: Input): string | undefined {
  if (input.subject === undefined) return undefined;
  const id = readText(readInput(input.subject, ['id'], 'subject'), 'id', LIMITS.idLengthMax);
  if (id === undefined) throw invalid('subject.id', 'an id', undefined);
  return id;
}

function expectOfRun(run: RunRecord, input: Input): void {
  const version = readCount(input, 'workflowVersion');
  if (version !== undefined && version !== run.workflowVersion) {
    throw invalid('workflowVersion', `${run.workflowVersion}, which the run has pinned`, version);
  }
  const type = input.workflowExecutionType;
  if (type !== undefined && type !== run.workflowExecutionType) {
    throw invalid('workflowExecutionType', `\`${run.workflowExecutionType}\`, as the run has it`, type);
  }
}

function readCounts(input: Input, status: UserStatus): Counts {
  const totalTasksCount = readCount(input, 'totalTasksCount');
  const failedTasksCount = readCount(input, 'failedTasksCount');
  const totalUnprocessedTasksCount = readCount(input, 'totalUnprocessedTasksCount');
  if (!totalTasksCount) throw invalid('totalTasksCount', 'at least 1', input.totalTasksCount);
  if (failedTasksCount === undefined) throw invalid('failedTasksCount', 'a count', undefined);
  if (totalUnprocessedTasksCount === undefined)
    throw invalid('totalUnprocessedTasksCount', 'a count', undefined);
  const counts = { totalTasksCount, failedTasksCount, totalUnprocessedTasksCount };
  if (!isConsistent(status, counts)) {
    throw new LifecycleError(
      'CounterMismatch',
      `Expected the counters of a user in \`${status}\` to fit that status (domain rule I5), got ${failedTasksCount} failed and ${totalUnprocessedTasksCount} unprocessed of ${totalTasksCount}`,
      { field: 'processingStatus', ...counts },
    );
  }
  return counts;
}

function isConsistent(status: UserStatus, counts: Counts): boolean {
  const {
    totalTasksCount: total,
    failedTasksCount: failed,
    totalUnprocessedTasksCount: unprocessed,
  } = counts;
  if (failed + unprocessed > total) return false;
  switch (status) {
    case 'queued':
      return failed === 0 && unprocessed === total;
    case 'inProgress':
      return unprocessed > 0;
    case 'completed':
      return failed === 0 && unprocessed === 0;
    case 'completedWithErrors':
      return failed > 0 && unprocessed === 0;
    case 'failed':
      return failed > 0;
    case 'canceled':
      return unprocessed > 0;
    case 'quarantined':
      return false;
  }
}

function readTimes(
  run: RunRecord,
  input: Input,
  status: UserStatus,
  hasStarted: boolean,
  nowMs: EpochMs,
): Times {
  const scheduledAtMs = readMoment(input, 'scheduledDateTime') ?? run.scheduledAtMs;
  const startedGiven = readMoment(input, 'startedDateTime');
  const completedGiven = readMoment(input, 'completedDateTime');
  const startedAtMs = hasStarted ? (startedGiven ?? completedGiven ?? nowMs) : null;
  const completedAtMs = isTerminal(status) ? (completedGiven ?? Math.max(nowMs, startedAtMs ?? nowMs)) : null;
  if (!hasStarted && startedGiven)
    throw invalid(
      'startedDateTime',
      `null for a user in \`${status}\` with no processed task`,
      input.startedDateTime,
    );
  if (completedAtMs === null && completedGiven)
    throw invalid('completedDateTime', `null for a user in \`${status}\``, input.completedDateTime);
  if (startedAtMs !== null && startedAtMs < scheduledAtMs)
    throw invalid(
      'startedDateTime',
      'not before scheduledDateTime',
      input.startedDateTime ?? new Date(startedAtMs).toISOString(),
    );
  if (startedAtMs !== null && completedAtMs !== null && completedAtMs < startedAtMs)
    throw invalid('completedDateTime', 'not before startedDateTime', input.completedDateTime);
  return { scheduledAtMs, startedAtMs, completedAtMs };
}

/** Outcomes, or `null` when tasks were processed and nothing tells which. */
function readOutcomes(input: Input, counts: Counts, times: Times): readonly TaskOutcome[] | null {
  const processed = counts.totalTasksCount - counts.totalUnprocessedTasksCount;
  const given = input.taskProcessingResults;
  if (given === undefined) return processed === 0 ? [] : null;
  if (!Array.isArray(given)) throw invalid('taskProcessingResults', 'an array', given);
  if (given.length !== processed)
    throw counterMismatch('taskProcessingResults.length', processed, given.length);
  let sinceMs = times.startedAtMs ?? 0;
  const outcomes = given.map((item: unknown, index): TaskOutcome => {
    const path = `taskProcessingResults[${index}]`;
    const outcome = readTaskResult(item, path, sinceMs, sinceMs);
    if (times.completedAtMs !== null && outcome.completedAtMs > times.completedAtMs) {
      throw invalid(`${path}.completedDateTime`, 'not after that of the user', item);
    }
    sinceMs = outcome.completedAtMs;
    return outcome;
  });
  const failed = outcomes.filter((outcome) => outcome.status === 'failed').length;
  if (failed !== counts.failedTasksCount)
    throw counterMismatch('failedTasksCount', failed, counts.failedTasksCount);
  return outcomes;
}

/**
 * What became of one task.
 *
 * @param sinceMs when the user was free for it: it cannot have begun earlier.
 * @param nowMs its end when none is given.
 * @param startMs its start when none is given; default `sinceMs`.
 * @throws LifecycleError `InvalidArgument`, with the field under `path`.
 */
export function readTaskResult(
  item: unknown,
  path: string,
  sinceMs: EpochMs,
  nowMs: EpochMs,
  startMs: EpochMs = sinceMs,
): TaskOutcome {
  const task = readInput(
    item,
    ['processingStatus', 'startedDateTime', 'completedDateTime', 'failureReason', 'processingInfo'],
    path,
  );
  const status = readWord(task, 'processingStatus', ['completed', 'failed']);
  if (!status) throw invalid(`${path}.processingStatus`, 'completed or failed', undefined);
  const startedAtMs = readMoment(task, 'startedDateTime') ?? startMs;
  const completedAtMs = readMoment(task, 'completedDateTime') ?? Math.max(startedAtMs, nowMs);
  if (startedAtMs < sinceMs || completedAtMs < startedAtMs) {
    throw invalid(
      `${path}.completedDateTime`,
      'in order: tasks run one after another',
      task.completedDateTime,
    );
  }
  const reason =
    task.failureReason === null ? undefined : readText(task, 'failureReason', LIMITS.reasonLengthMax);
  const info =
    task.processingInfo === null ? undefined : readText(task, 'processingInfo', LIMITS.reasonLengthMax);
  return {
    status,
    startedAtMs,
    completedAtMs,
    ...(reason === undefined ? {} : { failureReason: reason }),
    ...(info === undefined ? {} : { processingInfo: info }),
  };
}
