import type { RunRecord } from '../../../model/records.ts';
import { RUN_PROPERTIES } from '../../../model/resources/properties.ts';
import type { RunQuery } from '../../../ports/store.ts';
import type { Cell, Row } from '../../sql/cells.ts';
import { listOrder, stretchesAfter } from '../../sql/page.ts';
import { RUN_COLUMNS, runFromRow } from '../../sql/run-rows.ts';
import type { Where } from '../../sql/where.ts';
import type { Connection } from '../file/connection.ts';
import { UNFINISHED } from '../file/schema.ts';
import type { ReadCache } from './read-cache.ts';
import { whereOf } from './where.ts';

/** The run with this id. */
export function getRun(connection: Connection, id: string): RunRecord | null {
  const row = connection.get(`SELECT ${RUN_COLUMNS} FROM runs WHERE id = ?`, id);
  return row ? runFromRow(row) : null;
}

/** The key of a run's rows in other tables; `null` when there is no such run. */
export function runNoOf(connection: Connection, id: string): number | null {
  const runNo = connection.get('SELECT no FROM runs WHERE id = ?', id)?.[0];
  return typeof runNo === 'number' ? runNo : null;
}

const SELECT_RUNS = `SELECT ${RUN_COLUMNS} FROM runs WHERE id IN (SELECT value FROM json_each(?))`;

/** A page of published runs. */
export function listRuns(connection: Connection, query: RunQuery, cache?: ReadCache): readonly RunRecord[] {
  if (query.limit <= 0) return [];
  const page = (): readonly RunRecord[] => listRows(connection, RUN_COLUMNS, query).map(runFromRow);
  if (!cache) return page();
  return cache.runs(query, {
    page,
    ids: () => listRows(connection, 'id', query).map(([id]) => String(id)),
    runs: (ids) => connection.all(SELECT_RUNS, JSON.stringify(ids)).map(runFromRow),
  });
}

function listRows(connection: Connection, columns: string, query: RunQuery): readonly Row[] {
  const scope = scopeOf(query);
  const order = listOrder(query.order, RUN_PROPERTIES, 'id');
  const rows: Row[] = [];
  for (const stretch of stretchesAfter(order, query.after)) {
    if (rows.length >= query.limit) break;
    const sql = `SELECT ${columns} FROM runs WHERE ${scope.sql} AND ${stretch.sql} ORDER BY ${stretch.orderBy} LIMIT ?`;
    rows.push(...connection.all(sql, ...scope.params, ...stretch.params, query.limit - rows.length));
  }
  return rows;
}

/** Counts the published runs that match. */
export function countRuns(connection: Connection, query: Pick<RunQuery, 'workflowId' | 'where'>): number {
  const scope = scopeOf(query);
  return connection.number(`SELECT count(*) FROM runs WHERE ${scope.sql}`, ...scope.params);
}

/** Runs that are not terminal or not published, oldest first. */
export function listUnfinishedRuns(connection: Connection): readonly RunRecord[] {
  return connection.all(`SELECT ${RUN_COLUMNS} FROM runs WHERE ${UNFINISHED} ORDER BY no`).map(runFromRow);
}

function scopeOf({ workflowId, where }: Pick<RunQuery, 'workflowId' | 'where'>): Where {
  const parts = ['published = 1'];
  const params: Cell[] = [];
  if (workflowId !== undefined) {
    parts.push('workflow_id = ?');
    params.push(workflowId);
  }
  if (where) {
    const condition = whereOf(where, RUN_PROPERTIES);
    parts.push(condition.sql);
    params.push(...condition.params);
  }
  return { sql: parts.join(' AND '), params };
}
