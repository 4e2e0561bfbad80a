/**
 * Reads of user results: rows, overlaid by the active users. Those are few, so a list reads the rows of all
 * other users in order and merges the active ones that match.
 */
import { comparePlaces } from '../../../filter/list-order.ts';
import type { UserRecord } from '../../../model/records.ts';
import { USER_PROPERTIES } from '../../../model/resources/properties.ts';
import type { UserSummary } from '../../../model/resources/resources.ts';
import type { UserStatus } from '../../../model/status.ts';
import type { OrdinalRange, UserCountQuery, UserQuery, UserSumQuery } from '../../../ports/store.ts';
import { addSums, userSums } from '../../../rules/counters/user-sums.ts';
import type { Row } from '../../sql/cells.ts';
import { fits, mergeUsers, newerInOrder, placeIn } from '../../sql/merge-users.ts';
import { rangeOf, withinRange } from '../../sql/ordinal-range.ts';
import { type ListOrder, listOrder, stretchesAfter } from '../../sql/page.ts';
import { subjectIn } from '../../sql/user-conditions.ts';
import { USER_COLUMNS, userFromRow } from '../../sql/user-rows.ts';
import type { Where } from '../../sql/where.ts';
import type { Connection } from '../file/connection.ts';
import type { ActiveUsers } from '../journal/active-users.ts';
import { findSubject } from './subjects.ts';
import { branchesOf } from './user-filter.ts';

/** The users of one run: where their rows are, and which are active. */
export interface RunUsers {
  readonly connection: Connection;
  readonly runId: string;
  readonly runNo: number;
  readonly active: ActiveUsers;
}

const OF_RUN = 'FROM users WHERE run_no = ?';
const SELECT = `SELECT ${USER_COLUMNS} ${OF_RUN}`;

const SUM = `SELECT sum(failed_tasks_count), sum(processing_status IN ('failed', 'completedWithErrors')),
  sum(processing_status = 'completed'), sum(total_tasks_count), count(*) FROM users
  WHERE run_no = ? AND no > ? AND no <= ? AND coalesce(started_at_ms, scheduled_at_ms) BETWEEN ? AND ?`;

/** The user with this `ordinal`. */
export function getUser({ connection, runId, runNo, active }: RunUsers, ordinal: number): UserRecord | null {
  const newer = active.get(ordinal);
  if (newer) return newer;
  const row = connection.get(`${SELECT} AND no = ?`, runNo, ordinal);
  return row ? userFromRow(runId, row) : null;
}

/** The user that is subject `subjectId`. A subject never changes, so the index has active users too. */
export function getUserBySubject(users: RunUsers, subjectId: string): UserRecord | null {
  const ordinal = findSubject(users.connection, users.runNo, subjectId);
  return ordinal === null ? null : getUser(users, ordinal);
}

/** The user that is a subject, if it is in the range. */
function withSubject(users: RunUsers, subjectId: string, range: Partial<OrdinalRange>): UserRecord[] {
  const user = getUserBySubject(users, subjectId);
  return user ? withinRange([user], range) : [];
}

/** A page of users. */
export function listUsers(users: RunUsers, query: UserQuery): readonly UserRecord[] {
  const { where, after, limit } = query;
  if (limit <= 0) return [];
  const order = listOrder(query.order, USER_PROPERTIES, 'no');
  const branches = branchesOf(where);
  const placeOf = placeIn(order);
  const { descending } = order;
  const subjectId = subjectIn(where);
  if (subjectId !== null) {
    const isInPage = (user: UserRecord): boolean =>
      fits(user, where) && (!after || comparePlaces(descending, placeOf(user), after) > 0);
    return withSubject(users, subjectId, query).filter(isInPage);
  }
  const newer = newerInOrder(withinRange(users.active.values(), query), where, order, after, limit);
  const rows = rowsInOrder(users, order, branches, query);
  return mergeUsers(users, rows, newer, limit, (a, b) => comparePlaces(descending, placeOf(a), placeOf(b)));
}

