/**
 * Reads of user results: rows, overlaid by the active users. Those are few, so a list reads the rows of all
 * other users in order and merges the active ones that match.
 */
import { comparePlaces } from '../../filter/list-order.ts';
import type { UserRecord } from '../../model/records.ts';
import { USER_PROPERTIES } from '../../model/resources/properties.ts';
import type { UserSummary } from '../../model/resources/resources.ts';
import type { UserStatus } from '../../model/status.ts';
import type {
  OrdinalRange,
  SubjectUserPage,
  SubjectUserQuery,
  UserCountQuery,
  UserQuery,
  UserSumQuery,
} from '../../ports/store.ts';
import { addSums, userSums } from '../../rules/counters/user-sums.ts';
import type { Row } from '../sql/cells.ts';
import { fits, mergeUsers, newerInOrder, placeIn } from '../sql/merge-users.ts';
import { rangeOf, withinRange } from '../sql/ordinal-range.ts';
import { type ListOrder, listOrder, stretchesAfter } from '../sql/page.ts';
import { RUN_COLUMNS, RUN_FIELDS } from '../sql/run-rows.ts';
import { subjectIn } from '../sql/user-conditions.ts';
import { USER_COLUMNS, userFromRow } from '../sql/user-rows.ts';
import { parameter } from './journal.ts';
import { canHold, type Session, textArray } from './session.ts';
import { seenRuns } from './slices/slice-runs.ts';
import { whereOfUsers } from './where.ts';

/** The users of one run: where their rows are, and which are active. */
export interface RunUsers {
  readonly session: Session;
  readonly runId: string;
  readonly runNo: number;
  readonly active: ReadonlyMap<number, UserRecord>;
}

const SELECT = `SELECT ${USER_COLUMNS} FROM {s}.users WHERE run_no =`;

/** The placeholder of an ordinal. */
const ORDINAL = '?::int8';

const SUM = `SELECT coalesce(sum(failed_tasks_count), 0)::int8,
  count(*) FILTER (WHERE processing_status IN ('failed', 'completedWithErrors')),
  count(*) FILTER (WHERE processing_status = 'completed'), coalesce(sum(total_tasks_count), 0)::int8, count(*)
  FROM {s}.users WHERE run_no = $1 AND no > $2::int8 AND no <= $3::int8
  AND coalesce(started_at_ms, scheduled_at_ms) BETWEEN $4::float8 AND $5::float8 AND no <> ALL($6::int[])`;

/** The user whose `column` has this value. A subject never changes, so its row has it also while it is active. */
async function getUser(
  { session, runId, runNo, active }: RunUsers,
  column: 'no' | 'subject_id',
  value: number | string,
): Promise<UserRecord | null> {
  if (typeof value === 'string' && !canHold(value)) return null;
  const [row] = await session.rows(`${SELECT} $1 AND ${column} = ${parameter(column)}`, [runNo, value]);
  return row ? (active.get(Number(row[0])) ?? userFromRow(runId, row)) : null;
}

/** The users at these ordinals, in their order. */
export async function listUsersAt(
  { session, runId, runNo, active }: RunUsers,
  ordinals: readonly number[],
): Promise<readonly UserRecord[]> {
  const rows = await session.rows(`${SELECT} $1 AND no = ANY($2::int[]) ORDER BY no`, [
    runNo,
    textArray(ordinals),
  ]);
  return rows.map((row) => active.get(Number(row[0])) ?? userFromRow(runId, row));
}

/** The user that is a subject, if it is in the range. */
async function withSubject(
  users: RunUsers,
  subjectId: string,
  range: Partial<OrdinalRange>,
): Promise<UserRecord[]> {
  const user = await getUser(users, 'subject_id', subjectId);
  return user ? withinRange([user], range) : [];
}

/** A page of users. */
export async function listUsers(users: RunUsers, query: UserQuery): Promise<readonly UserRecord[]> {
  const { where, after, limit } = query;
  if (limit <= 0) return [];
  const order = listOrder(query.order, USER_PROPERTIES, 'no');
  const condition = whereOfUsers(where);
  const placeOf = placeIn(order);
  const { descending } = order;
  const subjectId = subjectIn(where);
  if (subjectId !== null) {
    const isInPage = (user: UserRecord): boolean =>
      fits(user, where) && (!after || comparePlaces(descending, placeOf(user), after) > 0);
    return (await withSubject(users, subjectId, query)).filter(isInPage);
  }
  const newer = newerInOrder(withinRange(users.active.values(), query), where, order, after, limit);
  const rows = await rowsInOrder(users, order, condition, query);
  return mergeUsers(users, rows, newer, limit, (a, b) => comparePlaces(descending, placeOf(a), placeOf(b)));
}

