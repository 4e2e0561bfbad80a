/** Splits a filter of users into ranges of the existing indexes. */
import type { Filter } from '../../../model/filter.ts';
import { USER_PROPERTIES } from '../../../model/resources/properties.ts';
import { USER_STATUSES } from '../../../model/status.ts';
import { HAS_FAILED } from '../file/schema.ts';
import { type Where, whereOf } from './where.ts';

type Compare = Extract<Filter, { kind: 'compare' }>;

/**
 * Disjoint conditions that together are `where`. A filter for several statuses gives one condition for each, so
 * that each is a range of the index by status.
 *
 * @throws LifecycleError `InvalidFilter` for what a list cannot be filtered by.
 */
export function branchesOf(where: Filter | null): readonly Where[] {
  if (!where) return [{ sql: '1', params: [] }];
  const { sql, params } = whereOf(where, USER_PROPERTIES);
  const whole: Where = {
    sql: conditionsOf(where).some(needsFailed) ? `${sql} AND ${HAS_FAILED}` : sql,
    params,
  };
  const statuses = conditionsOf(where)
    .map(statusesIn)
    .find((one) => one !== null);
  if (!statuses) return [whole];
  return [...statuses].map((status) => ({
    sql: `processing_status = ? AND ${whole.sql}`,
    params: [status, ...params],
  }));
}

/** The single subject that a filter names at its top level: found by the index of subjects. */
export function subjectIn(where: Filter | null): string | null {
  const ids = conditionsOf(where).map((one) =>
    one.kind === 'compare' && one.operator === 'eq' ? textOf(one, 'subject/id') : null,
  );
  return ids.find((id) => id !== null) ?? null;
}

/** The operands of a conjunction. */
function conditionsOf(where: Filter | null): readonly Filter[] {
  if (where?.kind === 'and') return where.operands.flatMap(conditionsOf);
  return where ? [where] : [];
}

/** The text that a property must equal, or must not equal. */
function textOf({ operator, left, right }: Compare, name: string): string | null {
  if (operator !== 'eq' && operator !== 'ne') return null;
  const isProperty = left.kind === 'path' && left.segments.join('/') === name;
  return isProperty && right.kind === 'literal' && right.type === 'string' ? right.value : null;
}

/** The statuses of users that can match, if two or more are named: one needs no branches. */
function statusesIn(where: Filter): ReadonlySet<string> | null {
  const named = namedIn(where);
  if (named === null) return null;
  const statuses = new Set(named.filter((status) => (USER_STATUSES as readonly string[]).includes(status)));
  return statuses.size > 1 ? statuses : null;
}

function namedIn(where: Filter): readonly string[] | null {
  if (where.kind === 'compare') {
    const status = textOf(where, 'processingStatus');
    if (status === null) return null;
    return where.operator === 'eq' ? [status] : USER_STATUSES.filter((one) => one !== status);
  }
  if (where.kind === 'or') {
    const parts = where.operands.map(namedIn);
    return parts.every((part) => part !== null) ? parts.flat() : null;
  }
  if (where.kind !== 'in' || where.operand.kind !== 'path') return null;
  if (where.operand.segments.join('/') !== 'processingStatus') return null;
  return where.values.map(({ value }) => String(value));
}

/** Whether only users with a failed task can match. */
function needsFailed(where: Filter): boolean {
  if (where.kind !== 'compare') return false;
  const { operator, left, right } = where;
  const isCount = left.kind === 'path' && left.segments.join('/') === 'failedTasksCount';
  if (!isCount || right.kind !== 'literal' || right.type !== 'number') return false;
  if (operator === 'gt') return right.value >= 0;
  return (operator === 'ge' || operator === 'eq') && right.value > 0;
}
