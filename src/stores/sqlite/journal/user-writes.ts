import { LifecycleError } from '../../../errors/lifecycle-error.ts';
import { LIMITS } from '../../../model/limits.ts';
import type { UserRecord } from '../../../model/records.ts';
import { hasSameOrigin, packEntry, packState } from '../../journal/entries.ts';
import { attemptsCell, outcomesCell } from '../../sql/user-rows.ts';
import type { Connection } from '../file/connection.ts';
import type { Writes } from '../writing/write-batch.ts';
import type { RunJournal } from './active-users.ts';

/**
 * Characters by which a run's journal grows before it is compacted, unless a compaction leaves more: some 65,000 entries, which
 * a start after a crash, and a reader in another process, replay in 25 to 50 ms.
 */
export const JOURNAL_GROWTH = 1_500_000;

const UPDATE =
  'UPDATE users SET processing_status = ?, started_at_ms = ?, completed_at_ms = ?, failed_tasks_count = ?, total_unprocessed_tasks_count = ?, outcomes = ?, attempts = ?';
const UPDATE_STATE = `${UPDATE} WHERE run_no = ? AND no = ?`;
const UPDATE_ALL = `${UPDATE}, workflow_version = ?, created_at_ms = ?, scheduled_at_ms = ?, total_tasks_count = ? WHERE run_no = ? AND no = ?`;

/**
 * Replaces users. Users that end are written to their rows; all others go into one row of the journal.
 *
 * @param connection answers which users exist; `writes` takes what is written.
 * @throws LifecycleError `NotFound` for a user that does not exist.
 */
export function putUsers(
  connection: Connection,
  writes: Writes,
  runNo: number,
  users: readonly UserRecord[],
  journal: RunJournal,
): void {
  requireRows(connection, runNo, users, journal);
  const write = rowWriter(writes, runNo);
  let body = '';
  for (const user of users) {
    const before = journal.get(user.ordinal);
    const active = isActive(user);
    if (!active) write(user, before);
    if (!active && before === undefined) continue;
    body += (body === '' ? '[' : ',') + (active ? packEntry(user, before) : user.ordinal);
    if (active) journal.put(user);
    else journal.remove(user.ordinal);
  }
  if (journal.size === 0) clear(writes, runNo, journal);
  else if (body !== '') append(writes, runNo, `${body}]`, journal);
  if (isFull(journal)) compact(writes, runNo, journal);
}

/** Writes the rows of all active users and empties the run's journal. */
export function checkpointJournal(writes: Writes, runNo: number, users: Iterable<UserRecord>): void {
  const write = rowWriter(writes, runNo);
  for (const user of users) write(user, undefined);
  writes.run('DELETE FROM journal WHERE run_no = ?', runNo);
}

function isActive({ processingStatus }: UserRecord): boolean {
  return processingStatus === 'inProgress' || processingStatus === 'queued';
}

function clear(writes: Writes, runNo: number, journal: RunJournal): void {
  if (journal.length > 0) writes.run('DELETE FROM journal WHERE run_no = ?', runNo);
  journal.clear();
}

function append(writes: Writes, runNo: number, body: string, journal: RunJournal): void {
  writes.run('INSERT INTO journal (run_no, body) VALUES (?, ?)', runNo, body);
  journal.length += body.length;
}

function isFull({ size, length, compactedLength }: RunJournal): boolean {
  return (
    size > LIMITS.activeUsersMax || length - compactedLength >= Math.max(JOURNAL_GROWTH, compactedLength)
  );
}

/** Compacts the journal. More active users than any engine has come from another caller and are written to rows. */
function compact(writes: Writes, runNo: number, journal: RunJournal): void {
  const users = [...journal.values()];
  if (users.length > LIMITS.activeUsersMax) {
    checkpointJournal(writes, runNo, users);
    journal.clear();
    return;
  }
  writes.run('DELETE FROM journal WHERE run_no = ?', runNo);
  journal.length = 0;
  append(writes, runNo, `[${users.map(packState).join(',')}]`, journal);
  journal.compactedLength = journal.length;
}

/** Returns a function that writes a user's row; `before`: the state that the row has, if known. */
function rowWriter(
  writes: Writes,
  runNo: number,
): (user: UserRecord, before: UserRecord | undefined) => void {
  return (user, before) => {
    const { ordinal, processingStatus: status, startedAtMs: startedMs, completedAtMs: completedMs } = user;
    const { failedTasksCount: failed, totalUnprocessedTasksCount: unprocessed } = user;
    const [outcomes, attempts] = [outcomesCell(user), attemptsCell(user)];
    if (before && hasSameOrigin(user, before)) {
      writes.run(
        UPDATE_STATE,
        status,
        startedMs,
        completedMs,
        failed,
        unprocessed,
        outcomes,
        attempts,
        runNo,
        ordinal,
      );
      return;
    }
    const { workflowVersion: version, createdAtMs: createdMs, scheduledAtMs: scheduledMs } = user;
    const origin = [version, createdMs, scheduledMs, user.totalTasksCount];
    const state = [status, startedMs, completedMs, failed, unprocessed, outcomes, attempts];
    writes.run(UPDATE_ALL, ...state, ...origin, runNo, ordinal);
  };
}

/**
 * Checks that users that are not in the journal have a row; usually their ordinals are adjacent, and one count is
 * enough. Called before anything is written, so that the error leaves nothing half done.
 */
function requireRows(
  connection: Connection,
  runNo: number,
  users: readonly UserRecord[],
  journal: RunJournal,
): void {
  let [fresh, lowest, highest] = [0, Number.POSITIVE_INFINITY, 0];
  for (const { ordinal } of users) {
    if (journal.get(ordinal)) continue;
    fresh += 1;
    if (ordinal < lowest) lowest = ordinal;
    if (ordinal > highest) highest = ordinal;
  }
  if (fresh === 0) return;
  const span = highest - lowest + 1;
  const count = 'SELECT count(*) FROM users WHERE run_no = ? AND no BETWEEN ? AND ?';
  if (span <= 4 * fresh && connection.number(count, runNo, lowest, highest) === span) return;
  for (const user of users) {
    if (journal.get(user.ordinal)) continue;
    const row = connection.get('SELECT 1 FROM users WHERE run_no = ? AND no = ?', runNo, user.ordinal);
    if (!row) throw missingUser(user);
  }
}

function missingUser({ runId, ordinal }: UserRecord): LifecycleError<'NotFound'> {
  return new LifecycleError('NotFound', `Expected run ${runId} to have a user ${ordinal}, got none`, {
    runId,
    ordinal,
  });
}
