/** Runs: reading, and the write methods for external workers. Source: domain §2.1, §2.9, §6.7. */
import { isDeepStrictEqual } from 'node:util';
import { LifecycleError } from '../errors/index.ts';
import { COUNT_MAX, readCount, readLine, readWhole, readWord } from '../input/fields.ts';
import { readInstant, readWindow } from '../input/instants.ts';
import { nullable, optional, type Reader, type ReadShape, readShape, withDefault } from '../input/options.ts';
import { invalid, type Place, root } from '../input/refuse.ts';
import type { Filter } from '../model/filter.ts';
import { runIdFrom } from '../model/ids.ts';
import { LIMITS } from '../model/limits.ts';
import { RUN_PROPERTIES } from '../model/properties.ts';
import type { RunRecord } from '../model/records.ts';
import type { Page, Run, RunSummary } from '../model/resources.ts';
import { EXECUTION_TYPES, PROCESSING_STATUSES } from '../model/status.ts';
import type { UserReference } from '../model/workflow.ts';
import type { StoreReader, StoreTransaction } from '../ports/store.ts';
import { isLegalMove, isTerminal, NO_COUNTERS, RUN_TRANSITIONS } from '../rules/index.ts';
import { announce } from './announce.ts';
import { type Author, readAuthor } from './author.ts';
import { forgetCallbacks } from './callbacks.ts';
import { type Cancellation, cancelRun } from './cancel.ts';
import { commitMoment, type LedgerContext, requireRun, requireWorkflow } from './context.ts';
import { cutPage, type ListOptions, listRequest, readListOptions } from './list-options.ts';
import { OF_WORKFLOWS } from './notes.ts';
import { withoutPreviews } from './previews.ts';
import { objectKey } from './provisioning-objects.ts';
import { alreadyFinal, counterMismatch, illegalMove } from './refusals.ts';
import { forgetReprocessings, reprocessedRuns, unlinkRun } from './reprocess.ts';
import { enabledTasks, isoOf, isoOrNull, runResource, sharedRunResource } from './resources.ts';

/** Input of `runs.create`. Counters must be those of a run that has not begun. */
export interface RunInput {
  /** ISO 8601 with a zone. */
  readonly scheduledDateTime: string;
  readonly workflowExecutionType: 'scheduled' | 'onDemand';
  /** Users that the run will have: 1..2147483647. */
  readonly totalUsersCount: number;
  /** Tasks that the run will have: at least one a user. Equal to `totalTasksCount` at creation. */
  readonly totalUnprocessedTasksCount?: number;
  readonly totalTasksCount?: number;
  readonly processingStatus?: 'queued';
  readonly failedTasksCount?: 0;
  readonly failedUsersCount?: 0;
  readonly successfulUsersCount?: 0;
  readonly startedDateTime?: null;
  readonly completedDateTime?: null;
  /** Accepted, because clients send it, and not used: the ledger sets it. */
  readonly lastUpdatedDateTime?: string | null;
}

/** What `runs.update` takes. An id, a type, a counter, a date or a scope must be what the ledger has. */
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

