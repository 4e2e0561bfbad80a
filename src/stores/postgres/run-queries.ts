import { matchesRow } from '../../filter/list-filter.ts';
import { mentions } from '../../filter/tree.ts';
import type { Filter } from '../../model/filter.ts';
import type { RunRecord } from '../../model/records.ts';
import { RUN_PROPERTIES } from '../../model/resources/properties.ts';
import type { RunQuery, RunSums } from '../../ports/store.ts';
import { pageOf } from '../memory/page.ts';
import type { Cell, Row } from '../sql/cells.ts';
import { listOrder, stretchesAfter } from '../sql/page.ts';
import { RUN_COLUMNS, runFromRow } from '../sql/run-rows.ts';
import type { Where } from '../sql/where.ts';
import { SUMMED, SUMMED_AT, UNFINISHED } from './schema.ts';
import { type Session, wholeMs } from './session.ts';
import { seenRuns } from './slices/slice-runs.ts';
import { whereOf } from './where.ts';

const SELECT = `SELECT ${RUN_COLUMNS} FROM {s}.runs WHERE`;

const SUM = `SELECT count(*), count(*) FILTER (WHERE processing_status = 'completed'),
  count(*) FILTER (WHERE processing_status IN ('failed', 'completedWithErrors')),
  coalesce(sum(total_users_count), 0)::int8, coalesce(sum(total_tasks_count), 0)::int8,
  (coalesce(sum(failed_tasks_count), 0) + coalesce(sum((SELECT sum(failed_tasks) FROM {s}.slices
    WHERE slices_left > 0 AND run_no = runs.no AND state = 'active')), 0))::int8
  FROM {s}.runs WHERE workflow_id = $1 AND ${SUMMED_AT} BETWEEN $2::int8 AND $3::int8 AND ${SUMMED}`;

/** Sums over no runs. */
export const NO_RUNS: RunSums = {
  totalRuns: 0,
  successfulRuns: 0,
  failedRuns: 0,
  totalUsers: 0,
  totalTasks: 0,
  failedTasks: 0,
};

/** What the open slices of a run change: lists that depend on it see its runs as they are with them. */
const MOVING = [
  'lastUpdatedDateTime',
  'successfulUsersCount',
  'failedUsersCount',
  'failedTasksCount',
  'totalUnprocessedTasksCount',
];

/** A page of published runs. */
export async function listRuns(session: Session, query: RunQuery): Promise<readonly RunRecord[]> {
  if (query.limit <= 0) return [];
  if (!isMoving(query.where) && !MOVING.includes(query.order.property))
    return seenRuns(session, await rowsOf(session, query, ''));
  const still = (await rowsOf(session, query, ' AND slices_left = 0')).map(runFromRow);
  const moving = await runsInSlices(session, query.workflowId);
  return pageOf([...still, ...moving], query, RUN_PROPERTIES, ({ id }) => id);
}

async function rowsOf(session: Session, query: RunQuery, condition: string): Promise<readonly Row[]> {
  const scope = scopeOf(query);
  const order = listOrder(query.order, RUN_PROPERTIES, 'id');
  const rows: Row[] = [];
  for (const stretch of stretchesAfter(order, query.after)) {
    if (rows.length >= query.limit) break;
    const sql = `${SELECT} ${scope.sql}${condition} AND ${stretch.sql} ORDER BY ${stretch.orderBy} LIMIT ?`;
    rows.push(...(await session.list(sql, [...scope.params, ...stretch.params, query.limit - rows.length])));
  }
  return rows;
}

/** Published runs with open slices: there are few. */
async function runsInSlices(session: Session, workflowId: string | undefined): Promise<readonly RunRecord[]> {
  const sql = `${SELECT} slices_left > 0 AND published AND ($1::text IS NULL OR workflow_id = $1)`;
  return seenRuns(session, await session.rows(sql, [workflowId ?? null]));
}

function isMoving(where: Filter | null): boolean {
  return where !== null && MOVING.some((property) => mentions(where, property));
}

/** Counts the published runs that match. */
export async function countRuns(
  session: Session,
  query: Pick<RunQuery, 'workflowId' | 'where'>,
): Promise<number> {
  const { where } = query;
  const scope = scopeOf(query);
  const apart = isMoving(where) ? ' AND slices_left = 0' : '';
  const [row] = await session.list(`SELECT count(*) FROM {s}.runs WHERE ${scope.sql}${apart}`, scope.params);
  if (where === null || apart === '') return Number(row?.[0]);
  const moving = await runsInSlices(session, query.workflowId);
  return Number(row?.[0]) + moving.filter((run) => matchesRow(where, RUN_PROPERTIES, run)).length;
}

/** Runs that are not terminal or not published, oldest first. */
export async function listUnfinishedRuns(session: Session): Promise<readonly RunRecord[]> {
  return seenRuns(session, await session.rows(`${SELECT} ${UNFINISHED} ORDER BY no`));
}

/** Sums over the runs of a workflow between two moments: from their index alone, so that no row of sums is contended for. */
export async function sumRuns(
  session: Session,
  workflowId: string,
  fromMs: number,
  toMs: number,
): Promise<RunSums> {
  const [row = []] = await session.rows(SUM, [
    workflowId,
    wholeMs(fromMs, Math.ceil),
    wholeMs(toMs, Math.floor),
  ]);
  const [totalRuns = 0, successfulRuns = 0, failedRuns = 0, totalUsers = 0, totalTasks = 0, failedTasks = 0] =
    row.map(Number);
  return { totalRuns, successfulRuns, failedRuns, totalUsers, totalTasks, failedTasks };
}

function scopeOf({ workflowId, where }: Pick<RunQuery, 'workflowId' | 'where'>): Where {
  const condition = whereOf(where, RUN_PROPERTIES);
  const params: readonly Cell[] = workflowId === undefined ? [] : [workflowId];
  return {
    sql: `published${workflowId === undefined ? '' : ' AND workflow_id = ?'} AND ${condition.sql}`,
    params: [...params, ...condition.params],
  };
}
