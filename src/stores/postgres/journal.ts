import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { LIMITS } from '../../model/limits.ts';
import type { UserRecord } from '../../model/records.ts';
import { packEntry, packState, replayBody } from '../journal/entries.ts';
import type { Row } from '../sql/cells.ts';
import { attemptsCell, outcomesCell, USER_COLUMNS, userFromRow } from '../sql/user-rows.ts';
import { type Session, textArray } from './session.ts';

/** A run's journal as this process last read or wrote it. */
export interface RunJournal {
  /** Users whose entries are newer than their rows. */
  readonly users: Map<number, UserRecord>;
  /** The newest row; 0: there is none. Rows of a run have growing numbers, since transactions run one after another. */
  seq: number;
  /** Entries in all rows. */
  entries: number;
}

/** Runs whose journals a process caches between transactions. */
const JOURNALS_MAX = 2 * LIMITS.runsDrivenMax;

/** The number of a run, and its journal from a row on. One row of nulls for a run without such rows. */
const READ = `SELECT runs.no, journal.seq, CASE WHEN journal.seq = $2 THEN '' ELSE body END FROM {s}.runs
  LEFT JOIN {s}.journal ON run_no = runs.no AND slice_no = 0 AND journal.seq >= $2 WHERE runs.id = $1 ORDER BY journal.seq`;

/** As {@link READ}, of all slices. */
const READ_ALL = `SELECT runs.no, journal.seq, body FROM {s}.runs LEFT JOIN {s}.journal ON run_no = runs.no
  WHERE runs.id = $1 ORDER BY slice_no, journal.seq`;

/** Columns of `users` that its end writes. */
const COLUMNS = [
  ['no', 'int'],
  ['processing_status', 'text'],
  ['workflow_version', 'int'],
  ['created_at_ms', 'int8'],
  ['scheduled_at_ms', 'int8'],
  ['started_at_ms', 'int8'],
  ['completed_at_ms', 'int8'],
  ['total_tasks_count', 'int'],
  ['failed_tasks_count', 'int'],
  ['total_unprocessed_tasks_count', 'int'],
  ['outcomes', 'text'],
  ['attempts', 'text'],
] as const;

/** The statement that writes the rows of users that have ended; their columns are parameters from `first` on. */
export function updateEnded(first: number): string {
  const set = COLUMNS.slice(1).map(([column]) => `${column} = ended.${column}`);
  const arrays = COLUMNS.map(([, type], index) => `$${first + index}::${type}[]`);
  return `UPDATE {s}.users SET ${set.join(', ')}
    FROM unnest(${arrays.join(', ')}) AS ended (${COLUMNS.map(([column]) => column).join(', ')})
    WHERE run_no = $1 AND users.no = ended.no`;
}

/**
 * One commit's users of a run, in one trip: a row of the journal (`$2`, or none), and the rows of users that have
 * ended. Answers how many of the users `$3` exist, how many rows were written, and the number of the journal's row.
 */
const PUT = `WITH
  journaled AS (INSERT INTO {s}.journal (run_no, body) SELECT $1, $2::text WHERE $2::text IS NOT NULL RETURNING seq),
  written AS (${updateEnded(4)} RETURNING 1)
  SELECT (SELECT count(*) FROM {s}.users WHERE run_no = $1 AND no = ANY($3::int[])),
    (SELECT count(*) FROM written), (SELECT seq FROM journaled)`;

const WHOLE_ROW = USER_COLUMNS.split(', ')
  .map((column) => `users.${column}`)
  .join(', ');
/** A user's row with the journal of the run, as one body, in one statement: both are of one commit. */
const READ_USER = `SELECT ${WHOLE_ROW}, (
    SELECT '[' || string_agg(substr(body, 2, length(body) - 2), ',' ORDER BY slice_no, journal.seq) || ']'
    FROM {s}.journal WHERE journal.run_no = runs.no
  ) FROM {s}.runs JOIN {s}.users ON users.run_no = runs.no WHERE runs.id = $1 AND users`;

/** The placeholder `$2` of a column; an ordinal that was made up can be larger than any. */
export function parameter(column: 'no' | 'subject_id'): string {
  return column === 'no' ? '$2::int8' : '$2';
}

/** The user whose `column` has this value, outside of transactions. */
export async function readUser(
  session: Session,
  runId: string,
  column: 'no' | 'subject_id',
  value: number | string,
): Promise<UserRecord | null> {
  const [row] = await session.rows(`${READ_USER}.${column} = ${parameter(column)}`, [runId, value]);
  if (!row) return null;
  const active = new Map<number, UserRecord>();
  const body = row.at(-1);
  if (typeof body === 'string') replayBody(body, runId, active);
  return active.get(Number(row[0])) ?? userFromRow(runId, row);
}

/** A run's number and its users whose newest state is in the journal; `null`: there is no such run. */
export async function readJournal(
  session: Session,
  runId: string,
): Promise<{ readonly runNo: number; readonly active: ReadonlyMap<number, UserRecord> } | null> {
  const rows = await session.rows(READ_ALL, [runId]);
  const [first] = rows;
  if (!first) return null;
  return { runNo: Number(first[0]), active: replayed(rows, runId, fresh()).users };
}

/** The journals of the runs that this process writes, cached from one transaction to the next. */
export class Journals {
  readonly #byRun = new Map<string, { readonly runNo: number; readonly journal: RunJournal }>();

