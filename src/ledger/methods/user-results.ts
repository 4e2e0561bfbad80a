/** User results of a run: list, create, and the recording of single tasks (domain §2.9). */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { readWindow } from '../../input/instants.ts';
import { root } from '../../input/refuse.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { USER_PROPERTIES } from '../../model/resources/properties.ts';
import type {
  Page,
  Run,
  SubjectHistoryEntry,
  UserProcessingResult,
  UserSummary,
} from '../../model/resources/resources.ts';
import type { RunChange } from '../../model/slices.ts';
import type { EpochMs } from '../../model/time.ts';
import type { StoreReader, StoreTransaction } from '../../ports/store.ts';
import { addReportedUser, addUserMove, changeOf, runAfter } from '../../rules/status/run.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import { decideUser, type UserEvent } from '../../rules/status/user.ts';
import { commitMoment, type LedgerContext, pinnedVersion, requireRun, requireUser } from '../context.ts';
import { usersOfFailureGroup } from '../failures.ts';
import {
  cutPage,
  type ListOptions,
  listRequest,
  readListOptions,
  type WorkflowUserListOptions,
} from '../input/list-options.ts';
import { readTaskResult, readUserResult, type TaskResultInput, type UserResultInput } from '../input/user.ts';
import { reprocessedRunsOfUser, unlinkUser } from '../planning/reprocess.ts';
import { announce } from '../recording/announce.ts';
import { addFailures, groupFailures } from '../recording/reported-failures.ts';
import { alreadyFinal, counterMismatch, illegalMove } from '../refusals.ts';
import { enabledTasks, userResource } from '../resources.ts';
import { historyOfSubject } from '../subject-history.ts';
import { countUsersOfRun, usersOfRun } from '../users-of-run.ts';
import { summaryOf } from './user-summary.ts';
import { usersOfWorkflow } from './users-of-workflow.ts';

/** User results, per run. */
export interface UserProcessingResults {
  /**
   * Results of a run, by ordinal unless `orderBy` says otherwise. Where a store in this process has to look at many, the
   * event loop has turns in between: each user is there at most once, as it was at some moment of the call.
   */
  list(runId: string, options?: ListOptions): Promise<Page<UserProcessingResult>>;
  /**
   * Results of all runs of a workflow but previews, newest schedule first, each run's by ordinal. A page may be short, or
   * empty, and still have a `nextToken`: it looks at a bounded number of runs and users.
   *
   * @throws LifecycleError `NotFound`, `InvalidFilter`, `InvalidPageToken`, `InvalidArgument`.
   */
  listOfWorkflow(workflowId: string, options?: WorkflowUserListOptions): Promise<Page<UserProcessingResult>>;
  /**
   * What was ever done for a subject, by runs of all workflows but previews: the run created last first. An index finds
   * it. A page may be short, or empty, and still have a `nextToken`.
   *
   * @param subjectId as in the directory; need not be known there any more.
   * @throws LifecycleError `InvalidPageToken`, `InvalidArgument`.
   */
  listOfSubject(
    subjectId: string,
    options?: Pick<ListOptions, 'top' | 'after'>,
  ): Promise<Page<SubjectHistoryEntry>>;
  /**
   * The users of a run in one of its groups of failures (`runs.failures`), by ordinal.
   *
   * @throws LifecycleError `NotFound`, also for a group that the run does not have; `InvalidPageToken`, `InvalidArgument`.
   */
  listOfFailureGroup(
    runId: string,
    failureGroup: string,
    options?: Pick<ListOptions, 'top' | 'after'>,
  ): Promise<Page<UserProcessingResult>>;
  /** @throws LifecycleError `NotFound`. */
  get(runId: string, resultId: string): Promise<UserProcessingResult>;
  /**
   * Sums over the users of a run that started in the window (or, if never started, were scheduled in it), both ends
   * included. Not a snapshot of an active run: the event loop has turns in between.
   *
   * @throws LifecycleError `NotFound`, `InvalidArgument`.
   */
  summary(runId: string, startDateTime: string, endDateTime: string): Promise<UserSummary>;
  /** The runs that reprocess this user, newest first. @throws LifecycleError `NotFound`. */
  reprocessedRuns(runId: string, resultId: string): Promise<readonly Run[]>;
  /**
   * Unlinks `reprocessedRunId` from this user; it stays linked to the run, and both runs stay.
   *
   * @throws LifecycleError `NotFound`.
   */
  removeReprocessedRun(runId: string, resultId: string, reprocessedRunId: string): Promise<void>;
  /**
   * Reports one user of an external run. Updates the run's counters, starts the run with the first user
   * that started, and finishes it with the last.
   *
   * @throws LifecycleError `NotFound`, `InvalidArgument`, `CounterMismatch` (also for more users or
   *   tasks than were declared), `Duplicate` for a second result of a subject, `NotDrivenHere` for a
   *   run that the engine drives, `AlreadyFinal`, `IllegalTransition` while canceling.
   */
  create(runId: string, input: UserResultInput): Promise<UserProcessingResult>;
  /**
   * Records the next task of a user whose result is not final yet, in an external run.
   *
   * @throws LifecycleError as `create`; `IllegalTransition` when only counts were reported for the user.
   */
  recordTask(runId: string, resultId: string, task: TaskResultInput): Promise<UserProcessingResult>;
}

