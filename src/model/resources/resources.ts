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
  /** GUID. */
  readonly id: string;
  /** What it runs: the version that it pinned, and the name that the workflow had then. */
  readonly workflow: { readonly id: string; readonly displayName: string; readonly version: number };
  /** The caller that activated or created it; `null`: the schedule did, or no author was given. */
  readonly createdBy: UserReference | null;
  /** When its last user ended; `null`: it is not final. */
  readonly completedDateTime: string | null;
  /** Tasks of all users that have failed. */
  readonly failedTasksCount: number;
  /** Users in `failed` or `completedWithErrors`. */
  readonly failedUsersCount: number;
  /** The last change of it, or of one of its results; each is later than the one before. */
  readonly lastUpdatedDateTime: string;
  readonly processingStatus: ProcessingStatus;
  /** The slot of the schedule, or when it was activated. */
  readonly scheduledDateTime: string;
  /** Start of the first task of any user; `null`: none has started. */
  readonly startedDateTime: string | null;
  /** Users in `completed`. */
  readonly successfulUsersCount: number;
  /** Enabled tasks, over all users. */
  readonly totalTasksCount: number;
  /** Tasks that are queued, in progress or canceled. */
  readonly totalUnprocessedTasksCount: number;
  /** People that it was made for. */
  readonly totalUsersCount: number;
  readonly workflowExecutionType: WorkflowExecutionType;
  /** It was driven without calling handlers (`noOp`): completed tasks may have done nothing. */
  readonly isNoOp: boolean;
  /** Not `null` exactly for `activatedWithScope`. */
  readonly activatedOnScope: ActivationScope | null;
}

/** `microsoft.graph.identityGovernance.userProcessingResult`. */
export interface UserProcessingResult {
  /** GUID, made of the run’s id and the place of the user in it. */
  readonly id: string;
  /** End of the last task, or of the cancelation; `null`: it is not final. */
  readonly completedDateTime: string | null;
  /** Tasks that have failed. */
  readonly failedTasksCount: number;
  readonly processingStatus: UserStatus;
  /** When the run was due for this person. */
  readonly scheduledDateTime: string;
  /** Start of the first task; `null`: none has started. */
  readonly startedDateTime: string | null;
  /** Enabled tasks that the run has for this person. */
  readonly totalTasksCount: number;
  /** Tasks that are queued, in progress or canceled. */
  readonly totalUnprocessedTasksCount: number;
  /** That of the run. */
  readonly workflowExecutionType: WorkflowExecutionType;
  /** The version that the run pinned. */
  readonly workflowVersion: number;
  /** The person, by the id that the directory has. */
  readonly subject: { readonly id: string };
}

/** `microsoft.graph.identityGovernance.subjectProcessingResult`: a user result, of a subject that may be no user. */
export interface SubjectProcessingResult extends Omit<UserProcessingResult, 'subject'> {
  /** The person or the provisioning object. */
  readonly subject: WorkflowSubject;
  /** Which of the two it is. */
  readonly subjectType: SubjectType;
}

/** `microsoft.graph.identityGovernance.taskProcessingResult`. */
export interface TaskProcessingResult {
  /** GUID, made of the ids of the run, the user and the task. */
  readonly id: string;
  /** When the task ended, or was canceled; `null`: it has not. */
  readonly completedDateTime: string | null;
  /** When the user’s result was created. */
  readonly createdDateTime: string;
  /** Why it failed, at most 2,000 characters; `null`: it has not. */
  readonly failureReason: string | null;
  /**
   * What kind of failure it is, of a few: `Http404`, `ECONNRESET`, `TimedOut`, the name of an error's class, or what the
   * handler said; at most 64 characters. `null`: it has not failed. Graph has no such property.
   */
  readonly code: string | null;
  /** What its handler said about it; `null`: nothing. */
  readonly processingInfo: string | null;
  /** What its handler has changed, as it said: at most 100 texts of 200 characters. Graph has no such property. */
  readonly changes: readonly string[];
  readonly processingStatus: TaskStatus;
  /** When it began; in progress, when the user came to it; `null`: the user has not. */
  readonly startedDateTime: string | null;
  /** The person, by the id that the directory has. */
  readonly subject: { readonly id: string };
  /** The task of the version that the run pinned. */
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
  /** GUID, made of the ids of the run and the task. */
  readonly id: string;
  /** That of the run. */
  readonly completedDateTime: string | null;
  /** Users whose task has failed. */
  readonly failedUsersCount: number;
  /** That of the run. */
  readonly lastUpdatedDateTime: string;
  /** Of this task over all its users; final when it is over for each of them. */
  readonly processingStatus: ProcessingStatus;
  /** The run that it sums up. */
  readonly runId: string;
  /** That of the run. */
  readonly startedDateTime: string | null;
  /** Users whose task has completed. */
  readonly successfulUsersCount: number;
  /** Users who have the task. */
  readonly totalUsersCount: number;
  /** Users whose task is queued, in progress or canceled. */
  readonly unprocessedUsersCount: number;
  /** The task of the version that the run pinned. */
  readonly task: { readonly id: string; readonly displayName: string; readonly taskDefinitionId: string };
}

/** `microsoft.graph.identityGovernance.runSummary`. */
export interface RunSummary {
  /** Runs in `failed` or `completedWithErrors`. */
  readonly failedRuns: number;
  /** Tasks that have failed, in all of them. */
  readonly failedTasks: number;
  /** Runs in `completed`. */
  readonly successfulRuns: number;
  /** Runs in any status; previews are not counted. */
  readonly totalRuns: number;
  /** Tasks of all users, in all of them. */
  readonly totalTasks: number;
  /** User results: a person counts once for each run. */
  readonly totalUsers: number;
}

/** `microsoft.graph.identityGovernance.userSummary`. */
export interface UserSummary {
  /** Tasks that have failed, of all of them. */
  readonly failedTasks: number;
  /** In `failed` or `completedWithErrors`. */
  readonly failedUsers: number;
  /** In `completed`. */
  readonly successfulUsers: number;
  /** Tasks of all of them. */
  readonly totalTasks: number;
  /** Users in any status. */
  readonly totalUsers: number;
}

/** `microsoft.graph.identityGovernance.previewFailedTask`. */
export interface PreviewFailedTask {
  /** The GUID of the task’s definition. */
  readonly definitionId: string;
  /** What would go wrong. */
  readonly failureReason: string;
  /** The display name of the task. */
  readonly name: string;
  /** The GUID of the task. */
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