  /** As of now, in a transaction: what others have added is read, all of it after they have compacted it. */
  async read(
    session: Session,
    runId: string,
  ): Promise<{ readonly runNo: number; readonly journal: RunJournal } | null> {
    const known = this.#byRun.get(runId);
    let rows = await session.rows(READ, [runId, known?.journal.seq ?? 0]);
    const [first] = rows;
    if (!first) {
      this.forget(runId);
      return null;
    }
    const runNo = Number(first[0]);
    const continues =
      known?.runNo === runNo && known.journal.seq > 0 && Number(first[1]) === known.journal.seq;
    if (!continues && known && known.journal.seq > 0) rows = await session.rows(READ, [runId, 0]);
    const journal = replayed(continues ? rows.slice(1) : rows, runId, continues ? known.journal : fresh());
    const entry = { runNo, journal };
    this.#byRun.delete(runId);
    this.#byRun.set(runId, entry);
    if (this.#byRun.size > JOURNALS_MAX) this.#byRun.delete(this.#byRun.keys().next().value ?? '');
    return entry;
  }

  /** Drops what is cached: after a rollback it was never committed, and a deleted run has no journal. */
  forget(runId: string): void {
    this.#byRun.delete(runId);
  }
}

/**
 * Replaces users. Users that end are written to their rows; all others go into one row of the journal.
 *
 * @throws LifecycleError `NotFound` for a user that does not exist; the transaction cannot be kept then.
 */
export async function putUsers(
  session: Session,
  runNo: number,
  users: readonly UserRecord[],
  journal: RunJournal,
): Promise<void> {
  const ended = new Map<number, UserRecord>();
  const unknown = new Set<number>();
  const entries: string[] = [];
  for (const user of users) {
    const before = journal.users.get(user.ordinal);
    if (before === undefined) unknown.add(user.ordinal);
    if (isActive(user)) {
      entries.push(packEntry(user, before));
      journal.users.set(user.ordinal, user);
      ended.delete(user.ordinal);
    } else {
      if (before !== undefined) entries.push(String(user.ordinal));
      journal.users.delete(user.ordinal);
      ended.set(user.ordinal, user);
    }
  }
  const isEmpty = journal.users.size === 0;
  const body = isEmpty || entries.length === 0 ? null : `[${entries.join(',')}]`;
  const seq = await write(session, runNo, body, [...ended.values()], [...unknown], users[0]?.runId ?? '');
  if (isEmpty) await clear(session, runNo, journal);
  else if (seq !== null) {
    journal.seq = seq;
    journal.entries += entries.length;
  }
  if (journal.entries > entriesMax(journal)) await compact(session, runNo, journal);
}

/**
 * Entries at which a journal is compacted: readers replay all of them, and a compaction writes one for each active
 * user, so that it costs no more than another entry for each of those before.
 */
export function entriesMax({ users }: Pick<RunJournal, 'users'>): number {
  return 1_024 + 2 * users.size;
}

async function compact(session: Session, runNo: number, journal: RunJournal): Promise<void> {
  const users = [...journal.users.values()];
  await session.rows('DELETE FROM {s}.journal WHERE run_no = $1', [runNo]);
  // More active users than any engine has come from another caller and are written to rows.
  const isCrowd = users.length > LIMITS.activeUsersMax;
  const body = isCrowd ? null : `[${users.map(packState).join(',')}]`;
  const seq = await write(session, runNo, body, isCrowd ? users : [], [], '');
  if (isCrowd) journal.users.clear();
  journal.seq = seq ?? 0;
  journal.entries = isCrowd ? 0 : users.length;
}

async function clear(session: Session, runNo: number, journal: RunJournal): Promise<void> {
  if (journal.entries > 0) await session.rows('DELETE FROM {s}.journal WHERE run_no = $1', [runNo]);
  journal.entries = 0;
  journal.seq = 0;
}

async function write(
  session: Session,
  runNo: number,
  body: string | null,
  ended: readonly UserRecord[],
  unknown: readonly number[],
  runId: string,
): Promise<number | null> {
  const [row = []] = await session.rows(PUT, [runNo, body, textArray(unknown), ...endedColumns(ended)]);
  const [found, written, seq] = row;
  if (found !== unknown.length || written !== ended.length) {
    const details = { runId, ordinals: unknown.slice(0, 10) };
    throw new LifecycleError(
      'NotFound',
      `Expected run ${runId} to have all users that are put, got ${found} of ${unknown.length}`,
      details,
    );
  }
  return seq === undefined ? null : (seq as number | null);
}

/** The parameters of {@link updateEnded}. */
export function endedColumns(ended: readonly UserRecord[]): string[] {
  return [
    ended.map((user) => user.ordinal),
    ended.map((user) => user.processingStatus),
    ended.map((user) => user.workflowVersion),
    ended.map((user) => user.createdAtMs),
    ended.map((user) => user.scheduledAtMs),
    ended.map((user) => user.startedAtMs),
    ended.map((user) => user.completedAtMs),
    ended.map((user) => user.totalTasksCount),
    ended.map((user) => user.failedTasksCount),
    ended.map((user) => user.totalUnprocessedTasksCount),
    ended.map(outcomesCell),
    ended.map(attemptsCell),
  ].map(textArray);
}

/** Whether the newest state of a user belongs in the journal. */
export function isActive({ processingStatus }: UserRecord): boolean {
  return processingStatus === 'inProgress' || processingStatus === 'queued';
}

/** A journal without rows. */
export function fresh(): RunJournal {
  return { users: new Map(), seq: 0, entries: 0 };
}

function replayed(rows: readonly Row[], runId: string, journal: RunJournal): RunJournal {
  for (const [, seq, body] of rows) {
    if (seq === null || seq === undefined) continue;
    journal.entries += replayBody(String(body), runId, journal.users);
    journal.seq = Number(seq);
  }
  return journal;
}
