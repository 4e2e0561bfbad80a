/** Runs: reads, and the write methods for external workers. Source: domain §2.1, §2.9, §6.7. */
import { isDeepStrictEqual } from 'node:util';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { filter } from '../../filter/builder.ts';
import { COUNT_MAX, readCount, readLine, readWhole, readWord } from '../../input/fields.ts';
import { readInstant, readWindow } from '../../input/instants.ts';
import {
  nullable,
  optional,
  type Reader,
  type ReadShape,
  readShape,
  withDefault,
} from '../../input/options.ts';
import { invalid, type Place, root } from '../../input/refuse.ts';
import type { Filter } from '../../model/filter.ts';
import { runIdFrom } from '../../model/ids.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import { RUN_PROPERTIES } from '../../model/resources/properties.ts';
import type { FailureGroup, Page, Run, RunSummary } from '../../model/resources/resources.ts';
import { EXECUTION_TYPES, PROCESSING_STATUSES } from '../../model/status.ts';
import type { UserReference } from '../../model/workflow/workflow.ts';
import type { StoreReader, StoreTransaction } from '../../ports/store.ts';
import { NO_COUNTERS } from '../../rules/counters/counters.ts';
import { isLegalMove, isTerminal, RUN_TRANSITIONS } from '../../rules/status/transitions.ts';
import { commitMoment, type LedgerContext, requireRun, requireWorkflow } from '../context.ts';
import { failuresOfRun } from '../failures.ts';
import { type Author, readAuthor } from '../input/author.ts';
import { cutPage, type ListOptions, listRequest, readListOptions } from '../input/list-options.ts';
import { OF_WORKFLOWS } from '../notes.ts';
import { withoutPreviews } from '../planning/previews.ts';
import { objectKey } from '../planning/provisioning-objects.ts';
import { forgetReprocessings, reprocessedRuns, unlinkRun } from '../planning/reprocess.ts';
import { announce } from '../recording/announce.ts';
import { forgetCallbacks } from '../recording/callbacks.ts';
import { type Cancellation, cancelRun } from '../recording/cancel.ts';
import { alreadyFinal, counterMismatch, illegalMove } from '../refusals.ts';
import { enabledTasks, isoOf, isoOrNull, runResource, sharedRunResource } from '../resources.ts';

/** Input of `runs.create`. Counters must be those of a run that has not started. */
export interface RunInput {
  /** ISO 8601 with a zone. */
  readonly scheduledDateTime: string;
  /** What started it. */
  readonly workflowExecutionType: 'scheduled' | 'onDemand';
  /** Users that the run will have: 1..2147483647. */
  readonly totalUsersCount: number;
  /**
   * Tasks that the run will have: at least one per user. Equal to `totalTasksCount` at creation. Default: that.
   */
  readonly totalUnprocessedTasksCount?: number;
  /** The same number. Default: that; one of the two is needed. */
  readonly totalTasksCount?: number;
  /** Runs begin as `queued`, which is the default. */
  readonly processingStatus?: 'queued';
  /** Default 0, which it has to be. */
  readonly failedTasksCount?: 0;
  /** Default 0, which it has to be. */
  readonly failedUsersCount?: 0;
  /** Default 0, which it has to be. */
  readonly successfulUsersCount?: 0;
  /** Default `null`, which it has to be. */
  readonly startedDateTime?: null;
  /** Default `null`, which it has to be. */
  readonly completedDateTime?: null;
  /** Accepted because clients send it, and ignored: the ledger sets it. Default: none. */
  readonly lastUpdatedDateTime?: string | null;
}

/** Input of `runs.update`. Ids, types, counters, dates and scopes must equal the recorded ones. */
export type RunPatch = Partial<Run>;

