/**
 * Insights: sums over the runs of a time window, of all workflows that are not deleted, without previews. The
 * window, and the definition of successful and failed runs, are those of `runs.summary` (domain §6.7).
 */
import { findTaskDefinition } from '../../catalogue/task-definitions.ts';
import { filter } from '../../filter/builder.ts';
import { readWhole } from '../../input/fields.ts';
import { readWindow } from '../../input/instants.ts';
import { readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import type { Filter } from '../../model/filter.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import {
  INSIGHT_CATEGORIES,
  type TopTasksInsightsSummary,
  type TopWorkflowsInsightsSummary,
  type WorkflowsInsightsByCategory,
  type WorkflowsInsightsSummary,
} from '../../model/resources/insights.ts';
import type { WorkflowCategory } from '../../model/status.ts';
import type { Task, Workflow } from '../../model/workflow/workflow.ts';
import type { Cursor, StoreReader } from '../../ports/store.ts';
import { type LedgerContext, pinnedVersion } from '../context.ts';
import { enabledTasks } from '../resources.ts';

/** Insights over a window, both ends included. @throws LifecycleError `InvalidArgument` for an invalid window. */
export interface Insights {
  /** Runs, users and tasks of all workflows, between two moments in ISO 8601. */
  workflowsProcessedSummary(startDateTime: string, endDateTime: string): Promise<WorkflowsInsightsSummary>;
  /** The same, by category. */
  workflowsProcessedByCategory(
    startDateTime: string,
    endDateTime: string,
  ): Promise<WorkflowsInsightsByCategory>;
  /** The definitions with the most tasks. */
  topTasksProcessedSummary(
    startDateTime: string,
    endDateTime: string,
    options?: TopOptions,
  ): Promise<readonly TopTasksInsightsSummary[]>;
  /** The workflows with the most runs. */
  topWorkflowsProcessedSummary(
    startDateTime: string,
    endDateTime: string,
    options?: TopOptions,
  ): Promise<readonly TopWorkflowsInsightsSummary[]>;
}

/** Length of the top lists. */
export interface TopOptions {
  /** 0..999; default 10. */
  readonly top?: number;
}

const TOP_OPTIONS = {
  top: withDefault((place) => readWhole(place, 0, LIMITS.pageSizeMax), 10),
} satisfies ShapeOf<TopOptions>;

/** The insights of a ledger. */
export function createInsights({ store }: Pick<LedgerContext, 'store'>): Insights {
  return {
    async workflowsProcessedSummary(start, end) {
      const sums = new Sums();
      for await (const { run } of runsIn(store, start, end)) sums.addRun(run);
      const { runs, users, tasks } = sums;
      return {
        failedRuns: runs.failed,
        failedTasks: tasks.failed,
        failedUsers: users.failed,
        successfulRuns: runs.successful,
        successfulTasks: tasks.successful,
        successfulUsers: users.successful,
        totalRuns: runs.total,
        totalTasks: tasks.total,
        totalUsers: users.total,
      };
    },
    async workflowsProcessedByCategory(start, end) {
      const byCategory = new Map<WorkflowCategory, Sums>(
        INSIGHT_CATEGORIES.map((category) => [category, new Sums()]),
      );
      for await (const { run, workflow } of runsIn(store, start, end))
        byCategory.get(workflow.category)?.addRun(run);
      const counts = [...byCategory].flatMap(([category, { runs }]) => {
        const name = category.charAt(0).toUpperCase() + category.slice(1);
        return Object.entries(runs).map(([what, count]) => [`${what}${name}Runs`, count]);
      });
      return Object.fromEntries(counts) as WorkflowsInsightsByCategory;
    },
    async topTasksProcessedSummary(start, end, options) {
      const { top } = readOptions(options, 'insights.topTasksProcessedSummary', TOP_OPTIONS);
      const byDefinition = new Map<string, Sums>();
      const names = new Map<string, string>();
      const versions = new Map<string, readonly Task[]>();
      for await (const { run } of runsIn(store, start, end)) {
        const key = `${run.workflowId}/${run.workflowVersion}`;
        const tasks = versions.get(key) ?? enabledTasks(await pinnedVersion(store, run));
        versions.set(key, tasks);
        run.taskReports.forEach((report, index) => {
          const task = tasks[index];
          if (!task) return;
          const id = task.taskDefinitionId;
          names.set(id, findTaskDefinition(id)?.displayName ?? task.displayName);
          sumsOf(byDefinition, id).addReport(report);
        });
      }
      return topOf(byDefinition, top, ({ tasks }) => tasks.total).map(([taskDefinitionId, { tasks }]) => ({
        failedTasks: tasks.failed,
        failedUsers: tasks.failed,
        successfulTasks: tasks.successful,
        successfulUsers: tasks.successful,
        taskDefinitionDisplayName: names.get(taskDefinitionId) ?? '',
        taskDefinitionId,
        totalTasks: tasks.total,
        totalUsers: tasks.total,
      }));
    },
    async topWorkflowsProcessedSummary(start, end, options) {
      const { top } = readOptions(options, 'insights.topWorkflowsProcessedSummary', TOP_OPTIONS);
      const byWorkflow = new Map<string, Sums>();
      const workflows = new Map<string, Workflow>();
      for await (const { run, workflow } of runsIn(store, start, end)) {
        workflows.set(workflow.id, workflow);
        sumsOf(byWorkflow, workflow.id).addRun(run);
      }
      return topOf(byWorkflow, top, ({ runs }) => runs.total).flatMap(([workflowId, { runs, users }]) => {
        const workflow = workflows.get(workflowId);
        if (!workflow) return [];
        return {
          failedRuns: runs.failed,
          failedUsers: users.failed,
          successfulRuns: runs.successful,
          successfulUsers: users.successful,
          totalRuns: runs.total,
          totalUsers: users.total,
          workflowCategory: workflow.category,
          workflowDisplayName: workflow.displayName,
          workflowId,
          workflowVersion: workflow.version,
        };
      });
    },
  };
}

