/** What `tenure resume` would do: the users left in a run, with their tasks. */
import { qualificationOf } from '../../engine/selection/qualify.ts';
import { subjectsOf } from '../../engine/selection/subjects-of.ts';
import { pinnedVersion } from '../../ledger/context.ts';
import { objectOfRun } from '../../ledger/planning/provisioning-objects.ts';
import { enabledTasks, isoOf } from '../../ledger/resources.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { DAY_MS } from '../../model/time.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Store } from '../../ports/store.ts';
import { positionOf } from '../../rules/status/positions.ts';
import type { WorkOfJob } from '../session/open-tasks.ts';
import { unfinishedRuns } from '../session/run-checks.ts';
import { type DryRun, type LeftOutPerson, type ProcessedPerson, plannedTasks, refusalOf } from './dry-run.ts';

/** What is left of every run that would resume. @throws as {@link remainingOf}. */
export async function remainingRuns(
  store: Store,
  users: Directory,
  job: WorkOfJob,
): Promise<readonly DryRun[]> {
  const left: DryRun[] = [];
  for (const run of await unfinishedRuns(store))
    if (run.processingStatus !== 'canceling') left.push(await remainingOf(store, run, users, job));
  return left;
}

/** What is left of an unfinished run. @throws LifecycleError of the store, the directory or a handler. */
async function remainingOf(store: Store, run: RunRecord, users: Directory, job: WorkOfJob): Promise<DryRun> {
  const workflow = await pinnedVersion(store, run);
  const { tasks, missing } = await plannedTasks(workflow, job);
  const isScheduled = run.workflowExecutionType === 'scheduled';
  const qualification = isScheduled ? qualificationOf(workflow, LIMITS.catchUpDays * DAY_MS) : null;
  // An object of a provisioning system need not be in the directory.
  const isKnown = (await objectOfRun(store, run)) !== null;
  const processed: ProcessedPerson[] = [];
  const notProcessed: LeftOutPerson[] = [];
  for (const status of ['inProgress', 'queued'] as const) {
    for await (const batch of usersInStatus(store, run.id, status)) {
      const ids = batch.map(({ subjectId }) => subjectId);
      const subjects = subjectsOf(ids, await users.get(ids));
      for (const [index, user] of batch.entries()) {
        const [id, subject] = [user.subjectId, subjects[index]];
        // As the engine checks them: only users that have not started.
        const isChecked = status === 'queued' && !isKnown;
        if (isChecked && !subject) notProcessed.push({ id, reason: 'notInDirectory' });
        else if (isChecked && subject && qualification?.holds(subject, run.scheduledAtMs) === false)
          notProcessed.push({ id, reason: 'notDue' });
        else processed.push({ id, ...positionsLeft(user, enabledTasks(workflow).length) });
      }
    }
  }
  return {
    workflow,
    runId: run.id,
    workflowExecutionType: run.workflowExecutionType,
    slotDateTime: run.slotAtMs === null ? null : isoOf(run.slotAtMs),
    tasks,
    processed,
    notProcessed,
    refusals: refusalOf(missing),
    warnings: [],
  };
}

function positionsLeft(user: UserRecord, count: number): Pick<ProcessedPerson, 'tasks'> {
  const done = user.outcomes?.length ?? 0;
  if (done === 0 && user.totalTasksCount === count) return {};
  const left = Array.from({ length: user.totalTasksCount - done }, (_, index) =>
    positionOf(user, done + index + 1),
  );
  return { tasks: left };
}

/** The users of a run in one status, by position, a batch at a time. */
async function* usersInStatus(
  store: Store,
  runId: string,
  status: UserRecord['processingStatus'],
): AsyncGenerator<readonly UserRecord[]> {
  for (let afterNo = 0; ; ) {
    const batch = await store.listUsersByStatus(runId, status, afterNo, LIMITS.usersPerBatch);
    if (batch.length === 0) return;
    yield batch;
    afterNo = batch.at(-1)?.ordinal ?? afterNo;
  }
}