const COUNTED = {
  totalUsersCount: optional(readCount),
  successfulUsersCount: optional(readCount),
  failedUsersCount: optional(readCount),
  totalTasksCount: optional(readCount),
  failedTasksCount: optional(readCount),
  totalUnprocessedTasksCount: optional(readCount),
};
const readStatus = (place: Place) => readWord(place, PROCESSING_STATUSES);
const RUN = {
  ...COUNTED,
  scheduledDateTime: readInstant,
  workflowExecutionType: (place: Place) => readWord(place, ['scheduled', 'onDemand'] as const),
  totalUsersCount: (place: Place) => readWhole(place, 1, COUNT_MAX),
  processingStatus: withDefault(readStatus, 'queued'),
  startedDateTime: withDefault(nullable(readInstant), null),
  completedDateTime: withDefault(nullable(readInstant), null),
  lastUpdatedDateTime: optional(nullable(readInstant)),
} satisfies Record<keyof RunInput, Reader<unknown>>;
const PATCH = {
  ...COUNTED,
  id: optional((place: Place) => readLine(place, LIMITS.idLengthMax)),
  workflowExecutionType: optional((place: Place) => readWord(place, EXECUTION_TYPES)),
  scheduledDateTime: optional(readInstant),
  processingStatus: optional(readStatus),
  startedDateTime: optional(nullable(readInstant)),
  completedDateTime: optional(nullable(readInstant)),
  lastUpdatedDateTime: optional(nullable(readInstant)),
  isNoOp: optional(({ value }: Place) => value),
  activatedOnScope: optional(({ value }: Place) => value),
  workflow: optional(({ value }: Place) => value),
  createdBy: optional(({ value }: Place) => value),
} satisfies Record<keyof RunPatch, Reader<unknown>>;
const COUNTERS = Object.keys(COUNTED) as (keyof typeof COUNTED)[];

/** Runs: listed and created per workflow, else known by their id alone. */
export interface Runs {
  /**
   * The runs of a workflow, newest schedule first unless `orderBy` says otherwise. Previews are excluded unless
   * the filter names `workflowExecutionType`.
   *
   * @throws LifecycleError `NotFound`, `InvalidFilter`, `InvalidPageToken`, `InvalidArgument`.
   */
  list(workflowId: string, options?: ListOptions): Promise<Page<Run>>;
  /**
   * As `list`, over all workflows that are not deleted. A filter can also use `workflow/id`, `workflow/displayName`
   * and `workflow/version`.
   */
  list(options?: ListOptions): Promise<Page<Run>>;
  /**
   * Creates an *externally driven* run: `queued`, its totals declared. Report each user with
   * `userProcessingResults.create`; with the last one the run finishes by itself.
   *
   * @throws LifecycleError `NotFound`, `InvalidArgument`, `CounterMismatch`, `IllegalTransition`.
   */
  create(workflowId: string, input: RunInput, author?: Author): Promise<Run>;
  /** @throws LifecycleError `NotFound`. */
  get(runId: string): Promise<Run>;
  /**
   * Moves an external run from `queued` to `inProgress`, cancels any run (`canceling` or `canceled`),
   * or changes `scheduledDateTime` of a queued external run.
   *
   * @throws LifecycleError `NotFound`, `IllegalTransition`, `AlreadyFinal`, `CounterMismatch`, `InvalidArgument`.
   */
  update(runId: string, patch: RunPatch): Promise<Run>;
  /** @throws LifecycleError `NotFound`; `RunActive` while the run is in progress or canceling. */
  delete(runId: string): Promise<void>;
  /** Sums over the runs that started in the window (or, if never started, were scheduled in it), both ends included. */
  summary(workflowId: string, startDateTime: string, endDateTime: string): Promise<RunSummary>;
  /** See {@link cancelRun}. */
  cancel(runId: string): Promise<Run>;
  /**
   * What failed in a run, in groups of one cause, largest first; kept with each failure, so that it costs the same
   * for a million users. At most some 200 groups. Failures of runs that are older than this package's groups are in none.
   *
   * @throws LifecycleError `NotFound`.
   */
  failures(runId: string): Promise<readonly FailureGroup[]>;
  /** The runs that reprocess a run, newest first. @throws LifecycleError `NotFound`. */
  reprocessedRuns(runId: string): Promise<readonly Run[]>;
  /**
   * Unlinks `reprocessedRunId` from `runId`, which it reprocesses; both runs stay. @throws LifecycleError `NotFound`.
   */
  removeReprocessedRun(runId: string, reprocessedRunId: string): Promise<void>;
}

