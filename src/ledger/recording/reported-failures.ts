/** Failures of runs that external workers drive: put in groups in the transaction that records them. */
import type { RecordedFailure } from '../../model/failures.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { Task } from '../../model/workflow/workflow.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import { positionOf } from '../../rules/status/positions.ts';
import { pinnedVersion } from '../context.ts';
import { enabledTasks } from '../resources.ts';
import { groupFailure } from './failures.ts';

/** A user whose failures name their groups; and these failures. */
interface GroupedFailures {
  readonly user: UserRecord;
  readonly failures: readonly RecordedFailure[];
}

/** Puts the failures of a user in their groups: those of the outcomes after the first `before`. */
export async function groupFailures(
  tx: StoreTransaction,
  run: RunRecord,
  user: UserRecord,
  before: number,
): Promise<GroupedFailures> {
  const outcomes = user.outcomes ?? [];
  if (!outcomes.slice(before).some(({ status }) => status === 'failed')) return { user, failures: [] };
  const tasks = enabledTasks(await pinnedVersion(tx, run));
  const known = new Set((await tx.listFailureGroups(run.id)).map(({ key }) => key));
  const failures: RecordedFailure[] = [];
  const done = outcomes.slice(0, before);
  for (const outcome of outcomes.slice(before)) {
    done.push(outcome);
    if (outcome.status !== 'failed') continue;
    const task = tasks[positionOf(user, done.length) - 1] as Task;
    const grouped = groupFailure({ ...user, outcomes: [...done] }, task.id, null, known);
    failures.push(grouped.failure);
    done.splice(0, done.length, ...(grouped.user.outcomes ?? []));
  }
  return { user: { ...user, outcomes: done }, failures };
}

/** Adds failures to the groups of a run. */
export async function addFailures(
  tx: StoreTransaction,
  { id: runId }: RunRecord,
  failures: readonly RecordedFailure[],
): Promise<void> {
  if (failures.length > 0) await tx.addFailures({ runId, slice: 1 }, failures);
}
