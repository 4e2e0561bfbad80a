/** Splits a filter of users into ranges of the existing indexes. */
import type { Filter } from '../../../model/filter.ts';
import { USER_PROPERTIES } from '../../../model/resources/properties.ts';
import { conditionsOf, needsFailed, statusesIn } from '../../sql/user-conditions.ts';
import type { Where } from '../../sql/where.ts';
import { HAS_FAILED } from '../file/schema.ts';
import { whereOf } from './where.ts';

/**
 * Disjoint conditions that together are `where`. A filter for several statuses gives one condition for each, so
 * that each is a range of the index by status.
 *
 * @throws LifecycleError `InvalidFilter` for what a list cannot be filtered by.
 */
export function branchesOf(where: Filter | null): readonly Where[] {
  if (!where) return [{ sql: 'TRUE', params: [] }];
  const { sql, params } = whereOf(where, USER_PROPERTIES);
  const whole: Where = {
    sql: conditionsOf(where).some(needsFailed) ? `${sql} AND ${HAS_FAILED}` : sql,
    params,
  };
  const statuses = conditionsOf(where)
    .map(statusesIn)
    .find((one) => one !== null && one.size > 1); // a single one needs no branches
  if (!statuses) return [whole];
  return [...statuses].map((status) => ({
    sql: `processing_status = ? AND ${whole.sql}`,
    params: [status, ...params],
  }));
}
