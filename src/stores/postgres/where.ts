import type { Filter } from '../../model/filter.ts';
import { type PropertyTable, USER_PROPERTIES } from '../../model/resources/properties.ts';
import { conditionsOf, needsFailed, statusesIn } from '../sql/user-conditions.ts';
import { conditionOf, type Dialect, type Where } from '../sql/where.ts';
import { canHold } from './session.ts';

/** Matches every row. */
const ALL: Where = { sql: 'TRUE', params: [] };

const POSTGRES: Dialect = {
  // Without a type, a number takes that of the column, which may be unable to hold it.
  placeholder: (value) =>
    typeof value === 'number' ? (Number.isSafeInteger(value) ? '?::int8' : '?::float8') : '?',
  canHold,
  memberColumn: (column) => column,
  tests: {
    contains: (column, part, bind) => `strpos(${column}, ${bind(part)}) > 0`,
    startswith: (column, part, bind) => `starts_with(${column}, ${bind(part)})`,
    endswith: (column, part, bind) => `right(${column}, ${[...part].length}) = ${bind(part)}`,
  },
};

/** See {@link conditionOf}. @throws LifecycleError `InvalidFilter`. */
export function whereOf<Row>(filter: Filter | null, table: PropertyTable<Row>): Where {
  return filter === null ? ALL : conditionOf(filter, table, POSTGRES);
}

/**
 * A filter of users, with what the partial indexes ask for: a status that is in `exceptional`, or a failed task.
 *
 * @throws LifecycleError `InvalidFilter`.
 */
export function whereOfUsers(filter: Filter | null): Where {
  const { sql, params } = whereOf(filter, USER_PROPERTIES);
  const conditions = conditionsOf(filter);
  const parts = [sql];
  if (conditions.some(needsFailed)) parts.push('failed_tasks_count > 0');
  const statuses = conditions.map(statusesIn).find((one) => one !== null);
  const isExceptional =
    statuses && !statuses.has('queued') && !statuses.has('completed') && statuses.size > 0;
  if (isExceptional)
    parts.push(`exceptional IN (${[...statuses].map((status) => `'${status}'`).join(', ')})`);
  return { sql: parts.join(' AND '), params };
}
