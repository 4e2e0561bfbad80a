/** Reads a user result that an external worker reports. Source: domain §2.9, §6.6 (I5). */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { readFailureCode } from '../../input/failure-code.ts';
import { COUNT_MAX, readArray, readCount, readText, readWhole, readWord } from '../../input/fields.ts';
import { readInstant } from '../../input/instants.ts';
import {
  nullable,
  optional,
  type Reader,
  type ReadShape,
  readShape,
  shapeReader,
  withDefault,
} from '../../input/options.ts';
import { invalid, type Place, pathOf, root } from '../../input/refuse.ts';
import { readSubjectId } from '../../input/subject-id.ts';
import { HANDLER_FAILED } from '../../model/failures.ts';
import { userResultId } from '../../model/ids.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, TaskOutcome, UserRecord } from '../../model/records.ts';
import { USER_STATUSES, type UserStatus } from '../../model/status.ts';
import type { EpochMs } from '../../model/time.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import { counterMismatch } from '../refusals.ts';
import { isoOrNull } from '../resources.ts';

/** Outcome of one processed task, in a {@link UserResultInput}. */
export interface TaskResultInput {
  /** How the task ended. */
  readonly processingStatus: 'completed' | 'failed';
  /** ISO 8601. Default: when the task before ended. */
  readonly startedDateTime?: string | null;
  /** ISO 8601. Default: when it started; now, where a task is recorded by itself. */
  readonly completedDateTime?: string | null;
  /** Of a failed task: 1 to 2,000 characters. Default `null`. */
  readonly failureReason?: string | null;
  /** Of a failed task: a letter or digit, then letters, digits, `_ . : -`; at most 64 characters. Default: `HandlerFailed`. */
  readonly code?: string | null;
  /** Of a completed task: 1 to 2,000 characters. Default `null`. */
  readonly processingInfo?: string | null;
  /** What it has changed: at most 100 texts of 200 characters. Default: none. */
  readonly changes?: readonly string[];
}

/** Input of `userProcessingResults.create`: the documented body, with the subject and optional task results (domain §2.9). */
export interface UserResultInput {
  /** The subject. Absent: the result's own id stands for it. */
  readonly subject?: { readonly id: string };
  /** It has to fit the counters. */
  readonly processingStatus: Exclude<UserStatus, 'quarantined'>;
  /** ≥ 1. */
  readonly totalTasksCount: number;
  /** 0..`totalTasksCount`. */
  readonly failedTasksCount: number;
  /** Tasks that have not ended: 0..`totalTasksCount`. */
  readonly totalUnprocessedTasksCount: number;
  /** Default: the run's. */
  readonly scheduledDateTime?: string;
  /** Default: the run's, which it has to equal. */
  readonly workflowExecutionType?: string;
  /** Default: the run's, which it has to equal. */
  readonly workflowVersion?: number;
  /** ISO 8601. Default: now for a user that has started, else `null`. */
  readonly startedDateTime?: string | null;
  /** ISO 8601. Default: now for a status that is final, else `null`. */
  readonly completedDateTime?: string | null;
  /** Processed tasks, in execution order. Without them there are only counts and no task results. */
  readonly taskProcessingResults?: readonly TaskResultInput[];
}

const REPORTED_STATUSES = USER_STATUSES.filter((status) => status !== 'quarantined');
const RESULT = {
  subject: optional(shapeReader({ id: readSubjectId })),
  processingStatus: (place: Place) => readWord(place, REPORTED_STATUSES),
  totalTasksCount: (place: Place) => readWhole(place, 1, COUNT_MAX),
  failedTasksCount: readCount,
  totalUnprocessedTasksCount: readCount,
  scheduledDateTime: optional(nullable(readInstant)),
  workflowExecutionType: optional((place) => readText(place, LIMITS.idLengthMax)),
  workflowVersion: optional(readCount),
  startedDateTime: withDefault(nullable(readInstant), null),
  completedDateTime: withDefault(nullable(readInstant), null),
  taskProcessingResults: optional((place) => readArray(place, LIMITS.tasksPerWorkflowHardMax)),
} satisfies Record<keyof UserResultInput, Reader<unknown>>;
type Input = ReadShape<typeof RESULT>;

const readReason = withDefault(
  nullable((place) => readText(place, LIMITS.reasonLengthMax, 1)),
  null,
);
const NO_CHANGES: readonly string[] = [];

function readChanges(place: Place): readonly string[] {
  return readArray(place, LIMITS.changesMax).map((one) => readText(one, LIMITS.changeLengthMax));
}

const TASK = {
  processingStatus: (place: Place) => readWord(place, ['completed', 'failed'] as const),
  startedDateTime: optional(nullable(readInstant)),
  completedDateTime: optional(nullable(readInstant)),
  failureReason: readReason,
  code: withDefault(nullable(readFailureCode), null),
  processingInfo: readReason,
  changes: withDefault(readChanges, NO_CHANGES),
} satisfies Record<keyof TaskResultInput, Reader<unknown>>;

/**
 * The record of a reported result, as the user of `run` with this ordinal.
 *
 * @throws LifecycleError `InvalidArgument` for a value that is not allowed, `CounterMismatch` for
 *   counters that contradict the status or the run.
 */
