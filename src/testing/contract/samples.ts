/** Runs and users of every kind, for lists. */
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { EXECUTION_TYPES, PROCESSING_STATUSES, USER_STATUSES } from '../../model/status.ts';
import type { Choices } from '../../system/virtual/choices.ts';
import {
  activeUser,
  completed,
  ended,
  failed,
  runRecord,
  T0,
  userRecord,
  workflowId,
} from './records/records.ts';

/** Few moments, so that many rows share one. */
function moment(choices: Choices): number {
  return T0 + choices.int(0, 5) * 1_000;
}

function momentOrNull(choices: Choices): number | null {
  return choices.chance(0.3) ? null : moment(choices);
}

/** Runs of workflows 0 and 1 with many equal values and many nulls. */
export function sampleRuns(choices: Choices, count: number): RunRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const totalTasksCount = choices.int(0, 4);
    const failedTasksCount = choices.int(0, totalTasksCount);
    return runRecord(n, {
      workflowId: workflowId(choices.int(0, 1)),
      workflowVersion: 1 + (n % 2),
      workflowDisplayName: n % 3 === 0 ? 'Onboard' : "o'nboard ✓",
      processingStatus: choices.pick(PROCESSING_STATUSES),
      workflowExecutionType: choices.pick(EXECUTION_TYPES),
      scheduledAtMs: moment(choices),
      startedAtMs: momentOrNull(choices),
      completedAtMs: momentOrNull(choices),
      lastUpdatedAtMs: moment(choices),
      totalUsersCount: choices.int(0, 4),
      successfulUsersCount: choices.int(0, 2),
      failedUsersCount: choices.int(0, 2),
      totalTasksCount,
      failedTasksCount,
      totalUnprocessedTasksCount: totalTasksCount - failedTasksCount,
    });
  });
}

/** A user of run `n` in any status. The counters are those of the outcomes. */
function sampleUser(choices: Choices, n: number, ordinal: number): UserRecord {
  const planned = userRecord(n, ordinal, {
    totalTasksCount: choices.int(1, 4),
    scheduledAtMs: moment(choices),
    workflowVersion: choices.int(1, 2),
  });
  const status = choices.pick(USER_STATUSES);
  if (status === 'queued' || status === 'quarantined') return { ...planned, processingStatus: status };
  if (status === 'canceled' && choices.chance(0.5)) return ended(planned, 'canceled', moment(choices));
  const startedAtMs = moment(choices);
  const done = status === 'completed' ? planned.totalTasksCount : choices.int(0, planned.totalTasksCount - 1);
  const outcomes = Array.from({ length: done }, () =>
    status !== 'completed' && choices.chance(0.3) ? failed(startedAtMs) : completed(startedAtMs),
  );
  const started = activeUser(planned, startedAtMs, outcomes);
  return status === 'inProgress' ? started : ended(started, status, startedAtMs + choices.int(0, 3) * 1_000);
}

/** Users 1 … `count` of run `n`, of every kind. */
export function sampleUsers(choices: Choices, n: number, count: number): UserRecord[] {
  return Array.from({ length: count }, (_, index) => sampleUser(choices, n, index + 1));
}

/**
 * Writes users the way an engine does: all are inserted queued; those further on are put once or
 * more while active and then put in their final state.
 */
export function storiesOf(users: readonly UserRecord[]): { inserted: UserRecord[]; puts: UserRecord[][] } {
  const inserted = users.map((user) =>
    user.processingStatus === 'quarantined'
      ? user
      : {
          ...user,
          ...QUEUED,
          totalUnprocessedTasksCount: user.totalTasksCount,
        },
  );
  const moved = users.filter(
    ({ processingStatus }) => processingStatus !== 'queued' && processingStatus !== 'quarantined',
  );
  const started = moved.filter(({ startedAtMs }) => startedAtMs !== null);
  const flying = started.map((user) => activeUser(user, user.startedAtMs ?? 0));
  return { inserted, puts: [flying, moved] };
}

const QUEUED = {
  processingStatus: 'queued',
  startedAtMs: null,
  completedAtMs: null,
  failedTasksCount: 0,
  outcomes: [],
} as const;