/** The runs of a ledger. */
export function createRuns(cancellation: Cancellation): Runs {
  const { context } = cancellation;
  const { store } = context;
  return {
    async list(...args: ListArguments) {
      const [workflowId, options] = readListArguments(args);
      const given = readListOptions(options, 'runs.list');
      const of = workflowId === null ? {} : { workflowId: (await requireWorkflow(store, workflowId)).id };
      const request = listRequest<RunRecord, string>(given, {
        scope: `runs of ${of.workflowId ?? 'every workflow'}`,
        table: RUN_PROPERTIES,
        keyType: 'string',
        defaultOrder: 'scheduledDateTime desc',
      });
      const shownOnly =
        of.workflowId === undefined ? await ofLiveWorkflows(store, request.where) : request.where;
      const where = await withoutPreviews(store, of.workflowId ?? null, shownOnly);
      const rows = await store.listRuns({ ...request, ...of, where, limit: request.limit + 1 });
      const { shown, nextToken } = cutPage(rows, request, RUN_PROPERTIES, (run) => run.id);
      return {
        value: shown.map(sharedRunResource),
        nextToken,
        ...(given.count ? { count: await store.countRuns({ ...of, where }) } : {}),
      };
    },
    async create(workflowId, input, author) {
      const run = await createExternal(context, workflowId, input, readAuthor(author));
      announce(context, { before: null, after: run });
      return runResource(run);
    },
    get: async (runId) => runResource(await requireRun(store, runId)),
    update: async (runId, patch) => runResource(await updateRun(cancellation, runId, patch)),
    async delete(runId) {
      await store.transaction(async (tx) => {
        const run = await requireRun(tx, runId);
        const isActive = run.processingStatus === 'inProgress' || run.processingStatus === 'canceling';
        if (isActive) {
          throw new LifecycleError(
            'RunActive',
            `Expected run ${run.id} to be queued or final to be deleted, got \`${run.processingStatus}\`; cancel it first`,
            { runId: run.id, status: run.processingStatus },
          );
        }
        await removeRun(tx, run);
      });
    },
    async summary(workflowId, startDateTime, endDateTime) {
      const [fromMs, toMs] = readWindow(startDateTime, endDateTime);
      const { id } = await requireWorkflow(store, workflowId);
      return store.sumRuns(id, fromMs, toMs);
    },
    async cancel(runId) {
      const { id } = await requireRun(store, runId);
      return runResource(await cancelRun(cancellation, id));
    },
    failures: (runId) => failuresOfRun(store, runId),
    reprocessedRuns: (runId) => reprocessedRuns(store, runId),
    removeReprocessedRun: (runId, reprocessedRunId) =>
      store.transaction((tx) => unlinkRun(tx, runId, reprocessedRunId)),
  };
}

type ListArguments =
  | readonly [workflowId: string, options?: ListOptions | undefined]
  | readonly [options?: ListOptions | undefined];

/** `null`: of every workflow. @throws LifecycleError `InvalidArgument`: a missing id must not list all runs. */
function readListArguments(args: ListArguments): readonly [string | null, ListOptions | undefined] {
  const [first, second] = args;
  if (typeof first === 'string') return [first, second];
  if (args.length <= 1) return [null, first];
  throw invalid({ path: 'workflowId', value: first }, 'the id of a workflow');
}