/** Sums of runs, users and tasks. */
class Sums {
  readonly runs = { failed: 0, successful: 0, total: 0 };
  readonly users = { failed: 0, successful: 0, total: 0 };
  readonly tasks = { failed: 0, successful: 0, total: 0 };

  addRun(run: RunRecord): void {
    const status = run.processingStatus;
    this.runs.total += 1;
    if (status === 'completed') this.runs.successful += 1;
    if (status === 'failed' || status === 'completedWithErrors') this.runs.failed += 1;
    this.users.total += run.totalUsersCount;
    this.users.successful += run.successfulUsersCount;
    this.users.failed += run.failedUsersCount;
    this.tasks.total += run.totalTasksCount;
    this.tasks.failed += run.failedTasksCount;
    this.tasks.successful += run.totalTasksCount - run.failedTasksCount - run.totalUnprocessedTasksCount;
  }

  addReport(report: RunRecord['taskReports'][number]): void {
    this.tasks.total += report.totalUsersCount;
    this.tasks.failed += report.failedUsersCount;
    this.tasks.successful += report.successfulUsersCount;
  }
}

function sumsOf(map: Map<string, Sums>, key: string): Sums {
  const known = map.get(key) ?? new Sums();
  map.set(key, known);
  return known;
}

function topOf(
  map: ReadonlyMap<string, Sums>,
  top: number,
  size: (sums: Sums) => number,
): readonly [string, Sums][] {
  return [...map].sort(([a, left], [b, right]) => size(right) - size(left) || (a < b ? -1 : 1)).slice(0, top);
}

async function* runsIn(
  store: StoreReader,
  startDateTime: string,
  endDateTime: string,
): AsyncGenerator<{ readonly run: RunRecord; readonly workflow: Workflow }> {
  const [fromMs, toMs] = readWindow(startDateTime, endDateTime);
  const records = await store.listWorkflows();
  const live = new Map(
    records.flatMap(({ workflow }) => (workflow.deletedDateTime === null ? [[workflow.id, workflow]] : [])),
  );
  // Two lists, each ordered by the date that bounds it, so that only the window is read.
  const within = (property: string): readonly Filter[] => [
    filter.ge(property, new Date(fromMs)),
    filter.le(property, new Date(toMs)),
    filter.ne('workflowExecutionType', 'preview'),
  ];
  for (const [property, where] of [
    ['startedDateTime', filter.and(...within('startedDateTime'))],
    ['scheduledDateTime', filter.and(filter.eq('startedDateTime', null), ...within('scheduledDateTime'))],
  ] as const) {
    for await (const run of allRuns(store, property, where)) {
      const workflow = live.get(run.workflowId);
      if (workflow) yield { run, workflow };
    }
  }
}

async function* allRuns(
  store: StoreReader,
  property: 'startedDateTime' | 'scheduledDateTime',
  where: Filter,
): AsyncGenerator<RunRecord> {
  const order = { property, descending: false };
  for (let after: Cursor<string> | null = null; ; ) {
    const page: readonly RunRecord[] = await store.listRuns({
      where,
      order,
      after,
      limit: LIMITS.usersPerBatch,
    });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < LIMITS.usersPerBatch) return;
    after = { value: property === 'startedDateTime' ? last.startedAtMs : last.scheduledAtMs, key: last.id };
  }
}
