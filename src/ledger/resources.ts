/** Records → resources. The only place where epoch milliseconds become ISO strings. */
import { frozen } from '../model/frozen.ts';
import { taskReportId, taskResultId, userResultId } from '../model/ids.ts';
import type { RunRecord, UserRecord } from '../model/records.ts';
import type {
  Run,
  TaskProcessingResult,
  TaskReport,
  UserProcessingResult,
} from '../model/resources/resources.ts';
import type { EpochMs } from '../model/time.ts';
import type { Task, Workflow } from '../model/workflow/workflow.ts';
import type { ProvisioningObjectWorkflowSubject } from '../model/workflow/workflow-subject.ts';
import { reportStatus, unprocessedUsers } from '../rules/counters/reports.ts';
import { positionOf } from '../rules/status/positions.ts';
import { taskView } from '../rules/status/task-view.ts';

/** ISO 8601, UTC, milliseconds. */
export function isoOf(atMs: EpochMs): string {
  return new Date(atMs).toISOString();
}

/** As {@link isoOf}; null stays null. */
export function isoOrNull(atMs: EpochMs | null): string | null {
  return atMs === null ? null : isoOf(atMs);
}

/** The resource of a run. */
export function runResource(run: RunRecord): Run {
  return {
    id: run.id,
    workflow: { id: run.workflowId, displayName: run.workflowDisplayName, version: run.workflowVersion },
    createdBy: run.createdBy === null ? null : { id: run.createdBy },
    completedDateTime: isoOrNull(run.completedAtMs),
    failedTasksCount: run.failedTasksCount,
    failedUsersCount: run.failedUsersCount,
    lastUpdatedDateTime: isoOf(run.lastUpdatedAtMs),
    processingStatus: run.processingStatus,
    scheduledDateTime: isoOf(run.scheduledAtMs),
    startedDateTime: isoOrNull(run.startedAtMs),
    successfulUsersCount: run.successfulUsersCount,
    totalTasksCount: run.totalTasksCount,
    totalUnprocessedTasksCount: run.totalUnprocessedTasksCount,
    totalUsersCount: run.totalUsersCount,
    workflowExecutionType: run.workflowExecutionType,
    isNoOp: run.isNoOp,
    activatedOnScope: run.activatedOnScope,
  };
}

const shared = new WeakMap<RunRecord, Run>();

/** {@link runResource}, frozen, and the same object for the same record, so that derived values can be cached by it. */
export function sharedRunResource(run: RunRecord): Run {
  const known = shared.get(run);
  if (known) return known;
  const resource = frozen(runResource(run));
  shared.set(run, resource);
  return resource;
}

/** The resource of a user result. */
export function userResource(run: RunRecord, user: UserRecord): UserProcessingResult {
  return {
    id: userResultId(run.id, user.ordinal),
    completedDateTime: isoOrNull(user.completedAtMs),
    failedTasksCount: user.failedTasksCount,
    processingStatus: user.processingStatus,
    scheduledDateTime: isoOf(user.scheduledAtMs),
    startedDateTime: isoOrNull(user.startedAtMs),
    totalTasksCount: user.totalTasksCount,
    totalUnprocessedTasksCount: user.totalUnprocessedTasksCount,
    workflowExecutionType: run.workflowExecutionType,
    workflowVersion: user.workflowVersion,
    subject: { id: user.subjectId },
  };
}

/** The enabled tasks of a version, in order: position `p` of a user is entry `p − 1`. */
export function enabledTasks(workflow: Workflow): readonly Task[] {
  return workflow.tasks.filter((task) => task.isEnabled);
}

/** Properties that all task results of a run share. */
export interface RunContent {
  /** The enabled tasks of the pinned version. */
  readonly tasks: readonly Task[];
  readonly workflowSubject: ProvisioningObjectWorkflowSubject | null;
}

/** The task results of a user, in execution order; none when only counts were reported. */
export function taskResources(
  user: UserRecord,
  { tasks, workflowSubject }: RunContent,
): readonly TaskProcessingResult[] {
  return Array.from({ length: user.totalTasksCount }).flatMap((_, index) => {
    const position = positionOf(user, index + 1);
    const task = tasks[position - 1];
    const view = taskView(user, index + 1);
    if (!task || !view) return [];
    return {
      id: taskResultId(user.runId, user.ordinal, position),
      completedDateTime: isoOrNull(view.completedAtMs),
      createdDateTime: isoOf(user.createdAtMs),
      failureReason: view.failureReason,
      code: view.code,
      processingInfo: view.processingInfo,
      changes: view.changes,
      processingStatus: view.status,
      startedDateTime: isoOrNull(view.startedAtMs),
      subject: { id: user.subjectId },
      task: taskReference(task),
      workflowSubject,
    };
  });
}

/** The task reports of a run, in execution order. */
export function reportResources(run: RunRecord, tasks: readonly Task[]): readonly TaskReport[] {
  return run.taskReports.flatMap((report, index) => {
    const task = tasks[index];
    // A task of a reprocessing run may have no users; for an external run that is not known before its first result.
    const isNobodys = run.driver === 'engine' && report.totalUsersCount === 0;
    if (!task || isNobodys) return [];
    return {
      id: taskReportId(run.id, index + 1),
      completedDateTime: isoOrNull(run.completedAtMs),
      failedUsersCount: report.failedUsersCount,
      lastUpdatedDateTime: isoOf(run.lastUpdatedAtMs),
      processingStatus: reportStatus(run, index + 1),
      runId: run.id,
      startedDateTime: isoOrNull(run.startedAtMs),
      successfulUsersCount: report.successfulUsersCount,
      totalUsersCount: report.totalUsersCount,
      unprocessedUsersCount: unprocessedUsers(report),
      task: taskReference(task),
    };
  });
}

/** A task, as results refer to it. */
export function taskReference(task: Task): TaskProcessingResult['task'] {
  return { id: task.id, displayName: task.displayName, taskDefinitionId: task.taskDefinitionId };
}