/** The condition of a list over all workflows: the runs of deleted ones are hidden with them (domain §3.11). */
async function ofLiveWorkflows(store: StoreReader, where: Filter | null): Promise<Filter | null> {
  const deleted = (await store.listWorkflows()).filter(({ workflow }) => workflow.deletedDateTime !== null);
  if (deleted.length === 0) return where;
  const ids = deleted.map(({ workflow }) => workflow.id);
  const isLive = filter.not(filter.in('workflow/id', ids));
  return where === null ? isLive : filter.and(where, isLive);
}

/** Deletes a run with its notes. */
export async function removeRun(tx: StoreTransaction, run: RunRecord): Promise<void> {
  await tx.deleteRun(run.id);
  await forgetReprocessings(tx, run);
  await tx.deleteNotes(OF_WORKFLOWS.provisioningObjects, [objectKey(run.workflowId, run.id)]);
  await forgetCallbacks(tx, run);
}

async function createExternal(
  { store, ids, clock }: LedgerContext,
  workflowId: string,
  body: RunInput,
  by: UserReference | null,
): Promise<RunRecord> {
  const input = readShape(root(body, 'the run'), RUN);
  const { processingStatus: status, scheduledDateTime: scheduledAtMs, workflowExecutionType } = input;
  if (status !== 'queued') throw illegalMove('a new run', 'nothing', status);
  for (const path of ['startedDateTime', 'completedDateTime'] as const) {
    if (input[path] !== null) throw invalid({ path, value: body[path] }, 'null: a new run has not begun');
  }
  const declared = declaredBy(input);
  const nowMs = clock.now();
  return store.transaction(async (tx) => {
    const workflow = await requireWorkflow(tx, workflowId);
    const run: RunRecord = {
      id: runIdFrom(ids.guid()),
      workflowId: workflow.id,
      workflowVersion: workflow.version,
      workflowDisplayName: workflow.displayName,
      createdBy: by?.id ?? null,
      driver: 'external',
      workflowExecutionType,
      processingStatus: 'queued',
      scheduledAtMs,
      startedAtMs: null,
      completedAtMs: null,
      lastUpdatedAtMs: nowMs,
      revision: 0,
      slotAtMs: null,
      ...NO_COUNTERS,
      ...declared,
      knownUsersCount: 0,
      knownTasksCount: 0,
      lastUserEndAtMs: null,
      taskReports: enabledTasks(workflow).map(() => ({
        successfulUsersCount: 0,
        failedUsersCount: 0,
        totalUsersCount: 0,
      })),
      claim: 0,
      seq: 0,
      inHand: false,
      isNoOp: false,
      published: true,
      activatedOnScope: null,
    };
    await tx.insertRun(run);
    return run;
  });
}

function declaredBy(
  input: ReadShape<typeof RUN>,
): Pick<RunRecord, 'totalUsersCount' | 'totalTasksCount' | 'totalUnprocessedTasksCount'> {
  const { totalUsersCount: users, totalUnprocessedTasksCount: unprocessed } = input;
  const tasks = input.totalTasksCount ?? unprocessed;
  if (tasks === undefined)
    throw invalid({ path: 'totalUnprocessedTasksCount', value: undefined }, 'the tasks of the run');
  if (tasks < users)
    throw invalid({ path: 'totalTasksCount', value: tasks }, `at least one for each of the ${users} users`);
  if (unprocessed !== undefined && unprocessed !== tasks)
    throw counterMismatch('totalUnprocessedTasksCount', tasks, unprocessed);
  for (const field of ['failedTasksCount', 'failedUsersCount', 'successfulUsersCount'] as const) {
    const count = input[field] ?? 0;
    if (count !== 0) throw counterMismatch(field, 0, count);
  }
  return { totalUsersCount: users, totalTasksCount: tasks, totalUnprocessedTasksCount: tasks };
}