/** The user results of a ledger. */
export function createUserResults(context: LedgerContext): UserProcessingResults {
  const { store } = context;
  return {
    async list(runId, options) {
      const given = readListOptions(options, 'userProcessingResults.list');
      const run = await requireRun(store, runId);
      const request = listRequest<UserRecord, number>(given, {
        scope: `users of ${run.id}`,
        table: USER_PROPERTIES,
        keyType: 'number',
        defaultOrder: 'id',
      });
      const rows = await usersOfRun(context, run, { ...request, limit: request.limit + 1 });
      const { shown, nextToken } = cutPage(rows, request, USER_PROPERTIES, (user) => user.ordinal);
      return {
        value: shown.map((user) => userResource(run, user)),
        nextToken,
        ...(given.count ? { count: await countUsersOfRun(context, run, request.where) } : {}),
      };
    },
    listOfWorkflow: (workflowId, options) => usersOfWorkflow(context, workflowId, options),
    listOfSubject: (subjectId, options) => historyOfSubject(context, subjectId, options),
    listOfFailureGroup: (runId, failureGroup, options) =>
      usersOfFailureGroup(store, runId, failureGroup, options),
    async get(runId, resultId) {
      const run = await requireRun(store, runId);
      return userResource(run, await requireUser(store, run, resultId));
    },
    async summary(runId, startDateTime, endDateTime) {
      const window = readWindow(startDateTime, endDateTime);
      return summaryOf(context, await requireRun(store, runId), window);
    },
    reprocessedRuns: (runId, resultId) => reprocessedRunsOfUser(store, runId, resultId),
    removeReprocessedRun: (runId, resultId, reprocessedRunId) =>
      store.transaction((tx) => unlinkUser(tx, runId, resultId, reprocessedRunId)),
    create: (runId, input) =>
      change(context, runId, async (tx, run, batch, nowMs) => {
        const user = readUserResult(run, run.knownUsersCount + 1, input, nowMs);
        await expectRoom(tx, run, user);
        const grouped = await groupFailures(tx, run, user, 0);
        addReportedUser(batch, grouped.user);
        await tx.insertUsers([grouped.user]);
        await addFailures(tx, run, grouped.failures);
        return grouped.user;
      }),
    recordTask: (runId, resultId, task) =>
      change(context, runId, async (tx, run, batch, nowMs) => {
        const before = await requireUser(tx, run, resultId);
        const after = await recordTask(tx, run, batch, before, task, nowMs);
        const grouped = await groupFailures(tx, run, after, before.outcomes?.length ?? 0);
        await tx.putUsers([grouped.user]);
        await addFailures(tx, run, grouped.failures);
        return grouped.user;
      }),
  };
}

type Change = (tx: StoreTransaction, run: RunRecord, batch: RunChange, nowMs: EpochMs) => Promise<UserRecord>;

