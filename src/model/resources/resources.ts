/**
 * What callers see: Graph's resources, with Graph's names, dates as ISO 8601 UTC strings and `null`
 * for what has not happened. Source: domain §1.2–1.7, §2.6.
 */

import type { ProcessingStatus, TaskStatus, UserStatus, WorkflowExecutionType } from '../status.ts';
import type { ActivationScope } from '../workflow/activation.ts';
import type { UserReference } from '../workflow/workflow.ts';
import type {
  ProvisioningObjectWorkflowSubject,
  SubjectType,
  WorkflowSubject,
} from '../workflow/workflow-subject.ts';

/** `microsoft.graph.identityGovernance.run`, with its workflow and its author, which Graph leaves out. */
export interface Run {
  readonly id: string;
  /** What it runs: the version that it pinned, and the name that the workflow had then. */
  readonly workflow: { readonly id: string; readonly displayName: string; readonly version: number };
  /** The caller that activated or created it; `null`: the schedule did, or no author was given. */
  readonly createdBy: UserReference | null;
  readonly completedDateTime: string | null;
  readonly failedTasksCount: number;
  readonly failedUsersCount: number;
  readonly lastUpdatedDateTime: string;
  readonly processingStatus: ProcessingStatus;
  readonly scheduledDateTime: string;
  readonly startedDateTime: string | null;
  readonly successfulUsersCount: number;
  readonly totalTasksCount: number;
  readonly totalUnprocessedTasksCount: number;
  readonly totalUsersCount: number;
  readonly workflowExecutionType: WorkflowExecutionType;
  /** It was driven without calling handlers (`noOp`): completed tasks may have done nothing. */
  readonly isNoOp: boolean;
  /** Not `null` exactly for `activatedWithScope`. */
  readonly activatedOnScope: ActivationScope | null;
}

/** `microsoft.graph.identityGovernance.userProcessingResult`. */
export interface UserProcessingResult {
  readonly id: string;
  readonly completedDateTime: string | null;
  readonly failedTasksCount: number;
  readonly processingStatus: UserStatus;
  readonly scheduledDateTime: string;
  readonly startedDateTime: string | null;
  readonly totalTasksCount: number;
  readonly totalUnprocessedTasksCount: number;
  readonly workflowExecutionType: WorkflowExecutionType;
  readonly workflowVersion: number;
  readonly subject: { readonly id: string };
}

/** `microsoft.graph.identityGovernance.subjectProcessingResult`: a user result, of a subject that may be no user. */
export interface SubjectProcessingResult extends Omit<UserProcessingResult, 'subject'> {
  readonly subject: WorkflowSubject;
  readonly subjectType: SubjectType;
}

/** `microsoft.graph.identityGovernance.taskProcessingResult`. */
export interface TaskProcessingResult {
  readonly id: string;
  readonly completedDateTime: string | null;
  readonly createdDateTime: string;
  readonly failureReason: string | null;
  /**
   * What kind of failure it is, of a few: `Http404`, `ECONNRESET`, `TimedOut`, the name of an error's class, or what the
   * handler said; at most 64 characters. `null`: it has not failed. Graph has no such property.
   */
  readonly code: string | null;
  readonly processingInfo: string | null;
  /** What its handler has changed, as it said: at most 100 texts of 200 characters. Graph has no such property. */
  readonly changes: readonly string[];
  readonly processingStatus: TaskStatus;
  readonly startedDateTime: string | null;
  readonly subject: { readonly id: string };
  readonly task: { readonly id: string; readonly displayName: string; readonly taskDefinitionId: string };
  /** What the run was made for, when that was a provisioning object (decision 14). */
  readonly workflowSubject: ProvisioningObjectWorkflowSubject | null;
}

/** What a run did for a subject. Graph has no such resource. */
export interface SubjectHistoryEntry {
  readonly run: Run;
  readonly result: UserProcessingResult;
  /** In execution order; none when only counts were reported. */
  readonly tasks: readonly TaskProcessingResult[];
}

/** A task that waits for a callback. Graph has no such resource. */
export interface WaitingTask {
  /** Of its task result, which can be resumed. */
  readonly id: string;
  readonly runId: string;
  /** The version that the run pinned, and the name that the workflow had then. */
  readonly workflow: Run['workflow'];
  readonly subject: { readonly id: string };
  readonly task: TaskProcessingResult['task'];
  /** The custom task extension that was called, without a name when it was deleted since; `null`: a handler launched it. */
  readonly extension: { readonly id: string; readonly displayName: string | null } | null;
  /** When the call was accepted. */
  readonly waitingSinceDateTime: string;
  /** Later answers are refused, and the task fails. */
  readonly waitingUntilDateTime: string;
}

/** `microsoft.graph.identityGovernance.taskReport`: one task over all users of one run. */
export interface TaskReport {
  readonly id: string;
  readonly completedDateTime: string | null;
  readonly failedUsersCount: number;
  readonly lastUpdatedDateTime: string;
  readonly processingStatus: ProcessingStatus;
  readonly runId: string;
  readonly startedDateTime: string | null;
  readonly successfulUsersCount: number;
  readonly totalUsersCount: number;
  readonly unprocessedUsersCount: number;
  readonly task: { readonly id: string; readonly displayName: string; readonly taskDefinitionId: string };
}

/** `microsoft.graph.identityGovernance.runSummary`. */
export interface RunSummary {
  readonly failedRuns: number;
  readonly failedTasks: number;
  readonly successfulRuns: number;
  readonly totalRuns: number;
  readonly totalTasks: number;
  readonly totalUsers: number;
}

/** `microsoft.graph.identityGovernance.userSummary`. */
export interface UserSummary {
  readonly failedTasks: number;
  /** In `failed` or `completedWithErrors`. */
  readonly failedUsers: number;
  /** In `completed`. */
  readonly successfulUsers: number;
  readonly totalTasks: number;
  readonly totalUsers: number;
}

/** `microsoft.graph.identityGovernance.previewFailedTask`. */
export interface PreviewFailedTask {
  readonly definitionId: string;
  readonly failureReason: string;
  readonly name: string;
  readonly taskId: string;
}

/** Failures of a run with one cause: of one task, with one code, and one reason but for what differs from person to person. */
export interface FailureGroup {
  /** The same for the same cause in every run of the workflow. */
  readonly key: string;
  readonly task: { readonly id: string; readonly displayName: string; readonly taskDefinitionId: string };
  /** As {@link TaskProcessingResult.code}; `Other`: of kinds that came when the run had 200 groups already. */
  readonly code: string;
  /** With `…` for ids, names, numbers, addresses and quoted texts; at most 200 characters. */
  readonly reason: string;
  readonly usersCount: number;
  /** Of these, the users that have since completed in a run that reprocesses this one, or one that does. */
  readonly repairedUsersCount: number;
  /** The first and the last failure, ISO 8601. */
  readonly firstDateTime: string;
  readonly lastDateTime: string;
  /** The first five people. */
  readonly subjects: readonly { readonly id: string }[];
}

/** A {@link FailureGroup} over the runs of a workflow; a person counts once for each run. */
export interface WorkflowFailureGroup extends FailureGroup {
  readonly runsCount: number;
  /** The run that failed last, which the people are of. */
  readonly lastRun: { readonly id: string };
}

/** A page of a list. */
export interface Page<Resource> {
  readonly value: readonly Resource[];
  /** Pass it as `after` to get the next page; `null` on the last one. Opaque. */
  readonly nextToken: string | null;
  /** Number of all matches, whatever the page; only on request. */
  readonly count?: number;
}