async function updateRun(cancellation: Cancellation, runId: string, body: RunPatch): Promise<RunRecord> {
  const { context } = cancellation;
  const patch = readShape(root(body, 'the patch'), PATCH);
  const { processingStatus: status, scheduledDateTime: scheduledAtMs } = patch;
  const change = await context.store.transaction(async (tx) => {
    const before = await requireRun(tx, runId);
    expectSame(before, patch);
    const to = status === 'canceled' ? 'canceling' : (status ?? before.processingStatus);
    const isMove = to !== before.processingStatus && status !== before.processingStatus;
    if (isMove) checkMove(before, to);
    const moved = isMove && to === 'inProgress' ? started(before, context.clock.now()) : before;
    const after = rescheduled(moved, scheduledAtMs);
    if (after === before) return { before, after, cancel: isMove && to === 'canceling' };
    const nowMs = commitMoment(context.clock, before);
    const final: RunRecord = {
      ...after,
      lastUpdatedAtMs: Math.max(nowMs, before.lastUpdatedAtMs + 1, after.startedAtMs ?? 0),
      revision: before.revision + 1,
    };
    await tx.putRun(final);
    return { before, after: final, cancel: isMove && to === 'canceling' };
  });
  if (change.after !== change.before) announce(context, change);
  return change.cancel ? cancelRun(cancellation, runId) : change.after;
}

/** Refuses a counter, date or scope that differs from the recorded one. */
function expectSame(run: RunRecord, patch: ReadShape<typeof PATCH>): void {
  const { id = run.id, workflowExecutionType: type = run.workflowExecutionType } = patch;
  if (id.toLowerCase() !== run.id) throw invalid({ path: 'id', value: id }, `${run.id}, or absent`);
  if (type !== run.workflowExecutionType)
    throw invalid({ path: 'workflowExecutionType', value: type }, `${run.workflowExecutionType}, or absent`);
  for (const counter of COUNTERS) {
    const value = patch[counter];
    if (value !== undefined && value !== run[counter]) throw counterMismatch(counter, run[counter], value);
  }
  for (const [name, known] of [
    ['startedDateTime', run.startedAtMs],
    ['completedDateTime', run.completedAtMs],
  ] as const) {
    const value = patch[name];
    if (value !== undefined && value !== known)
      throw invalid({ path: name, value: isoOrNull(value) }, `${isoOrNull(known)}, as the ledger has it`);
  }
  const known = runResource(run);
  for (const path of ['isNoOp', 'activatedOnScope', 'workflow', 'createdBy'] as const) {
    const { [path]: value } = patch;
    if (value !== undefined && !isDeepStrictEqual(value, known[path]))
      throw invalid({ path, value }, 'as the ledger has it');
  }
}

/** Refuses a status that only outcomes can lead to. */
function checkMove(run: RunRecord, to: RunRecord['processingStatus']): void {
  if (isTerminal(run.processingStatus)) throw alreadyFinal(run, to);
  const byHand = to === 'canceling' || (to === 'inProgress' && run.driver === 'external');
  if (!byHand || !isLegalMove(RUN_TRANSITIONS, run.processingStatus, to))
    throw illegalMove(`run ${run.id}`, run.processingStatus, to);
}

function started(run: RunRecord, nowMs: number): RunRecord {
  return { ...run, processingStatus: 'inProgress', startedAtMs: Math.max(nowMs, run.scheduledAtMs) };
}

function rescheduled(run: RunRecord, scheduledAtMs: number | undefined): RunRecord {
  if (scheduledAtMs === undefined || scheduledAtMs === run.scheduledAtMs) return run;
  if (run.driver !== 'external' || run.processingStatus !== 'queued' || run.knownUsersCount > 0) {
    throw invalid(
      { path: 'scheduledDateTime', value: isoOf(scheduledAtMs) },
      'unchanged: only a queued external run without results can be moved',
    );
  }
  return { ...run, scheduledAtMs };
}
