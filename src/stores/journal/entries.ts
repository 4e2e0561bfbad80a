/**
 * Entries of the journal: changes of a run's active users, one row per commit, so that a task's outcome costs a few
 * bytes at the end of a table instead of rewriting a row (decision 4).
 *
 * A body is a JSON array of entries, later ones winning:
 * - `[ordinal, [state …]]`: the user's whole state;
 * - `[ordinal, letter, gapMs, durationMs, …]`: one outcome more than in the user's entry before, all else following;
 * - `ordinal`: the user's row is newer than all of its entries.
 */
import type { UserRecord } from '../../model/records.ts';
import type { UserStatus } from '../../model/status.ts';
import { DamagedRow } from './damaged-row.ts';
import {
  type PackedOutcome,
  packAttempts,
  packOutcome,
  packOutcomes,
  unpackAttempts,
  unpackOutcome,
  unpackOutcomes,
} from './outcomes.ts';

type State = readonly [
  status: UserStatus,
  startedMs: number | null,
  completedMs: number | null,
  failed: number,
  unprocessed: number,
  outcomes: readonly PackedOutcome[] | null,
  attempts: readonly [number, number, number] | null,
  subjectId: string,
  version: number,
  createdAtMs: number,
  scheduledMs: number,
  total: number,
  positions?: readonly number[],
];
type Entry =
  | number
  | readonly [ordinal: number, state: State]
  | readonly [ordinal: number, ...outcome: PackedOutcome];

/** The entry that turns `before` (`undefined`: no current entry) into `user`. */
export function packEntry(user: UserRecord, before: UserRecord | undefined): string {
  return (before && packStep(user, before)) ?? packState(user);
}

/** The entry of a user's whole state. Times but `createdAtMs` count from it. */
export function packState(user: UserRecord): string {
  const { createdAtMs: base, outcomes } = user;
  const started = user.startedAtMs === null ? 'null' : user.startedAtMs - base;
  const completed = user.completedAtMs === null ? 'null' : user.completedAtMs - base;
  const packed = outcomes === null ? 'null' : packOutcomes(outcomes, base);
  const positions = user.positions === undefined ? '' : `,${JSON.stringify(user.positions)}`;
  return `[${user.ordinal},["${user.processingStatus}",${started},${completed},${user.failedTasksCount},${user.totalUnprocessedTasksCount},${packed},${packAttempts(user.attempts)},${JSON.stringify(user.subjectId)},${user.workflowVersion},${base},${user.scheduledAtMs - base},${user.totalTasksCount}${positions}]]`;
}

/** The short entry; `null` when more has changed than one outcome and the counters that it moves. */
function packStep(user: UserRecord, before: UserRecord): string | null {
  const { outcomes } = user;
  const last = outcomes?.at(-1);
  if (!outcomes || !before.outcomes || !last || !continues(outcomes, before.outcomes)) return null;
  const follows =
    user.processingStatus === before.processingStatus &&
    user.startedAtMs === before.startedAtMs &&
    user.completedAtMs === before.completedAtMs &&
    user.failedTasksCount === before.failedTasksCount + (last.status === 'failed' ? 1 : 0) &&
    user.totalUnprocessedTasksCount === before.totalUnprocessedTasksCount - 1 &&
    user.attempts === null &&
    before.attempts === null &&
    hasSameOrigin(user, before);
  return follows
    ? `[${user.ordinal},${packOutcome(last, before.outcomes.at(-1)?.completedAtMs ?? user.createdAtMs)}]`
    : null;
}

/** Outcomes are values that are never changed: the same object is the same outcome. */
function continues(
  outcomes: UserRecord['outcomes'] & object,
  before: UserRecord['outcomes'] & object,
): boolean {
  if (outcomes.length !== before.length + 1) return false;
  for (let index = 0; index < before.length; index++) if (outcomes[index] !== before[index]) return false;
  return true;
}

/** Whether two states of a user agree in everything that is fixed at its creation. */
export function hasSameOrigin(user: UserRecord, before: UserRecord): boolean {
  return (
    user.createdAtMs === before.createdAtMs &&
    user.scheduledAtMs === before.scheduledAtMs &&
    user.workflowVersion === before.workflowVersion &&
    user.totalTasksCount === before.totalTasksCount &&
    user.positions === before.positions &&
    user.subjectId === before.subjectId
  );
}

/** Applies a body to the users whose entries before it are newer than their rows. Gives the number of its entries. */
export function replayBody(body: string, runId: string, users: Map<number, UserRecord>): number {
  const entries = JSON.parse(body) as readonly Entry[];
  for (const entry of entries) replay(entry, runId, users);
  return entries.length;
}

function replay(entry: Entry, runId: string, users: Map<number, UserRecord>): void {
  if (typeof entry === 'number') users.delete(entry);
  else if (typeof entry[1] === 'object') users.set(entry[0], unpackState(runId, entry[0], entry[1]));
  else {
    const [ordinal, ...outcome] = entry as readonly [number, ...PackedOutcome];
    users.set(ordinal, unpackStep(users.get(ordinal), ordinal, outcome));
  }
}

function unpackState(runId: string, ordinal: number, state: State): UserRecord {
  const [
    status,
    started,
    completed,
    failed,
    unprocessed,
    outcomes,
    attempts,
    subjectId,
    version,
    base,
    scheduled,
    total,
    positions,
  ] = state;
  return {
    runId,
    ordinal,
    subjectId,
    processingStatus: status,
    workflowVersion: version,
    createdAtMs: base,
    scheduledAtMs: base + scheduled,
    startedAtMs: started === null ? null : base + started,
    completedAtMs: completed === null ? null : base + completed,
    totalTasksCount: total,
    failedTasksCount: failed,
    totalUnprocessedTasksCount: unprocessed,
    outcomes: outcomes && unpackOutcomes(outcomes, base),
    attempts: unpackAttempts(attempts),
    ...(positions === undefined ? {} : { positions }),
  };
}

function unpackStep(before: UserRecord | undefined, ordinal: number, packed: PackedOutcome): UserRecord {
  if (!before?.outcomes) throw new DamagedRow(`a journal entry of user ${ordinal} without the one before it`);
  const outcome = unpackOutcome(packed, before.outcomes.at(-1)?.completedAtMs ?? before.createdAtMs);
  return {
    ...before,
    failedTasksCount: before.failedTasksCount + (outcome.status === 'failed' ? 1 : 0),
    totalUnprocessedTasksCount: before.totalUnprocessedTasksCount - 1,
    outcomes: [...before.outcomes, outcome],
  };
}
