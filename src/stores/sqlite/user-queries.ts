/**
 * Reads of user results: rows, overlaid by the users in flight. Those are few, so a list takes the rows
 * of everybody else in their order and merges the ones in flight that fit.
 */
import { matchesRow } from '../../filter/index.ts';
import type { Filter } from '../../model/filter.ts';
import { USER_PROPERTIES } from '../../model/properties.ts';

import type { UserRecord } from '../../model/records.ts';
import type { UserSummary } from '../../model/resources.ts';
import type { UserStatus } from '../../model/status.ts';
import type { Cursor, UserQuery, UserSumQuery } from '../../ports/store.ts';
import { addSums, sumsOfUsers } from '../../rules/index.ts';
import type { Cell, Connection, Row } from './connection.ts';
import type { InFlight } from './in-flight.ts';
import { comparePlaces, type ListOrder, listOrder, stretchesAfter } from './page.ts';
import { findSubject } from './subjects.ts';
import { branchesOf, subjectIn } from './user-filter.ts';
import { USER_COLUMNS, userFromRow } from './user-rows.ts';
import type { Where } from './where.ts';

/** The users of one run: where their rows are, and who is in flight. */
export interface RunUsers {
  readonly connection: Connection;
  readonly runId: string;
  readonly runNo: number;
  readonly inFlight: InFlight;
}

const OF_RUN = 'FROM users WHERE run_no = ?';
const SELECT = `SELECT ${USER_COLUMNS} ${OF_RUN}`;

const SUM = `SELECT sum(failed_tasks_count), sum(processing_status IN ('failed', 'completedWithErrors')),
  sum(processing_status = 'completed'), sum(total_tasks_count), count(*) FROM users
  WHERE run_no = ? AND no > ? AND no <= ? AND coalesce(started_at_ms, scheduled_at_ms) BETWEEN ? AND ?`;

/** User `no`. */
export function getUser({ connection, runId, runNo, inFlight }: RunUsers, no: number): UserRecord | null {
  const newer = inFlight.get(no);
  if (newer) return newer;
  const row = connection.get(`${SELECT} AND no = ?`, runNo, no);
  return row ? userFromRow(runId, row) : null;
}

/** The user that is subject `subjectId`. A subject never changes, so the index has those in flight too. */
export function getUserBySubject(users: RunUsers, subjectId: string): UserRecord | null {
  const no = findSubject(users.connection, users.runNo, subjectId);
  return no === null ? null : getUser(users, no);
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
    const user = getUserBySubject(users, subjectId);
    const isInPage = user && (!after || comparePlaces(descending, placeOf(user), after) > 0);
    return user && isInPage && fits(user, where) ? [user] : [];
  }
  const newer = [...users.inFlight.values()]
    .filter((user) => fits(user, where))
    .filter((user) => !after || comparePlaces(descending, placeOf(user), after) > 0)
    .sort((a, b) => comparePlaces(descending, placeOf(a), placeOf(b)))
    .slice(0, limit);
  const rows = rowsInOrder(users, order, branches, after, limit);
  return merge(users, rows, newer, limit, (a, b) => comparePlaces(descending, placeOf(a), placeOf(b)));
}