/** Counts the users that match. */
export async function countUsers(users: RunUsers, query: UserCountQuery): Promise<number> {
  const { where } = query;
  const condition = whereOfUsers(where);
  const subjectId = subjectIn(where);
  if (subjectId !== null)
    return (await withSubject(users, subjectId, query)).filter((user) => fits(user, where)).length;
  const { session, runNo, active } = users;
  const newer = withinRange(active.values(), query);
  const range = rangeOf(query, ORDINAL);
  const [row] = await session.list(
    `SELECT count(*) FROM {s}.users WHERE run_no = ? AND ${condition.sql} AND ${range.sql} AND no <> ALL(?::int[])`,
    [runNo, ...condition.params, ...range.params, textArray([...active.keys()])],
  );
  return Number(row?.[0]) + newer.filter((user) => fits(user, where)).length;
}

/** Sums over a range of users. */
export async function sumUsers(
  { session, runNo, active }: RunUsers,
  query: UserSumQuery,
): Promise<UserSummary> {
  const { afterOrdinal, toOrdinal, fromMs, toMs } = query;
  const newer = withinRange(active.values(), { afterOrdinal, toOrdinal });
  const stale = textArray(newer.map(({ ordinal }) => ordinal));
  const [row = []] = await session.rows(SUM, [runNo, afterOrdinal, toOrdinal, fromMs, toMs, stale]);
  const [failedTasks = 0, failedUsers = 0, successfulUsers = 0, totalTasks = 0, totalUsers = 0] =
    row.map(Number);
  return addSums(
    { failedTasks, failedUsers, successfulUsers, totalTasks, totalUsers },
    userSums(newer, fromMs, toMs),
  );
}

/** Users in `status` with an `ordinal` above `afterOrdinal`, by `ordinal`. */
export async function listUsersByStatus(
  users: RunUsers,
  status: UserStatus,
  afterOrdinal: number,
  limit: number,
  toOrdinal = Number.MAX_SAFE_INTEGER,
): Promise<readonly UserRecord[]> {
  if (limit <= 0) return [];
  const { session, runNo, active } = users;
  const inRange = withinRange(active.values(), { afterOrdinal, toOrdinal });
  const newer = inRange
    .filter(({ processingStatus: is }) => is === status)
    .sort((a, b) => a.ordinal - b.ordinal)
    .slice(0, limit);
  const column = status === 'queued' || status === 'completed' ? 'processing_status' : 'exceptional';
  const sql = `${SELECT} $1 AND ${column} = $2 AND no > $3::int8 AND no <= $4::int8 AND no <> ALL($5::int[]) ORDER BY no LIMIT $6`;
  const stale = textArray(inRange.map(({ ordinal }) => ordinal));
  const rows = await session.rows(sql, [runNo, status, afterOrdinal, toOrdinal, stale, limit]);
  return mergeUsers(users, rows, newer, limit, (a, b) => a.ordinal - b.ordinal);
}

const OF_SUBJECT = `SELECT ${prefixed('runs', RUN_COLUMNS)}, runs.no,
  EXISTS (SELECT 1 FROM {s}.journal WHERE journal.run_no = users.run_no), ${prefixed('users', USER_COLUMNS)}
  FROM {s}.users JOIN {s}.runs ON runs.no = users.run_no
  WHERE users.subject_id = $1 AND runs.published AND users.run_no < $2::int8 ORDER BY users.run_no DESC LIMIT $3`;

/** What runs have done for a subject. @param active reads a user of a run with a journal. */
export async function listUsersOfSubject(
  session: Session,
  { subjectId, after, limit }: SubjectUserQuery,
  active: (runId: string, ordinal: number) => Promise<UserRecord | null>,
): Promise<SubjectUserPage> {
  const found = await session.rows(OF_SUBJECT, [subjectId, after ?? Number.MAX_SAFE_INTEGER, limit + 1]);
  const page = found.slice(0, limit);
  const rows: SubjectUserPage['rows'][number][] = [];
  for (const [index, run] of (await seenRuns(session, page)).entries()) {
    const [, hasJournal, ...cells] = (page[index] ?? []).slice(RUN_FIELDS.length);
    const user = hasJournal ? await active(run.id, Number(cells[0])) : null;
    rows.push({ run, user: user ?? userFromRow(run.id, cells) });
  }
  const next = found.length > limit ? Number(page.at(-1)?.[RUN_FIELDS.length]) : null;
  return { rows, next };
}

function prefixed(table: string, columns: string): string {
  return columns
    .split(', ')
    .map((column) => `${table}.${column}`)
    .join(', ');
}

async function rowsInOrder(
  { session, runNo, active }: RunUsers,
  order: ListOrder<UserRecord>,
  condition: ReturnType<typeof whereOfUsers>,
  query: UserQuery,
): Promise<readonly Row[]> {
  const { after, limit } = query;
  const range = rangeOf(query, ORDINAL);
  const stale = textArray([...active.keys()]);
  const rows: Row[] = [];
  for (const { sql, params, orderBy } of stretchesAfter(order, after)) {
    if (rows.length >= limit) break;
    const text = `${SELECT} ? AND ${condition.sql} AND ${range.sql} AND ${sql} AND no <> ALL(?::int[]) ORDER BY ${orderBy} LIMIT ?`;
    const values = [runNo, ...condition.params, ...range.params, ...params, stale, limit - rows.length];
    rows.push(...(await session.list(text, values)));
  }
  return rows;
}