export function readUserResult(run: RunRecord, ordinal: number, body: unknown, nowMs: EpochMs): UserRecord {
  const input = readShape(root(body, 'the result'), RESULT);
  const status = input.processingStatus;
  expectOfRun(run, input);
  const counts = countsOf(input, status);
  const hasStarted =
    status === 'inProgress' ||
    (isTerminal(status) && counts.totalUnprocessedTasksCount < counts.totalTasksCount);
  const times = timesOf(run, input, status, hasStarted, nowMs);
  const outcomes = outcomesOf(input, counts, times);
  return {
    runId: run.id,
    ordinal,
    subjectId: input.subject?.id ?? userResultId(run.id, ordinal),
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

function expectOfRun(run: RunRecord, input: Input): void {
  const { workflowVersion: version = run.workflowVersion, workflowExecutionType: type } = input;
  if (version !== run.workflowVersion) {
    const place = { path: 'workflowVersion', value: version };
    throw invalid(place, `${run.workflowVersion}, which the run has pinned`);
  }
  if (type !== undefined && type !== run.workflowExecutionType) {
    const place = { path: 'workflowExecutionType', value: type };
    throw invalid(place, `\`${run.workflowExecutionType}\`, as the run has it`);
  }
}

function countsOf(input: Input, status: UserStatus): Counts {
  const { totalTasksCount, failedTasksCount, totalUnprocessedTasksCount } = input;
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

function timesOf(
  run: RunRecord,
  input: Input,
  status: UserStatus,
  hasStarted: boolean,
  nowMs: EpochMs,
): Times {
  const scheduledAtMs = input.scheduledDateTime ?? run.scheduledAtMs;
  const { startedDateTime: startedGiven, completedDateTime: completedGiven } = input;
  const startedAtMs = hasStarted ? (startedGiven ?? completedGiven ?? nowMs) : null;
  const completedAtMs = isTerminal(status) ? (completedGiven ?? Math.max(nowMs, startedAtMs ?? nowMs)) : null;
  const start = { path: 'startedDateTime', value: isoOrNull(startedGiven ?? startedAtMs) };
  const end = { path: 'completedDateTime', value: isoOrNull(completedGiven) };
  if (!hasStarted && startedGiven !== null)
    throw invalid(start, `null for a user in \`${status}\` with no processed task`);
  if (completedAtMs === null && completedGiven !== null)
    throw invalid(end, `null for a user in \`${status}\``);
  if (startedAtMs !== null && startedAtMs < scheduledAtMs)
    throw invalid(start, 'not before scheduledDateTime');
  if (startedAtMs !== null && completedAtMs !== null && completedAtMs < startedAtMs)
    throw invalid(end, 'not before startedDateTime');
  return { scheduledAtMs, startedAtMs, completedAtMs };
}

/** Outcomes, or `null` when tasks were processed and the input does not say which. */
function outcomesOf(input: Input, counts: Counts, times: Times): readonly TaskOutcome[] | null {
  const processed = counts.totalTasksCount - counts.totalUnprocessedTasksCount;
  const given = input.taskProcessingResults;
  if (given === undefined) return processed === 0 ? [] : null;
  if (given.length !== processed)
    throw counterMismatch('taskProcessingResults.length', processed, given.length);
  let sinceMs = times.startedAtMs ?? 0;
  const outcomes = given.map((place): TaskOutcome => {
    const outcome = readTaskResult(place, sinceMs, sinceMs);
    if (times.completedAtMs !== null && outcome.completedAtMs > times.completedAtMs)
      throw invalid(endOf(place, outcome), 'not after that of the user');
    sinceMs = outcome.completedAtMs;
    return outcome;
  });
  const failed = outcomes.filter((outcome) => outcome.status === 'failed').length;
  if (failed !== counts.failedTasksCount)
    throw counterMismatch('failedTasksCount', failed, counts.failedTasksCount);
  return outcomes;
}

/**
 * Reads the outcome of one task.
 *
 * @param sinceMs earliest possible start: the end of the task before.
 * @param nowMs default of its end.
 * @param startMs default of its start; itself `sinceMs` by default.
 * @throws LifecycleError `InvalidArgument`.
 */
export function readTaskResult(
  place: Place,
  sinceMs: EpochMs,
  nowMs: EpochMs,
  startMs: EpochMs = sinceMs,
): TaskOutcome {
  const {
    processingStatus: status,
    failureReason,
    code,
    processingInfo,
    changes,
    ...times
  } = readShape(place, TASK);
  if (code !== null && status !== 'failed')
    throw invalid({ path: pathOf(place, 'code'), value: code }, 'null for a task that has not failed');
  const startedAtMs = times.startedDateTime ?? startMs;
  const completedAtMs = times.completedDateTime ?? Math.max(startedAtMs, nowMs);
  if (startedAtMs < sinceMs || completedAtMs < startedAtMs)
    throw invalid(endOf(place, { completedAtMs }), 'in order: tasks run one after another');
  return {
    status,
    startedAtMs,
    completedAtMs,
    ...(failureReason === null ? {} : { failureReason }),
    ...(code === null || code === HANDLER_FAILED ? {} : { code }),
    ...(processingInfo === null ? {} : { processingInfo }),
    ...(changes.length === 0 ? {} : { changes }),
  };
}

function endOf(place: Place, { completedAtMs }: Pick<TaskOutcome, 'completedAtMs'>): Place {
  return { path: pathOf(place, 'completedDateTime'), value: isoOrNull(completedAtMs) };
}