/** How many users fit. */
export function countUsers(users: RunUsers, where: UserQuery['where']): number {
  const { connection, runNo, inFlight } = users;
  if (!where) return connection.number(`SELECT count(*) ${OF_RUN}`, runNo);
  const branches = branchesOf(where);
  const subjectId = subjectIn(where);
  if (subjectId !== null) {
    const user = getUserBySubject(users, subjectId);
    return user && fits(user, where) ? 1 : 0;
  }
  const newer = [...inFlight.values()];
  const older = notAmong(newer);
  const counts = branches.map(({ sql, params }) =>
    connection.number(
      `SELECT count(*) ${OF_RUN} AND ${sql} AND ${older.sql}`,
      runNo,
      ...params,
      ...older.params,
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0) + newer.filter((user) => fits(user, where)).length;
}

/** Sums over a stretch of users. */
export function sumUsers(
  { connection, runNo, inFlight }: RunUsers,
  { afterNo, toNo, fromMs, toMs }: UserSumQuery,
): UserSummary {
  const newer = [...inFlight.values()].filter(({ no }) => no > afterNo && no <= toNo);
  const older = notAmong(newer);
  const row = connection.get(`${SUM} AND ${older.sql}`, runNo, afterNo, toNo, fromMs, toMs, ...older.params);
  const [failedTasks = 0, failedUsers = 0, successfulUsers = 0, totalTasks = 0, totalUsers = 0] = (
    row ?? []
  ).map(Number);
  const sums = { failedTasks, failedUsers, successfulUsers, totalTasks, totalUsers };
  return addSums(sums, sumsOfUsers(newer, fromMs, toMs));
}

/** Rows of these users are out of date. */
function notAmong(newer: readonly UserRecord[]): Where {
  if (newer.length === 0) return { sql: '1', params: [] };
  const nos = JSON.stringify(newer.map(({ no }) => no));
  return { sql: 'no NOT IN (SELECT value FROM json_each(?))', params: [nos] };
}

/** Users in `status` with `no` above `afterNo`, by `no`. */
export function listUsersByStatus(
  users: RunUsers,
  status: UserStatus,
  afterNo: number,
  limit: number,
): readonly UserRecord[] {
  if (limit <= 0) return [];
  const newer = [...users.inFlight.values()]
    .filter((user) => user.processingStatus === status && user.no > afterNo)
    .sort((a, b) => a.no - b.no)
    .slice(0, limit);
  const rows = rowsByStatus(users, status, afterNo, limit);
  return merge(users, rows, newer, limit, (a, b) => a.no - b.no);
}

/** In chunks: `all` is twice as fast as `iterate`, and users in flight take seats only near the front. */
function* rowsByStatus(
  { connection, runNo }: RunUsers,
  status: UserStatus,
  afterNo: number,
  limit: number,
): Generator<Row> {
  const sql = `${SELECT} AND processing_status = ? AND no > ? ORDER BY no LIMIT ?`;
  for (let last = afterNo; ; ) {
    const rows = connection.all(sql, runNo, status, last, limit);
    yield* rows;
    if (rows.length < limit) return;
    last = Number(rows.at(-1)?.[0]);
  }
}

function fits(user: UserRecord, where: Filter | null): boolean {
  return !where || matchesRow(where, USER_PROPERTIES, user);
}

function placeIn({ field }: ListOrder<UserRecord>): (user: UserRecord) => Cursor<number> {
  return (user) => ({ value: field === null ? null : (user[field] as Cell), key: user.no });
}

/** Enough rows for a page even when all users in flight have to be left out. SQLite merges the branches. */
function* rowsInOrder(
  { connection, runNo, inFlight }: RunUsers,
  order: ListOrder<UserRecord>,
  branches: readonly Where[],
  after: Cursor<number> | null,
  limit: number,
): Generator<Row> {
  // `all` is faster; with many in flight, most of the rows may not be needed.
  const read = inFlight.size === 0 ? 'all' : 'each';
  const { column } = order;
  for (const { sql, params, orderBy } of stretchesAfter(order, after)) {
    const page = `${branches
      .map(
        (branch) =>
          `SELECT ${column === null ? USER_COLUMNS : `no, ${column}`} ${OF_RUN} AND ${branch.sql} AND ${sql}`,
      )
      .join(' UNION ALL ')} ORDER BY ${orderBy} LIMIT ?`;
    const values = [
      ...branches.flatMap((branch) => [runNo, ...branch.params, ...params]),
      limit + inFlight.size,
    ];
    if (column === null) yield* connection[read](page, ...values);
    // No index has such an order: numbers are put in it, rather than whole rows of which most are thrown away.
    else
      yield* connection[read](
        `${SELECT} AND no IN (SELECT no FROM (${page})) ORDER BY ${orderBy}`,
        runNo,
        ...values,
      );
  }
}

/** Two sorted lists as one of at most `limit`; rows of users in flight are out of date and left out. */
function merge(
  { runId, inFlight }: RunUsers,
  rows: Iterable<Row>,
  newer: readonly UserRecord[],
  limit: number,
  compare: (left: UserRecord, right: UserRecord) => number,
): readonly UserRecord[] {
  const page: UserRecord[] = [];
  let next = 0;
  const pushNewerThan = (bound: UserRecord | null): void => {
    for (let user = newer[next]; user && page.length < limit; user = newer[next]) {
      if (bound && compare(user, bound) > 0) return;
      page.push(user);
      next += 1;
    }
  };
  for (const row of rows) {
    if (inFlight.get(Number(row[0]))) continue;
    const user = userFromRow(runId, row);
    pushNewerThan(user);
    if (page.length === limit) return page;
    page.push(user);
    if (page.length === limit) return page;
  }
  pushNewerThan(null);
  return page;
}