/** Runs, per workflow. */
export interface Runs {
  /**
   * The runs of a workflow, newest schedule first unless `orderBy` says otherwise. Previews are left out unless
   * the filter asks for `workflowExecutionType`.
   *
   * @throws LifecycleError `NotFound`, `InvalidFilter`, `InvalidPageToken`, `InvalidArgument`.
   */
  list(workflowId: string, options?: ListOptions): Promise<Page<Run>>;
  /**
   * As above, of all workflows but deleted ones. A filter can also ask for `workflow/id`, `workflow/displayName`
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
  get(workflowId: string, runId: string): Promise<Run>;
  /**
   * Moves an external run from `queued` to `inProgress`, cancels any run (`canceling` or `canceled`),
   * or changes `scheduledDateTime` while an external run is queued.
   *
   * @throws LifecycleError `NotFound`, `IllegalTransition`, `AlreadyFinal`, `CounterMismatch`, `InvalidArgument`.
   */
  update(workflowId: string, runId: string, patch: RunPatch): Promise<Run>;
  /** @throws LifecycleError `NotFound`; `RunActive` while the run is in progress or canceling. */
  delete(workflowId: string, runId: string): Promise<void>;
  /** Runs whose start (or schedule, when never started) lies in the window, ends included. */
  summary(workflowId: string, startDateTime: string, endDateTime: string): Promise<RunSummary>;
  /** See {@link cancelRun}. */
  cancel(workflowId: string, runId: string): Promise<Run>;
  /** The runs that did a run again, newest first. @throws LifecycleError `NotFound`. */
  reprocessedRuns(workflowId: string, runId: string): Promise<readonly Run[]>;
  /**
   * Forgets that `reprocessedRunId` did `runId` again; both runs stay. @throws LifecycleError `NotFound`.
   */
  removeReprocessedRun(workflowId: string, runId: string, reprocessedRunId: string): Promise<void>;
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
    get: async (workflowId, runId) => runResource(await requireRun(store, workflowId, runId)),
    update: async (workflowId, runId, patch) =>
      runResource(await updateRun(cancellation, workflowId, runId, patch)),
    async delete(workflowId, runId) {
      await store.transaction(async (tx) => {
        const run = await requireRun(tx, workflowId, runId);
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
    async cancel(workflowId, runId) {
      await requireWorkflow(store, workflowId);
      return runResource(await cancelRun(cancellation, workflowId, runId));
    },
    reprocessedRuns: (workflowId, runId) => reprocessedRuns(store, workflowId, runId),
    removeReprocessedRun: (workflowId, runId, reprocessedRunId) =>
      store.transaction((tx) => unlinkRun(tx, workflowId, runId, reprocessedRunId)),
  };
}

type ListArguments =
  | readonly [workflowId: string, options?: ListOptions | undefined]
  | readonly [options?: ListOptions | undefined];

/** `null`: of every workflow. @throws LifecycleError `InvalidArgument`: an id that is missing must not list all runs. */
function readListArguments(args: ListArguments): readonly [string | null, ListOptions | undefined] {
  const [first, second] = args;
  if (typeof first === 'string') return [first, second];
  if (args.length <= 1) return [null, first];
  throw invalid({ path: 'workflowId', value: first }, 'the id of a workflow');
}

/** The condition of a list over all workflows: the runs of deleted ones are out of view with them (domain §3.11). */
async function ofLiveWorkflows(store: StoreReader, where: Filter | null): Promise<Filter | null> {
  const deleted = (await store.listWorkflows()).filter(({ workflow }) => workflow.deletedDateTime !== null);
  if (deleted.length === 0) return where;
  const values = deleted.map(
    ({ workflow }) => ({ kind: 'literal', type: 'string', value: workflow.id, at: 0 }) as const,
  );
  const path = { kind: 'path', segments: ['workflow', 'id'], at: 0 } as const;
  const isLive: Filter = { kind: 'not', operand: { kind: 'in', operand: path, values, at: 0 }, at: 0 };
  return where === null ? isLive : { kind: 'and', operands: [where, isLive], at: 0 };
}

/** Removes a run, with what is noted of it. */
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
      slotAtMs: null,
      ...NO_COUNTERS,
      ...declared,
      knownUsersCount: 0,
      knownTasksCount: 0,
      taskReports: enabledTasks(workflow).map(() => ({
        successfulUsersCount: 0,
        failedUsersCount: 0,
        totalUsersCount: 0,
      })),
      claim: 0,
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

async function updateRun(
  cancellation: Cancellation,
  workflowId: string,
  runId: string,
  body: RunPatch,
): Promise<RunRecord> {
  const { context } = cancellation;
  const patch = readShape(root(body, 'the patch'), PATCH);
  const { processingStatus: status, scheduledDateTime: scheduledAtMs } = patch;
  const change = await context.store.transaction(async (tx) => {
    const before = await requireRun(tx, workflowId, runId);
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
    };
    await tx.putRun(final);
    return { before, after: final, cancel: isMove && to === 'canceling' };
  });
  if (change.after !== change.before) announce(context, change);
  return change.cancel ? cancelRun(cancellation, workflowId, runId) : change.after;
}

/** Refuses a counter, date or scope that is not what the ledger has. */
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

/** A status that only outcomes can give is refused, whoever asks for it. */
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
