import { LifecycleError } from '../../../errors/lifecycle-error.ts';
import type { UserRecord } from '../../../model/records.ts';
import type { Cell } from '../../sql/cells.ts';
import { CELLS_PER_USER, putCells, USER_COLUMNS } from '../../sql/user-rows.ts';
import type { Connection } from '../file/connection.ts';
import { isDuplicate } from '../file/errors.ts';
import { findSubject, type SubjectFilters } from '../reading/subjects.ts';

/** Rows that one INSERT carries: a call into SQLite costs as much as binding eight values. */
const ROWS_PER_INSERT = 20;
const PARAMS = `(${new Array(CELLS_PER_USER).fill('?').join(', ')})`;
/** FAIL keeps the rows before the one that exists: ABORT would copy every page first, to undo them. */
const INSERT_ONE = `INSERT OR FAIL INTO users (run_no, ${USER_COLUMNS}) VALUES ${PARAMS}`;
const INSERT_MANY = `${INSERT_ONE}${`, ${PARAMS}`.repeat(ROWS_PER_INSERT - 1)}`;

/**
 * Inserts users of one run.
 *
 * @throws LifecycleError `Duplicate` for an ordinal or a subject that exists; users before it are inserted.
 */
export function insertUsers(
  connection: Connection,
  runNo: number,
  users: readonly UserRecord[],
  filters: SubjectFilters,
): void {
  const filter = filters.for(connection, runNo, users.length);
  const cells = new Array<Cell>(ROWS_PER_INSERT * CELLS_PER_USER).fill(null);
  for (let start = 0; start < users.length; start += ROWS_PER_INSERT) {
    const some = users.slice(start, start + ROWS_PER_INSERT);
    let areNew = filter !== null;
    for (const user of some) if (filter?.add(user.subjectId)) areNew = false;
    if (areNew && some.length === ROWS_PER_INSERT) insertTogether(connection, runNo, some, cells);
    else for (const user of some) insertOne(connection, runNo, user, !areNew);
  }
}

function insertTogether(
  connection: Connection,
  runNo: number,
  users: readonly UserRecord[],
  cells: Cell[],
): void {
  for (const [index, user] of users.entries()) putCells(cells, index * CELLS_PER_USER, runNo, user);
  try {
    connection.statement(INSERT_MANY).run(...cells);
  } catch (error) {
    const culprit = isDuplicate(error) ? users[connection.number('SELECT changes()')] : undefined;
    throw culprit ? duplicate(culprit, error) : error;
  }
}

/** @param search whether an earlier block may have the subject; the unique index covers the user's own block. */
function insertOne(connection: Connection, runNo: number, user: UserRecord, search: boolean): void {
  if (search && findSubject(connection, runNo, user.subjectId) !== null) throw duplicate(user);
  const cells: Cell[] = [];
  putCells(cells, 0, runNo, user);
  try {
    connection.run(INSERT_ONE, ...cells);
  } catch (error) {
    throw isDuplicate(error) ? duplicate(user, error) : error;
  }
}

function duplicate(user: UserRecord, cause?: unknown): LifecycleError<'Duplicate'> {
  return new LifecycleError(
    'Duplicate',
    `Expected subject \`${user.subjectId}\` (user ${user.ordinal}) to be new in run ${user.runId}, got a second result`,
    { runId: user.runId, subjectId: user.subjectId, ordinal: user.ordinal },
    cause === undefined ? undefined : { cause },
  );
}
