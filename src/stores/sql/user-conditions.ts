/** What a filter of users says about the columns that have indexes. */
import { conjuncts } from '../../filter/tree.ts';
import type { Filter } from '../../model/filter.ts';
import { USER_STATUSES } from '../../model/status.ts';

type Compare = Extract<Filter, { kind: 'compare' }>;

/** The single subject that a filter names at its top level: found by the index of subjects. */
export function subjectIn(where: Filter | null): string | null {
  const ids = conditionsOf(where).map((one) =>
    one.kind === 'compare' && one.operator === 'eq' ? textOf(one, 'subject/id') : null,
  );
  return ids.find((id) => id !== null) ?? null;
}

/** What has to hold all at once. */
export function conditionsOf(where: Filter | null): readonly Filter[] {
  return where ? conjuncts(where) : [];
}

/** The text that a property must equal, or must not equal. */
function textOf({ operator, left, right }: Compare, name: string): string | null {
  if (operator !== 'eq' && operator !== 'ne') return null;
  const isProperty = left.kind === 'path' && left.segments.join('/') === name;
  return isProperty && right.kind === 'literal' && right.type === 'string' ? right.value : null;
}

/** The statuses of users that can match, if the condition is about the status alone. */
export function statusesIn(where: Filter): ReadonlySet<string> | null {
  const named = namedIn(where);
  if (named === null) return null;
  return new Set(named.filter((status) => (USER_STATUSES as readonly string[]).includes(status)));
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
export function needsFailed(where: Filter): boolean {
  if (where.kind !== 'compare') return false;
  const { operator, left, right } = where;
  const isCount = left.kind === 'path' && left.segments.join('/') === 'failedTasksCount';
  if (!isCount || right.kind !== 'literal' || right.type !== 'number') return false;
  if (operator === 'gt') return right.value >= 0;
  return (operator === 'ge' || operator === 'eq') && right.value > 0;
}