/** Counts the users that match. */
export function countUsers(users: RunUsers, query: UserCountQuery): number {
  const { connection, runNo, active } = users;
  const { where } = query;
  const range = rangeOf(query);
  if (!where) return connection.number(`SELECT count(*) ${OF_RUN} AND ${range.sql}`, runNo, ...range.params);
  const branches = branchesOf(where);
  const subjectId = subjectIn(where);
  if (subjectId !== null)
    return withSubject(users, subjectId, query).filter((user) => fits(user, where)).length;
  const newer = withinRange(active.values(), query);
  const older = notAmong(newer);
  const counts = branches.map(({ sql, params }) =>
    connection.number(
      `SELECT count(*) ${OF_RUN} AND ${sql} AND ${range.sql} AND ${older.sql}`,
      ...[runNo, ...params, ...range.params, ...older.params],
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0) + newer.filter((user) => fits(user, where)).length;
}

/** Sums over a range of users. */
export function sumUsers(
  { connection, runNo, active }: RunUsers,
  { afterOrdinal, toOrdinal, fromMs, toMs }: UserSumQuery,
): UserSummary {
  const newer = withinRange(active.values(), { afterOrdinal, toOrdinal });
  const older = notAmong(newer);
  const row = connection.get(
    `${SUM} AND ${older.sql}`,
    runNo,
    afterOrdinal,
    toOrdinal,
    fromMs,
    toMs,
    ...older.params,
  );
  const [failedTasks = 0, failedUsers = 0, successfulUsers = 0, totalTasks = 0, totalUsers = 0] = (
    row ?? []
  ).map(Number);
  const sums = { failedTasks, failedUsers, successfulUsers, totalTasks, totalUsers };
  return addSums(sums, userSums(newer, fromMs, toMs));
}

/** Condition that excludes the rows of these users, which are out of date. */
function notAmong(newer: readonly UserRecord[]): Where {
  if (newer.length === 0) return { sql: '1', params: [] };
  const ordinals = JSON.stringify(newer.map(({ ordinal }) => ordinal));
  return { sql: 'no NOT IN (SELECT value FROM json_each(?))', params: [ordinals] };
}

/** Users in `status` with an `ordinal` above `afterOrdinal`, by `ordinal`. */
export function listUsersByStatus(
  users: RunUsers,
  status: UserStatus,
  afterOrdinal: number,
  limit: number,
  toOrdinal = Number.MAX_SAFE_INTEGER,
): readonly UserRecord[] {
  if (limit <= 0) return [];
  const newer = withinRange(users.active.values(), { afterOrdinal, toOrdinal })
    .filter(({ processingStatus: is }) => is === status)
    .sort((a, b) => a.ordinal - b.ordinal)
    .slice(0, limit);
  const rows = rowsByStatus(users, status, afterOrdinal, limit, toOrdinal);
  return mergeUsers(users, rows, newer, limit, (a, b) => a.ordinal - b.ordinal);
}

/** Reads in chunks: `all` is twice as fast as `iterate`, and active users are only near the front. */
function* rowsByStatus(
  { connection, runNo }: RunUsers,
  status: UserStatus,
  afterOrdinal: number,
  limit: number,
  toOrdinal: number,
): Generator<Row> {
  const sql = `${SELECT} AND processing_status = ? AND no > ? AND no <= ? ORDER BY no LIMIT ?`;
  for (let last = afterOrdinal; ; ) {
    const rows = connection.all(sql, runNo, status, last, toOrdinal, limit);
    yield* rows;
    if (rows.length < limit) return;
    last = Number(rows.at(-1)?.[0]);
  }
}

/** Reads enough rows for a page even if all active users are left out. SQLite merges the branches. */
function* rowsInOrder(
  { connection, runNo, active }: RunUsers,
  order: ListOrder<UserRecord>,
  branches: readonly Where[],
  query: UserQuery,
): Generator<Row> {
  const { after, limit } = query;
  const range = rangeOf(query);
  // `all` is faster; with many active users, most of the rows may not be needed.
  const read = active.size === 0 ? 'all' : 'each';
  const { column } = order;
  for (const { sql, params, orderBy } of stretchesAfter(order, after)) {
    const page = `${branches
      .map(
        (branch) =>
          `SELECT ${column === null ? USER_COLUMNS : `no, ${column}`} ${OF_RUN} AND ${branch.sql} AND ${range.sql} AND ${sql}`,
      )
      .join(' UNION ALL ')} ORDER BY ${orderBy} LIMIT ?`;
    const values = [
      ...branches.flatMap((branch) => [runNo, ...branch.params, ...range.params, ...params]),
      limit + active.size,
    ];
    if (column === null) yield* connection[read](page, ...values);
    // No index has this order: sort ordinals rather than whole rows, most of which would be discarded.
    else
      yield* connection[read](
        `${SELECT} AND no IN (SELECT no FROM (${page})) ORDER BY ${orderBy}`,
        runNo,
        ...values,
      );
  }
}
