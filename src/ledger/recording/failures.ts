import type { RecordedFailure } from '../../model/failures.ts';
import type { TaskOutcome, UserRecord } from '../../model/records.ts';
import { failureKind } from '../../rules/failures/groups.ts';

/** A user whose last outcome, a failure, names its group; and the failure for that group. */
export interface GroupedFailure {
  readonly user: UserRecord;
  readonly failure: RecordedFailure;
}

/**
 * Puts the failure that a user has just had in its group.
 *
 * @param taskId the task that failed.
 * @param displayName of the person, if known: it is masked in reasons.
 * @param known keys of the run's groups; the group of this failure is added.
 */
export function groupFailure(
  user: UserRecord,
  taskId: string,
  displayName: unknown,
  known: Set<string>,
): GroupedFailure {
  const outcomes = user.outcomes ?? [];
  const outcome = outcomes.at(-1) as TaskOutcome;
  const kind = failureKind(outcome, taskId, { id: user.subjectId, displayName }, known);
  known.add(kind.key);
  return {
    user: { ...user, outcomes: outcomes.with(-1, { ...outcome, group: kind.key }) },
    failure: { ...kind, ordinal: user.ordinal, atMs: outcome.completedAtMs },
  };
}
