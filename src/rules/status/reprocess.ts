import type { UserRecord } from '../../model/records.ts';
import type { Task } from '../../model/workflow/workflow.ts';
import { positionOf } from './positions.ts';

/**
 * Positions (1-based) of the tasks in `now`, the enabled tasks of a version, that a user has not completed
 * in `before`, the enabled tasks of the same version or an earlier one. Across versions a task counts as
 * completed when one of the same definition was; of several with one definition the first ones count. A user
 * without a failed task has nothing to reprocess, whatever was canceled (decision 10).
 */
export function positionsToReprocess(
  user: UserRecord,
  before: readonly Task[],
  now: readonly Task[],
): readonly number[] {
  if (user.failedTasksCount === 0) return [];
  const all = now.map((_, index) => index + 1);
  if (user.outcomes === null) return all;
  const completed = user.outcomes.flatMap((outcome, index) =>
    outcome.status === 'completed' ? positionOf(user, index + 1) : [],
  );
  const done = doneBefore(user, before.length, completed);
  if (before === now) return all.filter((position) => !done.has(position));
  const credit = new Map<string, number>();
  for (const [index, { taskDefinitionId: id }] of before.entries()) {
    if (done.has(index + 1)) credit.set(id, (credit.get(id) ?? 0) + 1);
  }
  return now.flatMap(({ taskDefinitionId: id }, index) => {
    const left = credit.get(id) ?? 0;
    if (left > 0) credit.set(id, left - 1);
    return left === 0 ? index + 1 : [];
  });
}

/** Positions that the user completed, and those that an earlier reprocessing run omitted as completed. */
function doneBefore(
  { positions }: UserRecord,
  tasks: number,
  completed: readonly number[],
): ReadonlySet<number> {
  const done = new Set(completed);
  if (positions === undefined) return done;
  for (let position = 1; position <= tasks; position++) if (!positions.includes(position)) done.add(position);
  return done;
}
