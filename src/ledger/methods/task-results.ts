/** Task results and task reports, derived from the records of users and runs. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { readText, readWord } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf } from '../../input/options.ts';
import type { Filter } from '../../model/filter.ts';
import { type Address, addressOf, taskResultId } from '../../model/ids.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { Page, TaskProcessingResult, TaskReport } from '../../model/resources/resources.ts';
import { TASK_STATUSES, type TaskStatus } from '../../model/status.ts';
import type { Task } from '../../model/workflow/workflow.ts';
import { type LedgerContext, pinnedVersion, requireRun, requireUser } from '../context.ts';
import { type ListOptions, listRequest, PAGE_OPTIONS } from '../input/list-options.ts';
import { enabledTasks, reportResources, taskResources } from '../resources.ts';
import { contentOf, taskSelector, tasksOfWorkflow, usersWith } from './tasks-of-workflow.ts';

/** Options of a list of task results: by user, then in execution order. */
export interface TaskListOptions extends Pick<ListOptions, 'top' | 'after'> {
  /** Only results with this status. Default: all. */
  readonly processingStatus?: TaskStatus;
  /**
   * Only results with a change that contains this text; empty: with any change. At most 200 characters. A page
   * looks at some 20,000 users: it may be short, or empty, and still have a `nextToken`. Default: all results.
   */
  readonly changes?: string;
}

const LIST_OPTIONS = {
  ...PAGE_OPTIONS,
  processingStatus: optional((place) => readWord(place, TASK_STATUSES)),
  changes: optional((place) => readText(place, LIMITS.changeLengthMax)),
} satisfies ShapeOf<TaskListOptions>;

/** Task results, by run or by user result. */
export interface TaskProcessingResults {
  /**
   * Results of a run: by user, then in execution order. A page may be short and still have a `nextToken` where
   * results are selected.
   */
  list(runId: string, options?: TaskListOptions): Promise<Page<TaskProcessingResult>>;
  /**
   * Results of all runs of a workflow but previews: newest schedule first, then by user, then in execution order. A page
   * may be short, or empty, and still have a `nextToken`: it looks at a bounded number of runs and users.
   *
   * @throws LifecycleError `NotFound`, `InvalidPageToken`, `InvalidArgument`.
   */
  listOfWorkflow(workflowId: string, options?: TaskListOptions): Promise<Page<TaskProcessingResult>>;
  /** All results of one user of a run, in execution order. */
  listOfUser(runId: string, resultId: string): Promise<readonly TaskProcessingResult[]>;
  /** @throws LifecycleError `NotFound`. */
  get(runId: string, taskResultId: string): Promise<TaskProcessingResult>;
}

/** Task reports of a run, one per enabled task, in execution order. */
export interface TaskReports {
  /** The reports of a run. */
  list(runId: string): Promise<readonly TaskReport[]>;
}

/** The task results of a ledger. */
export function createTaskResults({ store }: LedgerContext): TaskProcessingResults {
  return {
    async list(runId, options) {
      const given = readOptions(options, 'taskProcessingResults.list', LIST_OPTIONS);
      const isWanted = taskSelector(given);
      const run = await requireRun(store, runId);
      const request = listRequest<UserRecord, string>(given, {
        scope: `tasks of ${run.id}`,
        table: {},
        keyType: 'string',
        defaultOrder: 'id',
      });
      const content = await contentOf(store, run);
      const start = request.after ? requireAddress(run, request.after.key) : { ordinal: 0, position: 0 };
      const found: TaskProcessingResult[] = [];
      let examined = 0;
      for await (const user of usersFrom(store, run, start.ordinal, usersWith(given.processingStatus))) {
        for (const result of taskResources(user, content)) {
          const isBefore =
            user.ordinal === start.ordinal && (addressOf(result.id)?.position ?? 0) <= start.position;
          if (!isBefore && isWanted(result)) found.push(result);
        }
        if (found.length > request.limit) break;
        examined += 1;
        if (examined < EXAMINED_MAX || given.changes === undefined) continue;
        const key = taskResultId(run.id, user.ordinal, LIMITS.tasksPerWorkflowHardMax);
        return { value: found, nextToken: request.tokenAfter({ value: null, key }) };
      }
      const value = found.slice(0, request.limit);
      const last = found.length > request.limit ? value.at(-1) : undefined;
      return { value, nextToken: last ? request.tokenAfter({ value: null, key: last.id }) : null };
    },
    async listOfWorkflow(workflowId, options) {
      const given = readOptions(options, 'taskProcessingResults.listOfWorkflow', LIST_OPTIONS);
      return tasksOfWorkflow({ store }, workflowId, given);
    },
    async listOfUser(runId, resultId) {
      const run = await requireRun(store, runId);
      const user = await requireUser(store, run, resultId);
      return taskResources(user, await contentOf(store, run));
    },
    async get(runId, id) {
      const run = await requireRun(store, runId);
      const { ordinal, position } = requireAddress(run, id);
      const user = await store.getUser(run.id, ordinal);
      const results = user ? taskResources(user, await contentOf(store, run)) : [];
      const result = results.find((one) => one.id === taskResultId(run.id, ordinal, position));
      if (!result) throw missing(run, id);
      return result;
    },
  };
}

/** The task reports of a ledger. */
export function createTaskReports({ store }: LedgerContext): TaskReports {
  return {
    async list(runId) {
      const run = await requireRun(store, runId);
      return reportResources(run, await pinnedTasks(store, run));
    },
  };
}

async function pinnedTasks(store: LedgerContext['store'], run: RunRecord): Promise<readonly Task[]> {
  return enabledTasks(await pinnedVersion(store, run));
}

/** Users of a run from an ordinal on, that one included, a page at a time. */
async function* usersFrom(
  store: LedgerContext['store'],
  run: RunRecord,
  firstOrdinal: number,
  where: Filter | null,
): AsyncGenerator<UserRecord> {
  let afterOrdinal = Math.max(0, firstOrdinal - 1);
  for (;;) {
    const page = await store.listUsers({
      runId: run.id,
      where,
      order: { property: 'id', descending: false },
      after: { value: null, key: afterOrdinal },
      limit: PAGE,
    });
    yield* page;
    if (page.length < PAGE) return;
    afterOrdinal = page.at(-1)?.ordinal ?? afterOrdinal;
  }
}

const PAGE = 200;
/** Users that a page of results with certain changes looks at. */
const EXAMINED_MAX = 20_000;

function requireAddress(run: RunRecord, id: string): Address {
  const address = addressOf(id);
  if (address?.runId !== run.id || address.ordinal === 0 || address.position === 0) throw missing(run, id);
  return address;
}

function missing(run: RunRecord, id: string): LifecycleError<'NotFound'> {
  return new LifecycleError('NotFound', `Expected run ${run.id} to have a task result \`${id}\`, got none`, {
    runId: run.id,
    id,
  });
}