/** One change of one user of an external run: decided and written in one transaction, then announced. */
async function change(context: LedgerContext, runId: string, make: Change): Promise<UserProcessingResult> {
  const done = await context.store.transaction(async (tx) => {
    const before = await requireRun(tx, runId);
    expectOpen(before);
    const nowMs = commitMoment(context.clock, before);
    const batch = changeOf(before);
    const user = await make(tx, before, batch, nowMs);
    const after = runAfter(before, batch, nowMs, context.aggregation);
    await tx.putRun(after);
    return { before, after, user };
  });
  announce(context, { ...done, users: [done.user] });
  return userResource(done.after, done.user);
}

function expectOpen(run: RunRecord): void {
  if (run.driver !== 'external') {
    throw new LifecycleError(
      'NotDrivenHere',
      `Expected run ${run.id} to be driven from outside, got one that the engine drives`,
      { runId: run.id },
    );
  }
  if (isTerminal(run.processingStatus)) throw alreadyFinal(run, run.processingStatus);
  if (run.processingStatus === 'canceling') throw illegalMove(`run ${run.id}`, 'canceling', 'inProgress');
}

/** Checks that the declared totals have room for the user, and leave at least one task for each remaining user. */
async function expectRoom(tx: StoreTransaction, run: RunRecord, user: UserRecord): Promise<void> {
  const usersLeft = run.totalUsersCount - run.knownUsersCount - 1;
  const tasksLeft = run.totalTasksCount - run.knownTasksCount - user.totalTasksCount;
  if (usersLeft < 0)
    throw counterMismatch('totalUsersCount', run.totalUsersCount, run.totalUsersCount - usersLeft);
  if (usersLeft === 0 ? tasksLeft !== 0 : tasksLeft < usersLeft) {
    throw counterMismatch(
      'totalTasksCount',
      user.totalTasksCount + tasksLeft - usersLeft,
      user.totalTasksCount,
    );
  }
  if (user.outcomes !== null && user.outcomes.length > 0) await expectPlannedTasks(tx, run, user);
  if (await tx.getUserBySubject(run.id, user.subjectId)) {
    throw new LifecycleError(
      'Duplicate',
      `Expected the first result of subject \`${user.subjectId}\` in run ${run.id}, got a second one`,
      { runId: run.id, subjectId: user.subjectId },
    );
  }
}

/** Checks that single task results are of tasks that the pinned version runs. */
async function expectPlannedTasks(
  reader: StoreReader,
  run: RunRecord,
  user: UserRecord,
): Promise<ReturnType<typeof enabledTasks>> {
  const tasks = enabledTasks(await pinnedVersion(reader, run));
  if (user.totalTasksCount !== tasks.length)
    throw counterMismatch('totalTasksCount', tasks.length, user.totalTasksCount);
  return tasks;
}

async function recordTask(
  tx: StoreTransaction,
  run: RunRecord,
  batch: RunChange,
  before: UserRecord,
  task: TaskResultInput,
  nowMs: EpochMs,
): Promise<UserRecord> {
  const planned = (await expectPlannedTasks(tx, run, before))[before.outcomes?.length ?? 0];
  const isQueued = before.processingStatus === 'queued';
  const sinceMs = isQueued
    ? Math.max(before.createdAtMs, before.scheduledAtMs)
    : (before.outcomes?.at(-1)?.completedAtMs ?? before.startedAtMs ?? nowMs);
  const startMs = isQueued ? Math.max(nowMs, sinceMs) : sinceMs;
  const outcome = readTaskResult(root(task, 'the task result'), sinceMs, nowMs, startMs);
  const continueOnError = planned?.continueOnError ?? false;
  const events: UserEvent[] = [{ kind: 'taskEnded', outcome, continueOnError }];
  if (isQueued) events.unshift({ kind: 'start', atMs: outcome.startedAtMs ?? nowMs });
  let user = before;
  for (const event of events) {
    const decision = decideUser(user, event);
    if (decision.kind === 'refused')
      throw illegalMove(`user ${user.ordinal} of run ${run.id}`, user.processingStatus, outcome.status);
    addUserMove(batch, user, decision.user, decision.moves);
    user = decision.user;
  }
  return user;
}
